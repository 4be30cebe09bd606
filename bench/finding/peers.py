"""The engines beside Parley's: each indexes the same rows and is asked the same questions, in one thread."""

from __future__ import annotations

import asyncio
import math
import re
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, Final

import asyncpg
from rapidfuzz import fuzz, process

from bench.finding.market import Row
from bench.finding.questions import NEAR_KM, Filters, Question
from config.reference import reference
from core.catalogue.language.places import distance_km
from core.catalogue.spelling import SHORTEST, SHORTEST_FOR_TWO
from core.discovery.search.model import ROW_HITS
from core.discovery.search.service import index_rows
from tests.postgres import cluster

TODAY: Final = date(2026, 11, 21)
KM_A_DEGREE: Final = 111.2  # one degree of latitude
_WORD: Final = re.compile(r"\w+")


class Engine(ABC):
    """A search engine under measurement.

    `every`: it is asked one in so many questions, because some engines need a second for each.
    `only`: the class of questions that it is asked.
    `elsewhere`: it works in a process of its own, so only wall-clock time shows a question's cost.
    """

    name: str
    every: int = 1
    only: str | None = None
    elsewhere: bool = False

    @abstractmethod
    def __init__(self, rows: list[Row], keep: ExitStack) -> None:
        """Index the rows; give resources that must be closed to `keep`."""

    def answer(self, question: Question) -> list[str]:
        """Return the ids of the ten best."""
        return self.search(question.text)

    @abstractmethod
    def search(self, text: str) -> list[str]:
        """Return the ids of the ten best."""

    @abstractmethod
    def size_mb(self) -> float:
        """Return the size of the index, in memory or on disk."""


class Parley(Engine):
    name = "Parley"

    def __init__(self, rows: list[Row], keep: ExitStack) -> None:
        self.searcher = index_rows(
            ({k: v for k, v in row.items() if k != "subject"} for row in rows), *reference(), TODAY
        )

    def search(self, text: str) -> list[str]:
        return self.searcher.search(text)

    def size_mb(self) -> float:
        return sum(part.segment.size_bytes for part in self.searcher.index.parts) / 1e6


class Tantivy(Engine):
    """Any word in title or text, exact or with as many typos as Parley allows for its length.

    Words under four letters may have none, words up to five letters one, and words from six letters on two. Swapped
    letters are one typo. The exact word adds to the score, by bm25.
    """

    name = "tantivy, slips by length"

    def __init__(self, rows: list[Row], keep: ExitStack) -> None:
        import tantivy  # noqa: PLC0415 - not installed where no search bench is run

        self.tantivy = tantivy
        self.folder = Path(keep.enter_context(tempfile.TemporaryDirectory()))
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("title")
        builder.add_text_field("text")
        self.add_fields(builder)
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, path=str(self.folder))
        writer = self.index.writer(heap_size=100_000_000, num_threads=1)
        for row in rows:
            text = f"{row['text']} {row['city']}"
            writer.add_document(tantivy.Document(id=row["id"], title=row["title"], text=text, **self.fields_of(row)))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def search(self, text: str) -> list[str]:
        hits = self.searcher.search(self.asked(_WORD.findall(text.lower())), ROW_HITS).hits
        return [self.searcher.doc(address)["id"][0] for _, address in hits]

    def add_fields(self, builder: Any) -> None:
        """Add the fields that are indexed beside title and text."""

    def fields_of(self, row: Row) -> dict[str, Any]:
        return {}

    def asked(self, words: list[str]) -> Any:
        query, may = self.tantivy.Query, self.tantivy.Occur.Should
        parts = []
        for word in words:
            typos = 0 if len(word) < SHORTEST else 1 if len(word) < SHORTEST_FOR_TWO else 2
            for field in ("title", "text"):
                parts.append((may, query.term_query(self.schema, field, word)))
                if typos:
                    parts.append((may, query.fuzzy_term_query(self.schema, field, word, typos, True)))
        return query.boolean_query(parts)

    def size_mb(self) -> float:
        return sum(path.stat().st_size for path in self.folder.iterdir()) / 1e6


class TantivyGiven(Tantivy):
    """Tantivy with sentences that are parsed already: goods are words, and everything else is filters.

    A distance is a box in degrees; hits in its corners are dropped.
    """

    name = "tantivy, given the filters"
    only = "sentence"
    numbers = ("lat", "lon", "quantity_t", "price_eur_t")

    def add_fields(self, builder: Any) -> None:
        for name in self.numbers:
            builder.add_float_field(name, stored=name in {"lat", "lon"}, fast=True)
        builder.add_text_field("certs", tokenizer_name="raw")

    def fields_of(self, row: Row) -> dict[str, Any]:
        return {name: row[name] for name in (*self.numbers, "certs") if name in row}

    def answer(self, question: Question) -> list[str]:
        assert question.given is not None
        here = question.given.row
        hits = self.searcher.search(self.limited(question.given), 2 * ROW_HITS).hits
        found = (self.searcher.doc(address) for _, address in hits)
        km = ((one["id"][0], distance_km(here["lat"], here["lon"], one["lat"][0], one["lon"][0])) for one in found)
        return [key for key, away in km if away <= NEAR_KM][:ROW_HITS]

    def limited(self, given: Filters) -> Any:
        query, must, number = self.tantivy.Query, self.tantivy.Occur.Must, self.tantivy.FieldType.Float
        lat, lon, north = given.row["lat"], given.row["lon"], NEAR_KM / KM_A_DEGREE
        east = north / math.cos(math.radians(lat))
        limits = [("lat", lat - north, lat + north), ("lon", lon - east, lon + east)]
        limits += [("quantity_t", float(given.tonnes), None)] if given.tonnes else []
        limits += [("price_eur_t", None, float(given.price))] if given.price is not None else []
        parts = [query.range_query(self.schema, name, number, least, most) for name, least, most in limits]
        parts += [query.term_query(self.schema, "certs", given.scheme)] if given.scheme is not None else []
        parts.append(self.asked(_WORD.findall(given.goods.lower())))
        return query.boolean_query([(must, part) for part in parts])


class TantivyOneSlip(Tantivy):
    """One typo in any word of any length, by its own query parser: the least that it can be asked."""

    name = "tantivy, one slip"
    begun = False

    def asked(self, words: list[str]) -> Any:
        fuzzy = {"title": (self.begun, 1, True), "text": (self.begun, 1, True)}
        return self.index.parse_query(" ".join(words), ["title", "text"], fuzzy_fields=fuzzy)


class TantivyBegun(TantivyOneSlip):
    """One typo, with every word read as the beginning of one: costly for short words."""

    name = "tantivy, one slip, begun"
    begun = True


class Fts5(Engine):
    """SQLite's full text search by trigrams: any three letters in common count, ranked by bm25."""

    name = "SQLite FTS5 trigram"
    every = 4

    def __init__(self, rows: list[Row], keep: ExitStack) -> None:
        self.base = sqlite3.connect(":memory:")
        keep.callback(self.base.close)
        self.base.execute("CREATE VIRTUAL TABLE doc USING fts5(id UNINDEXED, words, tokenize='trigram')")
        texts = ((row["id"], f"{row['title']} {row['text']} {row['city']}") for row in rows)
        self.base.executemany("INSERT INTO doc VALUES (?, ?)", texts)

    def search(self, text: str) -> list[str]:
        grams = {word[at : at + 3] for word in _WORD.findall(text.lower()) for at in range(len(word) - 2)}
        if not grams:
            return []
        match = " OR ".join(f'"{gram}"' for gram in sorted(grams))
        query = "SELECT id FROM doc WHERE doc MATCH ? ORDER BY rank LIMIT 10"
        return [row[0] for row in self.base.execute(query, (match,))]

    def size_mb(self) -> float:
        (pages,), (size,) = (self.base.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size"))
        return float(pages * size / 1e6)


class Postgres(Engine):
    """A text search vector; each asked word is replaced by the three most similar indexed words (pg_trgm)."""

    name = "PostgreSQL tsvector + pg_trgm"
    every = 4
    elsewhere = True
    tables = """
        CREATE EXTENSION pg_trgm;
        CREATE TABLE doc (id text, words tsvector);
    """
    indexes = """
        CREATE INDEX ON doc USING gin (words);
        CREATE TABLE word AS SELECT word FROM ts_stat('SELECT words FROM doc');
        CREATE INDEX ON word USING gin (word gin_trgm_ops);
        ANALYZE;
    """
    query = """
        SELECT id FROM doc, to_tsquery('simple', $1) AS asked
        WHERE words @@ asked ORDER BY ts_rank(words, asked) DESC LIMIT 10
    """
    like = "SELECT word FROM word WHERE word % $1 ORDER BY similarity(word, $1) DESC LIMIT 3"

    def __init__(self, rows: list[Row], keep: ExitStack) -> None:
        address = keep.enter_context(cluster())
        self.loop = asyncio.new_event_loop()
        keep.callback(self.loop.close)
        self.base = self.loop.run_until_complete(self._filled(address, rows))
        keep.callback(lambda: self.loop.run_until_complete(self.base.close()))

    async def _filled(self, address: str, rows: list[Row]) -> Any:
        base = await asyncpg.connect(address.replace("postgresql+asyncpg", "postgresql"))
        await base.execute(self.tables)
        texts = [(row["id"], f"{row['title']} {row['text']} {row['city']}") for row in rows]
        await base.executemany("INSERT INTO doc VALUES ($1, to_tsvector('simple', $2))", texts)
        await base.execute(self.indexes)
        return base

    def search(self, text: str) -> list[str]:
        return self.loop.run_until_complete(self._search(text))

    async def _search(self, text: str) -> list[str]:
        words: list[str] = []
        for word in _WORD.findall(text.lower()):
            words += [word, *(row[0] for row in await self.base.fetch(self.like, word))]
        asked = " | ".join(sorted({word for word in words if word.isalnum()}))
        return [row[0] for row in await self.base.fetch(self.query, asked)] if asked else []

    def size_mb(self) -> float:
        size = "SELECT pg_total_relation_size('doc') + pg_total_relation_size('word')"
        return float(self.loop.run_until_complete(self.base.fetchval(size))) / 1e6


class AllTitles(Engine):
    """The similarity of the question to every single text."""

    name = "rapidfuzz over all titles"
    every = 20

    def __init__(self, rows: list[Row], keep: ExitStack) -> None:
        self.ids = [row["id"] for row in rows]
        self.texts = [f"{row['title']} {row['text']} {row['city']}".lower() for row in rows]

    def search(self, text: str) -> list[str]:
        best = process.extract(text.lower(), self.texts, scorer=fuzz.token_set_ratio, limit=ROW_HITS, processor=None)
        return [self.ids[number] for _, _, number in best]

    def size_mb(self) -> float:
        return sum(map(len, self.texts)) / 1e6


TANTIVY: Final[tuple[type[Engine], ...]] = (Tantivy, TantivyGiven, TantivyOneSlip, TantivyBegun)
PEERS: Final[tuple[type[Engine], ...]] = (*TANTIVY, Fts5, Postgres, AllTitles)
