"""Sums of money as stories write them: in cents."""

from __future__ import annotations

from core.kernel.money import Money


def eur(cents: int) -> Money:
    return Money(cents, "EUR")
