"""What people send who mean no good: each story shows that it is refused where it enters, before anybody pays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from conversations.answers import read_whole_number
from core.kernel.errors import Invalid
from core.kernel.transaction import MARKET
from core.listings.service import listing_for, publish_listing
from core.offers import rules, service
from core.offers.model import MakeOffer
from tests.core.conftest import Market
from tests.core.goods import catalogue, pellets, tonnes


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
