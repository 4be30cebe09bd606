"""Our balance at Stripe, and the events that Stripe keeps for thirty days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import stripe

from core.kernel.money import Money
from payments.provider import Answer
from payments.provider_models import Events, Movement
from payments.stripe.context import Part, under
from payments.stripe.objects import answered, moment, money, ref_of
from payments.stripe.webhooks import EVENT_TYPES, object_of

# What the operator puts in as a reserve or takes out as earnings: no deal's money.
OWN_MOVES: Final = ("payout", "payout_cancel", "payout_failure", "topup", "topup_reversal")

# docs.stripe.com/reports/balance-transaction-types, where core calls them otherwise
KINDS: Final = {"stripe_fee": "provider_fee", "stripe_fx_fee": "exchange_fee"}


class Books(Part):
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

    async def movements(self, since: datetime, until: datetime) -> Answer[Sequence[Movement]]:
        async def call() -> list[Movement]:
            found = await self._client.v1.balance_transactions.list_async(
                {"created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())}, "limit": 100}
            )
            return [as_movement(each) async for each in found.auto_paging_iter()][::-1]

        return await answered(call)

    async def news(self, since: datetime) -> Answer[Sequence[Events]]:
        async def call() -> list[Events]:
            found = await self._client.v1.events.list_async({"created": {"gte": int(since.timestamp())}, "limit": 100})
            news = [as_news(each, self.code) async for each in found.auto_paging_iter() if each.type in EVENT_TYPES]
            return news[::-1]

        return await answered(call)

    async def hold_earnings(self) -> Answer[str]:
        async def call() -> str:
            kept = await self._client.v1.balance_settings.update_async(
                {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}, under("balance:manual")
            )
            schedule = kept.payments.payouts.schedule if kept.payments.payouts is not None else None
            return schedule.interval or "" if schedule is not None else ""

        return await answered(call)


def as_movement(line: stripe.BalanceTransaction) -> Movement:
    return Movement(
        ref=line.id,
        kind=KINDS.get(line.type, line.type),
        amount=money(line.amount, line.currency),
        fee=money(line.fee, line.currency),
        source=ref_of(line.source),
        at=moment(line.created),
    )


def as_news(event: stripe.Event, provider: str) -> Events:
    return Events(
        id=event.id,
        type=event.type,
        kind=EVENT_TYPES[event.type],
        object_id=str(object_of(event.type, event.data.object.to_dict())),
        at=moment(event.created),
        provider=provider,
    )
