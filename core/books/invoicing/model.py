"""Invoices: parties as they were, one supply with its VAT, a gapless number, and the right to write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, StringConstraints
from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Integer, LargeBinary, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from core.books.invoicing.triggers import create_guards
from core.kernel.database import Id, Instant, Minor, OneOf, Table, Versioned
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import MoneyOf

MARKET: Final = "market"  # issuer of what the market itself supplies

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Kind(StrEnum):
    """Kind of supply: each has one issuer and one recipient, and two kinds never share a document."""

    COMMISSION = "commission"  # the market → a seller or consultant
    GOODS = "goods"  # a seller → a buyer
    SESSION = "session"  # a consultant → a seeker
    SALE = "sale"  # the market → its buyer


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class State(StrEnum):
    """due (its number comes in a moment) → issued; or a draft, which the issuer writes by themselves."""

    DUE = "due"
    DRAFT = "draft"
    ISSUED = "issued"


class What(StrEnum):
    """The supply as a code, for the code that says it in words."""

    GOODS = "goods"
    FEE_OF_DEAL = "fee_of_deal"
    ADVICE = "advice"
    CALLED_OFF = "called_off"  # advice that its seeker called off too late to cost nothing
    NOT_COME = "not_come"  # advice to which its seeker did not come
    FEE_OF_SESSION = "fee_of_session"
    NAMED = "named"  # the words in which it was bought


class Category(StrEnum):
    """Tax categories of a supply: the codes of UNCL 5305 that EN 16931 has for them."""

    STANDARD = "S"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE = "O"


class Party(FrozenModel):
    """A side of an invoice, as it was that day. `home_bp`: the VAT rate of its sales at home, in basis points.

    `zone`: its time zone at home (IANA). That clock dates and numbers what it issues.
    """

    id: str
    name: str
    country: str
    address: str = ""
    place: str = ""
    vat_number: str | None = None
    home_bp: int | None = None
    zone: str = "UTC"


class Tax(FrozenModel):
    """Tax of one supply. Its code (VATEX) and `article` (of Directive 2006/112/EC) say why there is no VAT.

    `reason`: the same in English words, for documents issued before they were in their reader's language.
    """

    category: Category
    rate_bp: int = 0
    reason: str = ""
    code: str = ""
    article: int | None = None

    @property
    def percent(self) -> Decimal:
        """Return the rate in per cent: 21, 25.5."""
        return Decimal(self.rate_bp) / 100


class Sums(FrozenModel):
    """Amounts in minor units: `net` + `vat` + `rounding` is the gross that was paid (EN 16931, BT-114)."""

    net: int
    vat: int
    rounding: int

    @property
    def gross(self) -> int:
        return self.net + self.vat + self.rounding


class Goods(FrozenModel):
    """Goods by their ids in the catalogue, and the delivery term with its named place."""

    product: str
    grade: str | None
    incoterm: str
    place: str


class Supply(FrozenModel):
    """A supply: its subject, time and place. Goods have a quantity, and go from one country to another.

    `ref`: the deal or session, as people read it out.
    `lot`: its number within the deal.
    `minutes`: the minutes of a talk that its charge is for.
    `what`: the words of what was named when it was bought.
    `order`: the recipient's own number of it.
    `cost_centre`: on invoices that were written before it was for the buyer's eyes alone.
    `certificates`: as they have to stand on it, by the seller's own word.
    `agreed_minor`: the price of `amount` by the contract, including VAT, if known. Less may have been paid for it.
    """

    of: What = What.NAMED
    what: str = ""
    goods: Goods | None = None
    lot: int | None = None
    minutes: int | None = None
    on: date
    ref: str = ""
    amount: Decimal = Decimal(1)
    unit: str = ""
    goods_from: str | None = None
    goods_to: str | None = None
    order: str = ""
    cost_centre: str = ""
    certificates: tuple[str, ...] = ()
    agreed_minor: int | None = None


class Corrected(FrozenModel):
    """The invoice that a credit note takes back, whole or in part."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    number: str
    issued_on: date
    replaces: Annotated[bool, Field(alias="anew")] = (
        False  # nothing was given back: a corrected invoice takes its place
    )


class DocumentWords(FrozenModel):
    """All words of the document in its language, with dates and amounts in that language's form. Fixed with its number.

    `rows`: the table's rows: what, VAT, quantity and net amount; the first is the heading.
    `notes`: statements that the law or a certificate requires in words.
    `line`, `quantity`, `reason`: as the electronic invoice says them too.
    `language`: the language of the words (BCP 47). It differs from the reader's if that is not supported here.
    `reduced`: why less was paid than was agreed; empty where all of it was paid.
    """

    language: str
    title: str
    head: tuple[str, ...]
    parties: tuple[tuple[str, ...], ...]  # the issuer's lines and the recipient's, each below what the side is
    rows: tuple[tuple[str, str, str, str], ...]
    notes: tuple[str, ...]
    end: tuple[str, ...]
    line: str
    quantity: str = ""
    reason: str = ""
    reduced: str = ""


class Content(FrozenModel):
    """Content of the document. `in_name_of`: since when the issuer has let the market write for them.

    `language`: the reader's locale ("de-AT"); `document_words` are in it, and missing until the
    document is issued or drawn.
    """

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    issuer: Party
    recipient: Party
    supply: Supply
    tax: Tax | None  # None: not known to us; the issuer has to say
    sums: Sums
    currency: str
    corrects: Corrected | None = None
    in_name_of: date | None = None
    language: str = "en"
    document_words: Annotated[DocumentWords | None, Field(alias="said")] = None


# Puts the content of a document with this number and day into words; without a number, of a draft.
Wording = Callable[[Content, str | None, date], DocumentWords]


class Invoice(Table):
    """A document, or a planned one. Once it has its number, the database refuses every change and deletion.

    `key` makes it exist once. `gross` is what was paid for the supply, VAT included; a credit note has what goes back.
    """

    __tablename__ = "invoice"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[Kind] = mapped_column(OneOf(Kind))
    document_kind: Mapped[DocumentKind] = mapped_column("paper", OneOf(DocumentKind))
    state: Mapped[State] = mapped_column(OneOf(State))
    issuer: Mapped[str] = mapped_column(Id)  # organisation, or MARKET
    recipient: Mapped[str] = mapped_column(Id, index=True)  # organisation
    subject: Mapped[str] = mapped_column(Id, index=True)  # deal, session or purchase
    lot_id: Mapped[str | None] = mapped_column(Id)
    gross_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    made_at: Mapped[datetime] = mapped_column(Instant)
    supply_json: Mapped[dict[str, Any]] = mapped_column("supply", JSON)
    # the market's data at that time, where it issues
    market_json: Mapped[dict[str, Any] | None] = mapped_column("market", JSON)
    corrects: Mapped[str | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    series: Mapped[str | None] = mapped_column(String(8))
    year: Mapped[int | None] = mapped_column(Integer)
    serial: Mapped[int | None] = mapped_column(Integer)  # from 1, without a gap within issuer, year and series
    number: Mapped[str | None] = mapped_column(String(30))
    issued_on: Mapped[date | None] = mapped_column(Date)  # by the issuer's clock; `year` is its year
    net_minor: Mapped[int | None] = mapped_column(Minor)
    vat_minor: Mapped[int | None] = mapped_column(Minor)
    content_json: Mapped[dict[str, Any] | None] = mapped_column("content", JSON)

    __table_args__ = (
        UniqueConstraint("issuer", "year", "series", "serial"),
        CheckConstraint("gross_minor > 0", name="of_something"),
        CheckConstraint("issuer <> recipient", name="two_sides"),
        CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name="numbered_when_issued"),
        CheckConstraint("(paper = 'credit_note') = (corrects IS NOT NULL)", name="credits_an_invoice"),
    )

    gross = MoneyOf()

    @property
    def supply(self) -> Supply:
        return Supply.model_validate(self.supply_json)

    @property
    def content(self) -> Content | None:
        return None if self.content_json is None else Content.model_validate(self.content_json)


class Series(Table):
    """The last number that an issuer has given in one year and series. The writer of the next number locks it."""

    __tablename__ = "invoice_series"

    issuer: Mapped[str] = mapped_column(Id, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    series: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int] = mapped_column(Integer, default=0)


class Billing(Versioned, Table):
    """A company's data for invoices, and whether we may write them in its name.

    `agreed_at`, `agreed_by`, `agreed_in`: the prior agreement (Directive 2006/112/EC, articles 220 and 224), the person
    and the message that gave it. Without it nothing is issued in the company's name.
    """

    __tablename__ = "billing"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(200))
    home_bp: Mapped[int | None] = mapped_column(Integer)
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    agreed_by: Mapped[str | None] = mapped_column(Id)  # person
    agreed_in: Mapped[str | None] = mapped_column(String(120))  # platform, chat and message


class Drawn(Table):
    """The first file given out for an invoice. Later requests get the same bytes."""

    __tablename__ = "invoice_file"

    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SetBilling(FrozenModel):
    """A company's address on invoices, and whether the market writes its invoices, at which rate at home.

    `vat_number`: the company's number, or `without_vat`: it has none. Without both, the earlier statement stays.
    """

    address: Text
    vat_number: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    without_vat: bool = False
    market_writes: bool
    home_bp: Annotated[int, Field(ge=0, le=3_000)] | None = None


event.listen(Table.metadata, "after_create", create_guards)
