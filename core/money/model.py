"""What money is held, sent and called back for."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MARKET: Final = "market"  # the seller of what we sell ourselves: there is nobody to claim from


class SubjectKind(StrEnum):
    """What a payment was for."""

    DEAL = "deal"
    SESSION = "session"
    PURCHASE = "purchase"
