"""Pure decisions about promotions: what to expect of one, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from core.advice.promotion.model import CENTS_A_LOOK, Package, Price
from core.kernel.decimals import half_up

# Before any promotion is over we suppose that it doubles the looks. The supposition weighs as much as fifty looks that
# would have come anyway, so it fades as our own numbers come in.
SUPPOSED_LIFT: Final = Fraction(2)
SUPPOSED_LOOKS: Final = 50
LEAST_LIFT, MOST_LIFT = Fraction(1), Fraction(5)
LEAST_DAYS: Final = 7  # a profile listed for a day says nothing of a week: what is usual here counts as seven days more
ROUNDED_TO: Final = 10  # cents


def lift_of(over: Iterable[tuple[int, Fraction]]) -> Fraction:
    """How much more often promoted profiles are looked at: all looks that came over all that would have come anyway.

    `over`: for each promotion, the looks while it ran, and those of the time before for as many days.
    """
    came, anyway = SUPPOSED_LIFT * SUPPOSED_LOOKS, Fraction(SUPPOSED_LOOKS)
    for looks, before in over:
        came, anyway = came + looks, anyway + before
    return min(max(came / anyway, LEAST_LIFT), MOST_LIFT)


def a_day(looks: int, days: int, usual: Fraction) -> Fraction:
    """Looks a day at one profile: its own, and for a while those that are `usual` in this market."""
    return (looks + usual * LEAST_DAYS) / (days + LEAST_DAYS)


def expected(package_days: int, daily: Fraction, lift: Fraction) -> int:
    """Looks at a profile while a package lasts."""
    return half_up(daily * package_days * lift)


def price_of(package: Package, daily: Fraction, lift: Fraction) -> Price:
    """What the looks cost that come on top of those that come anyway, within the package's limits."""
    more = daily * package.days * (lift - 1)
    cents = half_up(more * CENTS_A_LOOK / ROUNDED_TO) * ROUNDED_TO
    return Price(min(max(cents, package.least), package.most))
