"""Listings as documents of the engine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from core.catalogue import Catalogue
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.listings.model import Listing, ListingCertificate
from core.people.model import Organisation
from core.search.engine.document import Amount, Document
from core.search.wishes import NO_PACKAGING, amount_of, price_amount

AT_ONCE = 500  # ids in one statement
_COLUMNS = (
    Listing.id,
    Listing.version,
    Listing.seller,
    Organisation.name,
    Listing.product_id,
    Listing.grade_id,
    Listing.unit,
    Listing.remaining_amount,
    Listing.min_lot_amount,
    Listing.price_amount,
    Listing.price_currency,
    Listing.price_unit,
    Listing.place_name,
    Listing.country,
    Listing.lat,
    Listing.lon,
    Listing.window_from,
    Listing.window_to,
    Listing.packaging,
    Listing.words,
    Listing.renewed_at,
)


def documents_of(session: Session, catalogue: Catalogue, ids: Collection[str]) -> list[Document]:
    """The documents of those of these listings that can be found now."""
    wanted = sorted(ids)
    return [
        document
        for start in range(0, len(wanted), AT_ONCE)
        for document in _read(session, catalogue, _live().where(Listing.id.in_(wanted[start : start + AT_ONCE])))
    ]


def documents_after(session: Session, catalogue: Catalogue, last: str, limit: int) -> list[Document]:
    """The next documents in the order of their ids."""
    return list(_read(session, catalogue, _live().where(Listing.id > last).order_by(Listing.id).limit(limit)))


def _live() -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).join(Organisation, Organisation.id == Listing.seller).where(Listing.state == "live")


def _read(session: Session, catalogue: Catalogue, query: Select[*tuple[Any, ...]]) -> Iterator[Document]:
    rows = session.execute(query).all()
    held: dict[str, list[str]] = {}
    if rows:
        schemes = select(ListingCertificate.listing_id, ListingCertificate.scheme).where(
            ListingCertificate.listing_id.in_([row.id for row in rows])
        )
        for listing_id, scheme in session.execute(schemes):
            held.setdefault(listing_id, []).append(scheme)
    return (_document(catalogue, row, held.get(row.id, ())) for row in rows)


def _document(catalogue: Catalogue, row: Row[*tuple[Any, ...]], schemes: Sequence[str]) -> Document:
    # Only fields are read that filters, ranking and matching need; what is shown is read when a hit is confirmed.
    marks = [f"scheme:{scheme}" for scheme in schemes]
    marks += [f"grade:{row.grade_id}"] if row.grade_id else []
    marks.append(f"country:{row.country}")
    marks.append(f"packaging:{row.packaging or NO_PACKAGING}")
    least = amount_of(Quantity(row.min_lot_amount, row.unit))
    return Document(
        id=row.id,
        kind="listing",
        title=row.words,
        text=f"{row.place_name} {row.name}",
        seller=row.seller,
        product=row.product_id,
        marks=tuple(marks),
        amount=Amount(amount_of(Quantity(row.remaining_amount, row.unit)).value, least.kind),
        least=least.value,
        price=price_amount(UnitPrice(row.price_amount, row.price_currency, row.price_unit), catalogue),
        lat=row.lat,
        lon=row.lon,
        first_day=row.window_from.toordinal(),
        last_day=row.window_to.toordinal(),
        day=row.renewed_at.date().toordinal(),
        stamp=row.version,
    )
