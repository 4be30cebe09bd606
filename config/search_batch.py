"""`main.py search-batch DOCS.jsonl QUERIES.jsonl --out RESULTS.jsonl`: the engine measured by anybody's documents."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Any

from config.reference import reference
from core.catalogue import Catalogue
from core.catalogue.names import folded, words_of
from core.search.advice import asks_advice, in_full
from core.search.engine.building import build
from core.search.engine.document import UNIT_KINDS, Amount, Document
from core.search.engine.index import Index
from core.search.engine.wanted import Wanted
from core.search.grammar import grade_names
from core.search.parse import parse
from core.search.places import Place, Places, distance_km
from core.search.wishes import freely, on_problem

HITS = 10
FIELDS_OF_ONE = 2
DOCUMENTS_OF_A_TOWN = 2  # one alone may be somewhere else
SAME_TOWN_KM = 100  # from where a town of that name is
TONNES = UNIT_KINDS.index("mass")


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
        self.places = Places([*known.all, *_towns_of(listed, known, self.catalogue)])
        reader = _Rows(self.catalogue, self.places)
        documents = [reader.document(row) for row in listed]
        self.index = Index(build(documents))
        # As in the market, what is rare among those who advise need not be among goods.
        self.advisers = Index(build([document for document in documents if document.kind != "listing"]))
        self.search("100 t wod pelets under 200 eur near Rigga")  # patterns and forms of words are made on first use

    def search(self, text: str) -> list[str]:
        """Ids of the best documents; where fewer than ten meet every wish, those that meet all but some follow."""
        said = parse(text, self.catalogue, self.places, self.today, per="t")  # as the documents have their prices
        advice = asks_advice(text, said, self.catalogue, self.index.knows)
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


class _Rows:
    """Reads documents; what names goods, grades, schemes or places by the catalogue's words is known by them."""

    def __init__(self, catalogue: Catalogue, places: Places) -> None:
        self.catalogue, self.places = catalogue, places
        said = grade_names(catalogue) | grade_names(catalogue, in_names=True)
        self.grades = said | {folded(grade): [grade] for grade in catalogue.grades}
        self.schemes = {
            folded(name): scheme.id
            for scheme in catalogue.certificates.values()
            for name in (scheme.id, scheme.id.replace("_", " "), *scheme.spoken)
        }
        self.product = lru_cache(maxsize=100_000)(self._product)

    def document(self, row: dict[str, Any]) -> Document:
        title, listing = str(row["title"]), row.get("kind", "listing") == "listing"
        named = row.get("product")
        product = self.product(str(named), True) if named else self.product(title, False) if listing else None
        marks = [f"scheme:{self.schemes.get(folded(str(held)), str(held))}" for held in row.get("certs") or ()]
        grade = row.get("grade")
        marks += [f"grade:{meant}" for meant in self._grades(str(grade), product)] if grade else []
        country = str(row.get("country") or "")
        if country:
            marks.append(f"country:{country if len(country) == 2 else self.catalogue.country_named(folded(country))}")
        if not listing:
            marks += [f"speaks:{row['lang']}"] if row.get("lang") else []
            told = f"{title} {row.get('text') or ''}"
            fields = self._fields(told)
            marks += [f"field:{field}" for field in fields]
            marks += [f"topic:{topic}" for topic in self.catalogue.topics.told_by(told, fields)]
        quantity, price = row.get("quantity_t"), row.get("price_eur_t")
        lat, lon = row.get("lat"), row.get("lon")
        city = str(row.get("city") or "")
        if lat is None or lon is None:
            place = self._place(city, row.get("country"))
            lat, lon = (place.lat, place.lon) if place else (None, None)
        return Document(
            id=str(row["id"]),
            kind=str(row.get("kind", "listing")),
            title=title,
            text=f"{row.get('text') or ''} {city}",
            product=product,
            marks=tuple(marks),
            amount=None if quantity is None else Amount(float(quantity), TONNES),
            price=None if price is None else Amount(float(price), TONNES),
            lat=None if lat is None else float(lat),
            lon=None if lon is None else float(lon),
            day=_day(row.get("created")),
        )

    def _product(self, name: str, certain: bool) -> str | None:
        """The catalogue's product of that id or name; a name that it does not know stays a product of its own."""
        if name in self.catalogue.products:
            return name
        known = self.catalogue.products_named(name.replace("_", " "))
        if known:
            return known[0].product_id
        return folded(name) if certain else None

    def _grades(self, name: str, product: str | None) -> list[str]:
        """The grades of that name: "A1" is one of each of several goods. A name that is not known stays one."""
        meant = self.grades.get(folded(name).replace("_", " ")) or self.grades.get(folded(name)) or [name]
        of_goods = [grade for grade in meant if grade in self._grades_of(product)]
        return of_goods or meant

    def _grades_of(self, product: str | None) -> tuple[str, ...]:
        known = self.catalogue.products.get(product or "")
        return known.grades if known else ()

    def _fields(self, text: str) -> list[str]:
        """The fields of expertise that most of the text's words speak of."""
        told = Counter(field for word in dict.fromkeys(words_of(text)) for field in self.catalogue.fields_of(word))
        most = max(told.values(), default=0)
        return [field for field, words in told.items() if words == most][:FIELDS_OF_ONE]

    def _place(self, city: str, country: object) -> Place | None:
        found = self.places.named(city)
        return next((place for place in found if not country or place.country == country), None)


def _day(created: object) -> int:
    try:
        return date.fromisoformat(str(created)[:10]).toordinal()
    except ValueError:
        return 0


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
