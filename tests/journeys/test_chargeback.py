"""A buyer's bank takes a payment back (E7): both sides hear what it means for them, step by step, in both chats."""

from __future__ import annotations

from tests.journeys.market import Chat, World
from tests.journeys.trade import Trade


async def paid_out(world: World, selling: Chat, buying: Chat) -> Trade:
    """A deal that is complete, its payout with the seller."""
    trade = Trade(world, await world.on(selling, "Rasa"), await world.on(buying, "Tom"))
    await trade.funded(quantity="50 t")
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await trade.complete()
    return trade


async def bank(world: World, do: str) -> None:
    """What the buyer's bank does about the payment."""
    (charge,) = await world.at_the_provider("charge")
    await world.browser.post(f"/lab/stripe/disputes/{charge['id']}", {"do": do})


async def test_a_bank_takes_it_back_and_keeps_it(world: World) -> None:
    trade = await paid_out(world, "slack", "telegram")
    rasa, tom = trade.seller, trade.buyer
    await bank(world, "open")
    for each in (rasa, tom):
        await each.sees("The buyer's bank has called back a payment of this deal.")
    await rasa.sees("has been paid out to you already, so you owe it until the bank gives it back")
    assert "you owe it" not in await tom.sees("Payment recalled")
    await world.books_balance()

    await world.later(days=6)
    for each in (rasa, tom):
        await each.sees("The buyer's bank has our answer: what both signed")
    await bank(world, "lose")
    for each in (rasa, tom):
        await each.sees("The buyer's bank has kept the money of this deal: €10,750.00")
    await world.books_balance()
