"""The index turned around: one look finds all saved searches that may want a listing.

A saved search is an `outline`, a row of thirteen numbers. They are hashes for equal values, and intervals for measured
ones. The outlines of one product lie side by side in flat arrays. One number of all outlines is compared at once, and
the next number only for those left. The result has some false positives. Hashes collide, and prices in other currencies
pass. So the caller confirms each by its own row.

Each process keeps the outlines it has read from its database, and reads only later changes. Rows are read again for a
while, because a transaction that began earlier may commit later.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary
from zlib import crc32

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, select

from core.catalogue.language.places import EARTH_RADIUS_KM
from core.discovery.alerts.model import SavedSearch
from core.discovery.alerts.rules import reach_km
from core.discovery.search.model import ParsedQuery
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, unit_named
from core.kernel.transaction import Ctx
from core.trade.listings.model import Listing

READ_AGAIN: Final = timedelta(minutes=5)  # far longer than any unit of work takes, and than clocks of workers differ
FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
TOLERANCE: Final = 1e-6  # tolerance of a single-precision number: a value so near a limit is left to the exact check
ANYWHERE: Final = -2.0  # below every cosine
NOWHERE: Final = 2.0  # above every cosine
ANY_PRODUCT: Final = ""
SMALLEST: Final = 64  # rows of a new shelf

OUTLINE: Final = np.dtype(
    [
        ("grade", "u4"),  # hash of values that must be equal; 0: anything
        ("schemes", "u8"),  # a bit for each certificate that must be there
        ("x", "f4"),  # the place as a point of the unit sphere, and the cosine of the distance around it
        ("y", "f4"),
        ("z", "f4"),
        ("near", "f4"),
        ("money", "u4"),  # hash of currency and kind of unit, in which prices can be compared; 0: any price
        ("least", "f4"),  # per base unit of that kind
        ("most", "f4"),
        ("first", "i4"),  # days
        ("last", "i4"),
        ("measure", "u4"),  # hash of the kind of unit in which the amount is; 0: any amount
        ("amount", "f4"),
    ]
)

PARTS: Final = OUTLINE.names or ()
ID: Final = "S26"

Rows = npt.NDArray[Any]
Columns = dict[str, Rows]


# --- a search and a listing as numbers --------------------------------------------------------------------------------


def outline(query: ParsedQuery) -> bytes:
    """Return the packed numbers of a search that matching compares."""
    row = np.zeros(1, OUTLINE)
    row["near"], row["least"], row["most"] = ANYWHERE, -math.inf, math.inf
    row["first"], row["last"] = np.iinfo("i4").min, np.iinfo("i4").max
    if query.grade:
        row["grade"] = _hash(query.grade)
    row["schemes"] = _bits(query.certificates)
    reach = reach_km(query)
    if query.place is not None and reach is not None:
        row["x"], row["y"], row["z"] = _point(query.place.lat, query.place.lon)
        row["near"] = math.cos(min(math.pi, reach / EARTH_RADIUS_KM))
    _limit_price(row, query)
    if query.window is not None:
        row["first"], row["last"] = query.window.first.toordinal(), query.window.last.toordinal()
    if query.quantity is not None:
        row["measure"], row["amount"] = _measured(query.quantity)
    return row.tobytes()


def _limit_price(row: Rows, query: ParsedQuery) -> None:
    """Write the price limits into a row. Limits in two currencies are left to the exact check."""
    limits = {"most": query.max_price or query.price, "least": query.min_price}
    kinds = {_money(limit) for limit in limits.values() if limit is not None}
    if len(kinds) != 1:
        return
    row["money"] = kinds.pop()
    for name, limit in limits.items():
        if limit is not None:
            row[name] = _per_base_unit(limit)


@dataclass(frozen=True, slots=True)
class Point:
    """A listing, measured as outlines are."""

    grade: int
    schemes: int
    xyz: tuple[float, float, float] | None
    money: int
    price: float
    first: int
    last: int
    measure: int
    least: float
    most: float

    @classmethod
    def of(cls, listing: Listing) -> Point:
        measure, most = _measured(listing.remaining)
        known = listing.lat is not None and listing.lon is not None
        return cls(
            grade=_hash(listing.grade_id) if listing.grade_id else 0,
            schemes=_bits(certificate.scheme for certificate in listing.certificates),
            xyz=_point(listing.lat or 0.0, listing.lon or 0.0) if known else None,
            money=_money(listing.price),
            price=_per_base_unit(listing.price),
            first=listing.window_from.toordinal(),
            last=listing.window_to.toordinal(),
            measure=measure,
            least=_measured(listing.min_lot)[1],
            most=most,
        )


def _near(rows: Columns, goods: Point) -> npt.NDArray[np.bool_]:
    near = rows["near"]
    if goods.xyz is None:
        return np.asarray(near == ANYWHERE)
    x, y, z = (np.float32(each) for each in goods.xyz)
    return np.asarray(rows["x"] * x + rows["y"] * y + rows["z"] * z >= near - np.float32(TOLERANCE))


def _of_quality(rows: Columns, left: npt.NDArray[np.intp], goods: Point) -> npt.NDArray[np.bool_]:
    grade, schemes = rows["grade"][left], rows["schemes"][left]
    return np.asarray(((grade == 0) | (grade == goods.grade)) & (schemes & ~np.uint64(goods.schemes) == 0))


def _at_the_price(rows: Columns, left: npt.NDArray[np.intp], goods: Point) -> npt.NDArray[np.bool_]:
    """Let limits in another currency pass: rates change, and the exact check knows them."""
    tolerance = goods.price * TOLERANCE
    inside = (rows["most"][left] >= goods.price - tolerance) & (rows["least"][left] <= goods.price + tolerance)
    return np.asarray(inside | (rows["money"][left] != goods.money))


def _in_time(rows: Columns, left: npt.NDArray[np.intp], goods: Point) -> npt.NDArray[np.bool_]:
    return np.asarray((rows["first"][left] <= goods.last) & (rows["last"][left] >= goods.first))


def _enough(rows: Columns, left: npt.NDArray[np.intp], goods: Point) -> npt.NDArray[np.bool_]:
    amount = rows["amount"][left]
    inside = (amount >= goods.least * (1 - TOLERANCE)) & (amount <= goods.most * (1 + TOLERANCE))
    return np.asarray(inside | (rows["measure"][left] != goods.measure))


def _hash(name: str) -> int:
    return crc32(name.encode()) or 1


def _bits(names: Iterable[str]) -> int:
    bits = 0
    for name in names:
        bits |= 1 << (_hash(name) % 64)
    return bits


def _point(lat: float, lon: float) -> tuple[float, float, float]:
    north, east = math.radians(lat), math.radians(lon)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def _money(price: UnitPrice) -> int:
    return _hash(f"{price.currency}/{unit_named(price.unit).kind}")


def _per_base_unit(price: UnitPrice) -> float:
    return float(price.amount) / float(unit_named(price.unit).size)


def _measured(quantity: Quantity) -> tuple[int, float]:
    unit = unit_named(quantity.unit)
    return _hash(unit.kind), float(quantity.amount) * float(unit.size)


# --- all of them ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class WatchTable:
    """The outlines of one product. They are added at the end and never moved; one that is void wants nothing."""

    size: int = 0
    ids: Rows = field(default_factory=lambda: np.zeros(SMALLEST, ID))
    columns: Columns = field(default_factory=lambda: {name: np.zeros(SMALLEST, OUTLINE[name]) for name in PARTS})

    def add(self, ids: Sequence[str], packed: Sequence[bytes]) -> range:
        """Put outlines at the end; their places."""
        first, end = self.size, self.size + len(ids)
        rows = np.frombuffer(b"".join(packed), OUTLINE)
        self.ids = with_room(self.ids, end)
        self.ids[first:end] = ids
        for name in PARTS:
            self.columns[name] = with_room(self.columns[name], end)
            self.columns[name][first:end] = rows[name]
        self.size = end
        return range(first, end)

    def void(self, place: int) -> None:
        self.columns["near"][place] = NOWHERE

    def wanting(self, goods: Point) -> Rows:
        """Return the searches whose outlines these goods meet. The first test leaves few, and each next one fewer."""
        here = {name: column[: self.size] for name, column in self.columns.items()}
        left = np.flatnonzero(_near(here, goods))
        for test in (_of_quality, _at_the_price, _in_time, _enough):
            left = left[test(here, left, goods)]
        return self.ids[left]


def with_room(column: Rows, end: int) -> Rows:
    """Return the column, or one twice as long if it has no room for so many rows."""
    if end <= len(column):
        return column
    return np.concatenate([column, np.zeros(max(len(column), end), column.dtype)])


@dataclass(frozen=True, slots=True)
class Watched:
    """The position of a search, and its product and outline at that time."""

    product_id: str
    packed: bytes
    place: int


@dataclass(slots=True)
class Watchlist:
    """All saved searches of one database, as far as this process has read them."""

    tables: dict[str, WatchTable] = field(default_factory=lambda: defaultdict(WatchTable))
    watched: dict[str, Watched] = field(default_factory=dict)
    read_until: datetime = FIRST

    def put(self, searches: Iterable[tuple[str, str, bytes]]) -> None:
        """Add or change searches: id, product, outline. An empty outline takes one off."""
        new: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for search_id, product_id, packed in searches:
            known = self.watched.get(search_id)
            if known is not None:
                if (known.product_id, known.packed) == (product_id, packed):
                    continue
                self.tables[known.product_id].void(known.place)
                del self.watched[search_id]
            if packed:
                new[product_id].append((search_id, packed))
        for product_id, some in new.items():
            places = self.tables[product_id].add([each for each, _ in some], [packed for _, packed in some])
            for place, (search_id, packed) in zip(places, some, strict=True):
                self.watched[search_id] = Watched(product_id, packed, place)

    def wanting(self, listing: Listing, *, after: str = "", most: int | None = None) -> list[str]:
        """Return searches that may want this listing, by id beyond `after`, at most so many."""
        goods = Point.of(listing)
        tables = {listing.product_id, ANY_PRODUCT} & self.tables.keys()
        found = np.sort(np.concatenate([np.zeros(0, ID), *(self.tables[each].wanting(goods) for each in tables)]))
        first = int(np.searchsorted(found, after.encode(), side="right"))
        return [each.decode() for each in found[first : None if most is None else first + most].tolist()]


class Watchlists:
    """The watchlist of each database that this process works on: one, but for tests."""

    def __init__(self) -> None:
        self._by_engine: WeakKeyDictionary[Engine, Watchlist] = WeakKeyDictionary()

    def current(self, ctx: Ctx) -> Watchlist:
        """Return the watchlist with every search that was saved before this unit began."""
        watchlist = self._by_engine.setdefault(ctx.session.connection().engine, Watchlist())
        columns = SavedSearch.id, SavedSearch.product_id, SavedSearch.outline, SavedSearch.paused
        query = select(*columns, SavedSearch.changed_at).where(SavedSearch.changed_at >= watchlist.read_until)
        rows = ctx.session.execute(query).all()
        watchlist.put((row.id, row.product_id, b"" if row.paused else row.outline) for row in rows)
        newest = max((row.changed_at for row in rows), default=FIRST)
        watchlist.read_until = max(watchlist.read_until, newest - READ_AGAIN)
        return watchlist
