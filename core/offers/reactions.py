"""What time and a listing's end do to offers."""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.events import Reactions
from core.kernel.sweep import Ring
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.listings.events import ListingWithdrawn
from core.offers.model import OFFER
from core.offers.service import drop_offers_on, expire_offer


def listen(reactions: Reactions) -> None:
    reactions.on(ListingWithdrawn, _listing_withdrawn)


def _listing_withdrawn(ctx: Ctx, fact: ListingWithdrawn) -> None:
    drop_offers_on(ctx, fact.listing_id)


def ring(ctx: Ctx, timer: Timer) -> None:
    expire_offer(ctx, timer.subject)


rings: Mapping[str, Ring] = {OFFER.name: ring}
