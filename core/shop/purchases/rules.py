"""Pure decisions about purchases: what a part is worth, and how it can be refunded."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from core.kernel.decimals import half_up
from core.kernel.money import Money
from core.shop.purchases.model import Rail


class Back(NamedTuple):
    """The split of a refund: `sent` to where it came from, `credit` kept for the next purchase."""

    sent: Money
    credit: Money


def split(rail: Rail, price: Money, credit: Money, back: Money) -> Back:
    """Split a refund of `back` for a purchase that was paid in part by `credit`.

    A payment in Stars is refunded whole or not at all. So a partial refund in Stars is kept for the buyer's next
    purchase. What had come out of such credit goes back there. Raises ValueError if `back` is more than the price.
    """
    if not 0 <= back.minor <= price.minor:
        raise ValueError(f"{back} of {price}")
    if rail is Rail.STARS and back < price:
        return Back(Money.zero(price.currency), back)
    sent = min(back, price - credit)
    return Back(sent, back - sent)


def unused(price: Money, left: int, whole: int) -> Money:
    """Return the price of what was not used: `left` of `whole` (seconds), rounded half up once."""
    if not 0 <= left <= whole or not whole:
        raise ValueError(f"{left} of {whole}")
    return Money(half_up(Fraction(price.minor * left, whole)), price.currency)
