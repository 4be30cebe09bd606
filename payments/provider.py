"""The protocol of a payment provider. Its methods never raise, whatever the service or the network does: they return a
result.

All amounts are `Money`: whole minor units as in ISO 4217; a provider that counts otherwise converts. Looking up an
object that does not exist returns `Refused`; a search that finds nothing returns `Done(None)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.kernel.money import Money
from payments.provider_models import Account, Checkout, Dispute, Events, Intent, Movement, Refund
from payments.provider_requests import (
    AccountRequest,
    CaptureRequest,
    CardPageRequest,
    CheckoutRequest,
    CreditRequest,
    EarningsRequest,
    EvidenceRequest,
    HoldPageRequest,
    HoldRequest,
    PayerRequest,
    RefundRequest,
    ReversalRequest,
    TransferRequest,
)
from payments.provider_results import Answer


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
        """Hold money on a card. Refused "authentication_required": the bank wants to see the card's owner, who needs a
        page.
        """

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

    async def find_transfer(self, effect: str, group: str) -> Answer[str | None]: ...

    async def reverse(self, ask: ReversalRequest) -> Answer[str]:
        """Return the reversal's reference. Refused, not final: the seller's balance does not cover it now."""

    async def find_reversal(self, effect: str, transfer: str) -> Answer[str | None]: ...

    async def refund(self, ask: RefundRequest) -> Answer[Refund]: ...

    async def send_credit(self, ask: CreditRequest) -> Answer[Refund]: ...

    async def refund_as_it_is(self, ref: str) -> Answer[Refund]: ...

    async def find_refund(self, effect: str, intent: str, since: datetime) -> Answer[Refund | None]:
        """Return the latest refund made for an effect of ours, whatever its key was. A buyer's credit is searched since
        then.
        """

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
