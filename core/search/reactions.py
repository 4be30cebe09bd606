"""What is published, changed or taken down, and what a company is called, is known to the next search."""

from __future__ import annotations

from core.kernel.events import Reactions
from core.kernel.transaction import Ctx
from core.listings.events import ListingChanged, ListingFact, ListingPublished, ListingWithdrawn
from core.people.events import ProfileCompleted
from core.people.service import person_of
from core.search.index import index_listing, index_listings_of


def listen(reactions: Reactions) -> None:
    reactions.on(ListingPublished, _listing_moved)
    reactions.on(ListingChanged, _listing_moved)
    reactions.on(ListingWithdrawn, _listing_moved)
    reactions.on(ProfileCompleted, _company_named)


def _listing_moved(ctx: Ctx, fact: ListingFact) -> None:
    index_listing(ctx, fact.listing_id)


def _company_named(ctx: Ctx, fact: ProfileCompleted) -> None:
    index_listings_of(ctx, person_of(ctx, fact.person_id).organisation_id)
