"""Towns and ports by any of their names, and how far apart two places are.

The towns of the trade are well known: a typo or another grammatical case of their names is accepted anywhere. All other
towns are known by their exact names. A misspelt one is accepted only where a place is expected, because some name
resembles almost any word.
"""

from __future__ import annotations

import csv
import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import dropwhile
from pathlib import Path

from core.catalogue.product_names import LAST_LETTER, folded, romanised
from core.catalogue.schema import LANGUAGES
from core.catalogue.spelling import WordList

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
LIKE_NAME = 0.78  # one wrong letter in five; below it Lublin and Lubliana meet
SHORTEST_FUZZY = 4
CITY_KM = 10  # from the middle of a city to its edge; a nearer position is in the city, not in a suburb
SHORTEST_ROMANISED = 5  # letters of a name that is known in Latin letters as well
# Endings of the cases in which the eleven languages put a town ("Rygoje", "Kaunase", "в Києві").
LONGEST_ENDING = 3
CYRILLIC = "uk"  # the language whose readers read towns in Cyrillic letters
_IN_CYRILLIC = re.compile("[а-яіїєґ' -]+$", re.IGNORECASE)
_NOT_UKRAINIAN = frozenset("ыэъё")
_ENDING_LETTERS = "aeiouysаеиоуіїєья"


@dataclass(frozen=True, slots=True)
class Place:
    """A town or port; `everyday_word` means its name alone in a sentence is not enough to recognise it.

    `well_known`: a town of the trade, rather than any town.
    """

    name: str
    country: str  # ISO 3166-1 alpha-2
    lat: float  # degrees
    lon: float
    zone: str  # IANA
    everyday_word: bool
    other_names: tuple[str, ...]
    well_known: bool = True
    in_languages: Mapping[str, str] = field(default_factory=dict, compare=False)  # where it is not `name`

    def called(self, language: str) -> str:
        """Return the name in a language; in Cyrillic for its readers, if that form is known."""
        return self.in_languages.get(language, self.name)


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great-circle distance in kilometres of two positions in degrees, within 0.5 % (haversine)."""
    one, other = math.radians(lat), math.radians(other_lat)
    north, east = other - one, math.radians(other_lon - lon)
    half_chord = math.sin(north / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half_chord)))


class Places:
    """The gazetteer. If two places share a name, the one listed first wins, and the other is offered too.

    A town's own name comes before another town's alternative name.
    """

    def __init__(self, places: Iterable[Place], posted: Mapping[tuple[str, str], Place] | None = None) -> None:
        """`posted`: the town of each country's postcodes that begin so."""
        self.posted = posted or {}
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        self.all = tuple(places)
        self.well_known = tuple(place for place in self.all if place.well_known)
        others = [place for place in self.all if not place.well_known]
        for place in self.well_known:
            for name in dict.fromkeys(map(_plain, (place.name, *place.other_names))):
                self._by_name[name].append(place)
        for place in self.well_known:
            for name in map(folded, place.other_names):  # "Varshava", unless another place has that name
                if len(name) >= SHORTEST_ROMANISED and not name.isascii() and romanised(name) not in self._by_name:
                    self._by_name[romanised(name)].append(place)
        self._known = _Alike(self._by_name)
        for place in others:
            self._by_name[_plain(place.name)].append(place)
        for place in others:
            for name in map(_plain, place.other_names):
                if place not in self._by_name[name]:
                    self._by_name[name].append(place)
        self._by_own_name = {(place.name, place.country): place for place in self.all}
        self.first_words = frozenset(name.split(" ", 1)[0] for name in self._by_name)
        self.like = lru_cache(maxsize=20_000)(self._like)
        self.meant = lru_cache(maxsize=20_000)(self._meant)
        self.declined = lru_cache(maxsize=20_000)(self._known.declined)

    @cached_property
    def _any(self) -> _Alike:
        return _Alike(self._by_name)

    def zone_of(self, country: str) -> str | None:
        """Return the time zone of most towns of a country (IANA), or None if no town is known."""
        zones = Counter(place.zone for place in self.all if place.country == country)
        return zones.most_common(1)[0][0] if zones else None

    def named(self, name: str) -> tuple[Place, ...]:
        """Return the places of exactly that name in any language; accents and case do not matter."""
        return tuple(self._by_name.get(_plain(name.strip()), ()))

    def called(self, name: str, country: str, language: str) -> str:
        """Return the name in a language of a place known by its gazetteer name; for any other place return `name`."""
        known = self._by_own_name.get((name, country))
        return known.called(language) if known is not None else name

    def knows(self, word: str) -> bool:
        """Return True if a place has exactly this name. The word must be folded already."""
        return word in self._by_name

    def beginning(self, text: str) -> list[Place]:
        """Return all places with a name that begins with the text, the best known first."""
        begins = folded(text)
        names = self._names
        found = {
            id(place): place
            for name in names[bisect_left(names, begins) : bisect_left(names, begins + LAST_LETTER)]
            for place in self._by_name[name]
        }
        return sorted(found.values(), key=lambda place: self._ranks[id(place)])

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self._by_name)

    @cached_property
    def _ranks(self) -> dict[int, int]:
        return {id(place): rank for rank, place in enumerate(self.all)}

    def nearest(self, lat: float, lon: float) -> Place:
        """Return the place nearest to a position in degrees. A well-known one wins if it is within a city's size."""

        def away(place: Place) -> float:
            return distance_km(lat, lon, place.lat, place.lon)

        known = min(self.well_known, key=away)
        return known if away(known) <= CITY_KM else min(self.all, key=away)

    def nearly(self, word: str) -> tuple[Place, ...]:
        """Return the well-known places one typo away from a word, or of which it is another case."""
        return self.declined(word) or self._known.one_slip_away(word)

    def _like(self, name: str) -> tuple[Place, ...]:
        """Return the places of that name, or the well-known ones of the nearest spelling or grammatical case."""
        return self.named(name) or self._known.like(name)

    def _meant(self, name: str) -> tuple[Place, ...]:
        """Return the same for a name that is certainly a place, so from all places."""
        return self.like(name) or self._any.like(name)


class _Alike:
    """Some names of places, by their stems and spellings."""

    def __init__(self, by_name: Mapping[str, Sequence[Place]]) -> None:
        self._by_name = {name: tuple(places) for name, places in by_name.items() if len(name) >= SHORTEST_FUZZY}
        self._spelling = WordList(self._by_name)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for name in self._by_name:
            self._by_stem[name.rstrip(_ENDING_LETTERS)].append(name)
        self._near = lru_cache(maxsize=20_000)(self._near_names)

    def declined(self, name: str) -> tuple[Place, ...]:
        """Return the places whose name this is in another grammatical case."""
        word = folded(name.strip())
        for ending in range(LONGEST_ENDING + 1):  # the stem stays, a short ending differs
            stem = word[: len(word) - ending]
            if len(stem) >= SHORTEST_FUZZY and (cases := self._by_stem.get(stem)):
                return self._by_name[max(cases, key=len)]
        return ()

    def one_slip_away(self, word: str) -> tuple[Place, ...]:
        """Return the places whose name is one typo away, if all such names are of one place."""
        one_off = [self._by_name[name] for name, edits in self._near(word) if edits == 1]
        return one_off[0] if len({places[0] for places in one_off}) == 1 else ()

    def like(self, name: str) -> tuple[Place, ...]:
        """Return the places of the nearest spelling or grammatical case of a name."""
        word = folded(name.strip())
        if len(word) < SHORTEST_FUZZY:
            return ()
        if declined := self.declined(word):
            return declined
        likeness = {name: 1 - distance / max(len(word), len(name)) for name, distance in self._near(word)}
        best = max(likeness, key=likeness.__getitem__, default="")
        return self._by_name[best] if likeness.get(best, 0.0) >= LIKE_NAME else ()

    def _near_names(self, word: str) -> tuple[tuple[str, int], ...]:
        """Return the names that a folded word may be meant for, each with its number of edits."""
        return tuple(self._spelling.near(word).items())


def _plain(name: str) -> str:
    """Return the name folded and without brackets: "Frankfurt (Oder)"."""
    return folded(name).replace("(", "").replace(")", "")


def load_places(
    well_known: Path,
    others: Path | None = None,
    in_languages: Path | None = None,
    counties: Path | None = None,
    postcodes: Path | None = None,
) -> Places:
    """Read config/catalogue/places.csv, and towns.csv, town_names.csv, counties.csv and postcodes.csv if they exist.

    Lines that start with # state the licence of the file.
    """
    called = _read(in_languages)
    names = {(row["name"], row["country"]): {each: row[each] for each in row if row[each]} for row in called}
    places = [_with_names(_place(row), names.get((row["name"], row["country"]), {})) for row in _rows(well_known)]
    places += [_with_names(replace(_place(row), well_known=False), {}) for row in _read(others)]
    towns = {(place.country, place.name): place for place in reversed(places)}
    posted = {
        (row["country"], begins): towns[row["country"], row["town"]]
        for row in _read(postcodes)
        for begins in row["begins"].lower().split("|")
    }
    return Places([*places, *(_county(row, towns[row["country"], row["town"]]) for row in _read(counties))], posted)


def _read(path: Path | None) -> Iterable[dict[str, str]]:
    return () if path is None else _rows(path)


def _county(row: Mapping[str, str], town: Place) -> Place:
    """Return a county as a place at its central town. It has the name of a town, but is larger than one."""
    others = tuple(name for name in row["other_names"].split("|") if name)
    return replace(town, name=row["name"], other_names=others, well_known=False, everyday_word=False, in_languages={})


def _with_names(place: Place, names: Mapping[str, str]) -> Place:
    """Return the place with its names in languages, which are also other names of it."""
    named = {language: name for language, name in names.items() if language in LANGUAGES}
    if CYRILLIC not in named and (in_cyrillic := _in_cyrillic(place)):
        named[CYRILLIC] = in_cyrillic
    known = dict.fromkeys((*place.other_names, *named.values()))
    return replace(place, other_names=tuple(known), in_languages=named)


def _in_cyrillic(place: Place) -> str | None:
    """Return the Ukrainian name from the other names, or None.

    For a place of the trade it is the first Cyrillic one; for a Ukrainian town it stands first. Small towns abroad have
    none.
    """
    names = place.other_names if place.well_known else place.other_names[: place.country == "UA"]
    known = (name for name in names if _IN_CYRILLIC.match(name) and _NOT_UKRAINIAN.isdisjoint(name.lower()))
    return next(known, None)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return csv.DictReader(dropwhile(lambda line: line.startswith("#"), lines))


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
