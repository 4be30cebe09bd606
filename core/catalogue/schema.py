"""The shapes of the reference data; every figure carries where it was read and how far it can be trusted."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field

from core.kernel.decimals import half_up_to
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import LARGEST_PRICE, PRICE_DECIMALS, UnitPrice

LANGUAGES = ("en", "de", "fr", "es", "pl", "lt", "lv", "et", "it", "sv", "uk")


def _from_yaml(value: object) -> object:
    """Return the figure as it is written: YAML reads 0.7 as a float."""
    return str(value) if isinstance(value, float) else value


Figure = Annotated[Decimal, BeforeValidator(_from_yaml)]


class Status(StrEnum):
    """Confidence in a figure, best first."""

    VERIFIED = "verified"  # read in the source that is named
    COMPUTED = "computed"  # worked out from verified figures
    GENERAL = "general"  # general knowledge: shown as "typical", never used to refuse

    @property
    def is_typical(self) -> bool:
        """Return True if a sentence must say "typical" beside the figure."""
        return self is Status.GENERAL


class Fact(FrozenModel):
    """Something read from a catalogue file: frozen, and no key goes unnoticed."""


class Sourced(Fact):
    """A fact with its trust and the keys of its sources (`Catalogue.sources`)."""

    status: Status
    sources: tuple[str, ...] = ()


class Source(Fact):
    """Where something was read: a page, or a file of a repository."""

    title: str
    url: str | None = None
    repo: str | None = None
    path: str | None = None


class Names(Fact):
    """The words of one language for a product; `unread` ones have no source and need a native speaker's check."""

    title: str | None = None
    read: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Every word, best known first."""
        return tuple(word for word in (self.title, *self.read, *self.unread) if word is not None)


class Density(Sourced):
    """Kilograms in one `per` (a unit code): loose or stacked or solid cubic metre, liquid m3, Nm3."""

    low: Figure
    typical: Figure
    high: Figure
    per: str


class CalorificValue(Sourced):
    """Net calorific value. `mj_per_kg` holds at `moisture_percent`; `upper_kwh_per_nm3` is the gas grid's HHV."""

    basis: str
    mj_per_kg: Figure | None = None
    mj_per_kg_dry: Figure | None = None
    moisture_percent: Figure | None = None
    kwh_per_nm3: Figure | None = None
    upper_kwh_per_nm3: Figure | None = None


class CustomsCode(Sourced):
    """The combined-nomenclature code as text, since some products have more than one."""

    text: str


class Product(Fact):
    """A tradable product. The first of `terms` is the usual delivery term, the first of `units` the usual unit."""

    id: str
    family: str
    names: dict[str, Names]
    standard: str
    grades: tuple[str, ...]
    origin_classes: tuple[str, ...] = ()
    units: tuple[str, ...]
    price_currency: str
    price_unit: str
    density: Density | None = None
    calorific_value: CalorificValue | None = None
    typical_moisture_percent: Figure | None = None
    packs: dict[str, Figure] = Field(
        default_factory=dict
    )  # a unit that is a packing -> the tonnes that it mostly holds; general knowledge
    hs6: str | None = None
    cn8: CustomsCode | None = None
    delivery: tuple[str, ...]
    terms: tuple[str, ...]
    packaging: tuple[str, ...]
    certificates: tuple[str, ...]
    quality: tuple[str, ...]
    ghg_pathway: str | None = None
    season: str | None = None
    note: str | None = None

    def name(self, language: str) -> str:
        """Return the product's name to show; English for a language that the catalogue does not have."""
        return self.names.get(language, self.names["en"]).words[0]

    def name_is_read(self, language: str) -> bool:
        """Return True if the shown word is in a source."""
        names = self.names.get(language, self.names["en"])
        return names.title is None and bool(names.read)

    @property
    def default_term(self) -> str:
        return self.terms[0]


class Limit(Fact):
    """One line of a grade: what a measured value may be. `status` is the grade's when it has none of its own."""

    parameter: str
    at_most: Figure | None = None
    at_most_in_bags: Figure | None = None
    at_least: Figure | None = None
    below: Figure | None = None
    above: Figure | None = None
    one_of: tuple[str, ...] = ()
    tolerance: Figure | None = None
    declared: bool = False  # no limit: the seller states the value
    unit: str | None = None
    basis: str | None = None
    note: str | None = None
    status: Status | None = None

    def allows(self, value: Decimal, *, bagged: bool = False) -> bool:
        """Return True if a measured value keeps this limit."""
        most = self.at_most_in_bags if bagged and self.at_most_in_bags is not None else self.at_most
        return (
            (most is None or value <= most)
            and (self.at_least is None or value >= self.at_least)
            and (self.below is None or value < self.below)
            and (self.above is None or value > self.above)
        )


class Seasonal(Fact):
    """A conversion that differs between the heating season and summer."""

    winter: Figure
    summer: Figure


class Grade(Sourced):
    """A quality class with its limits; `certificate` names the scheme behind it."""

    id: str
    label: str
    products: tuple[str, ...]
    certificate: str | None = None
    raw_material: str | None = None
    mwh_per_loose_m3: Seasonal | None = None
    limits: tuple[Limit, ...] = ()
    note: str | None = None


class NumberFit(StrEnum):
    """The verdict on the format of a certificate number; only `WRONG` may be refused."""

    FITS = "fits"
    UNUSUAL = "unusual"  # does not look as we believe it should, and we are not sure: warn
    WRONG = "wrong"
    UNKNOWN = "unknown"  # no pattern is known


class CertificateNumber(Fact):
    """The format of a scheme's numbers."""

    pattern: str
    status: Status
    examples: tuple[str, ...] = ()


class Scheme(Sourced):
    """A certificate scheme; `spoken` are the ways traders write its name, `check` where its list is public."""

    id: str
    spoken: tuple[str, ...]
    issuer: str
    covers: str
    goods: tuple[str, ...] = ()  # the only products that it can be of, where it is of these alone
    number: CertificateNumber | None = None
    rule: str | None = None
    validity: str | None = None
    check: str | None = None
    pitfalls: tuple[str, ...] = ()

    @property
    def public_list(self) -> str:
        """The address of the public list of numbers; empty if none is known."""
        found = re.search(r"https://[^\s();]+", self.check or "")
        return found[0] if found else ""

    def covers_goods(self, product_id: str | None) -> bool:
        """Return True if such goods can have the certificate. Unnamed goods can have any."""
        return product_id is None or not self.goods or product_id in self.goods

    def fit(self, number: str) -> NumberFit:
        """Judge a number by its look alone; nothing here says that the certificate exists or is valid."""
        if self.number is None:
            return NumberFit.UNKNOWN
        if len(number) <= 64 and re.fullmatch(self.number.pattern, number.strip()):
            return NumberFit.FITS
        return NumberFit.UNUSUAL if self.number.status.is_typical else NumberFit.WRONG


class Term(Fact):
    """A delivery term; `place` tells what kind of place is named."""

    code: str
    name: str
    transport: str
    place: str
    use: str | None = None

    @property
    def is_incoterm(self) -> bool:
        """Return True if it is one of the eleven Incoterms 2020."""
        return self.transport in {"any", "water"}


class DeliveryMode(Sourced):
    """A way to deliver goods, and what one vehicle usually carries: (from, to)."""

    id: str
    name: str
    tonnes: tuple[Figure, Figure] | None = None
    cubic_metres: tuple[Figure, Figure] | None = None
    litres: tuple[Figure, Figure] | None = None
    unloading_minutes: tuple[int, int] | None = None
    needs: str | None = None
    note: str | None = None


class UnitWords(Fact):
    """The words of a unit: how it is printed and how people write it."""

    code: str
    label: str
    words: tuple[str, ...]


class Expertise(Fact):
    """A field that consultants advise in.

    `names`: by language, the field's name and then the words that find it.
    `topics`: by topic and language, the words for it; a stem ends with a hyphen.
    """

    id: str
    esco: tuple[str, ...]  # occupation codes, version 1.1.1
    names: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]]
    topics: dict[str, dict[str, tuple[str, ...]]]

    def title(self, language: str) -> str:
        return self.names.get(language, self.names["en"])[0]


class Rates(Fact):
    """Reference rates of one day: units of a currency for one euro. For comparing prices, never for charging them."""

    day: date
    source: str
    per_euro: dict[str, Figure]

    def converted(self, price: UnitPrice, currency: str) -> UnitPrice | None:
        """Return the price in another currency, rounded half up to four decimals; None without a rate for it."""
        if price.currency == currency:
            return price
        have, want = self.per_euro.get(price.currency), self.per_euro.get(currency)
        if have is None or want is None:
            return None
        amount = half_up_to(Fraction(price.amount) / Fraction(have) * Fraction(want), PRICE_DECIMALS)
        return UnitPrice(amount, currency, price.unit) if 0 < amount <= LARGEST_PRICE else None


class Words(Fact):
    """The small words of a sentence: meaning -> language -> words.

    `short_months` are read only after the number of a day. `genitives` are forms of a month's name, read only beside a
    part of it.
    """

    phrases: dict[str, dict[str, tuple[str, ...]]]
    months: dict[int, tuple[str, ...]]
    weekdays: dict[int, tuple[str, ...]]  # from Monday, 1, to Sunday, 7
    short_months: dict[int, tuple[str, ...]]
    genitives: dict[int, tuple[str, ...]]
    currencies: dict[str, tuple[str, ...]]
    languages: dict[str, tuple[str, ...]]

    def all(self, meaning: str) -> tuple[str, ...]:
        """Return every word of that meaning, in all languages."""
        return tuple(word for words in self.phrases[meaning].values() for word in words)
