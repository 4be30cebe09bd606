"""The state that the passes of a sentence share: the remaining text, and the findings before they fit together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from core.catalogue.language.grammar import FIRST_WORD, Grammar, StatedOrder, StatedPrice, grammar_of
from core.catalogue.language.patterns import NormalisedText
from core.catalogue.language.places import Place, Places
from core.catalogue.language.times.days import DateWindow
from core.catalogue.model import Catalogue
from core.kernel.errors import Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity


class AmountFigure(NamedTuple):
    """A number and its unit, with its position in the folded text."""

    number: str
    unit: str
    start: int


class Figures(NamedTuple):
    """Numbers as they were written, before it is known which goods they belong to."""

    rate: Money | None = None  # for an hour
    by_minute: bool = False  # it was said for a minute
    prices: tuple[StatedPrice, ...] = ()
    amounts: tuple[AmountFigure, ...] = ()
    loads: int | None = None  # trucks, if no amount is said
    loads_as_written: str = ""  # as it was written
    only_full: bool = False  # a full truck, without a number


class Side(NamedTuple):
    """The signs that the writer sells or buys: a word of either side, or goods on offer without one."""

    by_word: str | None = None  # "sell" or "buy"
    for_sale: bool = False
    made: bool = False
    has: bool = False
    asked: bool = False  # the writer asks for a supplier


class Location(NamedTuple):
    """Where the goods are wanted. `as_written`: the place's words. `countries`: where each begins, and how it was
    written. `around_km`: a distance without a place. `unknown`: the words behind "near" that are no known place.
    `other`: a second place, behind an "or"."""

    term: str | None = None
    place: Place | None = None
    as_written: str = ""
    radius_km: int | None = None
    countries: tuple[tuple[int, str], ...] = ()
    around_km: int | None = None
    unknown: str = ""
    other: str = ""


class Goods(NamedTuple):
    """`alternatives`: products that are equally likely. `named`: the words for the goods, as they were written.
    `others`: all other words, each with where it stands."""

    product: str | None = None
    alternatives: tuple[str, ...] = ()
    named: str = ""
    others: tuple[tuple[int, str], ...] = ()

    @property
    def is_named(self) -> bool:
        return bool(self.product or self.alternatives)

    @property
    def candidates(self) -> tuple[str, ...]:
        return (self.product,) if self.product else self.alternatives


STRUCK_OUT = "|"
_DIGIT: Final = re.compile("[0-9]")


@dataclass(slots=True)
class ParseState:
    """A span that a pass takes out of `text` leaves bars behind, and no later pattern crosses a bar.

    The first passes rewrite `sentence`; `normalise` folds it into `text`, which all later passes read.
    """

    sentence: str
    catalogue: Catalogue
    places: Places
    today: date
    language: str = "en"
    per: str | None = None  # the unit of a price without a unit
    several: bool = False  # whether all goods of a list are wanted

    grammar: Grammar = field(init=False)
    normalised: NormalisedText = field(init=False)
    text: str = ""
    words: frozenset[str] = frozenset()
    has_digits: bool = False
    unclear: list[Refusal] = field(default_factory=list)

    exclusions: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    grade_scheme: str | None = None  # the scheme that is a part of the grade's name
    grades: tuple[str, ...] = ()  # that may be meant
    grade: str | None = None
    window: DateWindow | None = None
    figures: Figures = field(default_factory=Figures)
    order: StatedOrder | None = None
    side: Side = field(default_factory=Side)
    is_free_now: bool = False
    language_name: re.Match[str] | None = None
    speaks: str | None = None
    location: Location = field(default_factory=Location)
    packaging: tuple[str, ...] = ()
    goods: Goods = field(default_factory=Goods)
    product: str | None = None  # by the words for goods, or else by the grade
    loads: Quantity | None = None
    quantity: Quantity | None = None
    prices: dict[str | None, UnitPrice] = field(default_factory=dict)  # by limit: "above", "below" or neither
    rest: str = ""  # the words that no pass has read

    def __post_init__(self) -> None:
        self.grammar = grammar_of(self.catalogue)
        self.normalised = NormalisedText("", "", ())

    def normalise(self) -> None:
        """Fold the sentence into the text that patterns are matched with."""
        self.normalised = NormalisedText.of(self.sentence)
        self.text = self.normalised.text
        self.words = frozenset(FIRST_WORD.findall(self.text))
        self.has_digits = _DIGIT.search(self.text) is not None

    def may_name(self, kind: str) -> bool:
        """Return True if a word of the sentence begins a name of that kind. If not, no pattern need be tried."""
        return not self.words.isdisjoint(self.grammar.first_words[kind])

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Find the pattern, and strike out what it has found."""
        found = pattern.search(self.text)
        if found is not None:
            self.strike(*found.span())
        return found

    def strike(self, start: int, end: int) -> None:
        self.text = self.text[:start] + STRUCK_OUT * (end - start) + self.text[end:]

    def written(self, start: int, end: int) -> str:
        """Return a span as the person wrote it."""
        return self.normalised.as_written(start, end)
