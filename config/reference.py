"""The reference data of this installation: the catalogue and the gazetteer, read once in a process."""

from __future__ import annotations

from datetime import date
from functools import cache

from config.settings import CATALOGUE
from core.catalogue.language.places import Places, load_places
from core.catalogue.model import Catalogue, load
from core.discovery.search.service import parse

# The parser builds its patterns and word forms on first use, which takes a second. On a busy machine that is longer
# than the three seconds that Slack allows for a form. So the first sentence must not be a person's.
FIRST_SENTENCE = "100 t wod pelets under 200 eur near Rigga"


@cache
def reference() -> tuple[Catalogue, Places]:
    """Return the catalogue and the places.

    They never change while the process runs.
    """
    files = ("places.csv", "towns.csv", "town_names.csv", "counties.csv", "postcodes.csv")
    gazetteer = (CATALOGUE / each for each in files)
    return load(CATALOGUE), load_places(*gazetteer)


@cache
def prepare_sentences() -> None:
    """Build what every sentence needs, so that no person waits for it. A start does so beside its first answers."""
    parse(FIRST_SENTENCE, *reference(), date(2027, 1, 1))
