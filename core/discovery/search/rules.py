"""Pure decisions of a search: what fits the wishes, how near it is, in which order and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Final

from core.catalogue import Catalogue
from core.catalogue.product_names import words_of
from core.discovery.search.engine.index import Found
from core.discovery.search.model import (
    CHIPS,
    COUNTRY,
    GRADE,
    PACKAGING,
    PRODUCT,
    TOWN,
    Ask,
    Chip,
    Choice,
    ParsedQuery,
    Query,
    Reason,
)
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, converted, convertible, unit_named
from core.trade.listings.model import Listing, ListingState

LONGEST_WAY: Final = 5  # times as far as was asked is still worth telling
JUST_LISTED_DAYS: Final = 3
STANDING_TELLS: Final = 0.04  # how much the best seller gains over one of whom nothing is known
UNKNOWN_SELLER: Final = 0.5
NEAREST_OFFERED: Final = 4  # "4 within 180 km": the radius that takes in so many


def price_limit(parsed: ParsedQuery) -> UnitPrice | None:
    """A price without "under" or "over" is, for who looks for goods, what they would pay at most."""
    return parsed.max_price or parsed.price


def fits(parsed: ParsedQuery, listing: Listing, catalogue: Catalogue) -> bool:
    """Whether a listing, as it stands now, meets what can be compared exactly; the rest the index has compared."""
    said, price = parsed, listing.price
    limit, least = price_limit(said), said.min_price
    if (
        listing.state != ListingState.LIVE
        or not is_from_there(said, listing, catalogue)
        or not _of_the_grade(said, listing)
    ):
        return False
    if limit is not None and _alike(limit, price) and price.per(limit.unit).amount > limit.amount:
        return False
    if least is not None and _alike(least, price) and price.per(least.unit).amount < least.amount:
        return False
    if said.window is not None and (listing.window_from > said.window.last or listing.window_to < said.window.first):
        return False
    wanted = said.quantity
    if wanted is None or not convertible(wanted.unit, listing.unit):
        return True
    return listing.min_lot_amount <= converted(wanted, listing.unit) <= listing.remaining_amount


def _of_the_grade(parsed: ParsedQuery, listing: Listing) -> bool:
    """A grade that is a scheme as well may have been found as a certificate."""
    grades = parsed.grades_wanted
    return not grades or listing.grade_id in grades or not set(grades).isdisjoint(parsed.certificates)


def is_from_there(parsed: ParsedQuery, listing: Listing, catalogue: Catalogue) -> bool:
    """From a country or region that is wanted, and of no country, region, town, grade, goods or packing that is not."""
    if not parsed.countries and not parsed.left_out:
        return True
    areas = catalogue.areas_at(listing.country, listing.lat, listing.lon)
    marks = {*(f"{COUNTRY}{area}" for area in areas), f"{TOWN}{listing.place_name}", f"{GRADE}{listing.grade_id}"}
    marks |= {f"{PRODUCT}{listing.product_id}", f"{PACKAGING}{listing.packaging}"}
    return marks.isdisjoint(parsed.left_out) and (not parsed.countries or not set(areas).isdisjoint(parsed.countries))


def _alike(one: UnitPrice, other: UnitPrice) -> bool:
    return one.currency == other.currency and convertible(one.unit, other.unit)


def rank_by_rating(found: Sequence[Found], sellers: Mapping[str, float]) -> list[Found]:
    """In the order of their scores, the sellers' good names counted in."""

    def score(each: Found) -> float:
        return each.score + STANDING_TELLS * (sellers.get(each.seller, UNKNOWN_SELLER) - UNKNOWN_SELLER)

    return sorted(found, key=lambda each: (round(score(each), 6), each.id), reverse=True)


def sort_by_rating(found: Sequence[Found], sellers: Mapping[str, float]) -> list[Found]:
    """Sellers of whom others say the best first; of one seller, what fits best."""
    return sorted(found, key=lambda each: -sellers.get(each.seller, UNKNOWN_SELLER))


def reasons(
    parsed: ParsedQuery,
    listing: Listing,
    found: Found,
    lowest: float | None,
    today: date,
) -> tuple[Reason, ...]:
    """Why this one is here, the strongest first."""
    why = []
    if parsed.product is not None or parsed.alternatives:
        why.append(Reason("search.why.product", {"product": listing.product_id}))
    if listing.grade_id in parsed.grades_wanted:
        why.append(Reason("search.why.grade", {"grade": listing.grade_id}))
    if parsed.certificates:
        why.append(Reason("search.why.certificate", {"schemes": parsed.certificates}))
    if found.met:
        why.append(Reason("search.why.words", {"words": found.met}))
    if parsed.countries:
        why.append(Reason("search.why.country", {"country": listing.country}))
    if found.km is not None and parsed.place is not None:
        why.append(Reason("search.why.near", {"km": round(found.km), "place": parsed.place.name}))
    if found.price is not None and found.price == lowest:
        why.append(Reason("search.why.cheapest"))
    if parsed.quantity is not None and convertible(parsed.quantity.unit, listing.unit):
        why.append(Reason("search.why.enough", {"remaining": listing.remaining}))
    days = (today - listing.renewed_at.date()).days
    if days <= JUST_LISTED_DAYS:
        why.append(Reason("search.why.fresh", {"days": max(0, days)}))
    return tuple(why)


def relaxed(query: Query) -> list[tuple[str, dict[str, object], Query]]:
    """The query with one wish given up, the wish that hurts least first; something must still be asked for."""
    parsed = query.parsed
    limit = price_limit(parsed)
    place = parsed.place.name if parsed.place else None
    ways: list[tuple[str, dict[str, object], ParsedQuery]] = [
        ("search.relax.words", {"words": parsed.rest}, replace(parsed, rest="")),
        ("search.relax.countries", {"countries": parsed.countries}, replace(parsed, countries=(), countries_said="")),
        ("search.relax.incoterm", {"incoterm": parsed.incoterm}, replace(parsed, incoterm=None)),
        ("search.relax.packaging", {"packaging": parsed.packaging}, replace(parsed, packaging=())),
        ("search.relax.quality", {"quality": parsed.quality}, replace(parsed, quality=())),
        ("search.relax.certificate", {"schemes": parsed.certificates}, replace(parsed, certificates=())),
        ("search.relax.anywhere", {"place": place}, replace(parsed, radius_km=None)),
        ("search.relax.price", {"limit": limit}, replace(parsed, price=None, max_price=None)),
        ("search.relax.least_price", {"least": parsed.min_price}, replace(parsed, min_price=None)),
        ("search.relax.quantity", {"quantity": parsed.quantity}, replace(parsed, quantity=None)),
        ("search.relax.window", {"window": parsed.window}, replace(parsed, window=None)),
        ("search.relax.grade", {"grade": parsed.grades_wanted}, replace(parsed, grade=None, grades=())),
    ]
    useful = [(code, parts, way) for code, parts, way in ways if way != parsed and not asks_nothing(way)]
    return [(code, parts, replace(query, parsed=way)) for code, parts, way in useful]


def wider_radius(nearest: Sequence[Found], asked_km: int) -> tuple[int, int] | None:
    """The radius, in tens of kilometres, that takes in the nearest few, and how many it takes in; None: all too far."""
    distances = [each.km for each in nearest[:NEAREST_OFFERED] if each.km is not None]
    close = [km for km in distances if km <= LONGEST_WAY * asked_km]
    if not close:
        return None
    radius = math.ceil(close[-1] / 10) * 10
    return radius, sum(1 for each in nearest if each.km is not None and each.km <= radius)


def cheapest(listings: Iterable[Listing], limit: UnitPrice) -> UnitPrice | None:
    """The lowest price there is in the currency and unit of the limit."""
    prices = [each.price.per(limit.unit) for each in listings if _alike(limit, each.price)]
    return min(prices, key=lambda price: price.amount, default=None)


def out_of_reach(wanted: Quantity, listings: Iterable[Listing]) -> dict[str, Quantity]:
    """Why an amount finds nothing in any of these: "least" is the smallest order of all, where it is too little, and
    "most" what one of them has at most, where it is too much; in the seller's own unit."""
    comparable = [each for each in listings if convertible(wanted.unit, each.unit)]
    least = min((each.min_lot for each in comparable), key=_exactly, default=wanted)
    most = max((each.remaining for each in comparable), key=_exactly, default=wanted)
    if _exactly(least) > _exactly(wanted):
        return {"least": least}
    return {"most": most} if _exactly(most) < _exactly(wanted) else {}


def _exactly(quantity: Quantity) -> Fraction:
    """To be compared within one kind of unit."""
    return Fraction(quantity.amount) * unit_named(quantity.unit).size


def asks_nothing(parsed: ParsedQuery) -> bool:
    """Whether every listing is as good an answer as any other."""
    wording = replace(parsed, named="", place_said="", countries_said="", grades=(), by_grade=None)
    return replace(wording, side=None, around_km=None, unclear=()) == ParsedQuery()


def bare(query: Query) -> tuple[Query, Query] | None:
    """Only the product and the place are kept, with its distance and the countries; and the product alone, with the
    place for the order. None: no product was asked for."""
    parsed = query.parsed
    if parsed.product is None and not parsed.alternatives:
        return None
    goods = ParsedQuery(product=parsed.product, alternatives=parsed.alternatives)
    goods = replace(goods, place=parsed.place, place_said=parsed.place_said)
    there = replace(goods, radius_km=parsed.radius_km, countries=parsed.countries, countries_said=parsed.countries_said)
    return replace(query, parsed=there), replace(query, parsed=goods)


def chips_of(parsed: ParsedQuery, wishes: Sequence[tuple[str, str]] = CHIPS) -> tuple[Chip, ...]:
    """One chip for each of these wishes that was said."""
    made = []
    for wish, part in wishes:
        value = getattr(parsed, wish)
        if wish == "certificates":  # a scheme that is the grade as well (DINplus) is told once
            value = tuple(scheme for scheme in value if scheme not in parsed.grades_wanted)
        if value and (wish != "grades" or parsed.grades_wanted):
            parts = {part: value}
            if wish == "place":
                parts = {"place": value.name, "country": value.country, "km": parsed.radius_km}
            made.append(Chip(wish, f"search.chip.{wish}", parts))
    return tuple(made)


def without(query: Query, wish: str) -> Query:
    """The query with one wish given up, and what would have no meaning without it."""
    parsed = query.parsed
    with_it: dict[str, dict[str, Any]] = {
        "place": {"radius_km": None},
        "grade": {"certificates": tuple(each for each in parsed.certificates if each != parsed.grade)},
        "product": {"grade": None, "grades": ()},
        "countries": {"countries_said": ""},
    }
    given_up = with_it.get(wish, {})
    empty: dict[str, Any] = {wish: getattr(ParsedQuery(), wish), **given_up}
    return replace(query, parsed=replace(parsed, **empty))


def asks(query: Query) -> tuple[Ask, ...]:
    """Goods that are equally likely, and numbers that cannot be."""
    parsed = query.parsed
    choices = tuple(
        Choice({"product": product}, replace(query, parsed=replace(parsed, product=product, alternatives=())))
        for product in parsed.alternatives
    )
    which = (Ask("search.ask.product", {}, choices),) if choices else ()
    return (*which, *(Ask("search.ask.unclear", {"refusal": refusal}) for refusal in parsed.unclear))


def asked_words(parsed: ParsedQuery) -> list[str]:
    """The words that were not understood as anything else, each once."""
    return list(dict.fromkeys(words_of(parsed.rest)))
