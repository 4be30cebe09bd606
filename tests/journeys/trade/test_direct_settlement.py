"""A market that holds no money: a signed deal is paid directly; its goods are delivered and rated as usual."""

from __future__ import annotations

import pytest

from tests.journeys.market import PAIRS, Chat, confirms, open_world
from tests.journeys.session_steps import PROFILE
from tests.journeys.trade_steps import Trade


async def test_where_no_money_is_held_a_deal_is_paid_between_the_two(database: str) -> None:
    async with open_world(database, settlement="direct") as world:
        rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
        trade = Trade(world, rasa, tom)
        await trade.list()
        await trade.buy(quantity="50 t")
        await tom.sees("Straight from the buyer to the seller. Nobody holds this money.")
        await confirms(tom, "Sign")
        await confirms(rasa, "Sign")
        for each in (rasa, tom):
            seen = await each.sees("You settle the payment between the two of you; nothing is held here.")
            assert "Pay €" not in seen
        await tom.sees("Your turn: pay Rasa directly.", "The seller (Rasa) tells you the account.")
        await rasa.sees("The buyer (Tom) does not know your account yet.")
        await rasa.presses("Send a message")
        await rasa.says("Please pay to LT12 1000 0111 0100 1000")
        for each in (rasa, tom):
            await each.sees("Pay to: Please pay to LT12 1000 0111 0100 1000")
        await tom.presses("I have paid")
        await tom.sees("Have you sent all the money?")
        await tom.presses("Yes: I have paid")
        await tom.sees("Waiting for Rasa to confirm that your money has come", "Paid directly, as the buyer says")
        await rasa.sees("Tom says that the payment was sent directly.", "Your turn: the buyer (Tom) says that you are")
        await rasa.sees("Paid directly, as the buyer says")
        assert await world.at_the_provider("checkout.session") == []
        await rasa.presses("The money has come")
        await rasa.presses("Yes: The money has come")
        await tom.sees("Rasa confirms that the money has come. The delivery begins.")
        await trade.dispatch()
        await trade.arrive()
        await confirms(tom, "Accept")
        await trade.complete()
        assert await world.at_the_provider("checkout.session") == []
        await world.books_balance()


async def test_buyer_who_gives_up_a_direct_lot_reads_that_we_refund_nothing(
    database: str,
) -> None:
    async with open_world(database, settlement="direct") as world:
        rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
        trade = Trade(world, rasa, tom)
        await trade.list()
        await trade.buy(quantity="50 t", lots="2")
        await confirms(tom, "Sign")
        await confirms(rasa, "Sign")
        await rasa.presses("The money has come")
        await rasa.presses("Yes: The money has come")
        await tom.sees("The delivery begins.")
        await rasa.sees("[Dispatch lot 1]", "[Dispatch lot 2]")  # its clock runs
        await world.later(days=14)
        await tom.sees("Lot 1 is late.")
        for each in (rasa, tom):
            await each.says("/paysupport")
            await each.sees(
                "Something wrong with the payment of a deal or a session? Open it below", "Total: €10,750.00"
            )
        await tom.says("/deals")
        await tom.presses("Open")
        await tom.presses("Give up lot 1")
        asked = await tom.sees("The seller (Rasa) need not send it any more.", "only the seller can give back")
        assert "goes back to you" not in asked
        await tom.presses("Yes: Give up")
        for each in (rasa, tom):
            seen = await each.sees("given up")
            assert "money given back" not in seen
        await world.later(days=60)
        for each in (rasa, tom):
            await each.sees(
                "The deal has ended, and none of its lots was delivered.", "only the seller can give it back"
            )
        await tom.presses("Rate the other side")
        await tom.sees("Was everything done on time?")
        await world.books_balance()


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_a_claim_on_what_was_paid_directly_speaks_of_no_money_that_is_held(
    database: str, chat: Chat, other: Chat
) -> None:
    async with open_world(database, settlement="direct") as world:
        rasa, tom = await world.on(chat, "Rasa"), await world.on(other, "Tom")
        trade = Trade(world, rasa, tom)
        await trade.list()
        await trade.buy(quantity="50 t")
        await confirms(tom, "Sign")
        await confirms(rasa, "Sign")
        await rasa.presses("The money has come")
        await rasa.presses("Yes: The money has come")
        await tom.sees("The delivery begins.")
        await trade.dispatch()
        await trade.arrive()
        await tom.presses("Make a claim")
        await tom.fills(words="Far too wet.", moisture="14 %")
        await tom.presses("Open the claim")
        seen = await tom.sees("Waiting for Rasa to answer your claim on lot 1", "Without an answer an operator looks")
        assert "released" not in seen
        await tom.presses("Accept the goods at")
        seen = await tom.sees("Give up your claim? It counts as accepted then, at its whole €10,750.00.")
        assert "released" not in seen
        await tom.presses("No, go back")
        await rasa.sees("Tom made a claim on lot 1.")
        await rasa.presses("Open the claim")
        await rasa.presses("Give the money back")
        await rasa.sees("Nothing of this deal is held here: whatever is to go back, the seller gives back directly.")
        await rasa.presses("Yes: Give the money back")
        seen = await tom.sees("Rasa gives the money of lot 1 back. Nothing of this deal is held here")
        assert "goes back to you" not in seen
        await world.books_balance()


async def test_a_session_costs_what_can_be_held(database: str) -> None:
    async with open_world(database, held_currencies="SEK") as world:
        greta = await world.on_slack("Greta")
        await greta.says("/expert")
        await greta.fills(**PROFILE)
        await greta.sees("Sessions are paid here in SEK, not in EUR. Write for example 90 SEK, or 2 SEK/min.")
        await greta.fills(rate="900 SEK")
        await greta.sees("You are listed.", "900.00")
