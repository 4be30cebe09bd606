"""The index that one process searches: a large base that never changes, and small segments of later changes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.discovery.search.engine.candidates import Candidates
from core.discovery.search.engine.document import Document
from core.discovery.search.engine.query import EngineQuery, Word, given_up
from core.discovery.search.engine.ranking import Ranked, rank, shortlists, weigh
from core.discovery.search.engine.segment import F32, Segment, build
from core.discovery.search.engine.term_group import CERTAINLY_LEANING, Reader, TermGroup, rejoined

SORTED_BELOW: Final = 40  # keys: so few are sorted as a whole
MERGED_BELOW: Final = 4  # a segment less than this many times as large as the next one is rebuilt together with it


class Found(NamedTuple):
    """One document that answers. `met`: which of the asked words (as they were read) it has."""

    id: str
    stamp: int
    seller: str
    relevance: float
    score: float
    km: float | None
    price: float | None
    met: tuple[str, ...]
    day: int


class Answer(NamedTuple):
    """The best of `total`, in the order that was wanted."""

    found: tuple[Found, ...]
    total: int


class Read(NamedTuple):
    """Asked words as they were read: their groups in each part, and the weight of each word."""

    words: tuple[str, ...]
    groups: list[list[TermGroup]]
    weights: list[float]

    @property
    def only_goods(self) -> bool:
        """Return True if all of them name goods, in every part."""
        return bool(self.words) and all(group.by_goods for of_part in self.groups for group in of_part)


@dataclass(slots=True)
class Part:
    """A segment with this process's knowledge of it: which documents have been replaced since it was built."""

    segment: Segment
    documents: tuple[Document, ...] = ()  # documents of small segments, which are rebuilt from them
    alive: NDArray[np.bool_] = field(init=False)
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.alive = np.ones(len(self.segment), dtype=bool)
        self.reader = Reader(self.segment)

    def drop(self, ids: Iterable[str]) -> None:
        for document_id in ids:
            number = self.segment.number_of(document_id)
            if number is not None:
                self.alive[number] = False

    def living(self) -> list[Document]:
        """Return the documents of a small segment that still count."""
        return [
            document
            for document in self.documents
            if (number := self.segment.number_of(document.id)) is not None and self.alive[number]
        ]


class Index:
    """Takes documents in and out at once, and answers from all of its segments together."""

    def __init__(self, base: Segment | None = None) -> None:
        self.parts: list[Part] = [Part(base)] if base is not None and len(base) else []
        self._small_from = len(self.parts)

    def __len__(self) -> int:
        return sum(int(part.alive.sum()) for part in self.parts)

    def take(self, documents: Sequence[Document], gone: Collection[str] = ()) -> None:
        """Replace earlier documents of the same ids by these, and remove those in `gone`.

        New documents make a segment of their own. Segments of about one size are merged, so there are never more than a
        few. Each document is built into larger segments only a few times.
        """
        replaced = [*gone, *(document.id for document in documents)]
        for part in self.parts:
            part.drop(replaced)
        fresh = list(documents)
        while len(self.parts) > self._small_from and len(self.parts[-1].documents) < MERGED_BELOW * len(fresh):
            fresh += self.parts.pop().living()
        if fresh:
            self.parts.append(Part(build(fresh), tuple(fresh)))

    def search(self, query: EngineQuery, limit: int) -> Answer:
        """Return the best `limit` documents of those that meet the filters."""
        return self._answer(self._read(query.words), query, limit)

    def search_relaxed(self, query: EngineQuery, limit: int) -> list[Found]:
        """Return the best documents. If too few meet every filter, others follow that miss the least important ones."""
        read = self._read(query.words)
        # For goods nearby it is known at once how many filters each meets. Only the distance is left to be given up.
        at_once = query.near is not None and query.near.circle_km is not None and read.only_goods
        if at_once:
            query = query._replace(patient=True)
        found = {each.id: each for each in self._answer(read, query, limit).found}
        ways = given_up(query) if query.words and len(found) < limit else []  # without words, everything would do
        for way in ways[-1:] if at_once else ways:
            for each in self._answer(read, way, limit).found:
                found.setdefault(each.id, each)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def _read(self, asked: Sequence[Word]) -> Read:
        readers = [part.reader for part in self.parts]
        words = rejoined(asked, readers)
        groups = [[reader.group(word) for word in words] for reader in readers]
        weights = weigh(words, groups, sum([len(part.segment) for part in self.parts])) if words else []
        return Read(tuple([word.text for word in words]), groups, weights)

    def _answer(self, read: Read, query: EngineQuery, limit: int) -> Answer:
        ranked = [
            self._rank(part, groups, read.weights, query, limit)
            for part, groups in zip(self.parts, read.groups, strict=True)
        ]
        total = sum([len(each.numbers) for each in ranked])
        best = [
            _best(part.segment, each, query, limit, read.words) for part, each in zip(self.parts, ranked, strict=True)
        ]
        if len(best) == 1:
            return Answer(tuple(best[0]), total)
        together = sorted((found for some in best for found in some), key=partial(_key, query), reverse=True)
        return Answer(tuple(together[:limit]), total)

    def knows(self, word: str) -> bool:
        """Return True if any document has the word as it is written."""
        return any(part.segment.term(word) is not None for part in self.parts)

    def known_words(self, asked: Sequence[Word]) -> list[bool]:
        """Return for each word whether some document may have it.

        It may be exact, in another case, misspelt, or written apart or together otherwise.
        """
        readers = [part.reader for part in self.parts]
        known = [any(r.group(word).terms or r.split(word.text) for r in readers) for word in asked]
        for place, (one, other) in enumerate(pairwise(asked)):
            if not (known[place] and known[place + 1]) and self.knows(one.text + other.text):
                known[place : place + 2] = True, True
        return known

    def nearest_word(self, word: str) -> str | None:
        """Return the most likely word of documents for a word that is none itself."""
        best: tuple[float, str] | None = None
        for part in self.parts:
            group = part.reader.group(Word(word))
            for term, weight in zip(group.terms, group.weights, strict=True):
                text = part.segment.texts[term]
                if ":" not in text and (best is None or (weight, text) > best):
                    best = (weight, text)
        return None if best is None else best[1]

    def leaning(self, word: str) -> str | None:
        """Return the goods that most sellers who use the word have chosen."""
        for part in self.parts:
            term = part.segment.term(word)
            terms = part.segment.terms
            if term is not None and terms.leaning[term] >= CERTAINLY_LEANING:
                return bytes(part.segment.columns.product_names[terms.lean[term]]).decode()
        return None

    @staticmethod
    def _rank(
        part: Part, groups: Sequence[TermGroup], weights: Sequence[float], query: EngineQuery, limit: int
    ) -> Ranked:
        candidates = Candidates(part.segment, part.alive, query, groups, weights)
        if groups and query.order == "best":
            for numbers, most_of_others, given_up_for in shortlists(candidates, limit):
                few = rank(part.segment, numbers, groups, weights, query=query, given_up=given_up_for)
                if _lowest(few, limit) >= most_of_others:
                    return few
        numbers = candidates.choose(limit)
        return rank(part.segment, numbers, groups, weights, query=query)


def _lowest(ranked: Ranked, limit: int) -> float:
    """Return the score of the last of the best `limit`; below every score if there are fewer."""
    if len(ranked.scores) < limit:
        return -1.0
    scores, last = ranked.scores.copy(), len(ranked.scores) - limit
    scores.partition(last)
    return float(scores[last])


def _key(query: EngineQuery, found: Found) -> tuple[float | str, ...]:
    """Return the sort key of the same order, for the best of several segments."""
    match query.order:
        case "cheapest":
            return (-1 if found.price is None else 0, -(found.price or 0), found.score)
        case "nearest":
            return (-1 if found.km is None else 0, -(found.km or 0), found.score)
        case "newest":
            return (found.day, found.id)
        case "best":
            return (found.score, found.day, found.id)


def _best(segment: Segment, ranked: Ranked, query: EngineQuery, limit: int, words: Sequence[str]) -> list[Found]:
    """Return the first hits of a segment in the wanted order, as objects."""
    chosen = _first(_keys(ranked, query), limit)
    if not len(chosen):
        return []
    columns, numbers = segment.columns, ranked.numbers.take(chosen)
    columnwise = (
        [key.decode() for key in columns.ids.take(numbers).tolist()],
        columns.stamps.take(numbers).tolist(),
        [name.decode() for name in columns.seller_names.take(columns.sellers.take(numbers)).tolist()],
        ranked.relevance.take(chosen).tolist(),
        ranked.scores.take(chosen).tolist(),
        _known(ranked.km, chosen),
        _known(ranked.prices, chosen),
        _met(ranked.met, chosen, words),
        columns.days.take(numbers).tolist(),
    )
    return list(map(Found._make, zip(*columnwise, strict=True)))


def _known(values: NDArray[Any] | None, chosen: NDArray[np.intp]) -> list[float | None]:
    if values is None:
        return [None] * len(chosen)
    return [None if math.isnan(value) else value for value in values.take(chosen).tolist()]


def _met(met: F32, chosen: NDArray[np.intp], words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return for each of the chosen the words that it meets, mostly all of them."""
    every = tuple(words)
    if not every:
        return [()] * len(chosen)
    return [
        every if all(how_well) else tuple([word for word, well in zip(words, how_well, strict=True) if well > 0])
        for how_well in met[:, chosen].T.tolist()
    ]


def _keys(ranked: Ranked, query: EngineQuery) -> NDArray[Any]:
    """Return the sort keys; the highest comes first."""
    match query.order:
        case "cheapest" if ranked.prices is not None:
            return np.nan_to_num(-ranked.prices, nan=-np.inf)
        case "nearest" if ranked.km is not None:
            return np.nan_to_num(-ranked.km.astype(np.float64), nan=-np.inf)
        case "newest":
            return -ranked.numbers.astype(np.float64)
        case _:
            return ranked.scores


def _first(keys: NDArray[Any], limit: int) -> NDArray[np.intp]:
    """Return the positions of the highest keys, in order. Among equal ones, the newer document wins."""
    if len(keys) <= max(SORTED_BELOW, limit):
        return (-keys).argsort(kind="stable")[:limit]
    in_order, last = keys.copy(), len(keys) - limit
    in_order.partition(last)
    edge = in_order[last]
    above = (keys > edge).nonzero()[0]
    level = (keys == edge).nonzero()[0][: limit - len(above)]
    above = above.take((-keys.take(above)).argsort(kind="stable"))
    return np.concatenate([above, level])
