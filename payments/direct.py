"""Settlement without held money: buyer and seller pay each other, and no provider moves money.

Requests that would hold or send money are refused for good, before anything has happened. Lookups find nothing, and the
books are empty. The states of such a deal (`funded_direct`) are defined in `core.trade.deals`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

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
from payments.provider_results import Answer, Done, Refused

HOLDS_NOTHING: Final = Refused("holds_no_money")
NOT_THERE: Final = Refused("resource_missing")


class DirectSettlement:
    """A provider for markets that hold no money."""

    code: str = "direct"

    # --- money in -----------------------------------------------------------------------------------------------------

    async def open_payer(self, ask: PayerRequest) -> Answer[str]:
        return HOLDS_NOTHING

    async def open_checkout(self, ask: CheckoutRequest) -> Answer[Checkout]:
        return HOLDS_NOTHING

    async def expire_checkout(self, ref: str) -> Answer[Checkout]:
        return NOT_THERE

    async def checkout(self, ref: str) -> Answer[Checkout]:
        return NOT_THERE

    async def intent(self, ref: str) -> Answer[Intent]:
        return NOT_THERE

    async def credit(self, payer: str) -> Answer[dict[str, Money]]:
        return NOT_THERE

    async def in_part(self, payer: str) -> Answer[dict[str, Money]]:
        return Done({})

    # --- cards --------------------------------------------------------------------------------------------------------

    async def open_hold_page(self, ask: HoldPageRequest) -> Answer[Checkout]:
        return HOLDS_NOTHING

    async def open_card_page(self, ask: CardPageRequest) -> Answer[Checkout]:
        return HOLDS_NOTHING

    async def hold(self, ask: HoldRequest) -> Answer[Intent]:
        return HOLDS_NOTHING

    async def capture(self, ask: CaptureRequest) -> Answer[Intent]:
        return NOT_THERE

    async def cancel(self, intent: str) -> Answer[Intent]:
        return NOT_THERE

    async def find_intent(self, ours: str, payer: str) -> Answer[Intent | None]:
        return Done(None)

    # --- money out ----------------------------------------------------------------------------------------------------

    async def transfer(self, ask: TransferRequest) -> Answer[str]:
        return HOLDS_NOTHING

    async def find_transfer(self, effect: str, group: str) -> Answer[str | None]:
        return Done(None)

    async def reverse(self, ask: ReversalRequest) -> Answer[str]:
        return NOT_THERE

    async def find_reversal(self, effect: str, transfer: str) -> Answer[str | None]:
        return Done(None)

    async def refund(self, ask: RefundRequest) -> Answer[Refund]:
        return NOT_THERE

    async def send_credit(self, ask: CreditRequest) -> Answer[Refund]:
        return HOLDS_NOTHING

    async def refund_as_it_is(self, ref: str) -> Answer[Refund]:
        return NOT_THERE

    async def find_refund(self, effect: str, intent: str, since: datetime) -> Answer[Refund | None]:
        return Done(None)

    async def pay_out(self, ask: EarningsRequest) -> Answer[str]:
        return HOLDS_NOTHING

    # --- sellers, disputes, books -------------------------------------------------------------------------------------

    async def open_account(self, ask: AccountRequest) -> Answer[Account]:
        return HOLDS_NOTHING

    async def account(self, ref: str) -> Answer[Account]:
        return NOT_THERE

    async def account_link(self, key: str, ref: str) -> Answer[str]:
        return NOT_THERE

    async def dispute(self, ref: str) -> Answer[Dispute]:
        return NOT_THERE

    async def disputes(self, since: datetime) -> Answer[Sequence[Dispute]]:
        return Done(())

    async def submit_evidence(self, ask: EvidenceRequest) -> Answer[Dispute]:
        return NOT_THERE

    async def balance(self) -> Answer[dict[str, Money]]:
        return Done({})

    async def movements(self, since: datetime, until: datetime) -> Answer[Sequence[Movement]]:
        return Done(())

    async def news(self, since: datetime) -> Answer[Sequence[Events]]:
        return Done(())

    async def hold_earnings(self) -> Answer[str]:
        return Done("nothing to hold")

    async def close(self) -> None:
        return None
