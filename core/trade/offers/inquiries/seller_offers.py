"""The seller's way out of an inquiry: the first offer may come from either side."""

from __future__ import annotations

from datetime import timedelta

from core.catalogue import Catalogue
from core.kernel.errors import NotAllowed, Refusal, Stale
from core.kernel.frozen_model import FrozenModel
from core.kernel.transaction import Ctx
from core.trade.listings.service import TAKES_OFFERS, listing_for
from core.trade.offers.inquiries.model import INQUIRY
from core.trade.offers.inquiries.service import inquiry_for, sides
from core.trade.offers.model import DEFAULT_VALIDITY, Offer, Terms
from core.trade.offers.service import open_offer


class OfferToAsker(FrozenModel):
    """The seller's first offer to a buyer who has asked."""

    inquiry_id: str
    terms: Terms
    valid_for: timedelta = DEFAULT_VALIDITY


def offer_to_asker(ctx: Ctx, catalogue: Catalogue, command: OfferToAsker, expected_version: int | None = None) -> Offer:
    """Propose terms to the buyer who has asked; it is their turn then. Raises NotAllowed, Stale, Refusal, Invalid."""
    inquiry = inquiry_for(ctx, command.inquiry_id)
    if "seller" not in sides(ctx, inquiry):
        raise NotAllowed
    if (expected_version is not None and expected_version != inquiry.version) or inquiry.state in INQUIRY.final:
        raise Stale
    listing = listing_for(ctx, inquiry.listing_id)
    if listing.state not in TAKES_OFFERS:
        raise Refusal("listing.not_for_sale", state=listing.state)
    return open_offer(
        ctx, catalogue, listing, command.terms, buyer=inquiry.buyer, side="seller", valid_for=command.valid_for
    )
