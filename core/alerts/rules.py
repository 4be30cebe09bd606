"""Pure decisions about alerts: whether a listing is what a search is for, and when somebody may be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rapidfuzz.distance import OSA

from core.alerts.model import APART, DIGEST_WEEKDAY, MESSAGES_A_DAY, MORNING, QUIET_FROM, QUIET_UNTIL, Rhythm
from core.catalogue import Catalogue
from core.catalogue.comparing import price_in, quantity_in
from core.catalogue.names import words_of
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.listings.model import Listing
from core.search.model import Query
from core.search.parse import Understood
from core.search.places import distance_km
from core.search.rules import chips_of

LIKE_WORD = 0.78  # one wrong letter in five, as search reads words
SHORTEST_FUZZY = 4
SOONEST = tuple(Rhythm)

# --- what fits --------------------------------------------------------------------------------------------------------


def asks_something(wanted: Understood) -> bool:
    """Whether the search says what is wanted: a search for anything would tell of everything."""
    return bool(wanted.product or wanted.alternatives or wanted.grade or wanted.certificates or words_of(wanted.rest))


@dataclass(slots=True)
class Goods:
    """A listing as searches are held against it. What many of them ask for (its price in a unit) is worked out once.

    `words`: the folded words of it and of its seller's name.
    """

    listing: Listing
    catalogue: Catalogue
    words: Collection[str]
    schemes: frozenset[str] = field(init=False)
    _prices: dict[tuple[str, str], UnitPrice | None] = field(default_factory=dict)
    _amounts: dict[str, tuple[Quantity, Quantity] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.schemes = frozenset(certificate.scheme for certificate in self.listing.certificates)

    def price(self, currency: str, unit: str) -> UnitPrice | None:
        """Its price as that one is told; None where they cannot be compared."""
        key = (currency, unit)
        if key not in self._prices:
            listing = self.listing
            self._prices[key] = price_in(self.catalogue, listing.product_id, listing.price, currency, unit)
        return self._prices[key]

    def amounts(self, unit: str) -> tuple[Quantity, Quantity] | None:
        """Its smallest lot and what is left of it in that unit; None where they cannot be counted in it."""
        if unit not in self._amounts:
            product, listing = self.listing.product_id, self.listing
            least = quantity_in(self.catalogue, product, listing.min_lot, unit)
            most = quantity_in(self.catalogue, product, listing.remaining, unit)
            self._amounts[unit] = None if least is None or most is None else (least, most)
        return self._amounts[unit]


def fits(wanted: Understood, goods: Goods) -> bool:
    """Whether the search would find this listing."""
    listing = goods.listing
    products = (wanted.product,) if wanted.product else wanted.alternatives
    return (
        (not products or listing.product_id in products)
        and wanted.grade in {None, listing.grade_id}
        and goods.schemes.issuperset(wanted.certificates)
        and (not wanted.packaging or listing.packaging is None or listing.packaging in wanted.packaging)
        and _in_time(wanted, listing)
        and _at_the_price(wanted, goods)
        and _enough(wanted, goods)
        and _near_enough(wanted, listing)
        and _speaks_of(wanted, goods.words)
    )


def precedence(rhythm: Rhythm, query: Query) -> tuple[int, int]:
    """Which of a person's searches that fit a listing tells of it: the one with the least of these, which tells soonest
    and, of equally soon ones, has the most wishes."""
    return SOONEST.index(rhythm), -len(chips_of(query.understood))


def _in_time(wanted: Understood, listing: Listing) -> bool:
    window = wanted.window
    return window is None or (listing.window_from <= window.last and listing.window_to >= window.first)


def _near_enough(wanted: Understood, listing: Listing) -> bool:
    place, radius = wanted.place, wanted.radius_km
    if place is None or radius is None:
        return True  # a place without a distance orders a list, and narrows nothing
    if listing.lat is None or listing.lon is None:
        return False
    return distance_km(place.lat, place.lon, listing.lat, listing.lon) <= radius


def _enough(wanted: Understood, goods: Goods) -> bool:
    """Between the smallest lot and what is left. What no figure makes comparable is better told than hidden."""
    quantity = wanted.quantity
    amounts = None if quantity is None else goods.amounts(quantity.unit)
    return quantity is None or amounts is None or amounts[0] <= quantity <= amounts[1]


def _at_the_price(wanted: Understood, goods: Goods) -> bool:
    for limit, most in ((wanted.max_price or wanted.price, True), (wanted.min_price, False)):
        if limit is None:
            continue
        price = goods.price(limit.currency, limit.unit)
        if price is None or (price.amount > limit.amount if most else price.amount < limit.amount):
            return False
    return True


def _speaks_of(wanted: Understood, words: Collection[str]) -> bool:
    """Words that were not understood are a wish like any other while nothing says which goods are meant."""
    if wanted.product or wanted.alternatives or wanted.grade:
        return True
    return all(any(_alike(asked, word) for word in words) for asked in words_of(wanted.rest))


def _alike(asked: str, word: str) -> bool:
    if asked == word or len(asked) < SHORTEST_FUZZY:
        return asked == word
    return word.startswith(asked) or OSA.normalized_similarity(asked, word) >= LIKE_WORD


# --- when to tell -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hours:
    """Somebody's quiet hours in their own time zone. Beginning and end at the same time: none."""

    zone: ZoneInfo
    begins: time = QUIET_FROM
    ends: time = QUIET_UNTIL

    def quiet(self, local: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends


def next_telling(rhythm: Rhythm, now: datetime, hours: Hours, told: Sequence[datetime]) -> datetime:
    """When what was found now may be told. `told`: when this person was told something within the last 24 hours."""
    match rhythm:
        case Rhythm.INSTANT if len(_since_morning(told, now, hours)) >= MESSAGES_A_DAY:
            due = _next_morning(now, hours)
        case Rhythm.INSTANT:
            due = max([now, *(moment + APART for moment in told)])
        case Rhythm.DAILY:
            due = _next_morning(now, hours)
        case Rhythm.WEEKLY:
            due = _next_morning(now, hours, DIGEST_WEEKDAY)
    return _after_quiet(due, hours)


def may_tell_at(rhythm: Rhythm, now: datetime, hours: Hours, told: Sequence[datetime]) -> datetime:
    """Now that the hour has come: now, unless quiet hours or earlier messages have come in between."""
    return next_telling(rhythm, now, hours, told) if rhythm is Rhythm.INSTANT else _after_quiet(now, hours)


def _next_morning(now: datetime, hours: Hours, weekday: int | None = None) -> datetime:
    """The next digest hour there, on that weekday where one is named. A day is a day there: 23 or 25 hours at times."""
    local = now.astimezone(hours.zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    if weekday is not None:
        day += timedelta(days=(weekday - day.weekday()) % 7)
    return datetime.combine(day, MORNING, hours.zone).astimezone(now.tzinfo)


def _since_morning(told: Sequence[datetime], now: datetime, hours: Hours) -> list[datetime]:
    """The messages of this day, which goes from one digest hour to the next."""
    began = _next_morning(now, hours) - timedelta(days=1)
    return [moment for moment in told if moment >= began]


def _after_quiet(due: datetime, hours: Hours) -> datetime:
    local = due.astimezone(hours.zone)
    if not hours.quiet(local.time()):
        return due
    day = local.date() if local.time() < hours.ends else local.date() + timedelta(days=1)
    return datetime.combine(day, hours.ends, hours.zone).astimezone(due.tzinfo)
