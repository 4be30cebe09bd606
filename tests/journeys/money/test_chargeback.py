"""A chargeback (E7) of a deal, a session or a promotion: each party reads what it means for them."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram, until
from tests.journeys.market import Chat, World, no_more
from tests.journeys.session_steps import Counsel, goes_on, operator
from tests.journeys.trade_steps import Trade, money_file


async def answer(world: World) -> str:
    """Return our answer to the newest dispute, sent to the bank at most once."""

    async def told() -> str | None:
        dispute = (await world.at_the_provider("dispute"))[0]
        assert dispute["evidence_details"]["submission_count"] <= 1
        text: str | None = dispute["evidence"]["uncategorized_text"]
        return text

    found: str = await until(told, lambda: "no answer to the bank")
    return found


async def paid_out(world: World, selling: Chat, buying: Chat) -> Trade:
    """Return a deal that is complete, whose payout the seller has."""
    trade = Trade(world, await world.on(selling, "Rasa"), await world.on(buying, "Tom"))
    await trade.funded(quantity="50 t")
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await trade.complete()
    return trade


async def bank(world: World, do: str) -> None:
    """Let the payer's bank act on the newest payment."""
    charge, *_ = await world.at_the_provider("charge")
    await world.browser.post(f"/lab/stripe/disputes/{charge['id']}", {"do": do})


@pytest.mark.parametrize(("sells", "buys"), [("slack", "telegram"), ("telegram", "slack")])
async def test_a_bank_takes_it_back_and_keeps_it(world: World, sells: Chat, buys: Chat) -> None:
    """Check that each side reads who lost how much, and that the buyer's record counts it."""
    trade = await paid_out(world, sells, buys)
    rasa, tom = trade.seller, trade.buyer
    await tom.sees("Buy the same again")
    again = await tom.button("Buy the same again") if isinstance(tom, OnTelegram) else ""
    await bank(world, "open")
    for each, whose in ((rasa, "The buyer's"), (tom, "Your")):
        await each.sees(f"{whose} bank has called back a payment of this deal.")
    await rasa.sees("has been paid out to you already, so you owe it until the bank gives it back")
    assert "you owe it" not in await tom.sees("Payment recalled")
    await world.books_balance()

    await world.later(days=6)
    for each, whose in ((rasa, "The buyer's"), (tom, "Your")):
        await each.sees(f"{whose} bank has our answer: what both signed")
    await bank(world, "lose")
    for each, whose in ((rasa, "The buyer's"), (tom, "Your")):
        await each.sees(f"{whose} bank has kept the money of this deal: €10,750.00")
    loss = "You bear €10,481.25 of it, which had been released to you."
    await rasa.sees("The buyer's bank has kept €10,750.00.", loss, "Parley bears €268.75 of it.")
    await rasa.sees("took back 1 payment through its bank")
    await tom.sees("Your bank has kept €10,750.00.", "counts in your record as a buyer")
    for text in ("made good", "You bear"):
        assert text not in await tom.screen()
    await no_more(tom, "Buy the same again")
    if isinstance(tom, OnTelegram):
        await tom.presses_anyway(again)  # from a card that the chat has kept
        await tom.sees("has changed since you saw it")
    for each, told, moved in (
        (rasa, loss, "Payment dispute: taken from your account"),
        (tom, "counts in your record", "Payment dispute: paid back by your bank"),
    ):
        await each.says("/money")
        await each.sees("Your money", "Payment recalled · ", told)
        assert moved in await money_file(each)
    await tom.says("/me")
    await tom.sees("took back 1 payment through its bank")
    await world.books_balance()


async def test_goods_are_not_sent_and_not_late_while_a_bank_decides(world: World) -> None:
    """Check a chargeback before dispatch.

    The card shows the chargeback in place of the seller's turn, until the bank has decided.
    """
    rasa, tom = await world.on_telegram("Rasa"), await world.on("slack", "Tom")
    trade = Trade(world, rasa, tom)
    await trade.funded(quantity="50 t")
    dispatch = await rasa.button("Report dispatch")
    await bank(world, "open")
    await rasa.sees("Send nothing now: the buyer's bank has called the payment back.")
    assert "Report dispatch" not in await rasa.screen()
    await rasa.presses_anyway(dispatch)  # from a card that the chat has kept
    await rasa.sees("(Send nothing now: the buyer's bank has called the payment back.")
    await tom.sees("Your bank has called the payment back.", "If that was not meant, tell your bank.")
    for each in (rasa, tom):
        await each.says("/money")
        await each.sees("Your money", "Payment recalled · ", "€10,750.00")
    await world.later(days=6)
    await tom.sees("Your bank has our answer")
    await world.later(days=15)  # the dates of delivery are over, and the seller was not to send
    await bank(world, "win")
    await rasa.sees("has given it back", "Your turn: send lot 1")
    await world.later(days=2)
    assert "is late. You can still send it" not in await rasa.screen()
    await trade.dispatch()
    await world.books_balance()


async def session_paid_out(world: World, counsel: Counsel) -> None:
    """Run a session that is paid, and whose payout its consultant has."""
    sarah, alex = counsel.seeker, counsel.consultant
    await counsel.list()
    await alex.says("/payout")
    await alex.fills(role="seller", company="Alex Advice", country="Lithuania")
    await alex.sees("can trade now.")
    await Trade(world, alex, sarah).set_up_payouts()
    await counsel.book()
    await counsel.agree()
    await counsel.meet()
    await goes_on(sarah)
    await alex.sees("charged from here")
    await sarah.presses("End")
    await sarah.presses("Yes: End")
    await sarah.sees("€90.00 was taken from the card")
    await world.later(days=2, minutes=5)
    await alex.sees("For you: €76.50. Our fee in all: €13.50.")
    await world.later(days=8)  # the card's money has become available, and so has what was paid out of it


async def test_a_bank_takes_a_session_and_a_promotion_back(world: World) -> None:
    """The session is paid out, and lost; the promotion stands still, and is won. The operator watches both."""
    sarah, alex = await world.on_telegram("Sarah"), await world.on_slack("Alex")
    counsel, olga = Counsel(world, sarah, alex), await operator(world)
    await session_paid_out(world, counsel)
    await world.disturb("stripe", "drop", "delivery", "charge.dispute", times=2)  # both that an opening sends
    await bank(world, "open")
    await world.struck()
    assert world.product is not None
    await world.product.sweeps.reconciler.sweep()  # which asks for what it was not told
    await sarah.sees("Your bank has called back a payment of this session.", "tell your bank to withdraw it")
    await alex.sees("Your client's bank has called back a payment of this session.", "you owe it until the bank gives")
    await olga.sees("A bank has called a payment back.", "Our answer: Goes to the bank by itself")
    await olga.says("/cases")
    await olga.sees("Called back by a bank:")
    await world.books_balance()

    await world.later(days=6)
    for each in (sarah, alex):
        await each.sees("The bank has our answer: what was booked, who was there and what was agreed to.")
    await olga.sees("Our answer: With the bank since")
    assert "Continue, pay €90.00" in await answer(world)
    await bank(world, "lose")
    await sarah.sees("Your bank has kept the money of this session for you: €90.00.")
    await alex.sees("Your client's bank has kept the money of this session: €90.00. You bear €76.50 of it")
    await alex.says("/money")
    await alex.sees("Your money", "The bank has kept €90.00. You bear €76.50 of it", "Parley bears €13.50 of it.")
    assert [each["amount_reversed"] for each in await world.at_the_provider("transfer")] == [7650]
    await world.books_balance()

    await alex.says("/promote")
    await alex.presses("Buy for €5.00")
    await world.pays(await alex.opens("Pay €5.00"))
    await alex.sees("Paid. Your promotion runs from now on.")
    await bank(world, "open")
    await alex.sees("Your bank has called back the price.", "tell the bank to withdraw it", "it is shown to nobody")
    assert "It runs until" not in await alex.screen()
    await world.later(days=6)
    assert "was ordered in chat" in await answer(world)
    await bank(world, "win")
    await alex.sees("Your bank has decided that the price stands.", "It runs until")
    await olga.sees("A bank has decided about a payment that it had called back.")
    await world.books_balance()
    assert await world.product.sweeps.reconciler.reconcile() == {}
