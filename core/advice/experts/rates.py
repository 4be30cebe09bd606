"""Checks for an unusual rate: a slip in a price is expensive for the consultant."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median
from typing import Final

from sqlalchemy import select

from core.advice.experts.model import Expert, Rate
from core.catalogue.model import Catalogue
from core.kernel.money import Money
from core.kernel.transaction import Ctx

# In euros: the usual rates for advice are well within these limits.
USUAL: Final = {"session": (Decimal(10), Decimal(1000)), "minute": (Decimal("0.20"), Decimal(20))}
OTHERS: Final = 3  # consultants at least, or there is no market to compare with
FAR: Final = 5  # times above or below the middle one of them


def an_hour_of(rate: Rate, lengths: Sequence[int]) -> Money:
    """Return the price of an hour: a session's price over its longest length, as searches compare it."""
    minutes = 1 if rate.basis == "minute" else max(lengths, default=60)
    return Money(rate.minor * 60 // minutes, rate.currency)


def is_odd(ctx: Ctx, catalogue: Catalogue, rate: Rate, lengths: Sequence[int]) -> bool:
    """Return whether the rate is outside the usual range, or far from the other rates here. Without an exchange rate
    for its currency it is compared with nothing.
    """
    per_euro = catalogue.rates.per_euro
    if rate.currency not in per_euro:
        return False
    least, most = USUAL[rate.basis]
    if not least <= rate.amount.amount / per_euro[rate.currency] <= most:
        return True
    rows = select(Expert).where(Expert.live.is_(True), Expert.person_id != ctx.actor.person)
    others = [an_hour_of(each.rate, each.lengths) for each in ctx.session.scalars(rows)]
    euros = [hour.amount / per_euro[hour.currency] for hour in others if hour.currency in per_euro]
    if len(euros) < OTHERS:
        return False
    usual = median(euros)
    return not usual / FAR <= an_hour_of(rate, lengths).amount / per_euro[rate.currency] <= usual * FAR
