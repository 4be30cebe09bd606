"""Saved searches: commands on them, and the effects of a listing or the hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Final

from sqlalchemy import delete, func, select, update

from core.catalogue.model import Catalogue
from core.catalogue.product_names import words_of
from core.discovery.alerts import rules
from core.discovery.alerts.events import Found, ListingsFound
from core.discovery.alerts.keywords import known_names
from core.discovery.alerts.matching import Watchlists, outline
from core.discovery.alerts.model import (
    AT_ONCE,
    SEARCHES_AT_MOST,
    TOLD_AT_ONCE,
    Alert,
    ChooseQuietHours,
    QuietHours,
    Rhythm,
    SavedSearch,
    SaveSearch,
)
from core.discovery.alerts.notification_hours import OF_PERSON, quiet_hours_of, set_hour, told_lately
from core.discovery.alerts.request_alerts import move_openings, mute_requests, send_requests, sold_products
from core.discovery.alerts.rules import Goods, Hours, reasons
from core.discovery.search.model import Query, Reason
from core.kernel.database import add_unless_present
from core.kernel.errors import Invalid, NotAllowed, NotFound, Refusal
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting, organisation_of, person_of
from core.people.blocking.service import blocked_parties
from core.trade.listings.model import Listing
from core.trade.listings.service import TAKES_OFFERS, listing_for

OF_LISTING: Final = "listing_alerts"  # kind of timers
MATCH: Final = "match"

# --- a person's own ---------------------------------------------------------------------------------------------------


def save_search(ctx: Ctx, command: SaveSearch) -> SavedSearch:
    """Keep a search. The same one again is the one that is there. Raises Invalid, Refusal."""
    person = acting(ctx)
    query = _as_alert(Query.from_json(command.query))
    if not rules.has_filters(query.parsed):
        raise Invalid("alert.asks_nothing")
    mine = searches_of(ctx, person.id)
    same = next((each for each in mine if query_of(each).canonical() == query.canonical()), None)
    if same is not None:
        same.question = command.question or same.question
        ctx.session.flush()
        return same
    if len(mine) >= SEARCHES_AT_MOST:
        raise Refusal("alert.too_many", most=SEARCHES_AT_MOST)
    search = SavedSearch(
        id=ctx.new_id(),
        person_id=person.id,
        query=query.canonical(keeps_place_name=True).to_json(),
        question=command.question,
        product_id=query.parsed.product or "",
        outline=outline(query.parsed),
        rhythm=command.rhythm,
        paused=False,
        saved_at=ctx.now,
        changed_at=ctx.now,
    )
    ctx.session.add(search)
    ctx.session.flush()
    return search


def searches_of(ctx: Ctx, person_id: str) -> list[SavedSearch]:
    """Return a person's searches, the newest first."""
    query = select(SavedSearch).where(SavedSearch.person_id == person_id)
    return list(ctx.session.scalars(query.order_by(SavedSearch.id.desc())))


def search_of(ctx: Ctx, search_id: str) -> SavedSearch:
    """Return a search of the actor. Raise NotFound or NotAllowed."""
    search = ctx.session.get(SavedSearch, search_id)
    if search is None:
        raise NotFound("alert.gone")
    if search.person_id != acting(ctx).id:
        raise NotAllowed
    return search


def seekers_of(ctx: Ctx, product_id: str) -> int:
    """Return how many people look for a product and want to hear of it."""
    looking = select(func.count(SavedSearch.person_id.distinct()))
    return ctx.session.scalar(looking.where(SavedSearch.product_id == product_id, ~SavedSearch.paused)) or 0


def query_of(search: SavedSearch) -> Query:
    return _as_alert(Query.from_json(search.query))


def _as_alert(query: Query) -> Query:
    """Return the query as an alert uses it: a place without a distance means near it."""
    return replace(query, parsed=replace(query.parsed, radius_km=rules.reach_km(query.parsed)))


def pause_search(ctx: Ctx, search_id: str) -> SavedSearch:
    """Stop alerts of a search, also those that wait."""
    return _change(ctx, search_of(ctx, search_id), paused=True)


def mute_everything(ctx: Ctx) -> None:
    """Stop every alert to the actor, about saved searches and about requests for their goods."""
    for search in searches_of(ctx, acting(ctx).id):
        _change(ctx, search, paused=True)
    for product_id in sold_products(ctx):
        mute_requests(ctx, product_id)


def choose_rhythm(ctx: Ctx, search_id: str, rhythm: Rhythm) -> SavedSearch:
    """Set a search's rhythm to instant, daily or weekly, and resume a paused one.

    Waiting alerts move to the new hour, or to that of another search.
    """
    search = _change(ctx, search_of(ctx, search_id), paused=False)
    search.rhythm = rhythm
    ctx.session.flush()
    _choose_again(ctx, search.person_id)
    return search


def delete_search(ctx: Ctx, search_id: str) -> SavedSearch:
    """Delete a search. Its alerts stay told: no other search tells them again."""
    search = search_of(ctx, search_id)
    ctx.session.delete(search)
    ctx.session.flush()
    _choose_again(ctx, search.person_id)
    return search


def choose_quiet_hours(ctx: Ctx, command: ChooseQuietHours) -> Hours:
    person = acting(ctx)
    own = ctx.session.get(QuietHours, person.id)
    if own is None:
        own = QuietHours(person_id=person.id)
        ctx.session.add(own)
    own.begins_minute, own.ends_minute = _minute(command.begins), _minute(command.ends)
    ctx.session.flush()
    return quiet_hours_of(ctx, person)


def found_by(ctx: Ctx, listing_id: str) -> tuple[Alert, SavedSearch | None]:
    """Return when the actor was told of a listing, and by which search if it still exists. Raise NotFound."""
    alert = ctx.session.get(Alert, (acting(ctx).id, listing_id))
    if alert is None or alert.told_at is None:
        raise NotFound("alert.not_told")
    return alert, ctx.session.get(SavedSearch, alert.search_id)


def reasons_for(
    ctx: Ctx, catalogue: Catalogue, search: SavedSearch, listing_id: str
) -> tuple[tuple[Reason, ...], SavedSearch | None]:
    """Return the filters that a listing meets, and a fitting search of the same person with more filters, if any."""
    goods = _goods(ctx, listing_for(ctx, listing_id), catalogue)
    fitting = (each for each in searches_of(ctx, search.person_id) if rules.fits(query_of(each).parsed, goods))
    closest = max((search, *fitting), key=lambda each: rules.filter_count(query_of(each)))  # the first of equal ones
    return reasons(query_of(search).parsed, goods), None if closest is search else closest


# --- a new listing ----------------------------------------------------------------------------------------------------


def look_for_takers(ctx: Ctx, listing_id: str) -> None:
    """Compare a new or changed listing with all searches after this unit."""
    set_timer(ctx.session, Timer(OF_LISTING, listing_id, MATCH, ctx.now))


def match_listing(
    ctx: Ctx, watchlists: Watchlists, catalogue: Catalogue, listing_id: str, listed: datetime, *, after: str = ""
) -> None:
    """Note the people to tell of a listing, at most so many at once, by search id beyond `after`.

    `listed`: when it was published or changed. A search saved since then has shown it in its list.
    """
    listing = listing_for(ctx, listing_id)
    if listing.state not in TAKES_OFFERS:
        return
    likely = watchlists.current(ctx).wanting(listing, after=after, most=AT_ONCE + 1)
    goods = _goods(ctx, listing, catalogue)
    not_told = blocked_parties(ctx, listing.seller) | {listing.seller}
    for search, person in _with_people(ctx, likely[:AT_ONCE]):
        is_watching = search.changed_at <= listed and person.organisation_id not in not_told
        if is_watching and rules.fits(query_of(search).parsed, goods):
            _note(ctx, search, person, goods)
    if len(likely) > AT_ONCE:
        rest = f"{MATCH}:{likely[AT_ONCE - 1]}"
        set_timer(ctx.session, Timer(OF_LISTING, listing_id, rest, listed))


def _goods(ctx: Ctx, listing: Listing, catalogue: Catalogue) -> Goods:
    return Goods(listing, catalogue, words_of_listing(ctx, listing), known_names(ctx))


def words_of_listing(ctx: Ctx, listing: Listing) -> frozenset[str]:
    """Return the words of a listing: its own text, its place and its seller's name."""
    texts = (listing.words, listing.place_name, organisation_of(ctx, listing.seller).name)
    return frozenset(word for text in texts for word in words_of(text))


def _with_people(ctx: Ctx, ids: Sequence[str]) -> Iterable[tuple[SavedSearch, Person]]:
    query = select(SavedSearch, Person).join(Person, Person.id == SavedSearch.person_id)
    rows = ctx.session.execute(query.where(SavedSearch.id.in_(ids), ~SavedSearch.paused).order_by(SavedSearch.id))
    return [(row[0], row[1]) for row in rows]


def _note(ctx: Ctx, search: SavedSearch, person: Person, goods: Goods) -> None:
    """Note an alert once for each listing and person, for the first of their searches that fit (`rules.precedence`)."""
    new = add_unless_present(
        ctx.session,
        Alert,
        person_id=person.id,
        listing_id=goods.listing.id,
        search_id=search.id,
        found_at=ctx.now,
        told_at=None,
    )
    if new or _takes_over(ctx, search, goods):
        set_hour(ctx, person, search.rhythm)


def _takes_over(ctx: Ctx, search: SavedSearch, goods: Goods) -> bool:
    """Return True if this search takes over a waiting alert from one of the same person. The other search comes after
    it or no longer fits.
    """
    alert = ctx.session.get(Alert, (search.person_id, goods.listing.id))
    if alert is None or alert.told_at is not None or alert.search_id == search.id:
        return False
    other = ctx.session.get(SavedSearch, alert.search_id)
    first = other is not None and not other.paused and _precedence(other) <= _precedence(search)
    if other is not None and first and rules.fits(query_of(other).parsed, goods):
        return False
    alert.search_id, alert.found_at = search.id, ctx.now
    ctx.session.flush()
    return True


def _precedence(search: SavedSearch) -> tuple[int, int, str]:
    return (*rules.precedence(search.rhythm, query_of(search)), search.id)


# --- the hour ---------------------------------------------------------------------------------------------------------


def tell(ctx: Ctx, catalogue: Catalogue, person_id: str, rhythm: Rhythm) -> None:
    """Tell a person about waiting listings in one message. Leave out listings that are no longer available."""
    person = person_of(ctx, person_id)
    due = rules.may_tell_at(rhythm, ctx.now, quiet_hours_of(ctx, person), told_lately(ctx, person_id))
    if due > ctx.now:
        set_timer(ctx.session, Timer(OF_PERSON, person_id, rhythm, due))
        return
    blocking, searches, found = blocked_parties(ctx, person.organisation_id), _in_turn(ctx, person_id), list[Found]()
    for alert, listing in _waiting(ctx, person_id):
        search = None if listing.seller in blocking else _teller(ctx, searches, alert, listing, catalogue)
        if search is None:
            ctx.session.delete(alert)  # should it fit again, it is found again
            continue
        if search.rhythm == rhythm:
            alert.told_at = ctx.now
            found.append(Found(alert.listing_id, search.id))
        elif search.id != alert.search_id:
            set_hour(ctx, person, search.rhythm)
        alert.search_id = search.id
    if rhythm is Rhythm.INSTANT:
        send_requests(ctx, catalogue, person)
    if found:
        ctx.announce(ListingsFound(person_id, rhythm, tuple(found[:TOLD_AT_ONCE]), len(found[TOLD_AT_ONCE:])))


def _in_turn(ctx: Ctx, person_id: str) -> list[SavedSearch]:
    """Return a person's searches that are not muted. The first fitting one tells."""
    return sorted((each for each in searches_of(ctx, person_id) if not each.paused), key=_precedence)


def _teller(
    ctx: Ctx, searches: Sequence[SavedSearch], alert: Alert, listing: Listing, catalogue: Catalogue
) -> SavedSearch | None:
    """Return the first search that existed when the listing was found, and that fits it now."""
    if listing.state not in TAKES_OFFERS:
        return None
    goods = _goods(ctx, listing, catalogue)
    known = (each for each in searches if each.changed_at <= alert.found_at)
    return next((each for each in known if rules.fits(query_of(each).parsed, goods)), None)


def _waiting(ctx: Ctx, person_id: str) -> list[tuple[Alert, Listing]]:
    query = select(Alert, Listing).join(Listing, Listing.id == Alert.listing_id)
    untold = query.where(Alert.person_id == person_id, Alert.told_at.is_(None)).order_by(Alert.listing_id.desc())
    return [(row[0], row[1]) for row in ctx.session.execute(untold)]


# --- rows -------------------------------------------------------------------------------------------------------------


def move_searches(ctx: Ctx, stays: str, goes: str) -> None:
    """Merge two accounts of one person: what both were told counts once."""
    known = select(Alert.listing_id).where(Alert.person_id == stays)
    ctx.session.execute(delete(Alert).where(Alert.person_id == goes, Alert.listing_id.in_(known)))
    ctx.session.execute(update(Alert).where(Alert.person_id == goes).values(person_id=stays))
    ctx.session.execute(update(SavedSearch).where(SavedSearch.person_id == goes).values(person_id=stays))
    move_openings(ctx, stays, goes)
    for rhythm in Rhythm:
        set_timer(ctx.session, Timer(OF_PERSON, stays, rhythm, ctx.now))


def _change(ctx: Ctx, search: SavedSearch, *, paused: bool) -> SavedSearch:
    if search.paused != paused:
        search.paused, search.changed_at = paused, ctx.now
    ctx.session.flush()
    if paused:
        _choose_again(ctx, search.person_id)
    return search


def _choose_again(ctx: Ctx, person_id: str) -> None:
    """Set the timers of all rhythms of a person's searches.

    A waiting alert may now belong to another of their searches, and be due sooner.
    """
    untold = Alert.person_id == person_id, Alert.told_at.is_(None)
    if ctx.session.scalar(select(Alert.listing_id).where(*untold).limit(1)) is None:
        return
    person, rhythms = person_of(ctx, person_id), {search.rhythm for search in _in_turn(ctx, person_id)}
    for rhythm in sorted(rhythms):
        set_hour(ctx, person, rhythm)
    if not rhythms:
        ctx.session.execute(delete(Alert).where(*untold))


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
