"""The state that the passes of a sentence share: the remaining text, and the findings so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from core.catalogue.language.grammar import FIRST_WORD, Grammar, SaidOrder, grammar_of
from core.catalogue.language.normalised_text import NormalisedText
from core.catalogue.language.places import Places
from core.catalogue.language.times.days import DateWindow
from core.catalogue.model import Catalogue
from core.discovery.search.sentence.findings import Figures, Goods, Location, Side
from core.kernel.errors import Refusal
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity

TAKEN = "|"
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
    order: SaidOrder | None = None
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
        self.text = self.text[:start] + TAKEN * (end - start) + self.text[end:]

    def written(self, start: int, end: int) -> str:
        """Return a span as the person wrote it."""
        return self.normalised.as_written(start, end)
