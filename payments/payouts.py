"""Carries payouts, refunds and reversals: each exists as a row before it is asked for, and is asked for once.

Unknown is asked again under the same key until it is known; a refusal is told to core, which decides what follows.
A provider keeps a key for 24 hours at least, so what is older is looked for before it is asked for again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from core.kernel.clock import Clock
from core.kernel.dispatcher import Delivered, Never, Outcome
from core.kernel.money import Money
from core.kernel.outbox import Post
from core.kernel.transaction import Ctx
from payments.outcomes import Unit, again, amount_of, known, refused
from payments.provider import Provider
from payments.provider_models import Refund, RefundState
from payments.provider_requests import CreditRequest, RefundRequest, ReversalRequest, TransferRequest
from payments.provider_results import Answer, Done, Refused, Unknown
from payments.sync import (
    REFUND_TAKES,
    ask_again,
    not_given_back,
    not_sent,
    not_taken_back,
    tell_refund,
    tell_reversal,
    tell_transfer,
)

KEY_KEPT: Final = timedelta(hours=20)  # of the 24 hours, for the call has to get there


class PayingOut:
    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock

    def kinds(self) -> Mapping[str, Callable[[Post], Awaitable[Outcome]]]:
        return {"transfer": self._transfer, "reversal": self._reverse, "refund": self._refund}

    async def _transfer(self, post: Post) -> Outcome:
        body, effect = post.body, str(post.body["effect"])

        async def find() -> Answer[str | None]:
            return await self._provider.find_transfer(effect, body["group"])

        ask = TransferRequest(
            key=f"transfer:{effect}:{body['attempt']}",
            effect=effect,
            amount=amount_of(body),
            charge=body["charge"],
            account=body["account"],
            group=body["group"],
        )
        call, unclear = partial(self._provider.transfer, ask), partial(not_sent, perhaps=True)
        return await self._once(post, find, call, tell_transfer, not_sent, unclear=unclear)

    async def _reverse(self, post: Post) -> Outcome:
        body, effect = post.body, str(post.body["effect"])

        async def find() -> Answer[str | None]:
            return await self._provider.find_reversal(effect, body["transfer"])

        ask = ReversalRequest(
            key=f"reversal:{effect}:{body['attempt']}",
            effect=effect,
            amount=amount_of(body),
            transfer=body["transfer"],
        )
        call, unclear = partial(self._provider.reverse, ask), partial(not_taken_back, perhaps=True)
        return await self._once(post, find, call, tell_reversal, not_taken_back, unclear=unclear)

    async def _once(
        self,
        post: Post,
        find: Callable[[], Awaitable[Answer[str | None]]],
        ask: Callable[[], Awaitable[Answer[str]]],
        tell: Callable[[str, str], Unit],
        refuse: Callable[..., None],
        *,
        unclear: Callable[..., None],
    ) -> Outcome:
        """`unclear`: tells core of one that failed, and may have been done after all."""
        effect = str(post.body["effect"])
        if self._looked_for_first(post):
            match await find():
                case Done(str(ref)):
                    return Delivered(tell(effect, ref))
                case Refused(why) | Unknown(why):
                    return again(post, why)
        answer = await ask()
        match answer:
            case Done(ref):
                return Delivered(tell(effect, ref))
            case Refused(why, final):
                return Never(why, refused(refuse, effect, why, final=final))
            case Unknown(why, saved=True):
                return Never(why, new_generation(unclear, effect, why))  # which looks for it first
        return again(post, answer.why, answer.seconds)

    async def _refund(self, post: Post) -> Outcome:
        body, effect = post.body, str(post.body["effect"])
        if self._looked_for_first(post):
            since = post.created_at - REFUND_TAKES
            match await self._provider.find_refund(effect, body["payment_intent"], since):
                case Done(Refund(state=RefundState.PENDING | RefundState.SUCCEEDED) as found):
                    return Delivered(tell_refund(found))
                case Refused(why) | Unknown(why):
                    return again(post, why)
        answer = await self._give_back(post)
        match answer:
            case Done(refund):
                return Delivered(tell_refund(refund))
            case Refused(why, final):
                return Never(why, refused(not_given_back, effect, why, final=final))
            case Unknown(why, saved=True):
                return Never(why, new_generation(not_given_back, effect, why))  # which looks for it first
        return again(post, answer.why, answer.seconds)

    async def _give_back(self, post: Post) -> Answer[Refund]:
        """What stands in a buyer's balance is sent from there, as far as the books keep none of it for them."""
        body, effect, amount = post.body, str(post.body["effect"]), amount_of(post.body)
        key, payer = f"refund:{effect}:{body['attempt']}", body.get("payer")
        if payer is not None:
            match await self._provider.credit(payer):
                case Done(standing) if self._free(standing, post) >= amount:
                    return await self._provider.send_credit(
                        CreditRequest(key, effect, amount, payer, body.get("email"))
                    )
                case Done() if body.get("beside"):
                    return Refused("it has left their balance", final=False)  # never from a payment: it came by none
                case Done():
                    pass
                case other:
                    return other
        return await self._provider.refund(
            RefundRequest(key, effect, amount, body["payment_intent"], body.get("email"))
        )

    def _free(self, standing: Mapping[str, Money], post: Post) -> Money:
        amount = amount_of(post.body)
        return standing.get(amount.currency, Money.zero(amount.currency)) - Money(post.body["kept"], amount.currency)

    def _looked_for_first(self, post: Post) -> bool:
        """Is the key's memory in doubt, or was it refused before, perhaps after all done?

        A refund from a buyer's credit empties what tells it from one of a payment: asked again, it is looked for.
        """
        old = self._clock.now() - post.created_at >= KEY_KEPT
        return bool(post.body["attempt"] > 1) or old or (post.attempts > 0 and post.body.get("payer") is not None)


def new_generation(refuse: Callable[..., None], effect: str, why: str) -> Unit:
    """Ask again at once, under a key that the provider has not saved a failure for. The next post knows its number."""
    refused_ = refused(refuse, effect, why, final=False)

    def unit(ctx: Ctx) -> None:
        refused_(ctx)
        known(lambda ctx: ask_again(ctx, effect))(ctx)

    return unit
