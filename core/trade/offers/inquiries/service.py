"""Actions on inquiries: ask, answer, close; and how one becomes an offer of the seller's."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from core.catalogue.model import Catalogue
from core.kernel.database import check_version
from core.kernel.errors import NotAllowed, NotFound, Refusal, Stale
from core.kernel.frozen_model import FrozenModel
from core.kernel.process import enter, step
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting, has_traded
from core.people.blocking.service import check_may_reach
from core.trade.listings.service import TAKES_OFFERS, listing_for
from core.trade.offers.inquiries.events import InquiryClosed, InquiryWritten
from core.trade.offers.inquiries.model import IDLE_AFTER, INQUIRY, LINES_AT_MOST, AskSeller, Inquiry, InquiryLine, SayOn
from core.trade.offers.model import Offer, Side, Terms
from core.trade.offers.rules import other, roles_of
from core.trade.offers.service import open_offer
from core.trade.offers.validity import DEFAULT_VALIDITY

IDLE = "idle"


def ask_seller(ctx: Ctx, command: AskSeller) -> Inquiry:
    """Ask about a listing; an inquiry that is open already goes on. Raises NotFound, Refusal."""
    person, listing = acting(ctx), listing_for(ctx, command.listing_id)
    if listing.seller == person.organisation_id:
        raise Refusal("inquiry.own_listing")
    check_may_reach(ctx, person.organisation_id, listing.seller)
    if listing.state not in TAKES_OFFERS:
        raise Refusal("listing.not_for_sale", state=listing.state)
    known = inquiry_on(ctx, listing.id, person.organisation_id)
    if known is not None:
        return say_on(ctx, SayOn(inquiry_id=known.id, words=command.words))
    inquiry = Inquiry(
        id=ctx.new_id(),
        listing_id=listing.id,
        buyer=person.organisation_id,
        seller=listing.seller,
        turn="seller",
        lines=[],
    )
    enter(ctx, INQUIRY, inquiry, INQUIRY.initial)
    ctx.session.add(inquiry)
    _write(ctx, inquiry, "buyer", command.words)
    has_traded(ctx, person.organisation_id)
    ctx.announce_change(InquiryWritten(inquiry.id, inquiry.buyer, inquiry.seller, person.id, "asked"))
    return inquiry


def say_on(ctx: Ctx, command: SayOn) -> Inquiry:
    """Write the next message of either side; the time to fall silent starts again. Raises NotFound, Stale, Refusal."""
    inquiry = inquiry_for(ctx, command.inquiry_id)
    side = _side(ctx, inquiry)
    check_may_reach(ctx, inquiry.buyer, inquiry.seller)
    step(ctx, INQUIRY, inquiry, "say", (side,))
    if len(inquiry.lines) >= LINES_AT_MOST:
        raise Refusal("inquiry.too_long", most=LINES_AT_MOST)
    _write(ctx, inquiry, side, command.words)
    inquiry.turn = other(side)
    # The step stays in its state and so keeps the timer; every word is a sign of life.
    set_timer(ctx.session, Timer(INQUIRY.name, inquiry.id, IDLE, ctx.now + IDLE_AFTER), since=ctx.now)
    ctx.announce_change(InquiryWritten(inquiry.id, inquiry.buyer, inquiry.seller, ctx.actor.person, ""))
    return inquiry


def close_inquiry(ctx: Ctx, inquiry_id: str, expected_version: int | None = None) -> Inquiry:
    """Close an inquiry for a side that has nothing more to ask or to say."""
    inquiry = inquiry_for(ctx, inquiry_id)
    check_version(inquiry, expected_version)
    return _close(ctx, inquiry, "close", _side(ctx, inquiry))


def inquiry_for(ctx: Ctx, inquiry_id: str) -> Inquiry:
    """Return an inquiry for one of its two sides (or the market itself). Raises NotFound, to strangers too."""
    inquiry = ctx.session.get(Inquiry, inquiry_id)
    if inquiry is None or (ctx.actor.person is not None and not sides(ctx, inquiry)):
        raise NotFound
    return inquiry


def inquiries_of(ctx: Ctx) -> list[Inquiry]:
    """Return the actor's open inquiries, those that wait for them first."""
    mine = acting(ctx).organisation_id
    query = select(Inquiry).where(or_(Inquiry.buyer == mine, Inquiry.seller == mine), Inquiry.state == INQUIRY.initial)
    found = ctx.session.scalars(query.order_by(Inquiry.id.desc())).all()
    return sorted(found, key=lambda each: "turn" not in sides(ctx, each))


def inquiry_on(ctx: Ctx, listing_id: str, buyer: str) -> Inquiry | None:
    """Return a buyer's open inquiry about a listing."""
    return ctx.session.scalar(
        select(Inquiry).where(
            Inquiry.listing_id == listing_id, Inquiry.buyer == buyer, Inquiry.state == INQUIRY.initial
        )
    )


def sides(ctx: Ctx, inquiry: Inquiry) -> frozenset[str]:
    """Return the actor's roles: "buyer" or "seller", and "turn" or "other". Empty for a stranger."""
    return roles_of(acting(ctx).organisation_id, inquiry.buyer, inquiry.seller, inquiry.turn)


def has_become_offer(ctx: Ctx, listing_id: str, buyer: str) -> None:
    """Close the inquiry of two who exchange offers from now on."""
    known = inquiry_on(ctx, listing_id, buyer)
    if known is not None:
        _close(ctx, known, "offered", "system")


def drop_inquiries_on(ctx: Ctx, listing_id: str) -> None:
    """Close the inquiries on a listing that is no longer there."""
    query = select(Inquiry).where(Inquiry.listing_id == listing_id, Inquiry.state == INQUIRY.initial)
    for inquiry in ctx.session.scalars(query).all():
        _close(ctx, inquiry, "listing_gone", "system")


def fell_silent(ctx: Ctx, inquiry_id: str) -> None:
    """Close an inquiry that was silent for two weeks."""
    _close(ctx, inquiry_for(ctx, inquiry_id), IDLE, "time")


def _close(ctx: Ctx, inquiry: Inquiry, event: str, role: str) -> Inquiry:
    step(ctx, INQUIRY, inquiry, event, (role,))
    inquiry.ended_by = event
    ctx.announce_change(InquiryClosed(inquiry.id, inquiry.buyer, inquiry.seller, ctx.actor.person, event))
    return inquiry


def _side(ctx: Ctx, inquiry: Inquiry) -> Side:
    return "buyer" if acting(ctx).organisation_id == inquiry.buyer else "seller"


def _write(ctx: Ctx, inquiry: Inquiry, side: Side, words: str) -> None:
    person = acting(ctx).id
    inquiry.lines.append(InquiryLine(number=len(inquiry.lines) + 1, side=side, person=person, at=ctx.now, words=words))


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
