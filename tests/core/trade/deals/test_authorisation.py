"""Malicious input: each story shows that it is refused where it enters, before any payment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from conversations.forms.answers import read_whole_number
from core.kernel.errors import Invalid, Stale
from core.kernel.quantity import Quantity
from core.kernel.transaction import MARKET
from core.trade.deals import service as deals
from core.trade.deals.commission import PlatformTerms
from core.trade.delivery.model import AcceptLot, LotState
from core.trade.delivery.service import accept_lot
from core.trade.listings.service import listing_for, publish_listing
from core.trade.offers import rules, service
from core.trade.offers.model import BuyNow, MakeOffer
from tests.core.conftest import Market
from tests.core.goods import catalogue, pellets, tonnes
from tests.core.trades import agreed, paid


@pytest.mark.parametrize("text", ["00000000160", "000000001" + "9" * 400, "1_0", "²", "53", "0", ""])
def test_a_number_of_lots_is_read_to_its_last_digit(text: str) -> None:
    with pytest.raises(Invalid):
        read_whole_number(1, 52, text)


@pytest.mark.parametrize(
    "changes",
    [
        {"window_to": date.max},  # no day comes after it: the lots of a paid deal could not be planned
        {"window_to": date(2998, 1, 1)},  # the money would be held for a thousand years
        {"lots": 10**9},  # cutting the deal into them would stop the market
        {"window_from": date(2027, 3, 1), "window_to": date(2027, 2, 1)},
    ],
)
async def test_a_delivery_that_cannot_be_waited_for_is_not_proposed(market: Market, changes: dict[str, Any]) -> None:
    seller, _ = await market.newcomer("Anna")
    buyer, _ = await market.newcomer("Ben")
    listing = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets()))

    def propose() -> MakeOffer:
        terms = rules.terms_of(listing, tonnes(100)).model_copy(update=changes)
        return MakeOffer(listing_id=listing.id, terms=terms)

    with pytest.raises((Invalid, ValidationError)):
        await market.run(buyer, lambda ctx: service.make_offer(ctx, catalogue(), propose()))
    assert (await market.run(MARKET, lambda ctx: listing_for(ctx, listing.id))).remaining == tonnes(500)


async def test_goods_sold_in_another_unit_come_back_as_they_were_taken(market: Market) -> None:
    """Twice 500.5 kg, each rounded to 0.501 t, would put a kilogram on sale that does not exist."""
    trade = await agreed(market)
    command = BuyNow(listing_id=trade.listing_id, quantity=Quantity(Decimal(1001), "kg"), lots=2)
    offer = await market.run(trade.buyer, lambda ctx: service.buy_now(ctx, command))
    deal = await market.run(MARKET, lambda ctx: deals.agree_deal(ctx, offer.id, PlatformTerms(0)))
    for actor in (trade.buyer, trade.seller):
        await market.run(actor, lambda ctx: deals.sign_deal(ctx, deal.id))
    await market.run(trade.buyer, lambda ctx: deals.cancel_deal(ctx, deal.id))
    assert (await market.run(MARKET, lambda ctx: listing_for(ctx, trade.listing_id))).remaining == tonnes(400)


async def test_a_press_on_a_lot_as_it_was_is_told_that_it_has_moved_on(market: Market) -> None:
    trade = await paid(market, lots=1)
    (lot,) = await trade.lots()
    seen = lot.version
    await trade.deliver(lot)
    with pytest.raises(Stale):
        await market.run(trade.buyer, lambda ctx: accept_lot(ctx, AcceptLot(lot_id=lot.id), seen))
    assert (await trade.states())[1] == [LotState.INSPECTION]
