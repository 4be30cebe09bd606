"""The messages of the channel "stars". Names of kinds and fields are stored; a new field needs a default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.kernel.messages import Message, stored_as

STARS: Final = "stars"


@stored_as(STARS, "invoice")
@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvoice(Message):
    """Ask for a payment in a chat. `amount` counts Stars."""

    purchase: str
    address: str
    title: str
    description: str
    amount: int


@stored_as(STARS, "refund")
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStars(Message):
    """Give a whole payment back to its payer. `amount` counts Stars."""

    effect: str
    payer: str
    charge: str
    attempt: int
    amount: int
    currency: str
