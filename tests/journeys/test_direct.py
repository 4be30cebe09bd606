"""A market that holds no money: what is signed is paid directly, and the goods are delivered and rated as anywhere."""

from __future__ import annotations

from tests.journeys.market import open_world
from tests.journeys.trade import Trade


async def test_where_no_money_is_held_a_deal_is_paid_between_the_two(database: str) -> None:
    async with open_world(database, settlement="direct") as world:
        rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
        trade = Trade(world, rasa, tom)
        await trade.list()
        await trade.buy(quantity="50 t")
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
