"""The carrier of posts for the channel "payments": asks the provider, and brings the answer back to core.

Unknown is asked again under the same key until it is known; a refusal is told to core, which decides what follows.
Stripe keeps a key for 24 hours at least, so what is older is looked for before it is asked for again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from core.escrow import service as escrow
from core.kernel.clock import Clock
from core.kernel.dispatch import Delivered, Later, Never
from core.kernel.money import Money
from core.kernel.outbox import Post
from core.kernel.transaction import Ctx
from payments.answers import Done, Refused, Unknown
from payments.asks import AccountAsk, CheckoutAsk, RefundAsk, TransferAsk
from payments.looks import Outcome, known, look, seen, tell_checkout, tell_refund, tell_transfer
from payments.provider import Provider
from payments.things import Refund, RefundState

KEY_KEPT: Final = timedelta(hours=20)  # of the 24 hours, for the call has to get there
LINK_WANTED: Final = timedelta(minutes=5)  # then the person has put the phone away, and would tap again
LONGEST_WAIT: Final = 3600.0  # seconds


class PaymentEffects:
    """Each kind of post with what it asks the provider for."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        self._kinds: Mapping[str, Callable[[Post], Awaitable[Outcome]]] = {
            "checkout.open": self._open_checkout,
            "checkout.expire": self._expire_checkout,
            "transfer": self._transfer,
            "refund": self._refund,
            "account.open": self._open_account,
            "account.link": self._link,
            "look": self._look,
        }

    async def carry(self, post: Post) -> Outcome:
        return await self._kinds[post.kind](post)

    async def _open_checkout(self, post: Post) -> Outcome:
        body, payment = post.body, str(post.body["payment"])
        lapsed = known(partial(escrow.payment_lapsed, payment_id=payment))
        expires_at = datetime.fromisoformat(body["expires"])
        if expires_at <= self._clock.now():
            return Never("its time has passed", lapsed)
        ask = CheckoutAsk(
            key=f"checkout:{payment}",
            payment=payment,
            deal=body["deal"],
            group=f"deal_{body['deal']}",
            title=body["title"],
            amount=amount_of(body),
            expires_at=expires_at,
        )
        match await self._provider.open_checkout(ask):
            case Done(checkout):
                opened = partial(
                    escrow.checkout_opened,
                    payment_id=payment,
                    session_ref=checkout.ref,
                    url=checkout.url or "",
                    expires_at=checkout.expires_at,
                )
                return Delivered(known(opened))
            case Refused(why):
                return Never(why, lapsed)
            case Unknown(why, seconds):
                return again(post, why, seconds)

    async def _expire_checkout(self, post: Post) -> Outcome:
        return seen(await self._provider.expire_checkout(post.body["session"]), tell_checkout)

    async def _transfer(self, post: Post) -> Outcome:
        body, effect = post.body, str(post.body["effect"])
        if self._looked_for_first(post):
            match await self._provider.find_transfer(effect, body["group"]):
                case Done(str(ref)):
                    return Delivered(tell_transfer(effect, ref))
                case Refused(why) | Unknown(why):
                    return again(post, why)
        ask = TransferAsk(
            key=f"transfer:{effect}:{body['attempt']}",
            effect=effect,
            amount=amount_of(body),
            charge=body["charge"],
            account=body["account"],
            group=body["group"],
        )
        match await self._provider.transfer(ask):
            case Done(ref):
                return Delivered(tell_transfer(effect, ref))
            case Refused(why, final):
                return Never(why, refused(escrow.transfer_refused, effect, why, final=final))
            case Unknown(why, seconds):
                return again(post, why, seconds)

    async def _refund(self, post: Post) -> Outcome:
        body, effect = post.body, str(post.body["effect"])
        if self._looked_for_first(post):
            match await self._provider.find_refund(effect, body["payment_intent"]):
                case Done(Refund(state=RefundState.PENDING | RefundState.SUCCEEDED) as found):
                    return Delivered(tell_refund(found))
                case Refused(why) | Unknown(why):
                    return again(post, why)
        ask = RefundAsk(
            key=f"refund:{effect}:{body['attempt']}",
            effect=effect,
            amount=amount_of(body),
            intent=body["payment_intent"],
        )
        match await self._provider.refund(ask):
            case Done(refund):
                return Delivered(tell_refund(refund))
            case Refused(why, final):
                return Never(why, refused(escrow.refund_refused, effect, why, final=final))
            case Unknown(why, seconds):
                return again(post, why, seconds)

    async def _open_account(self, post: Post) -> Outcome:
        body, organisation = post.body, str(post.body["organisation"])
        wish = {name: body[name] for name in ("name", "country", "email")}
        ask = AccountAsk(key=f"account:{organisation}:{digest(wish)}", organisation=organisation, **wish)
        match await self._provider.open_account(ask):
            case Done(account):
                opened = partial(escrow.account_opened, organisation_id=organisation, account_ref=account.ref)
                return Delivered(known(opened))
            case Refused(why):
                return Never(why)
            case Unknown(why, seconds):
                return Later(why, seconds)

    async def _link(self, post: Post) -> Outcome:
        body = post.body
        if self._clock.now() - post.created_at > LINK_WANTED:
            return Never("nobody waits for it any more")
        answer = await self._provider.account_link(f"link:{post.id}", body["account"])

        def hand_over(url: str) -> Callable[[Ctx], None]:
            return partial(
                escrow.onboarding_link, organisation_id=body["organisation"], person_id=body["person"], url=url
            )

        return seen(answer, hand_over)

    async def _look(self, post: Post) -> Outcome:
        return await look(self._provider, post.body["kind"], post.body["id"])

    def _looked_for_first(self, post: Post) -> bool:
        """Is the key's memory in doubt, or was it refused before, perhaps after all done?"""
        return bool(post.body["attempt"] > 1) or self._clock.now() - post.created_at >= KEY_KEPT


def again(post: Post, why: str, seconds: float | None = None) -> Later:
    """Ask again, however often: money whose course is unknown is never given up."""
    return Later(why, seconds if seconds is not None else min(4.0**post.attempts, LONGEST_WAIT))


def refused(tell: Callable[..., None], effect: str, why: str, *, final: bool) -> Callable[[Ctx], None]:
    return known(partial(tell, effect_id=effect, why=why, final=final))


def amount_of(body: Mapping[str, Any]) -> Money:
    return Money(body["amount"], body["currency"])


def digest(wish: Mapping[str, str | None]) -> str:
    """Names an ask by its words: a seller who has put their country right asks for something else than before."""
    return hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()[:16]
