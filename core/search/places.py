"""Towns and ports by any of their names, and how far apart two places are."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import dropwhile
from pathlib import Path

from core.catalogue.names import folded, romanised
from core.catalogue.spelling import WordList

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
LIKE_NAME = 0.78  # one wrong letter in five; below it Lublin and Lubliana meet
SHORTEST_FUZZY = 4
SHORTEST_ROMANISED = 5  # letters of a name that is known in Latin letters as well
# Endings of the cases in which the eleven languages put a town ("Rygoje", "Kaunase", "в Києві").
LONGEST_ENDING = 3
_ENDING_LETTERS = "aeiouysаеиоуіїєья"


@dataclass(frozen=True, slots=True)
class Place:
    """A town or port; `everyday_word` means its name alone in a sentence is not enough to recognise it."""

    name: str
    country: str  # ISO 3166-1 alpha-2
    lat: float  # degrees
    lon: float
    zone: str  # IANA
    everyday_word: bool
    other_names: tuple[str, ...]

    def km_to(self, other: Place) -> float:
        """Great-circle distance in kilometres."""
        return distance_km(self.lat, self.lon, other.lat, other.lon)


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance of two positions in degrees, by the haversine formula; within 0.5 % of the real Earth."""
    one, other = math.radians(lat), math.radians(other_lat)
    north, east = other - one, math.radians(other_lon - lon)
    half_chord = math.sin(north / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half_chord)))


class Places:
    """The gazetteer. Of two places with one name the one listed first wins, and the other is offered too."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        self.all = tuple(places)
        for place in self.all:
            for name in dict.fromkeys(map(_plain, (place.name, *place.other_names))):
                self._by_name[name].append(place)
        for place in self.all:
            for name in map(folded, place.other_names):  # "Varshava", where nothing else is called so
                if len(name) >= SHORTEST_ROMANISED and not name.isascii() and romanised(name) not in self._by_name:
                    self._by_name[romanised(name)].append(place)
        self._long_names = [name for name in self._by_name if len(name) >= SHORTEST_FUZZY]
        self._spelling = WordList(self._long_names)
        self.like = lru_cache(maxsize=20_000)(self._like)
        self.declined = lru_cache(maxsize=20_000)(self._declined)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for name in self._long_names:
            self._by_stem[name.rstrip(_ENDING_LETTERS)].append(name)
        self.first_words = frozenset(name.split(" ", 1)[0] for name in self._by_name)
        self._near = lru_cache(maxsize=20_000)(self._near_names)

    def zone_of(self, country: str) -> str | None:
        """The time that most towns of a country keep (IANA), or None where no town is known."""
        zones = Counter(place.zone for place in self.all if place.country == country)
        return zones.most_common(1)[0][0] if zones else None

    def named(self, name: str) -> tuple[Place, ...]:
        """The places of exactly that name in any language; accents and case do not matter."""
        return tuple(self._by_name.get(_plain(name.strip()), ()))

    def knows(self, word: str) -> bool:
        """Whether a place is called exactly so; for words that are folded already."""
        return word in self._by_name

    def _declined(self, name: str) -> tuple[Place, ...]:
        """The places whose name this is in another grammatical case."""
        word = folded(name.strip())
        for ending in range(LONGEST_ENDING + 1):  # the stem stays, a short ending differs
            stem = word[: len(word) - ending]
            if len(stem) >= SHORTEST_FUZZY and (cases := self._by_stem.get(stem)):
                return tuple(self._by_name[max(cases, key=len)])
        return ()

    def nearly(self, word: str) -> tuple[Place, ...]:
        """The places that a word is one slip away from, or that it is another case of."""
        declined = self.declined(word)
        if declined:
            return declined
        one_off = [name for name, edits in self._near(word) if edits == 1]
        return tuple(self._by_name[one_off[0]]) if len(one_off) == 1 else ()

    def _like(self, name: str) -> tuple[Place, ...]:
        """The places of that name, or, when there is none, of the nearest spelling or grammatical case of it."""
        exact = self.named(name)
        word = folded(name.strip())
        if exact or len(word) < SHORTEST_FUZZY:
            return exact
        if declined := self.declined(word):
            return declined
        likeness = {name: 1 - apart / max(len(word), len(name)) for name, apart in self._near(word)}
        best = max(likeness, key=likeness.__getitem__, default="")
        return tuple(self._by_name[best]) if likeness.get(best, 0.0) >= LIKE_NAME else ()

    def _near_names(self, word: str) -> tuple[tuple[str, int], ...]:
        """The names that a folded word may be meant for, each with how many slips away it is."""
        return tuple(self._spelling.near(word).items())


def _plain(name: str) -> str:
    """Folded, and without brackets: "Frankfurt (Oder)"."""
    return folded(name).replace("(", "").replace(")", "")


def load_places(path: Path) -> Places:
    """Read config/catalogue/places.csv; lines before the header that start with # are its licence and notes."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(dropwhile(lambda line: line.startswith("#"), lines))
    return Places([_place(row) for row in rows])


def _place(row: dict[str, str]) -> Place:
    return Place(
        name=row["name"],
        country=row["country"],
        lat=float(row["latitude"]),
        lon=float(row["longitude"]),
        zone=row["zone"],
        everyday_word=row["everyday_word"] == "yes",
        other_names=tuple(name for name in row["other_names"].split("|") if name),
    )
