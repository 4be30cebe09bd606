"""What every payment provider can be asked. Whatever its service or the network does, it never raises: it answers.

All amounts are `Money`: whole minor units as ISO 4217 has them; a provider that counts otherwise converts. Whatever is
looked up and is not there is `Refused`; a search that finds nothing, `Done(None)`.
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
        """The provider's name of a buyer."""
        ...

    async def open_checkout(self, ask: CheckoutRequest) -> Answer[Checkout]:
        """Its `url` leads to the page, or its `bank` says where the transfer has to go. A bank transfer is paid at once
        by what the buyer has transferred too much before."""
        ...

    async def expire_checkout(self, ref: str) -> Answer[Checkout]:
        """Let nobody pay there any more. One that is paid or expired already is answered as it is. What has come of a
        bank transfer is the buyer's credit."""
        ...

    async def checkout(self, ref: str) -> Answer[Checkout]: ...

    async def intent(self, ref: str) -> Answer[Intent]: ...

    async def credit(self, payer: str) -> Answer[dict[str, Money]]:
        """What a buyer has transferred beyond their payments, by currency."""
        ...

    async def in_part(self, payer: str) -> Answer[dict[str, Money]]:
        """What a buyer has transferred for payments that are not whole yet, by currency."""
        ...


class Cards(Protocol):
    """Money held on a card, and cards that are kept."""

    async def open_hold_page(self, ask: HoldPageRequest) -> Answer[Checkout]: ...

    async def open_card_page(self, ask: CardPageRequest) -> Answer[Checkout]: ...

    async def hold(self, ask: HoldRequest) -> Answer[Intent]:
        """Refused "authentication_required": the bank wants to see the card's owner, who needs a page."""
        ...

    async def capture(self, ask: CaptureRequest) -> Answer[Intent]:
        """Also what was taken already is answered as it is. Refused: the hold has lapsed or was set free."""
        ...

    async def cancel(self, intent: str) -> Answer[Intent]:
        """Set free what is held. What is over already is answered as it is."""
        ...

    async def find_intent(self, ours: str, payer: str) -> Answer[Intent | None]:
        """The latest attempt made for a payment or hold of ours, whatever its key was."""
        ...


class MoneyOut(Protocol):
    """Payouts to sellers and refunds to buyers, each with its look-up."""

    async def transfer(self, ask: TransferRequest) -> Answer[str]:
        """The transfer's reference. Refused, not final: the seller cannot receive yet, or our balance is short."""
        ...

    async def find_transfer(self, effect: str, group: str) -> Answer[str | None]: ...

    async def reverse(self, ask: ReversalRequest) -> Answer[str]:
        """The reversal's reference. Refused, not final: the seller's balance does not cover it now."""
        ...

    async def find_reversal(self, effect: str, transfer: str) -> Answer[str | None]: ...

    async def refund(self, ask: RefundRequest) -> Answer[Refund]: ...

    async def send_credit(self, ask: CreditRequest) -> Answer[Refund]: ...

    async def refund_as_it_is(self, ref: str) -> Answer[Refund]: ...

    async def find_refund(self, effect: str, intent: str, since: datetime) -> Answer[Refund | None]:
        """The latest refund made for an effect of ours, whatever its key was; one from a buyer's credit since then."""
        ...

    async def pay_out(self, ask: EarningsRequest) -> Answer[str]:
        """Our own earnings. Refused, not final: the balance is short, or not available yet."""
        ...


class Sellers(Protocol):
    async def open_account(self, ask: AccountRequest) -> Answer[Account]: ...

    async def account(self, ref: str) -> Answer[Account]: ...

    async def account_link(self, key: str, ref: str) -> Answer[str]:
        """The page where a seller tells what the provider has to know. It works once and for minutes."""
        ...


class Disputes(Protocol):
    async def dispute(self, ref: str) -> Answer[Dispute]: ...

    async def disputes(self, since: datetime) -> Answer[Sequence[Dispute]]:
        """Those that were opened since."""
        ...

    async def submit_evidence(self, ask: EvidenceRequest) -> Answer[Dispute]:
        """Answer a dispute. One that was answered or decided already is answered as it is."""
        ...


class Books(Protocol):
    """What the provider says of our balance, and what has happened."""

    async def balance(self) -> Answer[dict[str, Money]]:
        """What the provider holds for us by currency, available or not yet; without what the operator has put in
        as a reserve or taken out as earnings, which are not in the market's books."""
        ...

    async def movements(self, since: datetime, until: datetime) -> Answer[Sequence[Movement]]:
        """Each line of our balance from `since` until just before `until`, oldest first."""
        ...

    async def news(self, since: datetime) -> Answer[Sequence[Events]]:
        """What has happened since, oldest first, of the kinds that matter; at most the last 30 days."""
        ...

    async def hold_earnings(self) -> Answer[str]:
        """See to it that the provider pays nothing out to us by itself: the balance is other people's money."""
        ...


class Provider(MoneyIn, Cards, MoneyOut, Sellers, Disputes, Books, Protocol):
    """All of it."""

    @property
    def code(self) -> str:
        """What the provider is called in our rows and keys; nothing follows from it."""
        ...

    async def close(self) -> None: ...
