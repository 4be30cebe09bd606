"""What is published, changed or taken down, and what a company is called, is known to the next search."""

from __future__ import annotations

from sqlalchemy import select

from core.kernel.events import Reactions
from core.kernel.transaction import Ctx
from core.listings.events import (
    ListingChanged,
    ListingExpired,
    ListingFact,
    ListingPublished,
    ListingSoldOut,
    ListingStockMoved,
    ListingWithdrawn,
)
from core.listings.model import Listing
from core.people.events import ProfileCompleted
from core.people.service import person_of
from core.search.log import note


def listen(reactions: Reactions) -> None:
    for fact in (
        ListingPublished,
        ListingChanged,
        ListingStockMoved,
        ListingSoldOut,
        ListingWithdrawn,
        ListingExpired,
    ):
        reactions.on(fact, _listing_moved)
    reactions.on(ProfileCompleted, _company_named)


def _listing_moved(ctx: Ctx, fact: ListingFact) -> None:
    note(ctx, [fact.listing_id])


def _company_named(ctx: Ctx, fact: ProfileCompleted) -> None:
    company = person_of(ctx, fact.person_id).organisation_id
    note(ctx, ctx.session.scalars(select(Listing.id).where(Listing.seller == company, Listing.state == "live")).all())
