"""Open requests as documents of the engine, to be found by sellers of such goods."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.catalogue import Catalogue
from core.discovery.search.engine.document import UNIT_KINDS, Amount, Document
from core.discovery.search.kinds.kind import Kind, Rows
from core.discovery.search.limits import amount_of, price_amount
from core.discovery.search.model import COUNTRY, TOWN
from core.kernel.money import UnitPrice
from core.kernel.quantity import UNITS
from core.people.accounts.model import Organisation
from core.trade.requests.model import REQUEST, Request


def _read(_session: Session, catalogue: Catalogue, rows: Rows) -> Iterator[Document]:
    return (_document(catalogue, row) for row in rows)


def _document(catalogue: Catalogue, row: Row[*tuple[Any, ...]]) -> Document:
    """Return a request as a document. A larger supply fits too; any price fits if the buyer named none."""
    asked: Request = row[0]
    quantity = amount_of(asked.quantity)
    grades = (asked.grade_id,) if asked.grade_id else catalogue.product(asked.product_id).grades
    marks = [*(f"scheme:{scheme}" for scheme in asked.certificates), *(f"grade:{grade}" for grade in grades)]
    marks += [f"{COUNTRY}{area}" for area in catalogue.areas_at(asked.country, asked.lat, asked.lon)]
    return Document(
        id=asked.id,
        kind="request",
        title=asked.words,
        text=f"{asked.place_name} {row.company}",
        seller=asked.buyer,
        product=asked.product_id,
        marks=(*marks, f"{TOWN}{asked.place_name}"),
        amount=Amount(math.inf, quantity.kind),
        least=quantity.value,
        price=_target(asked.target, asked.price_unit, catalogue),
        lat=asked.lat,
        lon=asked.lon,
        first_day=asked.window_from.toordinal(),
        last_day=asked.window_to.toordinal(),
        day=asked.published_at.date().toordinal(),
        stamp=asked.version,
    )


def _target(target: UnitPrice | None, unit: str, catalogue: Catalogue) -> Amount | None:
    if target is not None:
        return price_amount(target, catalogue)
    return Amount(math.inf, UNIT_KINDS.index(UNITS[unit].kind))


REQUESTS: Final = Kind(
    name="request",
    key=Request.id,
    live=select(Request, Organisation.name.label("company"))
    .join(Organisation, Organisation.id == Request.buyer)
    .where(Request.state == REQUEST.initial),
    read=_read,
)
