"""The protocol of a payment provider, with its results and requests. Its methods never raise, whatever the service or
the network does: they return a result.

All amounts are `Money`: whole minor units as in ISO 4217; a provider that counts otherwise converts. Looking up an
object that does not exist returns `Refused`; a search that finds nothing returns `Done(None)`.

Each request has a `key`: the same request with the same key has one effect. `group` ties together all money that is
moved for one deal. `provider`: the code of the provider to use, where there are several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeAlias, TypeVar

from core.kernel.money import Money
from core.trade.funding.rails.model import Rail
from payments.provider_models import Account, Checkout, Dispute, Events, Intent, Movement, Refund

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Done(Generic[Value]):
    """It has happened, or was read."""

    value: Value


@dataclass(frozen=True, slots=True)
class Refused:
    """The request had no effect, nor will it under this key. `final`: nor under another, until a person checked."""

    why: str
    final: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have happened. Only the same key again, or a look, can tell. `seconds`: the wait they asked for.

    `saved`: this is a failure from before, which the provider keeps under the key: asked again it says the same.
    """

    why: str
    seconds: float | None = None
    saved: bool = False


Answer: TypeAlias = Done[Value] | Refused | Unknown


# --- requests: money in -----------------------------------------------------------------------------------------------


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


# --- requests: cards that are held, and charged later -----------------------------------------------------------------


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


# --- requests: money out ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """Send `amount` out of `charge` to a seller's account; without one, out of our balance."""

    key: str
    disbursement_id: str
    amount: Money
    charge: str | None
    account: str
    group: str


@dataclass(frozen=True, slots=True)
class ReversalRequest:
    """Take `amount` of a transfer back from the seller's account."""

    key: str
    disbursement_id: str
    amount: Money
    transfer: str


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Return `amount` of the money that came with `intent` to the buyer.

    `email`: the address to ask for an account if the sending bank has not named one.
    """

    key: str
    disbursement_id: str
    amount: Money
    intent: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """Send `amount` of a buyer's excess transfer back to their bank account. `email` as for a refund."""

    key: str
    disbursement_id: str
    amount: Money
    payer: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class EarningsRequest:
    """Pay `amount` of the market's earnings to its own bank account."""

    key: str
    amount: Money


# --- requests: sellers and disputes -----------------------------------------------------------------------------------


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


# --- the protocol -----------------------------------------------------------------------------------------------------


class MoneyIn(Protocol):
    """Payments by page, and by bank transfer."""

    async def open_payer(self, ask: PayerRequest) -> Answer[str]:
        """Return the provider's reference of a buyer."""

    async def open_checkout(self, ask: CheckoutRequest) -> Answer[Checkout]:
        """Open a way to pay: `url` leads to the page, or `bank` says where the transfer has to go. A buyer's earlier
        excess transfer pays a bank transfer at once.
        """

    async def expire_checkout(self, ref: str) -> Answer[Checkout]:
        """Close the page to payments. A page that is paid or expired already is returned as it is. Money that has
        arrived by a bank transfer becomes the buyer's credit.
        """

    async def checkout(self, ref: str) -> Answer[Checkout]: ...

    async def intent(self, ref: str) -> Answer[Intent]: ...

    async def credit(self, payer: str) -> Answer[dict[str, Money]]:
        """Return the money that a buyer has transferred beyond their payments, by currency."""

    async def in_part(self, payer: str) -> Answer[dict[str, Money]]:
        """Return the money that a buyer has transferred for payments that are not complete yet, by currency."""


class Cards(Protocol):
    """Money held on a card, and cards that are kept."""

    async def open_hold_page(self, ask: HoldPageRequest) -> Answer[Checkout]: ...

    async def open_card_page(self, ask: CardPageRequest) -> Answer[Checkout]: ...

    async def hold(self, ask: HoldRequest) -> Answer[Intent]:
        """Hold money on a card. Refused "authentication_required": the card's owner needs a page of the bank."""

    async def capture(self, ask: CaptureRequest) -> Answer[Intent]:
        """Capture a hold; a captured one is returned as it is. Refused: the hold has lapsed or was released."""

    async def cancel(self, intent: str) -> Answer[Intent]:
        """Release a hold; one that is over already is returned as it is."""

    async def find_intent(self, ours: str, payer: str) -> Answer[Intent | None]:
        """Return the latest attempt made for a payment or hold of ours, whatever its key was."""


class MoneyOut(Protocol):
    """Payouts to sellers and refunds to buyers, each with its look-up."""

    async def transfer(self, ask: TransferRequest) -> Answer[str]:
        """Return the transfer's reference. Refused, not final: the seller cannot receive yet, or our balance is low."""

    async def find_transfer(self, disbursement_id: str, group: str) -> Answer[str | None]: ...

    async def reverse(self, ask: ReversalRequest) -> Answer[str]:
        """Return the reversal's reference. Refused, not final: the seller's balance does not cover it now."""

    async def find_reversal(self, disbursement_id: str, transfer: str) -> Answer[str | None]: ...

    async def refund(self, ask: RefundRequest) -> Answer[Refund]: ...

    async def send_credit(self, ask: CreditRequest) -> Answer[Refund]: ...

    async def refund_as_it_is(self, ref: str) -> Answer[Refund]: ...

    async def find_refund(self, disbursement_id: str, intent: str, since: datetime) -> Answer[Refund | None]:
        """Return the latest refund of a disbursement, whatever its key was. A buyer's credit is searched since then."""

    async def pay_out(self, ask: EarningsRequest) -> Answer[str]:
        """Pay out our own earnings. Refused, not final: the balance is low, or not available yet."""


class Sellers(Protocol):
    async def open_account(self, ask: AccountRequest) -> Answer[Account]: ...

    async def account(self, ref: str) -> Answer[Account]: ...

    async def account_link(self, key: str, ref: str) -> Answer[str]:
        """Return the page where a seller gives the provider the required data. It works once and for minutes."""


class Disputes(Protocol):
    async def dispute(self, ref: str) -> Answer[Dispute]: ...

    async def disputes(self, since: datetime) -> Answer[Sequence[Dispute]]:
        """Return the disputes that were opened since."""

    async def submit_evidence(self, ask: EvidenceRequest) -> Answer[Dispute]:
        """Answer a dispute. One that was answered or decided already is answered as it is."""


class Books(Protocol):
    """The provider's view of our balance, and the events that happened."""

    async def balance(self) -> Answer[dict[str, Money]]:
        """Return the provider's balance for us by currency, available or not yet. It leaves out the operator's reserves
        and withdrawn earnings, which are not in the market's books.
        """

    async def movements(self, since: datetime, until: datetime) -> Answer[Sequence[Movement]]:
        """Return each line of our balance from `since` until just before `until`, oldest first."""

    async def news(self, since: datetime) -> Answer[Sequence[Events]]:
        """Return the events since then, oldest first, of the relevant kinds; at most the last 30 days."""

    async def hold_earnings(self) -> Answer[str]:
        """Stop the provider's automatic payouts to us: the balance is other people's money."""


class Provider(MoneyIn, Cards, MoneyOut, Sellers, Disputes, Books, Protocol):
    """All of it."""

    @property
    def code(self) -> str:
        """Return the provider's name in our rows and keys; no behaviour depends on it."""

    async def close(self) -> None: ...
