"""Carries what core asks for when the market itself sells something by card: a page to pay on, and no longer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from core.kernel.clock import Clock
from core.kernel.dispatcher import Delivered, Never
from core.kernel.outbox import Post
from core.shop.purchases import payments as purchases
from payments.outcomes import Outcome, again, amount_of, known, seen
from payments.provider import Provider
from payments.provider_requests import CheckoutRequest
from payments.provider_results import Done, Refused, Unknown
from payments.sync import tell_checkout


class Selling:
    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock

    def kinds(self) -> Mapping[str, Callable[[Post], Awaitable[Outcome]]]:
        return {"purchase.page": self._open, "purchase.page.close": self._close}

    async def _open(self, post: Post) -> Outcome:
        body, purchase = post.body, str(post.body["purchase"])
        expires_at = datetime.fromisoformat(body["expires"])
        lapsed = known(partial(purchases.page_lapsed, purchase_id=purchase))
        if expires_at <= self._clock.now():
            return Never("its time has passed", lapsed)
        ask = CheckoutRequest(
            key=f"purchase:{purchase}",
            payment=purchase,
            deal=purchase,
            group=f"purchase_{purchase}",
            title=body["title"],
            amount=amount_of(body),
            expires_at=expires_at,
        )
        match await self._provider.open_checkout(ask):
            case Done(page):
                opened = partial(purchases.page_opened, purchase_id=purchase, page_ref=page.ref, url=page.url or "")
                return Delivered(known(opened))
            case Refused(why) | Unknown(why, saved=True):
                return Never(why, lapsed)
            case Unknown(why, seconds):
                return again(post, why, seconds)

    async def _close(self, post: Post) -> Outcome:
        return seen(await self._provider.expire_checkout(post.body["session"]), tell_checkout)
