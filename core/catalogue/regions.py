"""Parts of countries, and several countries under one name: their names, and their towns."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import dropwhile
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from core.catalogue.schema import LANGUAGES

GAZETTEER: Final = ("places.csv", "towns.csv")


@dataclass(frozen=True, slots=True)
class Region:
    """`countries`: the one that it is a part of, or all that it is made of."""

    code: str  # "DE-BY", "BALTICS"
    countries: tuple[str, ...]  # ISO 3166-1 alpha-2
    name: str
    in_languages: Mapping[str, str]
    other_names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.name, *self.in_languages.values(), *self.other_names)))


class Town(NamedTuple):
    """Where a town is, in degrees, and the codes of the regions that it lies in."""

    country: str
    lat: float
    lon: float
    regions: tuple[str, ...]


class Regions:
    """The names of all regions, and the regions around a position: those of the nearest town of its country."""

    def __init__(self, regions: Iterable[Region] = (), towns: Iterable[Town] = ()) -> None:
        self.by_code = {region.code: region for region in regions}
        self._of_whole_countries: dict[str, list[str]] = defaultdict(list)
        in_parts: set[str] = set()
        for town in (known := list(towns)):
            in_parts.update(town.regions)
        for region in self.by_code.values():
            for country in region.countries if region.code not in in_parts else ():
                self._of_whole_countries[country].append(region.code)
        by_country: dict[str, list[Town]] = defaultdict(list)
        for town in known:
            by_country[town.country].append(town)
        self._towns = {country: tuple(each) for country, each in by_country.items()}
        self._spots = {country: np.array([each[1:3] for each in many]) for country, many in self._towns.items()}
        self.around = lru_cache(maxsize=50_000)(self._around)

    def called(self, code: str, language: str) -> str | None:
        """Return the name of a region in a language, or its own. None for an unknown code."""
        region = self.by_code.get(code)
        return region.in_languages.get(language, region.name) if region is not None else None

    def _around(self, country: str, lat: float | None, lon: float | None) -> tuple[str, ...]:
        """Return the codes of all regions around a position in degrees, or without one, of the whole country's."""
        whole = tuple(self._of_whole_countries.get(country, ()))
        spots = self._spots.get(country)
        if lat is None or lon is None or spots is None:
            return whole
        away = spots - (lat, lon)
        away[:, 1] *= np.cos(np.radians(lat))
        return (*self._towns[country][int((away**2).sum(axis=1).argmin())].regions, *whole)


def load_regions(folder: Path) -> Regions:
    """Read regions.csv, and from the gazetteer beside it which towns lie where."""
    regions = (
        Region(
            code=row["code"],
            countries=_several(row["countries"]),
            name=row["name"],
            in_languages={language: row[language] for language in LANGUAGES if row.get(language)},
            other_names=_several(row["other_names"]),
        )
        for row in _rows(folder / "regions.csv")
    )
    towns = (
        Town(row["country"], float(row["latitude"]), float(row["longitude"]), _several(row["regions"]))
        for name in GAZETTEER
        for row in _rows(folder / name)
    )
    return Regions(regions, towns)


def _several(cell: str) -> tuple[str, ...]:
    return tuple(each for each in cell.split("|") if each)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return csv.DictReader(dropwhile(lambda line: line.startswith("#"), lines))
