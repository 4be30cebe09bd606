"""The one door of the search: `parse` a sentence, `search` with the query, `explain` what was understood.

All other modules of this package are private to it, except the types in `model`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import select

from core.catalogue.language.places import Place, Places
from core.catalogue.language.times.days import DateWindow, from_then_on
from core.catalogue.model import Catalogue
from core.catalogue.product_names import words_of
from core.discovery.search import rules
from core.discovery.search.batch import RowSearch
from core.discovery.search.expert_search import ExpertSearch, by_rating, by_relevance, explain_problem, nearest_words
from core.discovery.search.filters import index_order, strict_query
from core.discovery.search.intent import Intent, drop_recurrence, order_of_advisers, whole_words
from core.discovery.search.kinds import EXPERTS, REQUESTS
from core.discovery.search.listing_search import SHORT_LIST, ListingSearch
from core.discovery.search.model import (
    LARGEST_PAGE,
    NEAR_KM,
    NOT_TRADED,
    ExpertResults,
    Explanation,
    HasTime,
    Kind,
    Measure,
    Order,
    Page,
    ParsedQuery,
    Query,
    RequestResults,
    Standings,
)
from core.discovery.search.problems import (
    Clock,
    at_clock_time,
    extract_clock_time,
    is_over,
    names_weekday,
    problem_words,
)
from core.discovery.search.sentence.exclusions import words_of_kind
from core.discovery.search.sentence.goods import usable_as_fuel
from core.discovery.search.sentence.keyboard_layout import retyped
from core.discovery.search.sentence.location import extract_countries
from core.discovery.search.sentence.measurements import extract_incomplete_limit, extract_measures, is_met
from core.discovery.search.sentence.passes import read
from core.discovery.search.sentence.state import ParseState
from core.discovery.search.storage import index_cache_of
from core.discovery.search.unknown_words import drop_single_letters, drop_unknown_words
from core.kernel.errors import Invalid, Refusal
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.trade.listings.model import Listing
from core.trade.requests.model import REQUEST, Request

LOOKED_AT: Final = 200  # requests that are looked at; further pages are not visited
A_WEEK: Final = 7  # days
OF_GOODS: Final = ("goods.one_at_a_time", NOT_TRADED)  # no matter in a question about goods


# --- parse ------------------------------------------------------------------------------------------------------------


def parse(
    text: str,
    catalogue: Catalogue,
    places: Places,
    today: date,
    language: str = "en",
    *,
    per: str | None = None,
    several: bool = False,
) -> ParsedQuery:
    """Read a sentence in any of the languages; `language` only decides what "1.200" means. Never raises.

    `per`: the unit of a price without a unit, if it is not the usual one of the goods.
    `several`: look for all goods of a list with an "and"; a listing is of one alone.
    """
    return read(ParseState(text, catalogue, places, today, language, per, several))


def parse_query(
    text: str,
    catalogue: Catalogue,
    places: Places,
    today: date,
    language: str = "en",
    *,
    home: Place | None = None,
    measured: bool = True,
) -> Query:
    """Return the query of a sentence.

    Its order can be changed like a chosen one, so it is no filter. "Cheapest" in a town means near that town.

    `home`: the origin of a distance without a place.
    `measured`: whether moisture, ash and the like are filters, as in a search for goods.
    """
    quality, text = extract_measures(text, catalogue) if measured else ((), text)
    unread, text = extract_incomplete_limit(text, catalogue, places) if measured else ("", text)
    query = _from_home(parse(text, catalogue, places, today, language, several=True), home)
    order: Order = query.order or "best"
    far = order not in {"best", "nearest"} and query.place is not None and query.radius_km is None
    left = usable_as_fuel(query.alternatives, words_of(query.rest), catalogue)
    parsed = replace(
        query,
        product=left[0] if len(left) == 1 else query.product,
        alternatives=left if len(left) > 1 else (),
        quality=quality,
        rest=drop_single_letters(query.rest) if measured else query.rest,
        order=None,
        by_load=False,
        radius_km=NEAR_KM if far else query.radius_km,
        window=from_then_on(query.window),
        unclear=(*query.unclear, Refusal("search.limit_unread", words=unread)) if unread else query.unclear,
    )
    return Query(extract_countries(parsed, catalogue, places), order)


def _from_home(parsed: ParsedQuery, home: Place | None) -> ParsedQuery:
    """Return the query with "within 100 km" measured from home. Without a home the origin is unclear."""
    if parsed.around_km is None:
        return parsed
    if home is not None:
        return replace(parsed, place=home, place_as_written=home.name, radius_km=parsed.around_km, around_km=None)
    whence = Invalid("place.distance_from_where", km=parsed.around_km)
    return replace(parsed, around_km=None, unclear=(*parsed.unclear, whence))


def parse_problem(
    text: str,
    catalogue: Catalogue,
    places: Places,
    today: date,
    language: str = "en",
    *,
    now: time = time.min,
    answering: bool = False,
) -> Query:
    """Return the query of a sentence to advisers, in the order it asks for. A clock time is taken out beforehand.

    `now`: the time on the seeker's clock.
    `answering`: the text follows a list of them (see `extract_clock_time`).
    """
    clock = extract_clock_time(text, catalogue, today, answering=answering)
    query = at_clock_time(parse_query(clock.text, catalogue, places, today, language, measured=False), clock)
    if query.parsed.window == (today, today) and names_weekday(text, catalogue) and is_over(clock, now):
        day = today + timedelta(days=A_WEEK)
        query = replace(query, parsed=replace(query.parsed, window=DateWindow(day, day)))
    problem = as_problem(query, catalogue, clock.text)
    return replace(problem, order=order_of_advisers(clock.text, query, catalogue))


def as_problem(query: Query, catalogue: Catalogue, text: str = "") -> Query:
    """Return the query of a seeker of advice.

    A price is for an hour, and goods are the subject. A sort order for goods does not apply to advisers. `text`: as it
    was written, for names of schemes.
    """
    parsed = query.parsed
    limit = parsed.max_price or parsed.price
    rate = parsed.max_rate
    if rate is None and limit is not None:
        rate = Money.rounded(Fraction(limit.amount), limit.currency)
    about = " ".join(filter(None, (parsed.named, parsed.rest, parsed.countries_as_written)))
    return Query(
        ParsedQuery(
            rest=" ".join(problem_words(about, parsed, catalogue, text)),
            free_now=parsed.free_now,
            max_rate=rate,
            by_minute=parsed.by_minute,
            window=parsed.window,
            at=parsed.at,
            speaks=parsed.speaks,
            place=parsed.place,
            place_as_written=parsed.place_as_written,
            radius_km=parsed.radius_km,
            unclear=tuple(each for each in parsed.unclear if each.code not in OF_GOODS),
        )
    )


def as_supply(query: Query) -> Query:
    """Return the query of a seller: a price is the least they accept, and a packing one they can deliver.

    Their measured figures are not compared with requests.
    """
    parsed = query.parsed
    least = parsed.min_price or parsed.price
    meant = replace(parsed, side=None, price=None, min_price=least, packaging=(), incoterm=None, free_now=False)
    return replace(query, parsed=replace(meant, quality=()))


def intent_of(text: str, parsed: ParsedQuery, catalogue: Catalogue) -> Intent:
    """Return what the sentence asks for: goods, advice, what goods cost, or our fee."""
    return Intent(text, parsed, catalogue)


def strip_fee_question(text: str, catalogue: Catalogue) -> str:
    """Return the words without those that only ask: "what is left of 200 t at 215" is "of 200 t at 215"."""
    asking = frozenset().union(*(whole_words(meaning, catalogue) for meaning in ("our_fee", "is_left", "how_much")))
    return " ".join(word for word in text.split() if not words_of(word) or not asking.issuperset(words_of(word)))


def correct_layout(text: str, catalogue: Catalogue, places: Places) -> str:
    """Return the sentence as meant if it was typed in another keyboard layout, or else an empty string."""
    return retyped(text, catalogue, places)


def split_clock_time(text: str, catalogue: Catalogue, today: date) -> Clock:
    """Take the time of day out of a sentence, with the weekday beside it."""
    return extract_clock_time(text, catalogue, today)


# --- change a query ---------------------------------------------------------------------------------------------------


def without(query: Query, filter_name: str) -> Query:
    """Return the query with the filter of a chip given up; unchanged by a name that is no filter."""
    return rules.without(query, filter_name) if filter_name in ParsedQuery.__dataclass_fields__ else query


def weaker(query: Query, choice: str) -> Query:
    """Return the query with a filter given up ("speaks"), or the rate raised to so many cents an hour
    ("max_rate:8000").
    """
    filter_name, _, minor = choice.partition(":")
    most = query.parsed.max_rate
    if filter_name == "max_rate" and most is not None and minor.isascii() and minor.isdecimal():
        raised = Money(int(minor), most.currency)
        return replace(query, parsed=replace(query.parsed, max_rate=raised))
    return without(query, choice)


def fit_grades(parsed: ParsedQuery, catalogue: Catalogue) -> ParsedQuery:
    """Return the query with a bare grade ("A1") applied to the goods. If several goods may be meant, keep those with
    that grade.

    If none of them has it, the query stays unchanged and finds nothing.
    """
    if not parsed.grades or not (parsed.product or parsed.alternatives):
        return parsed
    goods = (parsed.product,) if parsed.product else parsed.alternatives
    having = tuple(each for each in goods if not set(catalogue.product(each).grades).isdisjoint(parsed.grades))
    if not having:
        return parsed
    if len(having) > 1:
        return replace(parsed, alternatives=having)
    grades = tuple(grade for grade in catalogue.product(having[0]).grades if grade in parsed.grades)
    alone = grades[0] if len(grades) == 1 else None
    return replace(parsed, product=having[0], alternatives=(), grade=alone, grades=() if alone else grades)


# --- search -----------------------------------------------------------------------------------------------------------


def search(
    ctx: Ctx,
    catalogue: Catalogue,
    query: Query,
    limit: int = 5,
    after: str | None = None,
    *,
    standings: Standings | None = None,
    home: Place | None = None,
) -> Page:
    """Return a page of live listings, best first, each confirmed against its row in this transaction.

    `after`: the `after` of the previous page.
    `standings`: tells how good the sellers are, 0 to 1.
    `home`: without a place in the query, equal hits are sorted by distance from here.

    Raise Invalid for a page longer than fifty.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise Invalid("search.page", field="limit", most=LARGEST_PAGE)
    position, last_id = _cursor(after)
    searcher = ListingSearch.of(ctx, catalogue, home)
    query = searcher.learned(query)
    query = replace(query, parsed=fit_grades(query.parsed, catalogue))
    query = replace(query, parsed=drop_recurrence(query.parsed, catalogue))
    query = replace(query, parsed=drop_unknown_words(ctx, query.parsed, searcher.index, catalogue))
    answer = searcher.answer(query, max(SHORT_LIST, position + limit + 1))
    found = list(answer.found)
    if query.order in {"best", "rated"} and standings is not None and found:
        short = found[:SHORT_LIST]
        by_name = rules.rank_by_rating if query.order == "best" else rules.sort_by_rating
        found[:SHORT_LIST] = by_name(short, standings({each.seller for each in short}))
    start = next((n for n, each in enumerate(found, 1) if each.id == last_id), position)
    hits, end, gone = searcher.confirmed(query, found, start, limit)
    total = answer.total - gone
    return Page(
        parsed=query.parsed,
        hits=hits,
        total=total,
        after=f"{end}:{hits[-1].listing.id}" if hits and end < len(found) else None,
        relaxations=() if total else searcher.relaxations(query),
        did_you_mean=searcher.did_you_mean(query),
        questions=rules.questions(query),
    )


def _cursor(after: str | None) -> tuple[int, str | None]:
    """Return where the next page begins: behind the last hit seen or, if that is gone, in its place."""
    if after is None:
        return 0, None
    position, _, last_id = after.partition(":")
    if not (position.isascii() and position.isdecimal()) or len(position) > 6:
        raise Invalid("search.page", field="after", most=LARGEST_PAGE)
    return max(0, int(position) - 1), last_id


def search_experts(
    ctx: Ctx,
    catalogue: Catalogue,
    query: Query,
    *,
    standings: Standings | None = None,
    but: str | None = None,
    has_time: HasTime | None = None,
) -> ExpertResults:
    """Return listed consultants who fit.

    `standings`: how good organisations are, 0 to 1.
    `but`: one left out.
    `has_time`: whether one can be booked on those days; without it, days are no filter.
    """
    index = index_cache_of(ctx, EXPERTS).look(ctx.session, catalogue)
    seeker = ExpertSearch(ctx, catalogue, index, but, has_time)
    matches = seeker.confirmed(query)
    if standings is not None and query.order in {"best", "rated"}:
        known = standings({match.expert.organisation_id for match in matches})
        by = by_relevance if query.order == "best" else by_rating
        matches.sort(key=lambda match: -by(match, known.get(match.expert.organisation_id, rules.UNKNOWN_SELLER)))
    return ExpertResults(
        query,
        tuple(matches),
        () if matches else tuple(seeker.relaxations(query)),
        () if matches else tuple(nearest_words(index, query)),
    )


def search_requests(ctx: Ctx, catalogue: Catalogue, query: Query, *, but: str) -> RequestResults:
    """Return requests that take quotes now, each confirmed against its row. `but`: an organisation to leave out."""
    index = index_cache_of(ctx, REQUESTS).look(ctx.session, catalogue)
    order = index_order(query.order)
    query = replace(query, parsed=drop_unknown_words(ctx, query.parsed, index, catalogue))
    engine_query = strict_query(query.parsed, catalogue, ctx.now.date(), order, kind=REQUESTS.name)
    found = index.search(engine_query, LOOKED_AT).found
    taking = select(Request).where(
        Request.id.in_([each.id for each in found]),
        Request.state == REQUEST.initial,
        Request.closes_at > ctx.now,
        Request.buyer != but,
    )
    rows = {request.id: request for request in ctx.session.scalars(taking)}
    fitting = [each for each in found if each.id in rows]
    return RequestResults(
        query,
        tuple(rows[each.id] for each in fitting),
        tuple(None if each.km is None else round(each.km) for each in fitting),
    )


def index_rows(rows: Iterable[dict[str, Any]], catalogue: Catalogue, known: Places, today: date) -> RowSearch:
    """Build an index in memory of documents that a file describes row by row."""
    return RowSearch(rows, catalogue, known, today)


# --- explain ----------------------------------------------------------------------------------------------------------


def explain(query: Query, kind: Kind = "listing") -> Explanation:
    """Return what was understood of a query, in a trader's order, and what was not.

    Each `Hit` and `Match` has its own reasons.
    """
    chips = explain_problem(query) if kind == "expert" else rules.chips_of(query.parsed)
    return Explanation(chips, query.parsed.unclear)


def meets_origin(parsed: ParsedQuery, listing: Listing, catalogue: Catalogue) -> bool:
    """Return True if a listing is from a wanted area, and has no excluded mark."""
    return rules.is_from_there(parsed, listing, catalogue)


def measures_met(parsed: ParsedQuery, listing: Listing, catalogue: Catalogue) -> tuple[Measure, ...]:
    """Return the wanted measures that the listing's grade promises, or its seller states."""
    return tuple(each for each in parsed.quality if is_met(each, listing.grade_id, listing.words or "", catalogue))


def excluded_words(tag: str, catalogue: Catalogue) -> frozenset[str]:
    """Return the folded words, in all languages, of a kind of goods that a query excludes."""
    return words_of_kind(tag, catalogue)
