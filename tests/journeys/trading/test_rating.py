"""Rating: each side says of the other only what there was to see, and who sells and buys has a name for each."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import Chat, World
from tests.journeys.trade import Trade

NOTHING = "No goods came: nothing to rate"
GIVEN = {"time": "4", "payment": "4", "talk": "5"}


@pytest.fixture(params=[("telegram", "slack"), ("slack", "telegram")], ids="-".join)
async def trade(request: pytest.FixtureRequest, world: World) -> Trade:
    pair: tuple[Chat, Chat] = request.param
    return Trade(world, await world.on(pair[0], "Rasa"), await world.on(pair[1], "Tom"))


async def test_where_no_goods_came_nobody_is_made_to_rate_them(trade: Trade) -> None:
    rasa, tom = trade.seller, trade.buyer
    await trade.funded()
    await tom.presses("Ask to cancel")
    await tom.presses("Yes: Ask to cancel")
    await rasa.presses("Agree to cancel")
    await rasa.presses("Yes: Agree to cancel")
    for each, marks in (
        (tom, ("quantity", "quality", "time", "talk")),
        (rasa, ("payment", "taking", "fairness", "talk")),
    ):
        await each.sees("The deal is cancelled, and nothing is held any more.")
        await each.presses("Rate the other side")
        await each.fills(**{mark: GIVEN.get(mark, NOTHING) for mark in marks})
        await each.sees("Thank you.")
    for each in (rasa, tom):
        await each.sees("Tom says: On time ★★★★, Communication ★★★★★")
        await each.sees("Rasa says: Payment ★★★★, Communication ★★★★★")


async def test_who_has_only_bought_is_new_as_a_seller(trade: Trade) -> None:
    rasa, tom = trade.seller, trade.buyer
    await trade.funded()
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await trade.complete()
    await tom.says("/sell 60 t A1 pellets 199 €/t DAP Vilnius next week")
    await tom.sends()
    await tom.sees("Published. Buyers can find it now")
    await rasa.says("/find A1 pellets near Vilnius")
    await rasa.sees("Tom · new as a seller, 1 deal as a buyer")
    await rasa.presses("Make an offer")
    await rasa.fills(quantity="50 t", price="190 €/t")
    await tom.sees("Rasa made an offer.", "Rasa · new as a buyer, 1 deal as a seller")
    for each, told in ((rasa, "Seller: not rated yet, 1 deal, 100 % on time"), (tom, "Buyer: not rated yet, 1 deal")):
        await each.says("/me") if isinstance(each, OnTelegram) else await each.home()
        await each.sees(told)
