"""The input and output of the search: queries, hits with their reasons, and wider queries that would find more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, Final, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from core.advice.experts.match_reasons import Match
from core.advice.experts.model import Expert
from core.catalogue.language.grammar import StatedOrder
from core.catalogue.language.places import Place
from core.catalogue.language.times.days import DateWindow
from core.kernel.errors import Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity
from core.trade.listings.model import Listing
from core.trade.requests.model import Request

LARGEST_PAGE: Final = 50
ROW_HITS: Final = 10  # documents that a search over the rows of a file returns
LONGEST_SENTENCE: Final = 500  # characters; the rest is not read
NEAR_KM: Final = 150  # the radius of "near" without a distance: a truck there and back before noon
LOOSE: Final = "bulk"  # the packaging of goods without one

# Prefixes of tags.
COUNTRY: Final = "country:"
TOWN: Final = "town:"  # and its name in the gazetteer
GRADE: Final = "grade:"
SCHEME: Final = "scheme:"
PACKAGING: Final = "packaging:"
PRODUCT: Final = "product:"
WORD: Final = "word:"  # an excluded kind of goods, folded; its word in any language is excluded

# Codes of the refusals that say which words were left out of a search.
UNREAD: Final = "search.limit_unread"
REGULARLY: Final = "search.regularly"
NOT_LOOKED_AT: Final = "search.not_looked_at"
NOT_TRADED: Final = "goods.not_traded"

# Not stored: these belong to the moment of the sentence, and the order to the query.
MOMENTARY: Final = frozenset({"unclear", "side", "order", "by_load", "around_km"})
PRICES: Final = ("price", "max_price")  # either is a limit above which nothing is wanted
GOODS: Final = ("product", "alternatives", "grade", "grades", "named", "rest")  # what other goods have otherwise
WORDING: Final = ("place_as_written", "countries_as_written", "named", "by_grade")
# A new field of the first kind replaces earlier fields of the second.
REPLACED: Final = (
    (PRICES, PRICES),
    (("product", "alternatives"), GOODS),
    (("grade", "grades"), ("grade", "grades", "by_grade")),
    (("place",), ("radius_km", "countries", "countries_as_written")),
    (("countries",), ("place", "place_as_written", "radius_km")),
    (("max_rate",), ("by_minute",)),
)

IN_BASE: Final[Mapping[str, Decimal]] = {
    "%": Decimal(1),
    "ppm": Decimal("0.0001"),
    "mg/kg": Decimal("0.0001"),
    "kWh/kg": Decimal("3.6"),
    "MWh/t": Decimal("3.6"),
    "MJ/kg": Decimal(1),
    "GJ/t": Decimal(1),
    "kcal/kg": Decimal("0.0041868"),
    "kg/m3": Decimal(1),
    "°C": Decimal(1),
}
# "rated": by the good names of sellers or consultants; "soonest": consultants by when they are free.
Order = Literal["best", "cheapest", "nearest", "rated", "newest", "soonest"]
Kind = Literal["listing", "expert", "request"]
Standings = Callable[[Collection[str]], Mapping[str, float]]  # sellers -> 0..1, supplied by the caller


@dataclass(frozen=True, slots=True)
class Measure:
    """A limit of one figure as it was written: `most` or else least, in `unit`."""

    parameter: str
    most: bool
    value: Decimal
    unit: str

    @property
    def in_base(self) -> Decimal:
        return self.value * IN_BASE[self.unit]


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """The meaning of a sentence. Ids are the catalogue's; `alternatives` are products that are equally likely.

    Saved searches store these names as JSON, so a renamed field needs a migration.
    """

    side: str | None = None  # "sell" or "buy"
    product: str | None = None
    alternatives: tuple[str, ...] = ()
    grade: str | None = None
    certificates: tuple[str, ...] = ()
    by_grade: str | None = None  # the scheme that the grade's own name says: "ENplus A1"
    quantity: Quantity | None = None
    by_load: bool = False  # the amount was given in truckloads
    price: UnitPrice | None = None
    max_price: UnitPrice | None = None
    min_price: UnitPrice | None = None
    incoterm: str | None = None
    place: Place | None = None
    place_as_written: str = ""  # as it was written
    radius_km: int | None = None
    around_km: int | None = None  # a distance without a place: from the user's own
    window: DateWindow | None = None
    packaging: tuple[str, ...] = ()
    free_now: bool = False  # an expert who is available at once
    max_rate: Money | None = None  # the highest price of an expert's hour
    by_minute: bool = False  # it was said for a minute
    at: str | None = None  # the hour of a session on the seeker's clock, "09:30"
    speaks: str | None = None  # the code of a language that an expert speaks
    order: StatedOrder | None = None  # how to sort the list: "cheap pellets", "nearest sawdust to Kaunas"
    grades: tuple[str, ...] = ()  # that are meant alike ("A1 or A2"), or while the goods do not say which
    named: str = ""  # the words that name the goods
    left_out: tuple[str, ...] = ()  # excluded tags: "country:UA", "grade:ENplus_A2", "scheme:FSC"
    countries: tuple[str, ...] = ()  # that goods shall be from; a sentence leaves them among its words
    countries_as_written: str = ""  # as they were written
    quality: tuple[Measure, ...] = ()  # measured properties of goods; a sentence leaves them among its words
    rest: str = ""  # the words that were not understood
    unclear: tuple[Refusal, ...] = ()  # statements that cannot be right: a question to ask back

    @property
    def accepted_grades(self) -> tuple[str, ...]:
        """The grades that goods must have, one of them; none means that any will do."""
        if self.grade is not None:
            return (self.grade,)
        return self.grades if self.product is not None else ()

    @property
    def certificate(self) -> str | None:
        """The first certificate scheme that was named."""
        return self.certificates[0] if self.certificates else None


# The filters that become chips: the field of `ParsedQuery`, and its part in the chip's sentence.
CHIPS: Final = (
    ("product", "product"),
    ("alternatives", "products"),
    ("grade", "grade"),
    ("grades", "grade"),
    ("certificates", "schemes"),
    ("quantity", "quantity"),
    ("price", "price"),
    ("max_price", "price"),
    ("min_price", "price"),
    ("place", "place"),
    ("window", "window"),
    ("quality", "quality"),
    ("packaging", "packaging"),
    ("incoterm", "incoterm"),
    ("countries", "countries"),
    ("left_out", "left_out"),
    ("rest", "words"),
)
EXPERT_CHIPS: Final = (
    ("speaks", "language"),
    ("max_rate", "rate"),
    ("free_now", "now"),
    ("window", "window"),
    ("at", "at"),
    ("place", "place"),
    ("rest", "words"),
)
EXPERT_RELAXATIONS: Final = (  # in the order in which giving one up hurts least
    ("free_now", "search.relax.free_now"),
    ("window", "search.relax.any_day"),
    ("place", "search.relax.anywhere"),
    ("speaks", "search.relax.speaks"),
    ("max_rate", "search.relax.max_rate"),
    ("rest", "search.relax.words"),
)
EMPTY: Final = ParsedQuery()


# The names under which some parts are stored. A query's fingerprint is made of what is stored.
STORED_AS: Final = {"place_as_written": "place_said", "countries_as_written": "countries_said"}


def _stored_shape() -> type[BaseModel]:
    """Return the parts of `ParsedQuery` that are stored. A part that a later release has dropped is passed over."""
    hints = get_type_hints(ParsedQuery)
    parts: dict[str, Any] = {
        part.name: (hints[part.name], Field(part.default, alias=STORED_AS.get(part.name)))
        for part in fields(ParsedQuery)
        if part.name not in MOMENTARY
    }
    parts["order"] = (Order, "best")
    config = ConfigDict(extra="ignore", frozen=True, validate_by_name=True)
    return create_model("StoredQuery", __config__=config, **parts)


StoredQuery: Final = _stored_shape()


def _empty(names: Iterable[str]) -> dict[str, Any]:
    return {part.name: getattr(EMPTY, part.name) for part in fields(ParsedQuery) if part.name in set(names)}


@dataclass(frozen=True, slots=True)
class Query:
    """The meaning of a sentence, or the choices in a menu."""

    parsed: ParsedQuery
    order: Order = "best"

    def to_json(self) -> str:
        """Write the query down. Equal queries are written alike."""
        stored = {name: getattr(self.parsed, name) for name in StoredQuery.model_fields.keys() - {"order"}}
        return StoredQuery(**stored, order=self.order).model_dump_json(exclude_defaults=True, by_alias=True)

    @staticmethod
    def from_json(text: str) -> Query:
        """Read a query that was written down; return an empty one if the text is no longer understood."""
        try:
            stored = StoredQuery.model_validate_json(text or "{}")
        except (ValidationError, Refusal):
            return Query(EMPTY)
        parts = {name: getattr(stored, name) for name in StoredQuery.model_fields}
        order = parts.pop("order")
        return Query(ParsedQuery(**parts), order)

    def canonical(self, *, keeps_place_name: bool = False) -> Query:
        """Return the query without its order and wording: what two sentences with one meaning have in common.

        `keeps_place_name`: keep the person's name for the town, to show the search again by that name.
        """
        plain = replace(self.parsed, **_empty(WORDING))
        return Query(replace(plain, place_as_written=self.parsed.place_as_written) if keeps_place_name else plain)

    def refined_by(self, more: ParsedQuery) -> Query:
        """Return the query with later words in place of earlier ones; exclusions add up."""
        before = self.parsed
        later = {part.name: getattr(more, part.name) for part in fields(ParsedQuery)}
        new = {name: value for name, value in later.items() if value != getattr(EMPTY, name)}
        given_up: set[str] = {"unclear"}
        for names, others in REPLACED:
            if new.keys() & set(names):
                given_up |= set(others)
        if "rest" in new and "rest" not in given_up:
            new["rest"] = " ".join(dict.fromkeys((*before.rest.split(), *more.rest.split())))
        together = replace(before, **(_empty(given_up) | new))
        return replace(self, parsed=_without_contradiction(before, more, together))


def _without_contradiction(before: ParsedQuery, more: ParsedQuery, together: ParsedQuery) -> ParsedQuery:
    """Drop exclusions that are wanted now, and filters that are excluded now."""
    chosen = {f"{SCHEME}{scheme}" for scheme in more.certificates} | {f"{COUNTRY}{code}" for code in more.countries}
    chosen |= {f"{GRADE}{grade}" for grade in more.accepted_grades} | {f"{PACKAGING}{each}" for each in more.packaging}
    chosen |= {f"{PRODUCT}{product}" for product in (more.product, *more.alternatives) if product}
    unwanted = set(more.left_out)
    return replace(
        together,
        left_out=tuple(dict.fromkeys((*(tag for tag in before.left_out if tag not in chosen), *more.left_out))),
        certificates=tuple(each for each in together.certificates if f"{SCHEME}{each}" not in unwanted),
        countries=tuple(each for each in together.countries if f"{COUNTRY}{each}" not in unwanted),
        packaging=tuple(each for each in together.packaging if f"{PACKAGING}{each}" not in unwanted),
        grade=None if f"{GRADE}{together.grade}" in unwanted else together.grade,
        grades=tuple(each for each in together.grades if f"{GRADE}{each}" not in unwanted),
    )


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood, to be shown, changed or removed (`service.without(query, chip)`).

    `filter_name` names its field of `ParsedQuery`; `code` and `parts` are its sentence ("search.chip.place").
    """

    filter_name: str
    code: str
    parts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason why something is in the list, as a code ("search.why.product") and the parts of its sentence."""

    code: str
    parts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing that fits now. `score` is 0 to 1 and only orders; `distance_km` is from the place that was asked."""

    listing: Listing
    score: float
    reasons: tuple[Reason, ...]
    distance_km: int | None


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A wider query that would find something. The code names the filter given up; `query` is ready to run."""

    code: str
    parts: Mapping[str, object]
    query: Query
    count: int


@dataclass(frozen=True, slots=True)
class DidYouMean:
    """An unknown word, and the nearest known one; `query` has it instead, and finds something."""

    given: str
    instead: str
    query: Query | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The chips of a search, one per filter, and the parts that were not understood."""

    chips: tuple[Chip, ...]
    unclear: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several readings of a sentence: its parts in words ("product"), and the query that it makes."""

    parts: Mapping[str, object]
    query: Query


@dataclass(frozen=True, slots=True)
class Question:
    """A question back to the user, likeliest choice first. Without choices, the text cannot be right (`parts` say why).

    Codes: "search.ask.product" (equally likely goods), "search.ask.unclear" (`refusal`: a number that cannot be).
    """

    code: str
    parts: Mapping[str, object]
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some hits of `total`; `after` continues the list. With no hit at all, `relaxations` say what would help.

    `questions` are open questions: the hits answer the sentence as far as it is clear.
    """

    parsed: ParsedQuery
    hits: tuple[Hit, ...]
    total: int
    after: str | None = None
    relaxations: tuple[Relaxation, ...] = ()
    did_you_mean: tuple[DidYouMean, ...] = ()
    questions: tuple[Question, ...] = ()


HasTime = Callable[[Expert, DateWindow], bool]  # whether a consultant can be booked on those days


@dataclass(frozen=True, slots=True)
class ExpertRelaxation:
    """A filter that, given up or weakened, would find these; its code and parts are a sentence. `weaker` makes the
    query from `choice`.
    """

    filter_name: str
    code: str
    parts: Mapping[str, object]
    matches: tuple[Match, ...]
    choice: str

    @property
    def count(self) -> int:
        return len(self.matches)


@dataclass(frozen=True, slots=True)
class ExpertResults:
    """The consultants found, best first. If there are none, `relaxations` name the filter in the way."""

    query: Query
    matches: tuple[Match, ...]
    relaxations: tuple[ExpertRelaxation, ...] = ()
    did_you_mean: tuple[DidYouMean, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestResults:
    """The requests that fit, best first, each with the distance of its place from the named one."""

    query: Query
    requests: tuple[Request, ...]
    km: tuple[int | None, ...]
