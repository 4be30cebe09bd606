"""`main.py search-batch DOCS.jsonl QUERIES.jsonl --out RESULTS.jsonl`: the engine measured by anybody's documents."""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

from config.reference import reference
from core.catalogue import Catalogue
from core.catalogue.product_names import folded
from core.discovery.search.advice import asks_advice, in_full
from core.discovery.search.engine.building import build
from core.discovery.search.engine.index import Index
from core.discovery.search.engine.wanted import Wanted
from core.discovery.search.price_question import asks_price
from core.discovery.search.sentence.keyboard import as_meant
from core.discovery.search.sentence.parse import parse
from core.discovery.search.sentence.places import Place, Places, distance_km
from core.discovery.search.wishes import freely, on_problem
from tools.batch.documents import Rows

HITS = 10
DOCUMENTS_OF_A_TOWN = 2  # one alone may be somewhere else
SAME_TOWN_KM = 100  # from where a town of that name is


def main(arguments: list[str]) -> int:
    """Read both files, answer, write; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="main.py search-batch", description="Answer queries about documents of a file"
    )
    parser.add_argument("documents", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    searcher = BatchSearcher(_lines(chosen.documents), today=datetime.now(UTC).date())
    with chosen.out.open("w", encoding="utf-8") as out:
        for query in _lines(chosen.queries):
            started = time.perf_counter()
            hits = searcher.search(str(query["text"]))
            spent = (time.perf_counter() - started) * 1000
            out.write(json.dumps({"id": query["id"], "hits": hits, "ms": round(spent, 3)}) + "\n")
    return 0


class BatchSearcher:
    """The engine over documents as the file writes them."""

    def __init__(self, rows: Iterable[dict[str, Any]], today: date) -> None:
        self.catalogue, known = reference()
        self.today = today
        listed = list(rows)
        self.places = Places([*known.all, *_towns_of(listed, known, self.catalogue)], known.posted)
        reader = Rows(self.catalogue, self.places, today)
        documents = [reader.document(row) for row in listed]
        self.index = Index(build(documents))
        # As in the market, what is rare among those who advise need not be among goods.
        self.advisers = Index(build([document for document in documents if document.kind != "listing"]))
        for first in ("100 t wod pelets under 200 eur near Rigga", "consultant for boilr slaging"):
            self.search(first)  # patterns and forms of words are made on first use

    def search(self, text: str) -> list[str]:
        """Ids of the best documents; where fewer than ten meet every wish, those that meet all but some follow."""
        text = as_meant(text, self.catalogue, self.places) or text
        said = parse(text, self.catalogue, self.places, self.today, per="t", several=True)  # prices as documents have
        advice = asks_advice(text, said, self.catalogue, self.index.knows)
        advice = advice and not asks_price(text, said, self.catalogue)  # which goods on offer tell best
        said = in_full(text, said, self.catalogue) if advice else said
        index, read = (self.advisers, on_problem) if advice else (self.index, freely)
        wanted = read(said, self.catalogue, self.places, index.knows, self.today)
        if not wanted.words and wanted == Wanted(today=wanted.today):
            return []  # nothing was understood, and everything would be as good an answer as any other
        return [found.id for found in index.search_patiently(wanted, HITS)]


def _towns_of(rows: Sequence[dict[str, Any]], known: Places, catalogue: Catalogue) -> list[Place]:
    """Towns that the gazetteer does not have, or has elsewhere, each where its documents lie on average. A town that is
    called like goods is a place only behind "near" and the like."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        town, lat, lon = row.get("city"), row.get("lat"), row.get("lon")
        if town and lat is not None and lon is not None and not _is_there(known.named(str(town)), lat, lon):
            found[str(town), str(row.get("country") or "")].append((float(lat), float(lon)))
    return [
        Place(
            name=town,
            country=country,
            lat=fmean(lat for lat, _ in positions),
            lon=fmean(lon for _, lon in positions),
            zone="",
            everyday_word=bool(catalogue.products_named(town)) or catalogue.synonyms.knows(folded(town)),
            other_names=(),
        )
        for (town, country), positions in found.items()
        if len(positions) >= DOCUMENTS_OF_A_TOWN
    ]


def _is_there(places: Iterable[Place], lat: float, lon: float) -> bool:
    return any(distance_km(place.lat, place.lon, lat, lon) <= SAME_TOWN_KM for place in places)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
