"""The subjects that money is held, sent and charged back for."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MARKET: Final = "market"  # the seller of what we sell ourselves: a chargeback has no seller to claim from


class SubjectKind(StrEnum):
    """The kind of subject that a payment was for."""

    DEAL = "deal"
    SESSION = "session"
    PURCHASE = "purchase"
