"""The reference data of this installation: the catalogue and the gazetteer, read once in a process."""

from __future__ import annotations

from datetime import date
from functools import cache

from config.settings import CATALOGUE
from core.catalogue import Catalogue, load
from core.catalogue.language.places import Places, load_places
from core.discovery.search.service import parse

# Patterns, and the forms that words take, are made on first use, which takes a second: longer than the three that Slack
# allows for a form, on a busy machine. So it is no person's sentence that comes first.
FIRST_SENTENCE = "100 t wod pelets under 200 eur near Rigga"


@cache
def reference() -> tuple[Catalogue, Places]:
    """They never change while the process runs, and are ready to read sentences."""
    files = ("places.csv", "towns.csv", "town_names.csv", "counties.csv", "postcodes.csv")
    gazetteer = (CATALOGUE / each for each in files)
    catalogue, places = load(CATALOGUE), load_places(*gazetteer)
    parse(FIRST_SENTENCE, catalogue, places, date(2027, 1, 1))
    return catalogue, places
