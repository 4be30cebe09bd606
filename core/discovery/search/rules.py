"""Pure decisions of a search: what meets the filters, how near it is, in which order and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Final

from core.catalogue.model import Catalogue
from core.catalogue.product_names import words_of
from core.discovery.search.engine.index import Found
from core.discovery.search.model import (
    CHIPS,
    COUNTRY,
    GRADE,
    PACKAGING,
    PRODUCT,
    TOWN,
    Chip,
    Choice,
    ParsedQuery,
    Query,
    Question,
    Reason,
)
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, converted, convertible, unit_named
from core.trade.listings.model import Listing, ListingState

LONGEST_WAY: Final = 5  # times as far as was asked is still worth telling
JUST_LISTED_DAYS: Final = 3
RATING_TELLS: Final = 0.04  # advantage of the best seller over one without ratings
UNKNOWN_SELLER: Final = 0.5
NEAREST_OFFERED: Final = 4  # "4 within 180 km": the radius that takes in so many


def price_limit(parsed: ParsedQuery) -> UnitPrice | None:
    """Return the highest price. In a search for goods a price without "under" or "over" is a limit too."""
    return parsed.max_price or parsed.price


def fits(parsed: ParsedQuery, listing: Listing, catalogue: Catalogue) -> bool:
    """Return True if a listing meets what can be compared exactly now. The index has compared the rest."""
    query, price = parsed, listing.price
    limit, least = price_limit(query), query.min_price
    if (
        listing.state != ListingState.LIVE
        or not is_from_there(query, listing, catalogue)
        or not _of_the_grade(query, listing)
    ):
        return False
    if limit is not None and _alike(limit, price) and price.per(limit.unit).amount > limit.amount:
        return False
    if least is not None and _alike(least, price) and price.per(least.unit).amount < least.amount:
        return False
    if query.window is not None and (listing.window_from > query.window.last or listing.window_to < query.window.first):
        return False
    quantity = query.quantity
    if quantity is None or not convertible(quantity.unit, listing.unit):
        return True
    return listing.min_lot_amount <= converted(quantity, listing.unit) <= listing.remaining_amount


def _of_the_grade(parsed: ParsedQuery, listing: Listing) -> bool:
    """Return True if the grade fits. A grade that is also a scheme may have been found as a certificate."""
    grades = parsed.accepted_grades
    return not grades or listing.grade_id in grades or not set(grades).isdisjoint(parsed.certificates)


def is_from_there(parsed: ParsedQuery, listing: Listing, catalogue: Catalogue) -> bool:
    """Return True if a listing is from a wanted country or region.

    Its country, region, town, grade, goods and packing must not be excluded.
    """
    if not parsed.countries and not parsed.left_out:
        return True
    areas = catalogue.areas_at(listing.country, listing.lat, listing.lon)
    tags = {*(f"{COUNTRY}{area}" for area in areas), f"{TOWN}{listing.place_name}", f"{GRADE}{listing.grade_id}"}
    tags |= {f"{PRODUCT}{listing.product_id}", f"{PACKAGING}{listing.packaging}"}
    return tags.isdisjoint(parsed.left_out) and (not parsed.countries or not set(areas).isdisjoint(parsed.countries))


def _alike(one: UnitPrice, other: UnitPrice) -> bool:
    return one.currency == other.currency and convertible(one.unit, other.unit)


def rank_by_rating(found: Sequence[Found], sellers: Mapping[str, float]) -> list[Found]:
    """Return the hits by score, with the sellers' ratings added."""

    def score(each: Found) -> float:
        return each.score + RATING_TELLS * (sellers.get(each.seller, UNKNOWN_SELLER) - UNKNOWN_SELLER)

    return sorted(found, key=lambda each: (round(score(each), 6), each.id), reverse=True)


def sort_by_rating(found: Sequence[Found], sellers: Mapping[str, float]) -> list[Found]:
    """Return the hits by their sellers' ratings. Hits of one seller stay in order of relevance."""
    return sorted(found, key=lambda each: -sellers.get(each.seller, UNKNOWN_SELLER))


def reasons(
    parsed: ParsedQuery,
    listing: Listing,
    found: Found,
    lowest: float | None,
    today: date,
) -> tuple[Reason, ...]:
    """Return the reasons for a hit, the strongest first."""
    why = []
    if parsed.product is not None or parsed.alternatives:
        why.append(Reason("search.why.product", {"product": listing.product_id}))
    if listing.grade_id in parsed.accepted_grades:
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
    """Return the queries with one filter given up, the least important first. Some filter must remain."""
    parsed = query.parsed
    limit = price_limit(parsed)
    place = parsed.place.name if parsed.place else None
    ways: list[tuple[str, dict[str, object], ParsedQuery]] = [
        ("search.relax.words", {"words": parsed.rest}, replace(parsed, rest="")),
        (
            "search.relax.countries",
            {"countries": parsed.countries},
            replace(parsed, countries=(), countries_as_written=""),
        ),
        ("search.relax.incoterm", {"incoterm": parsed.incoterm}, replace(parsed, incoterm=None)),
        ("search.relax.packaging", {"packaging": parsed.packaging}, replace(parsed, packaging=())),
        ("search.relax.quality", {"quality": parsed.quality}, replace(parsed, quality=())),
        ("search.relax.certificate", {"schemes": parsed.certificates}, replace(parsed, certificates=())),
        ("search.relax.anywhere", {"place": place}, replace(parsed, radius_km=None)),
        ("search.relax.price", {"limit": limit}, replace(parsed, price=None, max_price=None)),
        ("search.relax.least_price", {"least": parsed.min_price}, replace(parsed, min_price=None)),
        ("search.relax.quantity", {"quantity": parsed.quantity}, replace(parsed, quantity=None)),
        ("search.relax.window", {"window": parsed.window}, replace(parsed, window=None)),
        ("search.relax.grade", {"grade": parsed.accepted_grades}, replace(parsed, grade=None, grades=())),
    ]
    useful = [(code, parts, way) for code, parts, way in ways if way != parsed and not is_empty(way)]
    return [(code, parts, replace(query, parsed=way)) for code, parts, way in useful]


def wider_radius(nearest: Sequence[Found], asked_km: int) -> tuple[int, int] | None:
    """Return the radius, in tens of kilometres, that takes in the nearest few, and how many it takes in.

    Return None if all are too far.
    """
    distances = [each.km for each in nearest[:NEAREST_OFFERED] if each.km is not None]
    close = [km for km in distances if km <= LONGEST_WAY * asked_km]
    if not close:
        return None
    radius = math.ceil(close[-1] / 10) * 10
    return radius, sum(1 for each in nearest if each.km is not None and each.km <= radius)


def cheapest(listings: Iterable[Listing], limit: UnitPrice) -> UnitPrice | None:
    """Return the lowest price in the currency and unit of the limit."""
    prices = [each.price.per(limit.unit) for each in listings if _alike(limit, each.price)]
    return min(prices, key=lambda price: price.amount, default=None)


def out_of_reach(quantity: Quantity, listings: Iterable[Listing]) -> dict[str, Quantity]:
    """Return why an amount finds nothing in these listings, in the seller's own unit.

    "least": the smallest order of all, if the amount is too small. "most": the most that one listing has, if it is too
    large.
    """
    comparable = [each for each in listings if convertible(quantity.unit, each.unit)]
    least = min((each.min_lot for each in comparable), key=_exactly, default=quantity)
    most = max((each.remaining for each in comparable), key=_exactly, default=quantity)
    if _exactly(least) > _exactly(quantity):
        return {"least": least}
    return {"most": most} if _exactly(most) < _exactly(quantity) else {}


def _exactly(quantity: Quantity) -> Fraction:
    return Fraction(quantity.amount) * unit_named(quantity.unit).size


def is_empty(parsed: ParsedQuery) -> bool:
    """Return True if every listing answers equally well."""
    wording = replace(parsed, named="", place_as_written="", countries_as_written="", grades=(), by_grade=None)
    return replace(wording, side=None, around_km=None, unclear=()) == ParsedQuery()


def bare(query: Query) -> tuple[Query, Query] | None:
    """Return two simpler queries, or None if no product was named.

    The first keeps the product, the place with its distance, and the countries. The second keeps the product, and the
    place only for the order.
    """
    parsed = query.parsed
    if parsed.product is None and not parsed.alternatives:
        return None
    goods = ParsedQuery(product=parsed.product, alternatives=parsed.alternatives)
    goods = replace(goods, place=parsed.place, place_as_written=parsed.place_as_written)
    there = replace(
        goods, radius_km=parsed.radius_km, countries=parsed.countries, countries_as_written=parsed.countries_as_written
    )
    return replace(query, parsed=there), replace(query, parsed=goods)


def chips_of(parsed: ParsedQuery, filters: Sequence[tuple[str, str]] = CHIPS) -> tuple[Chip, ...]:
    """Return one chip for each of these filters that is set."""
    made = []
    for filter_name, part in filters:
        value = getattr(parsed, filter_name)
        if filter_name == "certificates":  # a scheme that is also the grade (DINplus) is shown once
            value = tuple(scheme for scheme in value if scheme not in parsed.accepted_grades)
        if value and (filter_name != "grades" or parsed.accepted_grades):
            parts = {part: value}
            if filter_name == "place":
                parts = {"place": value.name, "country": value.country, "km": parsed.radius_km}
            made.append(Chip(filter_name, f"search.chip.{filter_name}", parts))
    return tuple(made)


def without(query: Query, filter_name: str) -> Query:
    """Return the query with one filter given up, and all that means nothing without it."""
    parsed = query.parsed
    with_it: dict[str, dict[str, Any]] = {
        "place": {"radius_km": None},
        "grade": {"certificates": tuple(each for each in parsed.certificates if each != parsed.grade)},
        "product": {"grade": None, "grades": ()},
        "countries": {"countries_as_written": ""},
    }
    given_up = with_it.get(filter_name, {})
    empty: dict[str, Any] = {filter_name: getattr(ParsedQuery(), filter_name), **given_up}
    return replace(query, parsed=replace(parsed, **empty))


def questions(query: Query) -> tuple[Question, ...]:
    """Return questions about equally likely goods, and about impossible numbers."""
    parsed = query.parsed
    choices = tuple(
        Choice({"product": product}, replace(query, parsed=replace(parsed, product=product, alternatives=())))
        for product in parsed.alternatives
    )
    which = (Question("search.ask.product", {}, choices),) if choices else ()
    return (*which, *(Question("search.ask.unclear", {"refusal": refusal}) for refusal in parsed.unclear))


def asked_words(parsed: ParsedQuery) -> list[str]:
    return list(dict.fromkeys(words_of(parsed.rest)))
