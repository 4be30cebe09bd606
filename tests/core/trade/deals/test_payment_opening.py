"""A newcomer's first view of a fresh market: goods also in small packings, and open requests of buyers."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from config.reference import reference
from core.kernel.transaction import MARKET
from core.trade.listings.model import Listing
from core.trade.requests.model import Request
from core.trade.requests.service import open_requests
from tests.core.conftest import Market
from tools.seed.opening import open_market, who_opens


async def test_a_fresh_market_has_open_requests_and_goods_in_bags(market: Market) -> None:
    catalogue, places = reference()
    await open_market(market.transactions, catalogue, places, market.clock.now().date())

    newcomer, _ = await market.newcomer("Nina")
    asked = await market.run(newcomer, lambda ctx: open_requests(ctx, 10))
    packed = await market.run(
        MARKET, lambda ctx: list(ctx.session.scalars(select(Listing).where(Listing.packaging.is_not(None))))
    )

    assert len(asked) == 5
    assert len({each.buyer for each in asked}) == 5, "different buyers"
    assert all(soon(market, each) for each in asked)
    assert {each.packaging for each in packed} == {"bag", "big_bag"}
    assert any(each.place_name == "Kaunas" and each.min_lot_amount == 20 for each in packed), "twenty bags near Kaunas"
    assert len(who_opens()) == len({each.telegram_id for each in who_opens()})


def soon(market: Market, request: Request) -> bool:
    return timedelta(days=5) < request.closes_at - market.clock.now() < timedelta(days=20)
