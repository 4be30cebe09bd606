"""Alerts about new requests: each seller whose own listings show that they have such goods is told once.

A request is compared with listings like a saved search (`rules.fits`), in reverse. A listing shows what a seller sells
even when it is paused, sold out or over. Dates and price are not compared, because the seller quotes them. Nor is the
amount, because a seller may have or make more than one listing holds. Only less than the smallest lot is no opening.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import delete, func, select, update

from core.catalogue.comparison import quantity_in
from core.catalogue.language.places import Place
from core.catalogue.model import Catalogue
from core.discovery.alerts import rules
from core.discovery.alerts.events import Opening, RequestsFound, SellersSearched
from core.discovery.alerts.model import AT_ONCE, REQUEST_REACH_KM, TOLD_AT_ONCE, RequestAlert, RequestsMuted, Rhythm
from core.discovery.alerts.notification_hours import set_hour
from core.discovery.alerts.rules import Goods, reasons
from core.discovery.search.model import ParsedQuery, Reason
from core.kernel.database import add_unless_present
from core.kernel.errors import NotFound
from core.kernel.timers import Timer, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting, members
from core.people.blocking.service import blocked_parties
from core.trade.listings.model import LISTING, Listing, ListingState
from core.trade.offers.quotes.service import sellers_of
from core.trade.requests.model import REQUEST, Request
from core.trade.requests.service import request_for

OF_REQUEST: Final = "request_alerts"  # kind of timers
MATCH: Final = "match"
SHOWS: Final = tuple(sorted({*ListingState} - LISTING.final - {ListingState.REMOVED}))


def look_for_sellers(ctx: Ctx, request_id: str) -> None:
    """Compare a new or changed request with all listings after this unit."""
    set_timer(ctx.session, Timer(OF_REQUEST, request_id, MATCH, ctx.now))


def match_request(ctx: Ctx, catalogue: Catalogue, request_id: str, *, after: str = "") -> None:
    """Note the sellers to tell, at most so many listings at once, by listing id beyond `after`."""
    request = request_for(ctx, request_id)
    if request.state != REQUEST.initial:
        return
    likely, before = _likely(ctx, request, after), _count_told(ctx, request_id)
    not_told = _not_told(ctx, request)
    for listing in likely[:AT_ONCE]:
        if listing.seller not in not_told and is_answered_by(request, listing, catalogue):
            for person in _sellers(ctx, listing):
                _note(ctx, person, request)
    if len(likely) > AT_ONCE:
        rest = f"{MATCH}:{likely[AT_ONCE - 1].id}"
        set_timer(ctx.session, Timer(OF_REQUEST, request_id, rest, ctx.now))
    elif request.edition == 1 or _count_told(ctx, request_id) != before:
        ctx.announce(SellersSearched(request.id, request.buyer, _count_told(ctx, request_id)))


def sellers_told(ctx: Ctx, request_id: str) -> int | None:
    """Return how many companies are told of a request; None while it is still compared with listings."""
    waits = deadline_of(ctx.session, OF_REQUEST, request_id) is not None
    return None if waits else _count_told(ctx, request_id)


def _count_told(ctx: Ctx, request_id: str) -> int:
    companies = select(func.count(Person.organisation_id.distinct()))
    query = companies.join(RequestAlert, RequestAlert.person_id == Person.id)
    return ctx.session.scalar(query.where(RequestAlert.request_id == request_id)) or 0


def is_answered_by(request: Request, listing: Listing, catalogue: Catalogue) -> bool:
    """Return True if the listing's seller could quote: such goods, within a day's drive, in no less than their lot."""
    if not rules.fits(_query_of(request), Goods(listing, catalogue, ())):
        return False
    least = quantity_in(catalogue, listing.product_id, listing.min_lot, request.unit)
    return least is None or least <= request.quantity


def exceeds(request: Request, listing: Listing, catalogue: Catalogue) -> bool:
    """Return True if a request asks for more than the listing has ever held."""
    most = quantity_in(catalogue, listing.product_id, listing.quantity, request.unit)
    return most is not None and most < request.quantity


def send_requests(ctx: Ctx, catalogue: Catalogue, person: Person) -> None:
    """Tell a person about waiting requests in one message. Leave out requests that no longer take quotes."""
    waiting = select(RequestAlert).where(RequestAlert.person_id == person.id, RequestAlert.told_at.is_(None))
    muted, found = _muted(ctx, person.id), list[Opening]()
    for alert in ctx.session.scalars(waiting.order_by(RequestAlert.request_id.desc())):
        request = request_for(ctx, alert.request_id)
        listing = _shown_by(ctx, catalogue, person, request)
        open_still = request.state == REQUEST.initial and request.product_id not in muted
        if listing is None or not open_still or person.organisation_id in _not_told(ctx, request):
            ctx.session.delete(alert)
            continue
        alert.told_at, alert.listing_id = ctx.now, listing.id
        found.append(Opening(request.id, listing.id))
    if found:
        ctx.announce(RequestsFound(person.id, tuple(found[:TOLD_AT_ONCE]), len(found[TOLD_AT_ONCE:])))


def told_of(ctx: Ctx, catalogue: Catalogue, request_id: str) -> tuple[Listing, tuple[Reason, ...]]:
    """Return why the actor was told of a request: by which listing of theirs, and how it fits.

    Raise NotFound.
    """
    alert = ctx.session.get(RequestAlert, (acting(ctx).id, request_id))
    listing = ctx.session.get(Listing, alert.listing_id) if alert is not None and alert.told_at is not None else None
    if listing is None:
        raise NotFound("alert.not_told")
    return listing, reasons(_query_of(request_for(ctx, request_id)), Goods(listing, catalogue, ()))


def sold_products(ctx: Ctx) -> dict[str, bool]:
    """Return the products that the actor has shown to sell, and whether they hear of requests for each."""
    person = acting(ctx)
    query = select(Listing.product_id).where(Listing.seller == person.organisation_id, Listing.state.in_(SHOWS))
    muted = _muted(ctx, person.id)
    return {product: product not in muted for product in sorted(set(ctx.session.scalars(query)) | muted)}


def mute_requests(ctx: Ctx, product_id: str) -> None:
    add_unless_present(ctx.session, RequestsMuted, person_id=acting(ctx).id, product_id=product_id, muted_at=ctx.now)


def hear_of_requests(ctx: Ctx, product_id: str) -> None:
    """Resume alerts to the actor about requests for these goods from now on."""
    mine = RequestsMuted.person_id == acting(ctx).id
    ctx.session.execute(delete(RequestsMuted).where(mine, RequestsMuted.product_id == product_id))


def move_openings(ctx: Ctx, stays: str, goes: str) -> None:
    """Merge two accounts of one person: what both were told, or have muted, counts once."""
    for table, key in ((RequestAlert, RequestAlert.request_id), (RequestsMuted, RequestsMuted.product_id)):
        known = select(key).where(table.person_id == stays)
        ctx.session.execute(delete(table).where(table.person_id == goes, key.in_(known)))
        ctx.session.execute(update(table).where(table.person_id == goes).values(person_id=stays))


def _query_of(request: Request) -> ParsedQuery:
    """Return the request as a search. Without a known place, goods must be from the same country."""
    place = None
    if request.lat is not None and request.lon is not None:
        place = Place(request.place_name, request.country, request.lat, request.lon, "", False, ())
    return ParsedQuery(
        product=request.product_id,
        grade=request.grade_id,
        certificates=tuple(request.certificates),
        place=place,
        radius_km=REQUEST_REACH_KM if place is not None else None,
        countries=() if place is not None else (request.country,),
    )


def _likely(ctx: Ctx, request: Request, after: str) -> Sequence[Listing]:
    query = select(Listing).where(Listing.state.in_(SHOWS), Listing.product_id == request.product_id)
    return ctx.session.scalars(query.where(Listing.id > after).order_by(Listing.id).limit(AT_ONCE + 1)).all()


def _not_told(ctx: Ctx, request: Request) -> frozenset[str]:
    """Return the companies that are not told: the buyer's own, blocked ones, and those that have quoted."""
    return blocked_parties(ctx, request.buyer) | {request.buyer, *sellers_of(ctx, request.id)}


def _sellers(ctx: Ctx, listing: Listing) -> Iterable[Person]:
    """Return the person who published the listing, or all members if that person has left the company."""
    there = members(ctx, listing.seller)
    return [each for each in there if each.id == listing.published_by] or there


def _note(ctx: Ctx, person: Person, request: Request) -> None:
    if request.product_id in _muted(ctx, person.id):
        return
    key = {"person_id": person.id, "request_id": request.id}
    if add_unless_present(ctx.session, RequestAlert, **key, listing_id=None, found_at=ctx.now, told_at=None):
        set_hour(ctx, person, Rhythm.INSTANT)


def _shown_by(ctx: Ctx, catalogue: Catalogue, person: Person, request: Request) -> Listing | None:
    """Return the listing that best shows that they could quote: one that is for sale, else the newest."""
    mine = (Listing.seller == person.organisation_id) & (Listing.product_id == request.product_id)
    query = select(Listing).where(mine, Listing.state.in_(SHOWS)).order_by(Listing.id.desc())
    fitting = [each for each in ctx.session.scalars(query) if is_answered_by(request, each, catalogue)]
    return next((each for each in fitting if each.state == LISTING.initial), next(iter(fitting), None))


def _muted(ctx: Ctx, person_id: str) -> set[str]:
    return set(ctx.session.scalars(select(RequestsMuted.product_id).where(RequestsMuted.person_id == person_id)))
