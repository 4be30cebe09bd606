"""Carry payouts, refunds and reversals: each exists as a row before it is requested, and is requested once.

An unknown result is retried under the same key until it is known. A refusal goes to core, which decides what follows.

A provider keeps a key for at least 24 hours. So an older request is looked up before it is repeated.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from core.kernel.clock import Clock
from core.kernel.dispatcher import Carry, Delivered, Never, Outcome, handles, routes
from core.kernel.money import Money
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import Ctx
from core.money.disbursements import service as disbursements
from core.money.messages import SendRefund, SendReversal, SendTransfer
from payments.outcomes import Unit, again, known
from payments.provider import (
    Answer,
    CreditRequest,
    Done,
    Provider,
    RefundRequest,
    Refused,
    ReversalRequest,
    TransferRequest,
    Unknown,
)
from payments.provider_models import Refund, RefundState
from payments.sync import REFUND_TAKES, apply_done, apply_refund

KEY_KEPT: Final = timedelta(hours=20)  # less than 24 hours, because the call takes time to arrive


class PayingOut:
    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock

    def kinds(self) -> Mapping[str, Carry]:
        return routes(
            handles(SendTransfer, self._transfer),
            handles(SendReversal, self._reverse),
            handles(SendRefund, self._refund),
        )

    async def _transfer(self, queued: OutboxMessage, asked: SendTransfer) -> Outcome:
        async def find() -> Answer[str | None]:
            return await self._provider.find_transfer(asked.disbursement_id, asked.group)

        ask = TransferRequest(
            key=f"transfer:{asked.disbursement_id}:{asked.attempt}",
            disbursement_id=asked.disbursement_id,
            amount=asked.money,
            charge=asked.charge,
            account=asked.account,
            group=asked.group,
        )
        return await self._once(queued, asked, find, partial(self._provider.transfer, ask))

    async def _reverse(self, queued: OutboxMessage, asked: SendReversal) -> Outcome:
        async def find() -> Answer[str | None]:
            return await self._provider.find_reversal(asked.disbursement_id, asked.transfer)

        ask = ReversalRequest(
            key=f"reversal:{asked.disbursement_id}:{asked.attempt}",
            disbursement_id=asked.disbursement_id,
            amount=asked.money,
            transfer=asked.transfer,
        )
        return await self._once(queued, asked, find, partial(self._provider.reverse, ask))

    async def _once(
        self,
        queued: OutboxMessage,
        asked: SendTransfer | SendReversal,
        find: Callable[[], Awaitable[Answer[str | None]]],
        ask: Callable[[], Awaitable[Answer[str]]],
    ) -> Outcome:
        disbursement_id = asked.disbursement_id
        if self._is_old(queued) or asked.attempt > 1:
            match await find():
                case Done(str(ref)):
                    return Delivered(apply_done(disbursement_id, ref))
                case Refused(why) | Unknown(why):
                    return again(queued, why)
        answer = await ask()
        match answer:
            case Done(ref):
                return Delivered(apply_done(disbursement_id, ref))
            case Refused(why, final):
                return Never(why, refused(disbursement_id, why, final=final))
            case Unknown(why, saved=True):
                return Never(why, new_generation(disbursement_id, why, perhaps=True))  # which looks for it first
        return again(queued, answer.why, answer.seconds)

    async def _refund(self, queued: OutboxMessage, asked: SendRefund) -> Outcome:
        disbursement_id = asked.disbursement_id
        # A refund from a buyer's credit empties the credit by which it is recognised, so a retry looks it up.
        from_credit = queued.attempts > 0 and asked.payer is not None
        if self._is_old(queued) or asked.attempt > 1 or from_credit:
            assert asked.payment_intent is not None, "a payment that came has an intent"
            since = queued.created_at - REFUND_TAKES
            match await self._provider.find_refund(disbursement_id, asked.payment_intent, since):
                case Done(Refund(state=RefundState.PENDING | RefundState.SUCCEEDED) as found):
                    return Delivered(apply_refund(found))
                case Refused(why) | Unknown(why):
                    return again(queued, why)
        answer = await self._give_back(asked)
        match answer:
            case Done(refund):
                return Delivered(apply_refund(refund))
            case Refused(why, final):
                return Never(why, refused(disbursement_id, why, final=final))
            case Unknown(why, saved=True):
                return Never(why, new_generation(disbursement_id, why))  # which looks for it first
        return again(queued, answer.why, answer.seconds)

    async def _give_back(self, asked: SendRefund) -> Answer[Refund]:
        """Refund from the buyer's balance, as far as the books keep none of it as credit."""
        key, amount = f"refund:{asked.disbursement_id}:{asked.attempt}", asked.money
        if asked.payer is not None:
            match await self._provider.credit(asked.payer):
                case Done(balance) if self._free(balance, asked) >= amount:
                    return await self._provider.send_credit(
                        CreditRequest(key, asked.disbursement_id, amount, asked.payer, asked.email)
                    )
                case Done() if asked.beside:
                    # never from a payment, because no payment brought it
                    return Refused("it has left their balance", final=False)
                case Done():
                    pass
                case other:
                    return other
        assert asked.payment_intent is not None, "a payment that came has an intent"
        return await self._provider.refund(
            RefundRequest(key, asked.disbursement_id, amount, asked.payment_intent, asked.email)
        )

    @staticmethod
    def _free(balance: Mapping[str, Money], asked: SendRefund) -> Money:
        kept = Money(asked.kept, asked.currency)
        return balance.get(asked.currency, Money.zero(asked.currency)) - kept

    def _is_old(self, queued: OutboxMessage) -> bool:
        """Return whether the provider may have forgotten the key."""
        return self._clock.now() - queued.created_at >= KEY_KEPT


def refused(disbursement: str, why: str, *, final: bool, perhaps: bool = False) -> Unit:
    """Tell core that a disbursement has failed. `perhaps`: it may have been made after all."""
    return known(partial(disbursements.refused, disbursement_id=disbursement, why=why, final=final, perhaps=perhaps))


def new_generation(disbursement: str, why: str, *, perhaps: bool = False) -> Unit:
    """Ask again at once, under a key with no saved failure: the next message has a new number."""
    failed = refused(disbursement, why, final=False, perhaps=perhaps)

    def unit(ctx: Ctx) -> None:
        failed(ctx)
        known(partial(disbursements.ask_again, disbursement_id=disbursement))(ctx)

    return unit
