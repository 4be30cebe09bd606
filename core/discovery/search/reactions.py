"""Reactions that update the index when anything is published, changed or taken down, or a company changes."""

from __future__ import annotations

from sqlalchemy import select

from core.advice.experts.events import ExpertChanged, ExpertFact, ExpertListed, ExpertPaused
from core.advice.experts.model import Expert
from core.discovery.search.kinds import EXPERTS, LISTINGS, REQUESTS
from core.discovery.search.storage import note
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.events import CompanySettled, ProfileCompleted
from core.people.accounts.service import person_of
from core.trade.listings.events import (
    ListingChanged,
    ListingExpired,
    ListingFact,
    ListingPublished,
    ListingPutBack,
    ListingRemoved,
    ListingSoldOut,
    ListingStockMoved,
    ListingWithdrawn,
)
from core.trade.listings.model import Listing, ListingState
from core.trade.requests.events import (
    RequestAwarded,
    RequestChanged,
    RequestCutOff,
    RequestFact,
    RequestLapsed,
    RequestPublished,
    RequestReopened,
    RequestWithdrawn,
)
from core.trade.requests.model import REQUEST, Request


def listen(reactions: Reactions) -> None:
    for fact in (
        ListingPublished,
        ListingChanged,
        ListingStockMoved,
        ListingSoldOut,
        ListingWithdrawn,
        ListingRemoved,
        ListingPutBack,
        ListingExpired,
    ):
        reactions.on(fact, _listing_moved)
    for told in (ExpertListed, ExpertChanged, ExpertPaused):
        reactions.on(told, _expert_moved)
    for known in (
        RequestPublished,
        RequestChanged,
        RequestCutOff,
        RequestAwarded,
        RequestReopened,
        RequestWithdrawn,
        RequestLapsed,
    ):
        reactions.on(known, _request_moved)
    reactions.on(ProfileCompleted, _company_named)
    reactions.on(CompanySettled, _company_settled)


def _listing_moved(ctx: Ctx, fact: ListingFact) -> None:
    note(ctx, LISTINGS, [fact.listing_id])


def _expert_moved(ctx: Ctx, fact: ExpertFact) -> None:
    note(ctx, EXPERTS, [fact.expert_id])


def _request_moved(ctx: Ctx, fact: RequestFact) -> None:
    note(ctx, REQUESTS, [fact.request_id])


def _company_settled(ctx: Ctx, fact: CompanySettled) -> None:
    """Index a company's advisers again. Goods lie where each listing says."""
    company = person_of(ctx, fact.person_id).organisation_id
    advisers = select(Expert.id).where(Expert.organisation_id == company, Expert.live)
    note(ctx, EXPERTS, ctx.session.scalars(advisers).all())


def _company_named(ctx: Ctx, fact: ProfileCompleted) -> None:
    company = person_of(ctx, fact.person_id).organisation_id
    ours = select(Listing.id).where(Listing.seller == company, Listing.state == ListingState.LIVE)
    note(ctx, LISTINGS, ctx.session.scalars(ours).all())
    advisers = select(Expert.id).where(Expert.organisation_id == company, Expert.live)
    note(ctx, EXPERTS, ctx.session.scalars(advisers).all())
    wanting = select(Request.id).where(Request.buyer == company, Request.state == REQUEST.initial)
    note(ctx, REQUESTS, ctx.session.scalars(wanting).all())
