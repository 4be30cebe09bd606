"""Stripe as a provider: hosted Checkout, separate charges and transfers, refunds, Connect accounts."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import aiohttp
import stripe

from core.kernel.money import Money
from payments.provider import (
    Account,
    AccountAsk,
    Answer,
    Checkout,
    CheckoutAsk,
    Intent,
    Refund,
    RefundAsk,
    TransferAsk,
)
from payments.stripe_reading import (
    answered,
    as_refund,
    checkout_state,
    funding_of,
    money,
    newer_or_older,
    ours,
    units,
)

if TYPE_CHECKING:
    from stripe.params.v2.core._account_create_params import AccountCreateParams

# A post is leased for a minute, and a look makes up to three calls.
CALL_SECONDS: Final = 15.0
# What the operator puts in as a reserve or takes out as earnings: no deal's money.
OWN_MOVES: Final = ("payout", "payout_cancel", "payout_failure", "topup", "topup_reversal")
WITH_CHARGE: Final = ["latest_charge.balance_transaction"]


class StripeProvider:
    """Speaks to Stripe with the real client; `url` points it to somebody who speaks like Stripe.

    `return_url` is where our own pages are that say "go back to your chat". Each call is made once: the outbox asks
    again, in the open and with the same key.
    """

    def __init__(self, key: str, url: str | None = None, *, return_url: str) -> None:
        stripe.enable_telemetry = False
        os.environ.setdefault("STRIPE_SUPPRESS_NOTICES", "true")
        # stripe 16.1 calls httpx in a way that httpx 0.28 warns about; the other client is aiohttp.
        self._http = stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS))
        self._client = stripe.StripeClient(
            key, http_client=self._http, base_addresses={"api": url} if url else {}, max_network_retries=0
        )
        self._paid, self._not_paid = f"{return_url}/paid", f"{return_url}/not-paid"
        self._onboarded, self._link_expired = f"{return_url}/onboarded", f"{return_url}/link-expired"

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped

    # --- money in -----------------------------------------------------------------------------------------------------

    async def open_checkout(self, ask: CheckoutAsk) -> Answer[Checkout]:
        async def call() -> Checkout:
            noted = {"payment": ask.payment, "deal": ask.deal}
            session = await self._client.v1.checkout.sessions.create_async(
                {
                    "mode": "payment",
                    "client_reference_id": ask.payment,
                    "metadata": noted,
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": ask.amount.currency.lower(),
                                "unit_amount": units(ask.amount),
                                "product_data": {"name": ask.title},
                            },
                        }
                    ],
                    "payment_intent_data": {"transfer_group": ask.group, "metadata": noted},
                    "expires_at": int(ask.expires_at.timestamp()),
                    "success_url": self._paid,
                    "cancel_url": self._not_paid,
                },
                {"idempotency_key": ask.key},
            )
            return await self._as_checkout(session)

        return await answered(call)

    async def expire_checkout(self, ref: str) -> Answer[Checkout]:
        async def call() -> Checkout:
            try:
                session = await self._client.v1.checkout.sessions.expire_async(ref)
            except stripe.InvalidRequestError:
                session = await self._client.v1.checkout.sessions.retrieve_async(ref)
                if session.status == "open":
                    raise
            return await self._as_checkout(session)

        return await answered(call)

    async def checkout(self, ref: str) -> Answer[Checkout]:
        async def call() -> Checkout:
            return await self._as_checkout(await self._client.v1.checkout.sessions.retrieve_async(ref))

        return await answered(call)

    async def intent(self, ref: str) -> Answer[Intent]:
        async def call() -> Intent:
            intent = await self._intent(ref)
            return Intent(intent.id, ours(intent, "payment"), funding_of(intent))

        return await answered(call)

    async def _intent(self, ref: str) -> stripe.PaymentIntent:
        return await self._client.v1.payment_intents.retrieve_async(ref, {"expand": WITH_CHARGE})

    async def _as_checkout(self, session: stripe.checkout.Session) -> Checkout:
        intent = None
        if session.status == "complete" and session.payment_intent is not None:
            whole = session.payment_intent
            intent = await self._intent(whole if isinstance(whole, str) else whole.id)
        return Checkout(
            ref=session.id,
            payment=ours(session, "payment"),
            state=checkout_state(session, intent),
            url=session.url,
            expires_at=datetime.fromtimestamp(session.expires_at, UTC),
            funding=funding_of(intent) if intent is not None else None,
        )

    # --- money out ----------------------------------------------------------------------------------------------------

    async def transfer(self, ask: TransferAsk) -> Answer[str]:
        async def call() -> str:
            transfer = await self._client.v1.transfers.create_async(
                {
                    "amount": units(ask.amount),
                    "currency": ask.amount.currency.lower(),
                    "destination": ask.account,
                    # Accepted at once, moved when the charge is available; and no payout of ours can get there first.
                    "source_transaction": ask.charge,
                    "transfer_group": ask.group,
                    "metadata": {"effect": ask.effect},
                },
                {"idempotency_key": ask.key},
            )
            return transfer.id

        return await answered(call)

    async def find_transfer(self, effect: str, group: str) -> Answer[str | None]:
        async def call() -> str | None:
            found = await self._client.v1.transfers.list_async({"transfer_group": group, "limit": 100})
            async for transfer in found.auto_paging_iter():
                if ours(transfer, "effect") == effect:
                    return transfer.id
            return None

        return await answered(call)

    async def refund(self, ask: RefundAsk) -> Answer[Refund]:
        async def call() -> Refund:
            refund = await self._client.v1.refunds.create_async(
                {"payment_intent": ask.intent, "amount": units(ask.amount), "metadata": {"effect": ask.effect}},
                {"idempotency_key": ask.key},
            )
            return as_refund(refund)

        return await answered(call)

    async def refund_as_it_is(self, ref: str) -> Answer[Refund]:
        async def call() -> Refund:
            return as_refund(await self._client.v1.refunds.retrieve_async(ref))

        return await answered(call)

    async def find_refund(self, effect: str, intent: str) -> Answer[Refund | None]:
        async def call() -> Refund | None:
            found = await self._client.v1.refunds.list_async({"payment_intent": intent, "limit": 100})
            async for each in found.auto_paging_iter():
                refund = as_refund(each)
                if refund.effect == effect:
                    return refund
            return None

        return await answered(call)

    # --- sellers ------------------------------------------------------------------------------------------------------

    async def open_account(self, ask: AccountAsk) -> Answer[Account]:
        async def newer() -> Account:
            account = await self._client.v2.core.accounts.create_async(recipient(ask), {"idempotency_key": ask.key})
            return Account(account.id, ready=False)

        async def older() -> Account:
            account = await self._client.v1.accounts.create_async(
                {
                    "controller": {
                        "fees": {"payer": "application"},
                        "losses": {"payments": "application"},
                        "stripe_dashboard": {"type": "express"},
                    },
                    "capabilities": {"transfers": {"requested": True}},
                    "metadata": {"organisation": ask.organisation},
                    **({"country": ask.country} if ask.country else {}),
                    **({"email": ask.email} if ask.email else {}),
                },
                {"idempotency_key": f"{ask.key}:v1"},
            )
            return Account(account.id, ready=False)

        return await newer_or_older(newer, older)

    async def account(self, ref: str) -> Answer[Account]:
        async def newer() -> Account:
            account = await self._client.v2.core.accounts.retrieve_async(ref, {"include": ["configuration.recipient"]})
            recipient_ = account.configuration.recipient if account.configuration else None
            balance = recipient_.capabilities.stripe_balance if recipient_ and recipient_.capabilities else None
            transfers = balance.stripe_transfers if balance else None
            return Account(account.id, ready=transfers is not None and transfers.status == "active")

        async def older() -> Account:
            account = await self._client.v1.accounts.retrieve_async(ref)
            capabilities = account.capabilities
            return Account(account.id, ready=capabilities is not None and capabilities.transfers == "active")

        return await newer_or_older(newer, older)

    async def account_link(self, key: str, ref: str) -> Answer[str]:
        async def newer() -> str:
            link = await self._client.v2.core.account_links.create_async(
                {
                    "account": ref,
                    "use_case": {
                        "type": "account_onboarding",
                        "account_onboarding": {
                            "refresh_url": self._link_expired,
                            "return_url": self._onboarded,
                        },
                    },
                },
                {"idempotency_key": key},
            )
            return link.url

        async def older() -> str:
            link = await self._client.v1.account_links.create_async(
                {
                    "account": ref,
                    "type": "account_onboarding",
                    "refresh_url": self._link_expired,
                    "return_url": self._onboarded,
                },
                {"idempotency_key": f"{key}:v1"},
            )
            return link.url

        return await newer_or_older(newer, older)

    async def balance(self) -> Answer[dict[str, Money]]:
        async def call() -> dict[str, Money]:
            balance = await self._client.v1.balance.retrieve_async()
            sums: dict[str, Money] = {}
            parts = [money(each.amount, each.currency) for each in balance.available]
            parts += [money(each.amount, each.currency) for each in balance.pending]
            for kind in OWN_MOVES:
                moves = await self._client.v1.balance_transactions.list_async({"type": kind, "limit": 100})
                async for each in moves.auto_paging_iter():
                    parts.append(-money(each.net, each.currency))
            for part in parts:
                sums[part.currency] = sums.get(part.currency, Money.zero(part.currency)) + part
            return sums

        return await answered(call)


def recipient(ask: AccountAsk) -> AccountCreateParams:
    """An account that receives transfers from us, and whose fees and losses are ours."""
    wish: AccountCreateParams = {
        "display_name": ask.name,
        "dashboard": "express",
        "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
        "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
        "metadata": {"organisation": ask.organisation},
    }
    if ask.country:
        wish["identity"] = {"country": ask.country.lower()}
    if ask.email:
        wish["contact_email"] = ask.email
    return wish
