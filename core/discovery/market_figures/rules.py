"""Pure decisions about what the market may be told: one voice a seller, and nothing of fewer than three."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Final

from core.discovery.market_figures.model import FEWEST, Spread
from core.kernel.decimals import half_up_to

READ_DECIMALS = 2
FAR: Final = 3  # times as high or as low: who asks so much may have slipped by a comma


@dataclass(frozen=True, slots=True)
class Asked:
    """One price that is asked, in the currency and unit of the view, and by whom."""

    seller: str
    price: Decimal


def enough(parties: Collection[str]) -> bool:
    return len(set(parties)) >= FEWEST


def spread_of(asked: Sequence[Asked], currency: str, unit: str) -> Spread | None:
    """The spread of what is asked; None when it comes from fewer than three sellers.

    The median is of the sellers, each by the middle of their own prices: who lists ten times has one voice.
    """
    if not enough([each.seller for each in asked]):
        return None
    middle, prices = middle_of(asked), [each.price for each in asked]
    if middle is None:
        return None
    return Spread(_read(min(prices)), middle, _read(max(prices)), currency, unit)


def percent_from(price: Decimal, middle: Decimal) -> int:
    """How far a price is from the median: 5 is five percent above."""
    return int(half_up_to((Fraction(price) / Fraction(middle) - 1) * 100, 0))


def far_apart(price: Decimal, known: Decimal) -> Fraction | None:
    """How many times as high a price is as one that is known; None where that is no more than three times as high or
    as low."""
    times = Fraction(price) / Fraction(known)
    return times if times > FAR or times * FAR < 1 else None


def middle_of(asked: Sequence[Asked]) -> Decimal | None:
    """What sellers ask, each by the middle of their own prices; None where nobody does."""
    by_seller: dict[str, list[Fraction]] = defaultdict(list)
    for each in asked:
        by_seller[each.seller].append(Fraction(each.price))
    return _read(median([median(prices) for prices in by_seller.values()])) if by_seller else None


def _read(value: Decimal | Fraction) -> Decimal:
    return half_up_to(Fraction(value), READ_DECIMALS)
