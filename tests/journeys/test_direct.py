"""A market that holds no money: what is signed is paid directly, and the goods are delivered and rated as anywhere."""

from __future__ import annotations

from tests.journeys.market import open_world
from tests.journeys.test_session import PROFILE
from tests.journeys.trade import Trade


async def test_where_no_money_is_held_a_deal_is_paid_between_the_two(database: str) -> None:
    async with open_world(database, settlement="direct") as world:
        rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
        trade = Trade(world, rasa, tom)
        await trade.list()
        await trade.buy(quantity="50 t")
        await tom.sees("Straight from the buyer to the seller. Nobody holds this money.")
        await tom.presses("Sign")
        await rasa.presses("Sign")
        for each in (rasa, tom):
            seen = await each.sees("You settle the payment between the two of you; nothing is held here.")
            assert "Pay €" not in seen
        await tom.sees("Your turn: pay Rasa directly.")
        await rasa.presses("The money has come")
        await rasa.presses("Yes: The money has come")
        await tom.sees("Rasa confirms that the money has come. The delivery begins.")
        await trade.dispatch()
        await trade.arrive()
        await tom.presses("Accept")
        await trade.complete()
        assert await world.at_the_provider("checkout.session") == []
        await world.books_balance()


async def test_a_session_costs_what_can_be_held(database: str) -> None:
    async with open_world(database, held_currencies="SEK") as world:
        greta = await world.on_slack("Greta")
        await greta.says("/expert")
        await greta.fills(**PROFILE)
        await greta.sees("Sessions are paid here in SEK, not in EUR. Write for example 90 SEK, or 2 SEK/min.")
        await greta.fills(rate="900 SEK")
        await greta.sees("You are listed.", "900.00")
