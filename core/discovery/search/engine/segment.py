"""Documents as flat arrays that are never changed: columns, terms, and the documents of each term.

Documents are numbered from the newest to the oldest. The head of a term's list is its freshest documents, and a scan
can stop anywhere. Everything is an array of numbers or of fixed-width bytes. A segment of a million documents is read
from a file or a database as it lies. No Python objects are made.

`build` also learns which words mean which goods.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.catalogue.spelling import FAR, Spelling, WordList, distances
from core.discovery.search.engine.document import UNIT_KINDS, Document, cells_touched
from core.discovery.search.engine.query import Factors

U32 = NDArray[np.uint32]
F32 = NDArray[np.float32]
Numbers = U32 | NDArray[np.intp]  # numbers of documents or places, to gather by; the second kind is faster
Tells = Callable[[F32], F32]
EARTH_RADIUS_KM: Final = 6371.0088  # mean radius, IUGG
COMMON: Final = 100  # documents that have a term
TABLES_KEPT: Final = 64
PLACES_AT_MOST: Final = 20_000  # more of them are measured for the few documents in question alone
FIGURES_KEPT: Final = 4_000_000  # cached distances: 16 MB
LAST_LETTER: Final = "\U0010ffff"


@dataclass(frozen=True)
class Columns:
    """The columns of every document, by its number. Unknown amounts, prices and positions are NaN."""

    ids: NDArray[np.bytes_]
    by_id: U32  # the numbers in the order of their ids
    stamps: NDArray[np.int32]
    sellers: U32  # index into `seller_names`
    seller_names: NDArray[np.bytes_]
    products: NDArray[np.uint16]  # index into `product_names`; the first of them is no product
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
    """Words and tags in the order of their bytes, and the documents of each.

    The documents of term t are `postings[starts[t]:starts[t + 1]]`, newest first. The lowest bit of a posting says that
    the term stands in the title; the others are the document's number.

    `lean`: the product that sellers who use the word mostly sell.
    `leaning`: the share of those sellers.
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
        """Return the number of exactly that word or tag."""
        return self._numbers.get(text)

    def beginning(self, text: str, most: int) -> range:
        """Return the numbers of the first `most` terms that begin with the text."""
        start = bisect_left(self.texts, text)
        end = min(start + most, len(self.texts))  # far ends are far away in memory too
        return range(start, bisect_left(self.texts, text + LAST_LETTER, start, end))

    def frequency(self, term: int) -> int:
        return self._starts[term + 1] - self._starts[term]

    def near(self, word: str) -> dict[int, int]:
        """Return the terms within the edits allowed for a word, each with its edits."""
        terms = self.spelling.near(word)
        blocking = distances(word, [self.texts[term] for term in terms])
        return {term: edits for term, edits in zip(terms, blocking, strict=True) if edits < FAR}

    def common_near(self, word: str) -> dict[int, int]:
        """Return the same for common terms only."""
        return {self._numbers[text]: edits for text, edits in self._common.near(word).items()}

    def postings(self, term: int) -> U32:
        """Return the documents that have the term, newest first, each with its title bit."""
        return self.terms.postings[self._starts[term] : self._starts[term + 1]]

    def cells(self, lat: float, lon: float, km: float, goods: Sequence[str] = ()) -> list[int]:
        """Return the square degrees that a circle touches, the nearest first; with `goods`, only theirs."""
        squares = [square for _, square in cells_touched(lat, lon, km)]
        names = [f"in:{square}:{product}" for square in squares for product in goods] if goods else None
        terms = map(self.term, names or [f"cell:{square}" for square in squares])
        return [term for term in terms if term is not None]

    def number_of(self, document_id: str) -> int | None:
        key, columns = document_id.encode(), self.columns
        at = int(np.searchsorted(columns.ids, np.bytes_(key), sorter=columns.by_id))
        if at == len(columns):
            return None
        number = int(columns.by_id[at])
        return number if columns.ids[number] == key else None

    def by_distance(self, numbers: Numbers, lat: float, lon: float, tells: Tells) -> F32:
        """Return `tells` of each document's distance in kilometres from that position. It is NaN if the position is
        unknown.

        Goods lie in far fewer places than there are listings, and people name the same few. So it is worked out once
        for each place, and kept.
        """
        lying = self._lying.take(numbers)
        if len(self._places) <= PLACES_AT_MOST:
            return self._told(lat, lon, tells).take(lying)
        return tells(_km(self._places[lying], lat, lon))

    def freshness(self, today: int, half_life_days: int) -> F32:
        """Return each document's freshness: 1 today, halved with every half life. Worked out once a day."""
        if self._fresh.get("day") != today:
            age = np.maximum(today - self.columns.days, 0)
            self._fresh.update(day=today, of=np.exp2(-age / half_life_days).astype(np.float32))
        fresh: F32 = self._fresh["of"]
        return fresh

    @cached_property
    def _fresh(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _where(self) -> tuple[NDArray[np.float64], Numbers]:
        """The places that documents lie in, as points of a sphere of radius one, and the number of each document's."""
        columns = self.columns
        degrees = columns.lats.view(np.uint32).astype(np.uint64) << np.uint64(32) | columns.lons.view(np.uint32)
        _, first, lying = np.unique(degrees, return_index=True, return_inverse=True)
        return _on_sphere(columns.lats[first], columns.lons[first]), lying.astype(np.intp)

    @cached_property
    def _places(self) -> NDArray[np.float64]:
        return self._where[0]

    @cached_property
    def _lying(self) -> Numbers:
        return self._where[1]

    @cached_property
    def _told(self) -> Callable[[float, float, Tells], F32]:
        """A cached function: `tells` of each place's distance from a position, for the latest positions."""
        kept = FIGURES_KEPT // (1 + len(self._places))
        return lru_cache(maxsize=kept)(lambda lat, lon, tells: tells(_km(self._places, lat, lon)))

    @cached_property
    def texts(self) -> list[str]:
        """Every term in order: in UTF-8 the order of bytes is that of letters. Each query reads dozens."""
        return [text.decode() for text in self.terms.texts.tolist()]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {text: number for number, text in enumerate(self.texts)}

    @cached_property
    def product_names(self) -> list[str]:
        return [name.decode() for name in self.columns.product_names.tolist()]

    @cached_property
    def product_of_term(self) -> dict[int, int]:
        """The number of the product, by the terms that are tags of goods."""
        terms = ((self.term(f"product:{name}"), number) for number, name in enumerate(self.product_names) if name)
        return {term: number for term, number in terms if term is not None}

    @cached_property
    def _common(self) -> WordList:
        terms = (np.diff(self.terms.starts) >= COMMON).nonzero()[0].tolist()
        return WordList([self.texts[term] for term in terms])

    @cached_property
    def _starts(self) -> list[int]:
        """The starts as Python numbers, which are read one by one ten times as fast."""
        starts: list[int] = self.terms.starts.tolist()
        return starts

    def factors_of(self, factors: Factors, numbers: Numbers, kinds: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return each document's factor, by its goods and its kind of unit; NaN if there is none."""
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
        """Factors as tables to gather from, a row per product and a column per kind of unit.

        They are keyed by identity, because there are only a few: one for each kind of unit. Each is held with its
        factors, so an identity stays theirs.
        """
        return {}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array by its name, as `from_arrays` takes them back."""
        return {
            f"{part.name}.{one.name}": getattr(getattr(self, part.name), one.name)
            for part in fields(self)
            for one in fields(getattr(self, part.name))
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Segment:
        """Return the segment that these arrays were taken from."""

        def part(name: str) -> dict[str, Any]:
            return {key.removeprefix(f"{name}."): array for key, array in arrays.items() if key.startswith(f"{name}.")}

        return cls(Columns(**part("columns")), Terms(**part("terms")), Spelling(**part("spelling")))

    @property
    def size_bytes(self) -> int:
        return sum(array.nbytes for array in self.arrays().values())


def kilometres(km: F32) -> F32:
    return km


def _km(places: NDArray[np.float64], lat: float, lon: float) -> F32:
    """Return each place's distance from that position along the great circle.

    It is computed from the angle between two points of a sphere. In double precision this is exact to some metres.
    """
    north, east = math.radians(lat), math.radians(lon)
    here = np.array((math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)))
    km: F32 = (EARTH_RADIUS_KM * np.arccos(np.minimum(places @ here, 1.0))).astype(np.float32)
    return km


def _on_sphere(lats: NDArray[Any], lons: NDArray[Any]) -> NDArray[np.float64]:
    """Return positions in degrees as points of a sphere of radius one."""
    north, east = np.radians(lats.astype(np.float64)), np.radians(lons.astype(np.float64))
    points = (np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north))
    return np.stack(points, axis=1)


SELLERS_AT_LEAST: Final = 3  # with fewer, a company's own name would become a word for what it sells
SOUTH_POLE, ALL_ROUND = 90, 361  # what makes degrees numbers from zero on, and more than there are of longitude
SQUARES_AT_LEAST: Final = 5  # where sellers are unknown: a company has several places, too
MOSTLY: Final = 0.5  # share of the sellers who use a word and sell that product


def build(documents: Sequence[Document]) -> Segment:
    """Return the segment of these documents, which must have different ids."""
    ordered = sorted(documents, key=lambda document: (document.day, document.id), reverse=True)
    columns = _columns(ordered)
    texts, starts, postings = _terms(ordered)
    lean, leaning = learned(starts, postings, columns)
    spelling = Spelling.of([text.decode() for text in texts.tolist()])
    return Segment(columns, Terms(texts, starts, postings, lean, leaning), spelling)


def _columns(ordered: Sequence[Document]) -> Columns:
    ids = _names([document.id for document in ordered])
    seller_names, sellers = np.unique(_names([document.seller for document in ordered]), return_inverse=True)
    products = ["", *sorted({document.product for document in ordered if document.product is not None})]
    product_of = {product: number for number, product in enumerate(products)}
    amounts = [document.amount for document in ordered]
    prices = [document.price for document in ordered]
    nan = math.nan
    return Columns(
        ids=ids,
        by_id=np.argsort(ids, kind="stable").astype(np.uint32),
        stamps=_array([document.stamp for document in ordered], np.int32),
        sellers=sellers.astype(np.uint32),
        seller_names=seller_names,
        products=_array([product_of[document.product or ""] for document in ordered], np.uint16),
        product_names=_names(products),
        amounts=_array([nan if one is None else one.value for one in amounts], np.float64),
        least=_array([document.least for document in ordered], np.float64),
        amount_kinds=_array([0 if one is None else one.kind for one in amounts], np.uint8),
        prices=_array([nan if one is None else one.value for one in prices], np.float64),
        price_kinds=_array([0 if one is None else one.kind for one in prices], np.uint8),
        lats=_array([nan if document.lat is None else document.lat for document in ordered], np.float32),
        lons=_array([nan if document.lon is None else document.lon for document in ordered], np.float32),
        first_days=_array([document.first_day for document in ordered], np.int32),
        last_days=_array([document.last_day for document in ordered], np.int32),
        days=_array([document.day for document in ordered], np.int32),
    )


def _terms(ordered: Sequence[Document]) -> tuple[NDArray[np.bytes_], U32, U32]:
    """Return the terms sorted, where the postings of each start, and the postings."""
    number_of: dict[str, int] = {}
    owners, entries = array("I"), array("I")
    for number, document in enumerate(ordered):
        in_titles: dict[int, bool] = {}
        for term, in_title in document.terms():
            known = number_of.setdefault(term, len(number_of))
            in_titles[known] = in_titles.get(known, False) or in_title
        owners.extend(in_titles)
        entries.extend([number << 1 | in_title for in_title in in_titles.values()])
    texts = _names(list(number_of))
    order = np.argsort(texts, kind="stable")
    rank = np.empty(len(order), dtype=np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    owner = rank[np.frombuffer(owners, dtype=np.uint32)] if len(owners) else np.empty(0, np.uint32)
    entry = np.frombuffer(entries, dtype=np.uint32) if len(entries) else np.empty(0, np.uint32)
    starts = np.zeros(len(order) + 1, dtype=np.uint32)
    np.cumsum(np.bincount(owner, minlength=len(order)), out=starts[1:])
    return texts[order], starts, entry[np.argsort(owner, kind="stable")]


def learned(starts: U32, postings: U32, columns: Columns) -> tuple[NDArray[np.uint16], F32]:
    """Return for each term the product that most of its sellers have chosen for their goods, and their share.

    P(product | word) is counted in sellers, not in listings, so a hundred lots of one seller count once. If sellers are
    unknown, each square degree is taken for one. A company sells in few of them, but a word is used in many. The result
    is zero if no product has enough sellers, or most of them.
    """
    terms = len(starts) - 1
    lean, leaning = np.zeros(terms, np.uint16), np.zeros(terms, np.float32)
    products, anonymous = columns.products, columns.seller_names[columns.sellers] == b""
    north, east = (np.floor(np.nan_to_num(degrees)).astype(np.int64) for degrees in (columns.lats, columns.lons))
    squares = (north + SOUTH_POLE) * ALL_ROUND + east + ALL_ROUND // 2
    voices = np.where(anonymous, len(columns.seller_names) + squares, columns.sellers)
    numbers = postings >> 1
    term = np.repeat(np.arange(terms, dtype=np.int64), np.diff(starts))
    chosen = products[numbers] > 0
    pairs = term[chosen] * (int(products.max(initial=0)) + 1) + products[numbers[chosen]]
    order = np.lexsort((voices[numbers[chosen]], pairs))
    pairs, voice = pairs[order], voices[numbers[chosen]][order]
    if not len(pairs):
        return lean, leaning
    first = np.ones(len(pairs), dtype=bool)
    first[1:] = (pairs[1:] != pairs[:-1]) | (voice[1:] != voice[:-1])
    pair, sellers = np.unique(pairs[first], return_counts=True)
    of_term, product = np.divmod(pair, int(products.max(initial=0)) + 1)
    share = sellers / np.bincount(of_term, sellers, terms)[of_term]
    enough = (sellers >= (SQUARES_AT_LEAST if anonymous.all() else SELLERS_AT_LEAST)) & (share > MOSTLY)
    lean[of_term[enough]] = product[enough]
    leaning[of_term[enough]] = share[enough]
    return lean, leaning


def _names(texts: Sequence[str]) -> NDArray[np.bytes_]:
    """Return the names as bytes of one width, which numpy compares and finds fastest."""
    return np.array([text.encode() for text in texts], dtype=np.bytes_) if texts else np.empty(0, "S1")


def _array(values: Sequence[Any], kind: type[np.generic]) -> NDArray[Any]:
    return np.array(values, dtype=kind)
