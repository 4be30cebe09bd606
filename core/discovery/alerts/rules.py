"""Pure decisions about alerts: whether and why a listing fits a search, and when a person may be told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rapidfuzz.distance import OSA

from core.catalogue.comparison import price_in, quantity_in
from core.catalogue.language.places import distance_km
from core.catalogue.model import Catalogue
from core.catalogue.product_names import words_of
from core.catalogue.synonyms import SAME, SHORTEST_STEM
from core.discovery.alerts.keywords import distinguishes_goods
from core.discovery.alerts.model import (
    DIGEST_WEEKDAY,
    LEAST_GAP,
    MESSAGES_A_DAY,
    MORNING,
    QUIET_FROM,
    QUIET_UNTIL,
    Rhythm,
)
from core.discovery.search.model import COUNTRY, LOOSE, NEAR_KM, SCHEME, WORD, ParsedQuery, Query, Reason
from core.discovery.search.service import excluded_words, explain, measures_met, meets_origin
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.trade.listings.model import Listing

LIKE_WORD = 0.78  # one wrong letter in five, as search reads words
SHORTEST_FUZZY = 4
SOONEST = tuple(Rhythm)

# --- what fits --------------------------------------------------------------------------------------------------------


def has_filters(query: ParsedQuery) -> bool:
    """Return True if the search has any filter on goods: a search for anything would report everything."""
    goods = query.product or query.alternatives or query.grade
    return bool(goods or query.certificates or query.quality or words_of(query.rest))


@dataclass(slots=True)
class Goods:
    """A listing to compare with saved searches. Values that many searches need (its price in a unit) are worked out
    once.

    `words`: the folded words of it and of its seller's name.
    `is_name`: whether a trader in the market has a name with that word.
    """

    listing: Listing
    catalogue: Catalogue
    words: Collection[str]
    is_name: Callable[[str], bool] = lambda _: False
    schemes: frozenset[str] = field(init=False)
    _prices: dict[tuple[str, str], UnitPrice | None] = field(default_factory=dict)
    _amounts: dict[str, tuple[Quantity, Quantity] | None] = field(default_factory=dict)
    _says: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.schemes = frozenset(certificate.scheme for certificate in self.listing.certificates)

    def price(self, currency: str, unit: str) -> UnitPrice | None:
        """Return the listing's price in that currency and unit, or None if it cannot be compared."""
        key = (currency, unit)
        if key not in self._prices:
            listing = self.listing
            self._prices[key] = price_in(self.catalogue, listing.product_id, listing.price, currency, unit)
        return self._prices[key]

    def amounts(self, unit: str) -> tuple[Quantity, Quantity] | None:
        """Return its smallest lot and its remaining amount in that unit, or None if they cannot be counted in it."""
        if unit not in self._amounts:
            product, listing = self.listing.product_id, self.listing
            least = quantity_in(self.catalogue, product, listing.min_lot, unit)
            most = quantity_in(self.catalogue, product, listing.remaining, unit)
            self._amounts[unit] = None if least is None or most is None else (least, most)
        return self._amounts[unit]

    def tells(self, unwanted: str) -> bool:
        """Return True if a word of the listing itself matches an excluded kind of goods."""
        return not excluded_words(unwanted, self.catalogue).isdisjoint(self.words)

    def says(self, asked: str) -> bool:
        """Return True if it, or the name of its goods, has that word or a synonym in any language."""
        if asked not in self._says:
            also = self.catalogue.synonyms.of([asked])[0]
            same = [word for word, weight in also.items() if weight >= SAME]
            told = any(_alike(asked, word) for word in self.words) or any(
                _is_of(other, word) for other in same for word in self.words
            )
            self._says[asked] = told or not _names(self.listing.product_id, self.catalogue).isdisjoint((asked, *same))
        return self._says[asked]


@lru_cache(maxsize=1_000)
def _names(product_id: str, catalogue: Catalogue) -> frozenset[str]:
    """Return the folded words of the goods' names in all languages: "dry wood chips" are dry."""
    product = catalogue.products.get(product_id)  # a listed product may no longer be in the catalogue
    names = () if product is None else product.names.values()
    return frozenset(word for each in names for name in each.words for word in words_of(name))


def fits(query: ParsedQuery, goods: Goods) -> bool:
    listing = goods.listing
    products = (query.product,) if query.product else query.alternatives
    return (
        (not products or listing.product_id in products)
        and (not query.accepted_grades or listing.grade_id in query.accepted_grades)
        and goods.schemes.issuperset(query.certificates)
        and meets_origin(query, listing, goods.catalogue)
        and goods.schemes.isdisjoint(tag.removeprefix(SCHEME) for tag in query.left_out)
        and not any(goods.tells(tag) for tag in query.left_out if tag.startswith(WORD))
        and measures_met(query, listing, goods.catalogue) == query.quality
        and query.incoterm in {None, listing.incoterm}
        and (not query.packaging or (listing.packaging or LOOSE) in query.packaging)
        and _in_time(query, listing)
        and _at_the_price(query, goods)
        and _enough(query, goods)
        and _near_enough(query, listing)
        and (not query.rest or _meets_words(query, goods))
    )


def precedence(rhythm: Rhythm, query: Query) -> tuple[int, int]:
    """Return the sort key of a person's fitting searches; the lowest one reports the listing.

    It is the search that tells soonest and then the one with the most filters.
    """
    return SOONEST.index(rhythm), -filter_count(query)


def filter_count(query: Query) -> int:
    return len(explain(query).chips)


def _in_time(query: ParsedQuery, listing: Listing) -> bool:
    window = query.window
    return window is None or (listing.window_from <= window.last and listing.window_to >= window.first)


def reach_km(query: ParsedQuery) -> int | None:
    """Return the radius around a search's place, or None if it names no place.

    In a list, a place without a distance only sets the order. An alert about one listing needs it to be near.
    """
    if query.place is None:
        return None
    return NEAR_KM if query.radius_km is None else query.radius_km


def _near_enough(query: ParsedQuery, listing: Listing) -> bool:
    place, reach = query.place, reach_km(query)
    if place is None or reach is None:
        return True
    if listing.lat is None or listing.lon is None:
        return False
    return distance_km(place.lat, place.lon, listing.lat, listing.lon) <= reach


def _enough(query: ParsedQuery, goods: Goods) -> bool:
    """Return True if the amount is between the smallest lot and what is left, or cannot be compared."""
    quantity = query.quantity
    amounts = None if quantity is None else goods.amounts(quantity.unit)
    return quantity is None or amounts is None or amounts[0] <= quantity <= amounts[1]


def _at_the_price(query: ParsedQuery, goods: Goods) -> bool:
    for limit, most in ((query.max_price or query.price, True), (query.min_price, False)):
        if limit is None:
            continue
        price = goods.price(limit.currency, limit.unit)
        if price is None or (price.amount > limit.amount if most else price.amount < limit.amount):
            return False
    return True


def _meets_words(query: ParsedQuery, goods: Goods) -> bool:
    """Return True if the listing meets the words that were not understood.

    Beside goods, words known in the market are filters. Without any goods, all words are.
    """
    words = words_of(query.rest)
    products = (query.product,) if query.product else query.alternatives
    if not (products or query.grade):
        return all(map(goods.says, words))
    return all(goods.says(word) for word in words if _is_known(word, products, goods))


def _is_known(word: str, products: Collection[str], goods: Goods) -> bool:
    return distinguishes_goods(word, products, goods.catalogue) or goods.is_name(word)


def _alike(asked: str, word: str) -> bool:
    if asked == word or len(asked) < SHORTEST_FUZZY:
        return asked == word
    return word.startswith(asked) or OSA.normalized_similarity(asked, word) >= LIKE_WORD


def _is_of(other: str, word: str) -> bool:
    """Return True if `word` begins with the other: "Buchenholz" with "Buche", but "granulės" not with "gran"."""
    return word == other or (len(other) >= SHORTEST_STEM and word.startswith(other))


# --- when to tell -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hours:
    """A person's quiet hours in their own time zone. Equal beginning and end mean none."""

    zone: ZoneInfo
    begins: time = QUIET_FROM
    ends: time = QUIET_UNTIL

    def quiet(self, local: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends


def next_telling(rhythm: Rhythm, now: datetime, hours: Hours, told: Sequence[datetime]) -> datetime:
    """Return when a find of now may be told. `told`: when this person was told anything within the last 24 hours."""
    match rhythm:
        case Rhythm.INSTANT if len(_since_morning(told, now, hours)) >= MESSAGES_A_DAY:
            due = _next_morning(now, hours)
        case Rhythm.INSTANT:
            due = max([now, *(moment + LEAST_GAP for moment in told)])
        case Rhythm.DAILY:
            due = _next_morning(now, hours)
        case Rhythm.WEEKLY:
            due = _next_morning(now, hours, DIGEST_WEEKDAY)
    return _after_quiet(due, hours)


def may_tell_at(rhythm: Rhythm, now: datetime, hours: Hours, told: Sequence[datetime]) -> datetime:
    """Return when a due message may be sent: now, unless quiet hours or earlier messages prevent it."""
    return next_telling(rhythm, now, hours, told) if rhythm is Rhythm.INSTANT else _after_quiet(now, hours)


def _next_morning(now: datetime, hours: Hours, weekday: int | None = None) -> datetime:
    """Return the next digest hour in the person's zone, on that weekday if given. Days may have 23 or 25 hours."""
    local = now.astimezone(hours.zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    if weekday is not None:
        day += timedelta(days=(weekday - day.weekday()) % 7)
    return datetime.combine(day, MORNING, hours.zone).astimezone(now.tzinfo)


def _since_morning(told: Sequence[datetime], now: datetime, hours: Hours) -> list[datetime]:
    """Return the messages of this day, which goes from one digest hour to the next."""
    began = _next_morning(now, hours) - timedelta(days=1)
    return [moment for moment in told if moment >= began]


def _after_quiet(due: datetime, hours: Hours) -> datetime:
    local = due.astimezone(hours.zone)
    if not hours.quiet(local.time()):
        return due
    day = local.date() if local.time() < hours.ends else local.date() + timedelta(days=1)
    return datetime.combine(day, hours.ends, hours.zone).astimezone(due.tzinfo)


def reasons(query: ParsedQuery, goods: Goods) -> tuple[Reason, ...]:
    """Return the reasons in a trader's order. Leave out a filter that a later change no longer meets."""
    return (*_of_goods(query, goods), *_of_price(query, goods), *_of_place(query, goods), *_of_rest(query, goods))


def _of_goods(query: ParsedQuery, goods: Goods) -> Iterator[Reason]:
    listing = goods.listing
    if listing.product_id in {query.product, *query.alternatives}:
        yield Reason("search.why.product", {"product": listing.product_id})
    if listing.grade_id in query.accepted_grades:
        yield Reason("search.why.grade", {"grade": listing.grade_id})
    measured = measures_met(query, listing, goods.catalogue)
    if measured:
        yield Reason("search.chip.quality", {"quality": measured})
    schemes = tuple(scheme for scheme in query.certificates if scheme in goods.schemes)
    if schemes:
        yield Reason("search.why.certificate", {"schemes": schemes})


def _of_price(query: ParsedQuery, goods: Goods) -> Iterator[Reason]:
    """Yield reasons by price: shown as the seller states it, compared in the limit's currency and unit."""
    most, least, price = query.max_price or query.price, query.min_price, goods.listing.price
    compared = None if most is None else goods.price(most.currency, most.unit)
    if most is not None and compared is not None and compared.amount <= most.amount:
        yield Reason("alert.met.at_most", {"price": price, "limit": most})
    compared = None if least is None else goods.price(least.currency, least.unit)
    if least is not None and compared is not None and compared.amount >= least.amount:
        yield Reason("alert.met.at_least", {"price": price, "limit": least})


def _of_place(query: ParsedQuery, goods: Goods) -> Iterator[Reason]:
    place, listing = query.place, goods.listing
    if place is not None and listing.lat is not None and listing.lon is not None:
        km = round(distance_km(place.lat, place.lon, listing.lat, listing.lon))
        yield Reason("search.why.near", {"km": km, "place": place.name})
    if query.countries or any(tag.startswith(COUNTRY) for tag in query.left_out):
        yield Reason("search.why.country", {"country": listing.country})


def _of_rest(query: ParsedQuery, goods: Goods) -> Iterator[Reason]:
    listing, window = goods.listing, query.window
    words = tuple(word for word in words_of(query.rest) if goods.says(word))
    if words:
        yield Reason("search.why.words", {"words": words})
    amounts = None if query.quantity is None else goods.amounts(query.quantity.unit)
    if query.quantity is not None and amounts is not None and amounts[0] <= query.quantity <= amounts[1]:
        yield Reason("search.why.enough", {"remaining": listing.remaining})
    if window is not None and listing.window_from <= window.last and listing.window_to >= window.first:
        yield Reason("search.chip.window", {"window": (listing.window_from, listing.window_to)})
    if listing.packaging is not None and listing.packaging in query.packaging:
        yield Reason("search.chip.packaging", {"packaging": (listing.packaging,)})
