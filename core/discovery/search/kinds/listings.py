"""Listings as documents of the engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.catalogue import Catalogue
from core.discovery.search.engine.document import Amount, Document, words_in
from core.discovery.search.filters import NO_PACKAGING
from core.discovery.search.kinds.kind import Kind, Rows
from core.discovery.search.limits import amount_of, price_amount
from core.discovery.search.model import COUNTRY, GRADE, SCHEME, TOWN
from core.discovery.search.sentence.exclusions import kind_marks
from core.discovery.search.sentence.measurements import marks_of
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.people.accounts.model import Organisation
from core.trade.listings.model import Listing, ListingCertificate, ListingState

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
    Listing.incoterm,
    Listing.words,
    Listing.renewed_at,
)


def _read(session: Session, catalogue: Catalogue, rows: Rows) -> Iterator[Document]:
    held: dict[str, list[str]] = {}
    schemes = select(ListingCertificate.listing_id, ListingCertificate.scheme).where(
        ListingCertificate.listing_id.in_([row.id for row in rows])
    )
    for listing_id, scheme in session.execute(schemes) if rows else ():
        held.setdefault(listing_id, []).append(scheme)
    return (_document(catalogue, row, held.get(row.id, ())) for row in rows)


def _document(catalogue: Catalogue, row: Row[*tuple[Any, ...]], schemes: Sequence[str]) -> Document:
    # Only fields that filters, ranking and matching need are read; the rest is read when a hit is confirmed.
    marks = [f"{SCHEME}{scheme}" for scheme in schemes]
    marks += [f"{GRADE}{row.grade_id}"] if row.grade_id else []
    marks += [f"{COUNTRY}{area}" for area in catalogue.areas_at(row.country, row.lat, row.lon)]
    marks.append(f"{TOWN}{row.place_name}")
    marks.append(f"term:{row.incoterm}")
    marks.append(f"packaging:{row.packaging or NO_PACKAGING}")
    marks += marks_of(row.words, catalogue)
    marks += dict.fromkeys(kind_marks(words_in(row.words), catalogue))
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


LISTINGS: Final = Kind(
    name="listing",
    key=Listing.id,
    live=select(*_COLUMNS)
    .join(Organisation, Organisation.id == Listing.seller)
    .where(Listing.state == ListingState.LIVE),
    read=_read,
)
