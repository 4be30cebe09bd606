"""A13.1: a buyer orders the same goods again with one press.

If they are not for sale any more, the press asks for quotes.
"""

from __future__ import annotations

import pytest

from lab.people import OnSlack
from tests.journeys.market import PAIRS, Chat, World, confirms
from tests.journeys.trade_steps import Trade


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_the_same_is_bought_again_while_it_is_for_sale_and_asked_for_when_it_is_not(
    world: World, chat: Chat, other: Chat
) -> None:
    rasa, tom = await world.on(chat, "Rasa"), await world.on(other, "Tom")
    trade = Trade(world, rasa, tom)
    await trade.funded(quantity="50 t")
    if isinstance(tom, OnSlack):
        await tom.home()  # a buyer reads of their own role there, and no more of the market
        assert "This is Parley, a market" not in await tom.sees("no role yet")
    assert "Buy the same again" not in await tom.screen()
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await trade.complete()
    await tom.sees("[Buy the same again]")
    assert "Buy the same again" not in await rasa.screen()

    await tom.presses("Buy the same again")
    await tom.sees("50 t")
    await tom.fills(lots="2")
    await tom.sees("You have a deal. Both sides sign next.", "Quantity: 50 t", "Total: €10,750.00")

    await rasa.sees("Available: 100 t")
    await confirms(rasa, "Withdraw")
    await rasa.sees("Withdrawn")
    await tom.presses("Buy the same again")
    await tom.sees("does not offer this at the moment", "say when it shall come")
    await tom.fills(window="next week", closes="in 3 days")
    await tom.sees("Your request is out.", "Quantity: 50 t", "Target price: 215.00 EUR/t", "DAP Kaunas, Lithuania")
    await world.books_balance()
