"""Consultants as documents of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.advice.experts.match_reasons import hourly
from core.advice.experts.model import Expert
from core.catalogue import Catalogue
from core.discovery.search.engine.document import Document
from core.discovery.search.kinds.kind import Kind, Rows
from core.discovery.search.limits import hourly_amount
from core.discovery.search.model import COUNTRY
from core.people.accounts.model import Organisation, Person

FREE_NOW: Final = "free_now"  # a mark: it was said, and the timer that ends it is a change as well


def _read(_session: Session, catalogue: Catalogue, rows: Rows) -> Iterator[Document]:
    return (_document(catalogue, row) for row in rows)


def _document(catalogue: Catalogue, row: Row[*tuple[Any, ...]]) -> Document:
    # Words for a field or a topic meet its mark, in any language; the names themselves stay out. Otherwise all advisers
    # on bioenergy would meet "boiler" as much as those who mention boilers.
    expert: Expert = row[0]
    marks = [*(f"field:{field}" for field in expert.fields), *(f"speaks:{code}" for code in expert.languages)]
    told = ". ".join((expert.headline, *expert.skills, expert.bio))
    marks += [f"topic:{topic}" for topic in catalogue.topics.told_by(told, expert.fields)]
    if row.place_country:
        marks += [f"{COUNTRY}{area}" for area in catalogue.areas_at(row.place_country, row.lat, row.lon)]
    marks += [FREE_NOW] if expert.free_until is not None else []
    return Document(
        id=expert.id,
        kind="expert",
        title=" ".join((expert.headline, *expert.skills)),
        text=f"{expert.bio} {row.person} {row.company} {row.place or ''}",
        seller=expert.organisation_id,
        marks=tuple(marks),
        price=hourly_amount(hourly(expert), catalogue),
        lat=row.lat,
        lon=row.lon,
        day=expert.listed_at.date().toordinal(),
        stamp=expert.version,
    )


EXPERTS: Final = Kind(
    name="expert",
    key=Expert.id,
    live=select(
        Expert,
        Person.name.label("person"),
        Organisation.name.label("company"),
        Organisation.place,
        Organisation.place_country,
        Organisation.lat,
        Organisation.lon,
    )
    .join(Person, Person.id == Expert.person_id)
    .join(Organisation, Organisation.id == Expert.organisation_id)
    .where(Expert.live),
    read=_read,
)
