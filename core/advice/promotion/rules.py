"""Pure decisions about promotions: the expected views and the price."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from core.advice.promotion.model import CENTS_A_VIEW, Package, Price
from core.kernel.decimals import half_up

# Before any promotion is over we assume that it doubles the views. The assumption weighs as much as fifty views that
# would have come anyway. So it fades as our own numbers come in.
SUPPOSED_LIFT: Final = Fraction(2)
SUPPOSED_VIEWS: Final = 50
LEAST_LIFT, MOST_LIFT = Fraction(1), Fraction(5)
# a profile listed for a day tells little of a week: the usual rate here counts as seven days more
LEAST_DAYS: Final = 7
ROUNDED_TO: Final = 10  # cents


def lift_of(over: Iterable[tuple[int, Fraction]]) -> Fraction:
    """Return how much more often promoted profiles are viewed: all views over those expected without promotion.

    `over`: for each promotion, the views while it ran, and the earlier views for as many days.
    """
    came, anyway = SUPPOSED_LIFT * SUPPOSED_VIEWS, Fraction(SUPPOSED_VIEWS)
    for views, before in over:
        came, anyway = came + views, anyway + before
    return min(max(came / anyway, LEAST_LIFT), MOST_LIFT)


def a_day(views: int, days: int, usual: Fraction) -> Fraction:
    """Return the views a day of one profile: its own, mixed at first with the `usual` ones in this market."""
    return (views + usual * LEAST_DAYS) / (days + LEAST_DAYS)


def expected(package_days: int, daily: Fraction, lift: Fraction) -> int:
    """Return the views of a profile while a package lasts."""
    return half_up(daily * package_days * lift)


def price_of(package: Package, daily: Fraction, lift: Fraction) -> Price:
    """Return the price of the additional views, within the package's limits."""
    more = daily * package.days * (lift - 1)
    cents = half_up(more * CENTS_A_VIEW / ROUNDED_TO) * ROUNDED_TO
    return Price(min(max(cents, package.least), package.most))
