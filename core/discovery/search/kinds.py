"""The kinds of things that can be found, and how their rows become documents. Each kind has an index of its own.

Each kind has its own words: what is rare among listings need not be among consultants. So each has its own log, its own
bases, and its own small segments. A new kind needs one `Kind` and one line in `config/search_index.py`. It also needs a
`note` in the transaction that changes its rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.advice.experts.match_reasons import hourly
from core.advice.experts.model import Expert
from core.catalogue.model import Catalogue
from core.discovery.search.engine.document import UNIT_KINDS, Amount, Document, words_in
from core.discovery.search.filters import NO_PACKAGING
from core.discovery.search.limits import amount_of, hourly_amount, price_amount
from core.discovery.search.model import COUNTRY, GRADE, SCHEME, TOWN
from core.discovery.search.sentence.exclusions import kind_tags
from core.discovery.search.sentence.measurements import tags_of_text
from core.kernel.money import UnitPrice
from core.kernel.quantity import UNITS, Quantity
from core.people.accounts.model import Organisation, Person
from core.trade.listings.model import Listing, ListingCertificate, ListingState
from core.trade.requests.model import REQUEST, Request

AT_ONCE: Final = 500  # ids in one statement

Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True)
class Kind:
    """A kind of document.

    - `live`: the rows of all that can be found now; `key`: their id.
    - `read`: makes documents of some of them.
    """

    name: str
    key: InstrumentedAttribute[str]
    live: Select[*tuple[Any, ...]]
    read: Callable[[Session, Catalogue, Rows], Iterable[Document]]

    def documents_of(self, session: Session, catalogue: Catalogue, ids: Collection[str]) -> list[Document]:
        ordered = sorted(ids)
        return [
            document
            for start in range(0, len(ordered), AT_ONCE)
            for document in self._read(session, catalogue, self.key.in_(ordered[start : start + AT_ONCE]))
        ]

    def documents_after(self, session: Session, catalogue: Catalogue, last: str, limit: int) -> list[Document]:
        """Return the next documents in the order of their ids."""
        query = self.live.where(self.key > last).order_by(self.key).limit(limit)
        return list(self.read(session, catalogue, session.execute(query).all()))

    def _read(self, session: Session, catalogue: Catalogue, chosen: Any) -> Iterable[Document]:
        rows = session.execute(self.live.where(chosen)).all()
        return self.read(session, catalogue, rows) if rows else ()


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


def _read_listings(session: Session, catalogue: Catalogue, rows: Rows) -> Iterator[Document]:
    held: dict[str, list[str]] = {}
    schemes = select(ListingCertificate.listing_id, ListingCertificate.scheme).where(
        ListingCertificate.listing_id.in_([row.id for row in rows])
    )
    for listing_id, scheme in session.execute(schemes) if rows else ():
        held.setdefault(listing_id, []).append(scheme)
    return (_listing_document(catalogue, row, held.get(row.id, ())) for row in rows)


def _listing_document(catalogue: Catalogue, row: Row[*tuple[Any, ...]], schemes: Sequence[str]) -> Document:
    # Only fields that filters, ranking and matching need are read; the rest is read when a hit is confirmed.
    tags = [f"{SCHEME}{scheme}" for scheme in schemes]
    tags += [f"{GRADE}{row.grade_id}"] if row.grade_id else []
    tags += [f"{COUNTRY}{area}" for area in catalogue.areas_at(row.country, row.lat, row.lon)]
    tags.append(f"{TOWN}{row.place_name}")
    tags.append(f"term:{row.incoterm}")
    tags.append(f"packaging:{row.packaging or NO_PACKAGING}")
    tags += tags_of_text(row.words, catalogue)
    tags += dict.fromkeys(kind_tags(words_in(row.words), catalogue))
    least = amount_of(Quantity(row.min_lot_amount, row.unit))
    return Document(
        id=row.id,
        kind="listing",
        title=row.words,
        text=f"{row.place_name} {row.name}",
        seller=row.seller,
        product=row.product_id,
        tags=tuple(tags),
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
    read=_read_listings,
)


def _read_requests(_session: Session, catalogue: Catalogue, rows: Rows) -> Iterator[Document]:
    return (_request_document(catalogue, row) for row in rows)


def _request_document(catalogue: Catalogue, row: Row[*tuple[Any, ...]]) -> Document:
    """Return a request as a document. A larger supply fits too; any price fits if the buyer named none."""
    asked: Request = row[0]
    quantity = amount_of(asked.quantity)
    grades = (asked.grade_id,) if asked.grade_id else catalogue.product(asked.product_id).grades
    tags = [*(f"scheme:{scheme}" for scheme in asked.certificates), *(f"grade:{grade}" for grade in grades)]
    tags += [f"{COUNTRY}{area}" for area in catalogue.areas_at(asked.country, asked.lat, asked.lon)]
    return Document(
        id=asked.id,
        kind="request",
        title=asked.words,
        text=f"{asked.place_name} {row.company}",
        seller=asked.buyer,
        product=asked.product_id,
        tags=(*tags, f"{TOWN}{asked.place_name}"),
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
    read=_read_requests,
)


FREE_NOW: Final = "free_now"  # a tag: it was said, and the timer that ends it is a change as well


def _read_experts(_session: Session, catalogue: Catalogue, rows: Rows) -> Iterator[Document]:
    return (_expert_document(catalogue, row) for row in rows)


def _expert_document(catalogue: Catalogue, row: Row[*tuple[Any, ...]]) -> Document:
    # Words for a field or a topic meet its tag, in any language; the names themselves stay out. Otherwise all advisers
    # on bioenergy would meet "boiler" as much as those who mention boilers.
    expert: Expert = row[0]
    tags = [*(f"field:{field}" for field in expert.fields), *(f"speaks:{code}" for code in expert.languages)]
    told = ". ".join((expert.headline, *expert.skills, expert.bio))
    tags += [f"topic:{topic}" for topic in catalogue.topics.told_by(told, expert.fields)]
    if row.place_country:
        tags += [f"{COUNTRY}{area}" for area in catalogue.areas_at(row.place_country, row.lat, row.lon)]
    tags += [FREE_NOW] if expert.free_until is not None else []
    return Document(
        id=expert.id,
        kind="expert",
        title=" ".join((expert.headline, *expert.skills)),
        text=f"{expert.bio} {row.person} {row.company} {row.place or ''}",
        seller=expert.organisation_id,
        tags=tuple(tags),
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
    read=_read_experts,
)
