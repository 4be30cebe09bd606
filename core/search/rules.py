"""Pure decisions of a search: what fits the wishes, how near it is, in which order and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.catalogue.names import words_of
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, converted, convertible
from core.search.model import Ask, Chip, Choice, Order, Query, Reason
from core.search.parse import Understood
from core.search.places import distance_km

# How much each thing counts, of those that are known. Words come first: they are all the person said.
SHARES: Final[Mapping[str, float]] = {"words": 0.3, "near": 0.25, "price": 0.2, "fresh": 0.15, "seller": 0.1}
HALF_FRESH_DAYS: Final = 30
FAR_KM: Final = 1000  # beyond it distance makes no difference any more
UNKNOWN_SELLER: Final = 0.5
JUST_LISTED_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """The few columns of a listing that filters and ranking look at."""

    id: str
    seller: str
    product_id: str
    grade_id: str | None
    unit: str
    remaining: Decimal
    min_lot: Decimal
    price: Decimal
    currency: str
    price_unit: str
    lat: float | None
    lon: float | None
    renewed_on: date


@dataclass(frozen=True, slots=True)
class Measured:
    """A candidate that fits, with what was measured of it. `price` is per the unit asked for, None if incomparable."""

    candidate: Candidate
    km: float | None
    price: Fraction | None
    words: tuple[str, ...] = ()


def price_limit(understood: Understood) -> UnitPrice | None:
    """A price without "under" or "over" is, for who looks for goods, what they would pay at most."""
    return understood.max_price or understood.price


def price_per(candidate: Candidate, unit: str) -> Fraction | None:
    """The exact price per that unit, None when the two units have no fixed conversion."""
    if candidate.price_unit == unit:
        return Fraction(candidate.price)
    if not convertible(candidate.price_unit, unit):
        return None
    return Fraction(candidate.price) * converted(Quantity(Decimal(1), unit), candidate.price_unit)


def fits(understood: Understood, candidate: Candidate, km: float | None) -> bool:
    """Price, amount and distance: what the database cannot compare exactly."""
    for limit, below in ((price_limit(understood), True), (understood.min_price, False)):
        if limit is not None:
            price = price_per(candidate, limit.unit) if candidate.currency == limit.currency else None
            if price is None or (price > limit.amount if below else price < limit.amount):
                return False
    if understood.radius_km is not None and (km is None or km > understood.radius_km):
        return False
    wanted = understood.quantity
    if wanted is None or not convertible(wanted.unit, candidate.unit):
        return True  # tonnes asked, cubic metres offered: better shown than hidden
    asked = converted(wanted, candidate.unit)
    return candidate.min_lot <= asked <= candidate.remaining


def km_from(understood: Understood, candidate: Candidate) -> float | None:
    place = understood.place
    if place is None or candidate.lat is None or candidate.lon is None:
        return None
    return distance_km(place.lat, place.lon, candidate.lat, candidate.lon)


def measure(
    understood: Understood, candidates: Iterable[Candidate], words: Mapping[str, tuple[str, ...]]
) -> list[Measured]:
    """Those that fit, measured. Prices are made comparable in the unit and currency asked for, or the commonest."""
    fitting = [(each, km) for each in candidates if fits(understood, each, km := km_from(understood, each))]
    limit = price_limit(understood) or understood.min_price
    terms = [(each.currency, each.price_unit) for each, _ in fitting]
    usual = (limit.currency, limit.unit) if limit else max(set(terms), key=lambda t: (terms.count(t), t), default=None)
    return [
        Measured(
            each,
            km,
            price_per(each, usual[1]) if usual is not None and each.currency == usual[0] else None,
            words.get(each.id, ()),
        )
        for each, km in fitting
    ]


def scored(
    found: Sequence[Measured], asked_words: int, today: date, sellers: Mapping[str, float]
) -> list[tuple[float, Measured]]:
    """Everything with its score from 0 to 1, best first; equal ones the newest first."""
    prices = sorted({each.price for each in found if each.price is not None})
    place_of = {price: number for number, price in enumerate(prices)}
    ranked = []
    for each in found:
        parts: dict[str, float] = {
            "fresh": 2.0 ** (-max(0, (today - each.candidate.renewed_on).days) / HALF_FRESH_DAYS),
            "seller": sellers.get(each.candidate.seller, UNKNOWN_SELLER),
        }
        if asked_words:
            parts["words"] = min(1.0, len(each.words) / asked_words)
        if each.km is not None:
            parts["near"] = 1 - min(1.0, math.log1p(each.km) / math.log1p(FAR_KM))
        if each.price is not None and len(prices) > 1:
            parts["price"] = 1 - place_of[each.price] / (len(prices) - 1)
        whole = sum(SHARES[name] for name in parts)
        score = sum(SHARES[name] * part for name, part in parts.items()) / whole
        ranked.append((round(score, 6), each))
    return sorted(ranked, key=lambda one: (one[0], one[1].candidate.id), reverse=True)


def ordered(ranked: list[tuple[float, Measured]], order: Order) -> list[tuple[float, Measured]]:
    """In the order asked for; what has no price or no distance comes last, the better one first."""
    match order:
        case "cheapest":
            return sorted(ranked, key=lambda one: (one[1].price is None, one[1].price or 0))
        case "nearest":
            return sorted(ranked, key=lambda one: (one[1].km is None, one[1].km or 0))
        case "newest":
            return sorted(ranked, key=lambda one: one[1].candidate.id, reverse=True)
        case "best":
            return ranked


def reasons(understood: Understood, hit: Measured, lowest: Fraction | None, today: date) -> tuple[Reason, ...]:
    """Why this one is here, the strongest first."""
    candidate, why = hit.candidate, []
    if understood.product is not None or understood.alternatives:
        why.append(Reason("search.why.product", {"product": candidate.product_id}))
    if understood.grade is not None and candidate.grade_id == understood.grade:
        why.append(Reason("search.why.grade", {"grade": understood.grade}))
    if understood.certificates:
        why.append(Reason("search.why.certificate", {"schemes": understood.certificates}))
    if hit.words:
        why.append(Reason("search.why.words", {"words": hit.words}))
    if hit.km is not None and understood.place is not None:
        why.append(Reason("search.why.near", {"km": round(hit.km), "place": understood.place.name}))
    if hit.price is not None and hit.price == lowest:
        why.append(Reason("search.why.cheapest"))
    if understood.quantity is not None and convertible(understood.quantity.unit, candidate.unit):
        why.append(Reason("search.why.enough", {"remaining": Quantity(candidate.remaining, candidate.unit)}))
    days = (today - candidate.renewed_on).days
    if days <= JUST_LISTED_DAYS:
        why.append(Reason("search.why.fresh", {"days": max(0, days)}))
    return tuple(why)


def relaxed(query: Query) -> list[tuple[str, dict[str, object], Query]]:
    """The query with one wish given up, the wish that hurts least first; something must still be asked for."""
    said = query.understood
    limit = price_limit(said)
    ways: list[tuple[str, dict[str, object], Understood]] = [
        ("search.relax.words", {"words": said.rest}, replace(said, rest="")),
        ("search.relax.packaging", {"packaging": said.packaging}, replace(said, packaging=())),
        ("search.relax.certificate", {"schemes": said.certificates}, replace(said, certificates=())),
        *_further(said),
        ("search.relax.price", {"limit": limit}, replace(said, price=None, max_price=None)),
        ("search.relax.least_price", {"least": said.min_price}, replace(said, min_price=None)),
        ("search.relax.quantity", {"quantity": said.quantity}, replace(said, quantity=None)),
        ("search.relax.window", {"window": said.window}, replace(said, window=None)),
        ("search.relax.grade", {"grade": said.grade}, replace(said, grade=None)),
    ]
    useful = [(code, parts, way) for code, parts, way in ways if way != said and not asks_nothing(way)]
    return [(code, parts, replace(query, understood=way)) for code, parts, way in useful]


def _further(said: Understood) -> list[tuple[str, dict[str, object], Understood]]:
    """Twice as far, five times as far, anywhere."""
    if said.place is None or said.radius_km is None:
        return []
    place = said.place.name
    wider = [
        ("search.relax.radius", {"km": km, "place": place}, replace(said, radius_km=km))
        for km in (said.radius_km * 2, said.radius_km * 5)
    ]
    return [*wider, ("search.relax.anywhere", {"place": place}, replace(said, radius_km=None))]


def cheapest(found: Iterable[Measured], limit: UnitPrice) -> UnitPrice | None:
    """The lowest price there is in the currency and unit of the limit."""
    prices = [
        UnitPrice(each.candidate.price, each.candidate.currency, each.candidate.price_unit).per(limit.unit)
        for each in found
        if each.candidate.currency == limit.currency and convertible(each.candidate.price_unit, limit.unit)
    ]
    return min(prices, key=lambda price: price.amount, default=None)


def asks_nothing(understood: Understood) -> bool:
    """Whether every listing is as good an answer as any other."""
    return replace(understood, side=None, incoterm=None, unclear=(), named="", place_said="", grades=()) == Understood()


def bare(query: Query) -> Query | None:
    """Only the product and the place are kept, and the place only for the order. None: no product was asked for."""
    said = query.understood
    if said.product is None and not said.alternatives:
        return None
    kept = Understood(product=said.product, alternatives=said.alternatives, place=said.place)
    return replace(query, understood=kept)


# The wishes that chips are made of: the field of `Understood`, and the name of its part in the chip's sentence.
CHIPS: Final = (
    ("product", "product"),
    ("alternatives", "products"),
    ("grade", "grade"),
    ("certificates", "schemes"),
    ("quantity", "quantity"),
    ("price", "price"),
    ("max_price", "price"),
    ("min_price", "price"),
    ("place", "place"),
    ("window", "window"),
    ("packaging", "packaging"),
    ("incoterm", "incoterm"),
    ("rest", "words"),
)


def chips(said: Understood) -> tuple[Chip, ...]:
    """One chip for each wish that was said."""
    made = []
    for wish, part in CHIPS:
        if value := getattr(said, wish):
            parts = {part: value}
            if wish == "place":
                parts = {"place": value.name, "country": value.country, "km": said.radius_km}
            made.append(Chip(wish, f"search.chip.{wish}", parts))
    return tuple(made)


def without(query: Query, wish: str) -> Query:
    """The query with one wish given up, and what would have no meaning without it."""
    given_up = {"place": {"radius_km": None}, "product": {"grade": None}}.get(wish, {})
    empty = getattr(Understood(), wish)
    return replace(query, understood=replace(query.understood, **{wish: empty}, **given_up))


def asks(query: Query) -> tuple[Ask, ...]:
    """Goods that are equally likely, and numbers that cannot be."""
    said = query.understood
    choices = tuple(
        Choice({"product": product}, replace(query, understood=replace(said, product=product, alternatives=())))
        for product in said.alternatives
    )
    which = (Ask("search.ask.product", {}, choices),) if choices else ()
    return (*which, *(Ask("search.ask.unclear", {"refusal": refusal}) for refusal in said.unclear))


def asked_words(understood: Understood) -> list[str]:
    """The words that were not understood as anything else, each once."""
    return list(dict.fromkeys(words_of(understood.rest)))
