"""Requests from the market to a provider. Each has a `key`: the same request with the same key has one effect.

`group` ties together all money that is moved for one deal. Amounts are whole minor units as in ISO 4217. `provider`:
the code of the provider to use, where there are several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.kernel.money import Money
from core.trade.funding.rails.model import Rail

# --- money in ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PayerRequest:
    """Know a buyer by name, so that a bank transfer finds its payment and a card can be used again."""

    key: str
    organisation: str
    name: str
    email: str | None
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """Let the buyer pay `amount` by one rail: on a page, or by a bank transfer, perhaps in parts.

    `payer`: the provider's reference of the buyer; a bank transfer needs it.
    """

    key: str
    payment: str
    deal: str
    group: str
    title: str
    amount: Money
    expires_at: datetime
    rail: Rail = Rail.CARD
    payer: str | None = None
    provider: str | None = None


# --- cards that are held, and charged later ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HoldPageRequest:
    """Open a page on which `amount` is held on the payer's card and not taken. The card is kept for the payer."""

    key: str
    hold: str
    title: str
    amount: Money
    payer: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CardPageRequest:
    """Open a page on which the payer adds a card to be charged later; nothing is held."""

    key: str
    hold: str
    payer: str
    currency: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """Hold `amount` on a kept card while its owner is away; with `take` it is charged at once."""

    key: str
    hold: str
    amount: Money
    payer: str
    card: str
    take: bool = False


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """Capture `amount` of a hold; the rest is released."""

    key: str
    intent: str
    amount: Money


# --- money out --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """Send `amount` out of `charge` to a seller's account; without one, out of our balance."""

    key: str
    effect: str
    amount: Money
    charge: str | None
    account: str
    group: str


@dataclass(frozen=True, slots=True)
class ReversalRequest:
    """Take `amount` of a transfer back from the seller's account."""

    key: str
    effect: str
    amount: Money
    transfer: str


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Return `amount` of the money that came with `intent` to the buyer.

    `email`: the address to ask for an account if the sending bank has not named one.
    """

    key: str
    effect: str
    amount: Money
    intent: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """Send `amount` of a buyer's excess transfer back to their bank account. `email` as for a refund."""

    key: str
    effect: str
    amount: Money
    payer: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class EarningsRequest:
    """Pay `amount` of the market's earnings to its own bank account."""

    key: str
    amount: Money


# --- sellers and disputes ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """Open an account for a seller. `country`: ISO 3166-1 alpha-2."""

    key: str
    organisation: str
    name: str
    country: str | None
    email: str | None
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """Answer a dispute, once: `pack` is a PDF, `texts` go into the provider's fields of those names."""

    key: str
    dispute: str
    pack: bytes
    texts: Mapping[str, str]
