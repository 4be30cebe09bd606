"""Pure decisions about public market figures: one voice per seller, and nothing about fewer than three."""

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
FAR: Final = 3  # times as high or as low: such a price may be a misplaced decimal comma


@dataclass(frozen=True, slots=True)
class Asked:
    """One asking price in the currency and unit of the view, with its seller."""

    seller: str
    price: Decimal


def enough(parties: Collection[str]) -> bool:
    return len(set(parties)) >= FEWEST


def spread_of(asked: Sequence[Asked], currency: str, unit: str) -> Spread | None:
    """Return the spread of asking prices, or None if there are fewer than three sellers.

    The median is over sellers, each with the median of their own prices. Ten listings of one seller count once.
    """
    if not enough([each.seller for each in asked]):
        return None
    middle, prices = middle_of(asked), [each.price for each in asked]
    if middle is None:
        return None
    return Spread(_read(min(prices)), middle, _read(max(prices)), currency, unit)


def percent_from(price: Decimal, middle: Decimal) -> int:
    """Return the difference between a price and the median in percent: 5 is five percent above."""
    return int(half_up_to((Fraction(price) / Fraction(middle) - 1) * 100, 0))


def price_ratio(price: Decimal, known: Decimal) -> Fraction | None:
    """Return the ratio of a price to a known one. None if it is at most three times as high or as low."""
    times = Fraction(price) / Fraction(known)
    return times if times > FAR or times * FAR < 1 else None


def middle_of(asked: Sequence[Asked]) -> Decimal | None:
    """Return the median of the sellers' own median prices, or None without any price."""
    by_seller: dict[str, list[Fraction]] = defaultdict(list)
    for each in asked:
        by_seller[each.seller].append(Fraction(each.price))
    return _read(median([median(prices) for prices in by_seller.values()])) if by_seller else None


def _read(value: Decimal | Fraction) -> Decimal:
    return half_up_to(Fraction(value), READ_DECIMALS)
