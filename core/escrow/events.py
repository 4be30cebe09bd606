"""What happens to a deal's money, as facts for whoever listens. Amounts are in the deal's currency."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event
from core.kernel.money import Money


@dataclass(frozen=True, slots=True)
class PaymentLinkReady(Event):
    """The buyer can pay: the payment has its address now."""

    deal_id: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class PaymentLapsed(Event):
    """The link is no longer good; the buyer may ask for another while the deal waits."""

    deal_id: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class PaymentReceived(Event):
    """The deal's whole amount is held."""

    deal_id: str
    payment_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentReturned(Event):
    """Money came that the deal has no use for; all of it goes back. `why`: "wrong_amount" or "too_late"."""

    deal_id: str
    payment_id: str
    amount: Money
    why: str


@dataclass(frozen=True, slots=True)
class LotReleased(Event):
    """A lot's money was parted: `net` to the seller, `fee` to the market, `back` to the buyer."""

    lot_id: str
    deal_id: str
    net: Money
    fee: Money
    back: Money


@dataclass(frozen=True, slots=True)
class PayoutWaiting(Event):
    """Money waits for a seller who cannot receive it yet. `why`: "no_account" or what the provider said."""

    organisation_id: str
    deal_id: str
    amount: Money
    why: str


@dataclass(frozen=True, slots=True)
class PayoutSent(Event):
    """Money is on its way to the seller."""

    organisation_id: str
    deal_id: str
    lot_id: str | None
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundSent(Event):
    """Money is on its way back to the buyer."""

    deal_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class EffectRefused(Event):
    """The provider will not send a payout or refund; the operator has to look at it."""

    effect_id: str
    deal_id: str
    why: str


@dataclass(frozen=True, slots=True)
class OnboardingLinkReady(Event):
    """The page where a seller says where their money goes. It works once and for minutes."""

    organisation_id: str
    person: str
    url: str


@dataclass(frozen=True, slots=True)
class PayeeReady(Event):
    """A seller can receive money from now on."""

    organisation_id: str
