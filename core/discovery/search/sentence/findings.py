"""The findings of the passes in a sentence, before it is known how they fit together."""

from __future__ import annotations

from typing import NamedTuple

from core.catalogue.language.grammar import SaidPrice
from core.catalogue.language.places import Place
from core.kernel.money import Money


class AmountFigure(NamedTuple):
    """A number and its unit, with its position in the folded text."""

    number: str
    unit: str
    start: int


class Figures(NamedTuple):
    """Numbers as they were written, before it is known which goods they belong to."""

    rate: Money | None = None  # for an hour
    by_minute: bool = False  # it was said for a minute
    prices: tuple[SaidPrice, ...] = ()
    amounts: tuple[AmountFigure, ...] = ()
    loads: int | None = None  # trucks, if no amount is said
    loads_said: str = ""  # as it was written
    only_full: bool = False  # a full truck, without a number


class Side(NamedTuple):
    """The signs that the writer sells or buys: a word of either side, or goods on offer without one."""

    by_word: str | None = None  # "sell" or "buy"
    for_sale: bool = False
    made: bool = False
    has: bool = False
    asked: bool = False  # the writer asks for a supplier


class Location(NamedTuple):
    """Where the goods are wanted. `said`: the place as it was written. `countries`: where each begins, and how it was
    written. `around_km`: a distance without a place. `unknown`: the words behind "near" that are no known place.
    `other`: a second place, behind an "or"."""

    term: str | None = None
    place: Place | None = None
    said: str = ""
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
