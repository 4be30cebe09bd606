"""A company buys (E5): a colleague signs above their own limit.

If two colleagues approve at once, one is first.
"""

from __future__ import annotations

import re

from lab.people import OnTelegram
from tests.journeys.market import ChatUser, World, confirms
from tests.journeys.trade_steps import Trade

CODE = re.compile(r"/join ([A-Z0-9]{10})\b")
EMPLOYEE = {
    "positions": "Buyer, Goods receiver, Payer",
    "limit": "5000 EUR",
    "budget": "any",
    "release_limit": "5000 EUR",
}
APPROVER = EMPLOYEE | {"positions": "Approver, Buyer, Goods receiver, Payer", "limit": "any", "release_limit": "any"}
EMPLOYEE_RIGHTS = "Buyer, Goods receiver, Payer · signs up to €5,000.00 alone · releases up to €5,000.00"


async def invited(head: ChatUser, colleague: ChatUser, name: str, **answers: str) -> None:
    await head.says("/company")
    await head.presses("Invite a colleague")
    await head.fills(**answers)
    codes = CODE.findall(await head.sees(f"Send this to your colleague ({answers['positions']})."))
    await colleague.says(f"/join {codes[-1]}")
    await colleague.sees("You now work for")
    await head.sees(f"{name} now works for your company here.")


async def company(world: World) -> tuple[Trade, ChatUser, OnTelegram]:
    """Make a company: Tom may sign €5,000 alone, Ona is its head, and Ada approves for it too."""
    ona, ada = await world.on_slack("Ona"), await world.on_telegram("Ada")
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    await invited(ona, tom, "Tom", **EMPLOYEE)
    await invited(ona, ada, "Ada", **APPROVER)
    await tom.says("/company")
    await tom.sees(EMPLOYEE_RIGHTS, "Ada")
    return Trade(world, rasa, tom), ona, ada


async def signed(trade: Trade) -> None:
    await trade.list()
    await trade.buy(quantity="100 t")
    await trade.buyer.sees("It is above what you sign alone: when both have signed, somebody of your company has to")
    await confirms(trade.buyer, "Sign")
    await trade.buyer.sees("Then somebody of your company has to approve it, by", "and then you pay.")
    await trade.seller.sees("still has to approve it within the company, by", "at the latest, and then pays.")
    await confirms(trade.seller, "Sign")
    await trade.seller.sees("still has to approve it within the company")
    await trade.buyer.sees("Waiting for somebody of your company to approve this deal")


async def test_second_of_two_approvers_sees_who_was_first_and_when(world: World) -> None:
    trade, ona, ada = await company(world)
    await signed(trade)
    for each in (ona, ada):
        await each.sees("Tom signed.", "Signed by the buyer")
        await each.sees("Your turn: approve or refuse this deal by", "Tom, ")  # the signer and the time
    seen_by_ada = await ada.button("Approve")

    await confirms(ona, "Approve")
    await trade.buyer.sees("Ona has approved the deal.", "Approved by", "Ona, ")
    await trade.seller.sees("Ona has approved the deal.")
    await ada.presses_anyway(seen_by_ada)
    await ada.sees("Ona approved this deal on")

    await trade.buyer.opens("Pay €")  # the card stands still from here on
    await trade.buyer.presses("Order number")
    await trade.buyer.fills(purchase_order="PO 4500123456", cost_centre="K-12")
    await trade.buyer.sees("PO 4500123456", "K-12")
    await world.pays(await trade.buyer.opens("Pay €"))
    await trade.seller.sees("The money is held. Delivery can begin.", "PO 4500123456")
    assert "K-12" not in await trade.seller.screen()  # the buyer's own books are no matter of the seller
    await world.books_balance()


async def test_buyer_with_a_limit_asks_the_company_before_giving_up_protection(world: World) -> None:
    trade, ona, ada = await company(world)
    await signed(trade)
    await confirms(ona, "Approve")
    await trade.buyer.opens("Pay €")  # the card stands still from here on
    await trade.buyer.presses("Settle directly")
    await trade.buyer.presses("Yes: Settle directly")
    await trade.buyer.sees("Somebody of your company has to agree first.")
    for each in (ona, ada):
        await each.sees("Tom would rather settle the payment directly", "Your turn: a colleague would rather")
    assert "settle the payment directly" not in await trade.seller.screen()
    await ada.presses("Keep it protected")
    for each in (ona, trade.buyer):
        await each.sees("Ada wants to keep the payment protected.")
    assert "Ada wants to keep" not in await trade.seller.screen()

    await trade.buyer.presses("Settle directly")
    await trade.buyer.presses("Yes: Settle directly")
    await ona.sees("Your turn: a colleague would rather")
    await ona.presses("Settle directly")
    await ona.presses("Yes: Settle directly")
    await trade.seller.sees("Your turn: ", "would rather settle the payment between the two of you")
    await trade.seller.presses("Keep it protected")
    await trade.buyer.sees("Rasa wants to keep the payment protected.")
    await world.pays(await trade.buyer.opens("Pay €"))
    await trade.seller.sees("The money is held. Delivery can begin.")


async def test_a_deal_that_the_company_refuses_or_forgets_is_closed(world: World) -> None:
    trade, ona, ada = await company(world)
    await signed(trade)
    await ada.presses("Refuse")
    await ada.presses("Yes: Refuse")
    for each in (ona, trade.seller):
        await each.sees("has not approved the deal, so it is closed.")

    await trade.buy(quantity="50 t")
    await confirms(trade.buyer, "Sign")
    await confirms(trade.seller, "Sign")
    await ona.sees("Your turn: approve or refuse this deal by")
    await world.later(days=5, minutes=1)
    await trade.seller.sees("the buyer's company did not approve it in time")

    await ona.says("/company")
    await ona.presses("Remove Tom")
    await ona.presses("Yes: Remove Tom")
    await trade.buyer.sees("Ona has removed you from Ona.", "What you begin now is your own.")
    await trade.buyer.says("/company")
    await trade.buyer.sees("You work here alone so far.")


async def test_inviting_a_buyer_asks_for_the_limit(world: World) -> None:
    ona, tom = await world.on_telegram("Ona"), await world.on_slack("Tom")
    await ona.says("/company")
    await ona.presses("Invite a colleague")
    await ona.presses("Buyer")
    await ona.presses("Next")
    await ona.sees("Up to what amount may they sign a deal alone?")
    await ona.says("a little")
    await ona.sees("I could not read a little as an amount.")
    await ona.says("5.000,00 €")
    await ona.sees("Up to what sum may they sign alone in a calendar month?")
    await ona.says("any")
    await ona.sees("Signs alone in a month: any")
    await ona.presses("Signs alone in a month")
    await ona.says("20 000 EUR")
    await ona.sees("Signs alone up to: €5,000.00", "Signs alone in a month: €20,000.00")
    await ona.sends()
    code = CODE.findall(await ona.sees("Send this to your colleague (Buyer)."))[-1]
    await tom.says(f"/join {code}")
    await tom.sees("Buyer · signs up to €5,000.00 alone · signs up to €20,000.00 a month alone")


async def test_unused_invitation_is_shown_and_taken_back(world: World) -> None:
    ona, tom = await world.on_telegram("Ona"), await world.on_slack("Tom")
    await ona.says("/company")
    await ona.presses("Invite a colleague")
    await ona.fills(**EMPLOYEE)
    code = CODE.findall(await ona.sees("Send this to your colleague (Buyer, Goods receiver, Payer)."))[-1]
    await ona.says("/company")
    await ona.sees(f"Invitation {code}: {EMPLOYEE_RIGHTS} · not used yet, good until")
    await ona.presses(f"Take back {code}")
    await tom.says(f"/join {code}")
    await tom.sees("I do not know this invitation.")
    await tom.says("/company")
    await tom.sees("You work here alone so far.")


async def test_one_colleague_signs_another_receives_and_a_third_releases(world: World) -> None:
    """A card has the buttons of its reader's positions. Otherwise it says whose turn it is."""
    ona, tom = await world.on_slack("Ona"), await world.on_slack("Tom")
    ada, rasa = await world.on_telegram("Ada"), await world.on_telegram("Rasa")
    await invited(ona, tom, "Tom", positions="Buyer", limit="any", budget="any")
    await invited(ona, ada, "Ada", positions="Goods receiver")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="100 t")
    await ada.says("/deals")
    await ada.sees("Waiting for a colleague of yours: Buyer.")
    await confirms(tom, "Sign")
    await confirms(rasa, "Sign")
    await world.pays(await tom.opens("Pay €"))
    await rasa.sees("The money is held. Delivery can begin.")
    await trade.dispatch()
    await tom.sees("Waiting for a colleague of yours: Goods receiver.")
    await ada.presses("arriv")
    await ada.fills()
    await ona.sees("Your turn: check lot 1")
    await ada.sees("Waiting for a colleague of yours: Payer.")
    await confirms(ona, "Accept")
    await rasa.sees("Ona accepted lot 1.", "released to you, after a fee of")
    await world.books_balance()
