"""A number of documents as flat arrays that are never changed: columns, the terms, and which documents have which.

Documents are numbered from the newest to the oldest, so the head of a term's list is its freshest documents and a scan
can stop anywhere. Everything is an array of numbers or of fixed-width bytes, so that a segment of a million documents
is read from a file or a database as it lies, without making a Python object of anything.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.catalogue.spelling import Spelling
from core.search.engine.document import UNIT_KINDS
from core.search.engine.wanted import Factors

U32 = NDArray[np.uint32]
F32 = NDArray[np.float32]
EARTH_RADIUS_KM: Final = 6371.0088  # mean radius, IUGG
COMMON: Final = 100  # documents that have a term
TABLES_KEPT: Final = 64
LAST_LETTER: Final = "\U0010ffff"


@dataclass(frozen=True)
class Columns:
    """What every document has, by its number. Unknown amounts, prices and positions are NaN."""

    ids: NDArray[np.bytes_]
    by_id: U32  # the numbers in the order of their ids
    stamps: NDArray[np.int32]
    sellers: U32  # of `seller_names`
    seller_names: NDArray[np.bytes_]
    products: NDArray[np.uint16]  # of `product_names`; the first of them is no product
    product_names: NDArray[np.bytes_]
    amounts: NDArray[np.float64]
    least: NDArray[np.float64]
    amount_kinds: NDArray[np.uint8]
    prices: NDArray[np.float64]
    price_kinds: NDArray[np.uint8]
    lats: F32
    lons: F32
    first_days: NDArray[np.int32]
    last_days: NDArray[np.int32]
    days: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Terms:
    """Words and marks in the order of their bytes, and the documents of each.

    The documents of term t are `postings[starts[t]:starts[t + 1]]`, newest first; the lowest bit of a posting says
    that the term stands in the title, the others are the document's number.
    `lean` is the product that sellers who use the word mostly sell, `leaning` the share of those sellers.
    """

    texts: NDArray[np.bytes_]
    starts: U32
    postings: U32
    lean: NDArray[np.uint16]
    leaning: F32


@dataclass(frozen=True)
class Segment:
    """Documents, their terms, and the spellings of the terms (numbered as the terms are)."""

    columns: Columns
    terms: Terms
    spelling: Spelling

    def __len__(self) -> int:
        return len(self.columns)

    def term(self, text: str) -> int | None:
        """The number of that very word or mark."""
        return self._numbers.get(text)

    def beginning(self, text: str, most: int) -> range:
        """The numbers of the first so many terms that begin so."""
        start = bisect_left(self.texts, text)
        end = min(start + most, len(self.texts))  # far ends are far away in memory too
        return range(start, bisect_left(self.texts, text + LAST_LETTER, start, end))

    def frequency(self, term: int) -> int:
        """How many documents have it."""
        return self._starts[term + 1] - self._starts[term]

    def common_near(self, word: str) -> list[int]:
        """Of the terms that may be within two edits of the word, those that many documents have."""
        spelling, terms = self._common
        return [terms[number] for number in spelling.near(word)]

    def postings(self, term: int) -> U32:
        """The documents that have it, newest first, each with its title bit."""
        return self.terms.postings[self._starts[term] : self._starts[term + 1]]

    def number_of(self, document_id: str) -> int | None:
        """The number of the document with that id."""
        key, columns = document_id.encode(), self.columns
        at = int(np.searchsorted(columns.ids, np.bytes_(key), sorter=columns.by_id))
        if at == len(columns):
            return None
        number = int(columns.by_id[at])
        return number if columns.ids[number] == key else None

    def distance_km(self, numbers: U32, lat: float, lon: float) -> F32:
        """From that position along the great circle; NaN where the position is unknown.

        By the chord between two points of a sphere: as exact as the haversine formula, and with one root and one
        arcsine a document instead of five functions of angles.
        """
        chord = self.chord_km(numbers, lat, lon) / np.float32(2 * EARTH_RADIUS_KM)
        km: F32 = np.float32(2 * EARTH_RADIUS_KM) * np.arcsin(np.minimum(chord, 1))
        return km

    def chord_km(self, numbers: U32, lat: float, lon: float) -> F32:
        """Straight through the Earth: the same up to a few hundred kilometres (a thousandth less at a thousand)."""
        north, east = math.radians(lat), math.radians(lon)
        here = (math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north))
        apart = self._sphere.take(numbers, axis=0)
        apart -= np.array(here, np.float32)
        chord: F32 = np.sqrt(np.einsum("ij,ij->i", apart, apart)) * np.float32(EARTH_RADIUS_KM)
        return chord

    def freshness(self, today: int, half_life_days: int) -> F32:
        """Of each document: 1 today, and half as much with every half life. Worked out once a day."""
        if self._fresh.get("day") != today:
            age = np.maximum(today - self.columns.days, 0)
            self._fresh.update(day=today, of=np.exp2(-age / half_life_days).astype(np.float32))
        fresh: F32 = self._fresh["of"]
        return fresh

    @cached_property
    def _fresh(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _sphere(self) -> F32:
        return _on_sphere(self.columns.lats, self.columns.lons)

    @cached_property
    def texts(self) -> list[str]:
        """Of every term, in their order: in UTF-8 that of bytes is that of letters. Each query reads dozens."""
        return [text.decode() for text in self.terms.texts.tolist()]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {text: number for number, text in enumerate(self.texts)}

    @cached_property
    def product_names(self) -> list[str]:
        return [name.decode() for name in self.columns.product_names.tolist()]

    @cached_property
    def product_of_term(self) -> dict[int, int]:
        """Of the terms that are marks of goods: the number of the product."""
        terms = ((self.term(f"product:{name}"), number) for number, name in enumerate(self.product_names) if name)
        return {term: number for term, number in terms if term is not None}

    @cached_property
    def _common(self) -> tuple[Spelling, list[int]]:
        """The spellings of the common terms, which are few, and their numbers."""
        terms = (np.diff(self.terms.starts) >= COMMON).nonzero()[0].tolist()
        return Spelling.of([self.texts[term] for term in terms]), terms

    @cached_property
    def _starts(self) -> list[int]:
        """As plain numbers, which one by one are read ten times as fast."""
        starts: list[int] = self.terms.starts.tolist()
        return starts

    def factors_of(self, factors: Factors, numbers: U32, kinds: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The factor of each of these documents, by its goods and its kind of unit; NaN where there is none."""
        _, table = self._tables.get(id(factors), (None, None))
        if table is None:
            table = np.full((len(self.columns.product_names), len(UNIT_KINDS)), np.nan)
            product_numbers = {name: number for number, name in enumerate(self.product_names)}
            for (product, kind), factor in factors.items():
                row = product_numbers.get(product)
                if row is not None:
                    table[row, kind] = factor
            if len(self._tables) >= TABLES_KEPT:
                self._tables.clear()
            self._tables[id(factors)] = (factors, table)
        rows = self.columns.products.take(numbers).astype(np.intp)
        rows *= len(UNIT_KINDS)
        rows += kinds.take(numbers)
        chosen: NDArray[np.float64] = table.take(rows)
        return chosen

    @cached_property
    def _tables(self) -> dict[int, tuple[Factors, NDArray[np.float64]]]:
        """Factors as tables that can be gathered from, a row a product and a column a kind of unit; by identity, for
        there are only a few: one of each kind of unit. Each is held with its factors, so an identity stays theirs."""
        return {}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every array by its name, as `from_arrays` takes them back."""
        return {
            f"{part.name}.{one.name}": getattr(getattr(self, part.name), one.name)
            for part in fields(self)
            for one in fields(getattr(self, part.name))
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Segment:
        """The segment that these arrays were taken from."""

        def part(name: str) -> dict[str, Any]:
            return {key.removeprefix(f"{name}."): array for key, array in arrays.items() if key.startswith(f"{name}.")}

        return cls(Columns(**part("columns")), Terms(**part("terms")), Spelling(**part("spelling")))

    @property
    def size_bytes(self) -> int:
        return sum(array.nbytes for array in self.arrays().values())


def _on_sphere(lats: NDArray[Any], lons: NDArray[Any]) -> F32:
    """Positions in degrees as points of a sphere of radius one."""
    north, east = np.radians(lats.astype(np.float64)), np.radians(lons.astype(np.float64))
    points = (np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north))
    return np.stack(points, axis=1).astype(np.float32)
