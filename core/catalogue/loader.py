"""The loader: the files of a folder become one `Catalogue`. A wrong file stops the start, not a deal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml
from pydantic import TypeAdapter

from core.catalogue.model import Catalogue
from core.catalogue.regions import load_regions
from core.catalogue.schema import DeliveryMode, Expertise, Grade, Product, Rates, Scheme, Source, Term, UnitWords, Words

T = TypeVar("T")


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


def load(folder: Path) -> Catalogue:
    """Read the YAML files of a catalogue folder (config/catalogue); about a tenth of a second."""
    units = _read(folder / "units.yaml")
    words = _read(folder / "words.yaml")
    named = ("months", "short_months", "genitives", "weekdays", "currencies", "languages")
    tables = {table: words.pop(table) for table in named}
    return Catalogue(
        products=_by_id(_parsed(list[Product], folder / "products.yaml")),
        grades=_by_id(_parsed(list[Grade], folder / "grades.yaml")),
        certificates=_by_id(_parsed(list[Scheme], folder / "certificates.yaml")),
        terms={term.code: term for term in map(Term.model_validate, _read(folder / "terms.yaml")["terms"])},
        delivery=_by_id(_parsed(list[DeliveryMode], folder / "delivery.yaml")),
        expertise=_by_id(_parsed(list[Expertise], folder / "expertise.yaml")),
        units={unit.code: unit for unit in map(UnitWords.model_validate, units["units"])},
        bare_cubic_metre=tuple(units["bare_cubic_metre"]),
        sources=_parsed(dict[str, Source], folder / "sources.yaml"),
        rates=_parsed(Rates, folder / "rates.yaml"),
        countries=_parsed(dict[str, tuple[str, ...]], folder / "countries.yaml"),
        regions=load_regions(folder),
        meanings=_parsed(tuple[dict[str, tuple[str, ...]], ...], folder / "synonyms.yaml"),
        words=Words(phrases=words, **tables),
    )


def _read(path: Path) -> Any:
    # The C loader is a safe loader too, and ten times faster.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _parsed(shape: type[T], path: Path) -> T:
    return TypeAdapter(shape).validate_python(_read(path))


def _by_id(rows: list[N]) -> dict[str, N]:
    table = {row.id: row for row in rows}
    if len(table) != len(rows):
        raise ValueError("two entries share an id")
    return table
