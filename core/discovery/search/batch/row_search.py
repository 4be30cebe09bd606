"""Searches an index in memory over the rows of a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import fmean
from typing import Any, Final

from core.catalogue import Catalogue
from core.catalogue.language.places import Place, Places, distance_km
from core.catalogue.product_names import folded
from core.discovery.search.advice import asks_advice, with_problem_words
from core.discovery.search.batch.rows import Rows
from core.discovery.search.engine.building import build
from core.discovery.search.engine.index import Index
from core.discovery.search.engine.query import EngineQuery
from core.discovery.search.filters import loose_query, problem_query
from core.discovery.search.intent import Intent
from core.discovery.search.model import ROW_HITS
from core.discovery.search.sentence.keyboard_layout import retyped
from core.discovery.search.sentence.passes import read
from core.discovery.search.sentence.state import ParseState

DOCUMENTS_OF_A_TOWN: Final = 2  # one alone may be somewhere else
SAME_TOWN_KM: Final = 100  # from where a town of that name is


class RowSearch:
    """The engine over documents as the file writes them."""

    def __init__(self, rows: Iterable[dict[str, Any]], catalogue: Catalogue, known: Places, today: date) -> None:
        self.catalogue, self.today = catalogue, today
        listed = list(rows)
        self.places = Places([*known.all, *_towns_of(listed, known, self.catalogue)], known.posted)
        reader = Rows(self.catalogue, self.places, today)
        documents = [reader.document(row) for row in listed]
        self.index = Index(build(documents))
        # As in the market, a word that is rare among advisers need not be rare among goods.
        self.advisers = Index(build([document for document in documents if document.kind != "listing"]))
        for first in ("100 t wod pelets under 200 eur near Rigga", "consultant for boilr slaging"):
            self.search(first)  # patterns and forms of words are made on first use

    def search(self, text: str) -> list[str]:
        """Return ids of the best documents. If fewer than ten meet every filter, those that miss some follow."""
        text = retyped(text, self.catalogue, self.places) or text
        state = ParseState(
            text, self.catalogue, self.places, self.today, per="t", several=True
        )  # as documents have prices
        said = read(state)
        advice = asks_advice(text, said, self.catalogue, self.index.knows)
        advice = advice and not Intent(text, said, self.catalogue).asks_price()  # which goods on offer tell best
        said = with_problem_words(text, said, self.catalogue) if advice else said
        index, query_of = (self.advisers, problem_query) if advice else (self.index, loose_query)
        wanted = query_of(said, self.catalogue, self.places, index.knows, self.today)
        if not wanted.words and wanted == EngineQuery(today=wanted.today):
            return []  # nothing was understood, and everything would be as good an answer as any other
        return [found.id for found in index.search_relaxed(wanted, ROW_HITS)]


def _towns_of(rows: Sequence[dict[str, Any]], known: Places, catalogue: Catalogue) -> list[Place]:
    """Return towns that the gazetteer does not have, or has elsewhere, at the average position of their documents.

    A town named like goods is a place only behind "near" and the like.
    """
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
