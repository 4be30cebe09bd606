"""Reactions of offers to time, our own downtime, and a listing's changes and end."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import update

from core.kernel.heartbeat import ClocksStopped
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer, later
from core.kernel.transaction import Ctx
from core.people.blocking.events import AccountSuspended
from core.trade.listings.events import ListingChanged, ListingFact, ListingRemoved, ListingWithdrawn
from core.trade.offers.events import OfferMade
from core.trade.offers.inquiries.model import INQUIRY
from core.trade.offers.inquiries.service import drop_inquiries_on, fell_silent, has_become_offer
from core.trade.offers.model import OFFER, Offer
from core.trade.offers.service import announce_to_offers, drop_offers_of, drop_offers_on, expire_offer


def listen(reactions: Reactions) -> None:
    reactions.on(ListingWithdrawn, _listing_gone)
    reactions.on(ListingRemoved, _listing_gone)
    reactions.on(ListingChanged, lambda ctx, fact: announce_to_offers(ctx, fact.listing_id, fact.changes))
    reactions.on(AccountSuspended, lambda ctx, fact: drop_offers_of(ctx, fact.organisation_id))
    reactions.on(OfferMade, lambda ctx, fact: has_become_offer(ctx, fact.listing_id, fact.buyer))
    reactions.on(ClocksStopped, _clocks_stopped)


def _listing_gone(ctx: Ctx, fact: ListingFact) -> None:
    drop_offers_on(ctx, fact.listing_id)
    drop_inquiries_on(ctx, fact.listing_id)


def _clocks_stopped(ctx: Ctx, fact: ClocksStopped) -> None:
    """Move the validity of open offers, which stand for as long as their timer, and say so."""
    still_open = (Offer.state == OFFER.initial) & (Offer.valid_until > fact.since)
    moved = update(Offer).where(still_open).values(valid_until=later(ctx.session, Offer.valid_until, fact.by))
    ctx.session.execute(moved, execution_options={"synchronize_session": False})


def handle_timer(ctx: Ctx, timer: Timer) -> None:
    expire_offer(ctx, timer.subject)


def handle_inquiry_timer(ctx: Ctx, timer: Timer) -> None:
    fell_silent(ctx, timer.subject)


timer_handlers: Mapping[str, TimerHandler] = {OFFER.name: handle_timer, INQUIRY.name: handle_inquiry_timer}
