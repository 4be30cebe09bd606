"""Obstacles to leaving the market, and what a person would lose by it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.kernel.money import Money


class Open(StrEnum):
    """Business that must end first: others, or the books, still need to know who this is."""

    DEAL = "deal"
    SESSION = "session"
    PAYMENT = "payment"
    COMPANY = "company"  # the only head of a company with other members


@dataclass(frozen=True, slots=True)
class AccountDeletion:
    """`hindered_by`: nothing, when one may leave at once. `stars`: kept for a next purchase, and lost."""

    hindered_by: tuple[Open, ...]
    stars: Money
