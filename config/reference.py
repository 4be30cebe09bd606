"""The reference data of this installation: the catalogue and the gazetteer, read once in a process."""

from __future__ import annotations

from functools import cache

from config.settings import CATALOGUE
from core.catalogue import Catalogue, load
from core.search.places import Places, load_places


@cache
def reference() -> tuple[Catalogue, Places]:
    """They never change while the process runs."""
    return load(CATALOGUE), load_places(CATALOGUE / "places.csv", CATALOGUE / "towns.csv")
