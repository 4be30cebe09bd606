"""Transfers to sellers and their reversals, refunds to buyers, and payouts of our own earnings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from payments.provider import Answer, CreditRequest, EarningsRequest, RefundRequest, ReversalRequest, TransferRequest
from payments.provider_models import Refund
from payments.stripe.context import Part, under
from payments.stripe.objects import answered, as_refund, ours, units

if TYPE_CHECKING:
    from stripe.params._transfer_create_params import TransferCreateParams


class MoneyOut(Part):
    async def transfer(self, ask: TransferRequest) -> Answer[str]:
        params: TransferCreateParams = {
            "amount": units(ask.amount),
            "currency": ask.amount.currency.lower(),
            "destination": ask.account,
            "transfer_group": ask.group,
            "metadata": {"effect": ask.disbursement_id},
        }
        if ask.charge is not None:
            # Accepted at once, moved when the charge is available; and no payout of ours can get there first.
            params["source_transaction"] = ask.charge

        async def call() -> str:
            transfer = await self._client.v1.transfers.create_async(params, under(ask.key))
            return transfer.id

        return await answered(call)

    async def find_transfer(self, disbursement_id: str, group: str) -> Answer[str | None]:
        async def call() -> str | None:
            found = await self._client.v1.transfers.list_async({"transfer_group": group, "limit": 100})
            async for transfer in found.auto_paging_iter():
                if ours(transfer, "effect") == disbursement_id:
                    return transfer.id
            return None

        return await answered(call)

    async def reverse(self, ask: ReversalRequest) -> Answer[str]:
        async def call() -> str:
            reversal = await self._client.v1.transfers.reversals.create_async(
                ask.transfer, {"amount": units(ask.amount), "metadata": {"effect": ask.disbursement_id}}, under(ask.key)
            )
            return reversal.id

        return await answered(call)

    async def find_reversal(self, disbursement_id: str, transfer: str) -> Answer[str | None]:
        async def call() -> str | None:
            found = await self._client.v1.transfers.reversals.list_async(transfer, {"limit": 100})
            async for reversal in found.auto_paging_iter():
                if ours(reversal, "effect") == disbursement_id:
                    return reversal.id
            return None

        return await answered(call)

    async def refund(self, ask: RefundRequest) -> Answer[Refund]:
        async def call() -> Refund:
            refund = await self._client.v1.refunds.create_async(
                {
                    "payment_intent": ask.intent,
                    "amount": units(ask.amount),
                    "metadata": {"effect": ask.disbursement_id},
                    **({"instructions_email": ask.email} if ask.email else {}),
                },
                under(ask.key),
            )
            return as_refund(refund)

        return await answered(call)

    async def send_credit(self, ask: CreditRequest) -> Answer[Refund]:
        async def call() -> Refund:
            refund = await self._client.v1.refunds.create_async(
                {
                    "origin": "customer_balance",
                    "customer": ask.payer,
                    "amount": units(ask.amount),
                    "currency": ask.amount.currency.lower(),
                    "metadata": {"effect": ask.disbursement_id},
                    **({"instructions_email": ask.email} if ask.email else {}),
                },
                under(ask.key),
            )
            return as_refund(refund)

        return await answered(call)

    async def refund_as_it_is(self, ref: str) -> Answer[Refund]:
        async def call() -> Refund:
            return as_refund(await self._client.v1.refunds.retrieve_async(ref))

        return await answered(call)

    async def find_refund(self, disbursement_id: str, intent: str, since: datetime) -> Answer[Refund | None]:
        async def call() -> Refund | None:
            """Search the payment's refunds, then all since then: a refund of a buyer's credit belongs to no payment."""
            for found in (
                await self._client.v1.refunds.list_async({"payment_intent": intent, "limit": 100}),
                await self._client.v1.refunds.list_async({"created": {"gte": int(since.timestamp())}, "limit": 100}),
            ):
                async for each in found.auto_paging_iter():
                    refund = as_refund(each)
                    if refund.disbursement_id == disbursement_id:
                        return refund
            return None

        return await answered(call)

    async def pay_out(self, ask: EarningsRequest) -> Answer[str]:
        async def call() -> str:
            payout = await self._client.v1.payouts.create_async(
                {"amount": units(ask.amount), "currency": ask.amount.currency.lower()}, under(ask.key)
            )
            return payout.id

        return await answered(call)
