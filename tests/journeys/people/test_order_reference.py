"""The buyer's references on a deal: the seller sees the purchase order, and the cost centre stays with the buyer."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.journeys.market import PAIRS, Chat, ChatUser, World
from tests.journeys.trade_steps import Trade, money_file, newest_file


async def copied_deal(person: ChatUser) -> dict[str, Any]:
    await person.says("/export")
    await person.sees("Copy of your data", ".zip")
    copy = json.loads(zipfile.ZipFile(io.BytesIO(await newest_file(person))).read("copy.json"))
    (deal,) = copy["deals"]["deal"]
    assert isinstance(deal, dict)
    return deal


@pytest.mark.parametrize(("sells", "buys"), PAIRS)
async def test_the_cost_centre_is_for_the_buyers_eyes_alone(world: World, sells: Chat, buys: Chat) -> None:
    trade = Trade(world, await world.on(sells, "Rasa"), await world.on(buys, "Tom"))
    await trade.list()
    await trade.buy(quantity="50 t")
    await trade.sign()
    await trade.buyer.opens("Pay €")
    await trade.buyer.presses("Order number")
    await trade.buyer.fills(purchase_order="PO 4500123456", cost_centre="K-12")
    await trade.buyer.sees("Purchase order: PO 4500123456", "Cost centre: K-12")
    await trade.pay()
    await trade.buyer.sees("The money is held.", "Cost centre: K-12")
    await trade.seller.sees("Purchase order: PO 4500123456")
    assert "K-12" not in await trade.seller.screen()
    his, hers = await copied_deal(trade.buyer), await copied_deal(trade.seller)
    assert (his["purchase_order"], his["cost_centre"]) == ("PO 4500123456", "K-12")
    assert (hers["purchase_order"], hers.get("cost_centre")) == ("PO 4500123456", None)
    assert "Paid into protection" in await money_file(trade.buyer)
    await world.books_balance()
