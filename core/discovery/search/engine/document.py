"""A document that can be found, of any kind, as the engine takes it in.

A document's square degree on the map is a tag of it. The surroundings of a place are a few squares.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from core.catalogue.product_names import folded
from core.kernel.quantity import UNITS

KM_PER_DEGREE: Final = 111.2


def square_of(lat: float, lon: float) -> str:
    """Return the square degree of a position: some 110 km north to south, half of that across in central Europe."""
    return f"{int(lat // 1)},{int(lon // 1)}"


@lru_cache(maxsize=5_000)
def cells_touched(lat: float, lon: float, km: float) -> tuple[tuple[float, str], ...]:
    """Return the squares that a circle touches, the nearest first, each with its least distance in kilometres."""
    north = km / KM_PER_DEGREE
    km_per_degree_east = KM_PER_DEGREE * max(0.05, math.cos(math.radians(min(89.0, abs(lat) + north))))
    east = km / km_per_degree_east
    found = []
    for row in range(math.floor(lat - north), math.floor(lat + north) + 1):
        for column in range(math.floor(lon - east), math.floor(lon + east) + 1):
            away = math.hypot(_gap(lat, row) * KM_PER_DEGREE, _gap(lon, column) * km_per_degree_east)
            if away <= km:
                found.append((away, square_of(row, (column + 180) % 360 - 180)))
    return tuple(sorted(found))


def _gap(position: float, degree: int) -> float:
    """Return how far a position is outside of a degree of latitude or longitude."""
    return max(0.0, degree - position, position - degree - 1)


LONGEST_WORD: Final = 24  # letters; longer words are cut, in documents and in queries alike
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Amounts of one kind convert into each other; they are compared in the base unit of their kind. Beside goods, hours are
# sold.
UNIT_KINDS: Final = (*dict.fromkeys(unit.kind for unit in UNITS.values()), "hour")
AN_HOUR: Final = UNIT_KINDS.index("hour")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and the kind of unit it is counted in (an index of `UNIT_KINDS`), in the kind's base unit."""

    value: float
    kind: int


@dataclass(frozen=True, slots=True)
class Document:
    """A listing, an expert or an open request.

    `tags` are exact properties ("product:wood_pellets", "scheme:FSC"): a filter names those that would do. Prices are
    in euros per base unit. None means unknown, and meets no filter.
    """

    id: str
    kind: str
    title: str
    text: str = ""
    seller: str = ""
    product: str | None = None
    tags: tuple[str, ...] = ()
    amount: Amount | None = None
    least: float = 0.0  # the smallest lot, counted like `amount`
    price: Amount | None = None
    lat: float | None = None  # degrees
    lon: float | None = None
    first_day: int = 0  # first day of delivery, as an ordinal; 0 and 0 mean any time
    last_day: int = 0
    day: int = 0  # the ordinal of the day that it is from
    stamp: int = field(default=0, compare=False)  # its version: a hit must still have this one

    def terms(self) -> Iterator[tuple[str, bool]]:
        """Yield words and tags, each with whether it counts fully, as tags and words of the title do."""
        for word in words_in(self.title):
            yield word, True
        for word in words_in(self.text):
            yield word, False
        for tag in self.all_tags():
            yield tag, True

    def all_tags(self) -> Iterator[str]:
        """Return its tags with those that every document has: kind, product and square on the map."""
        yield f"kind:{self.kind}"
        yield from self.tags
        if self.product is not None:
            yield f"product:{self.product}"
        if self.lat is not None and self.lon is not None:
            cell = square_of(self.lat, self.lon)
            yield f"cell:{cell}"
            if self.product is not None:
                yield f"in:{cell}:{self.product}"


def words_in(text: str, longest: int = LONGEST_WORD) -> list[str]:
    """Return the folded words of a text in their order, cut to `longest` letters.

    A single letter says nothing, but a single digit is kept.
    """
    return [word for raw in _WORD.findall(text) if len(word := _folded(raw, longest)) > 1 or word.isdigit()]


@lru_cache(maxsize=200_000)
def _folded(word: str, longest: int) -> str:
    return folded(word)[:longest]
