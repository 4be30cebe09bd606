"""Carries core's requests for the market's own sales by card: open a page to pay on, and close it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from core.kernel.clock import Clock
from core.kernel.dispatcher import Carry, Delivered, Never, Outcome, handles, routes
from core.kernel.outbox import OutboxMessage
from core.money.messages import ClosePurchasePage, OpenPurchasePage
from core.shop.purchases import payments as purchases
from payments.outcomes import again, known, seen
from payments.provider import Provider
from payments.provider_requests import CheckoutRequest
from payments.provider_results import Done, Refused, Unknown
from payments.sync import tell_checkout


class Selling:
    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock

    def kinds(self) -> Mapping[str, Carry]:
        return routes(handles(OpenPurchasePage, self._open), handles(ClosePurchasePage, self._close))

    async def _open(self, post: OutboxMessage, asked: OpenPurchasePage) -> Outcome:
        purchase = asked.purchase
        lapsed = known(partial(purchases.page_lapsed, purchase_id=purchase))
        if asked.expires <= self._clock.now():
            return Never("its time has passed", lapsed)
        ask = CheckoutRequest(
            key=f"purchase:{purchase}",
            payment=purchase,
            deal=purchase,
            group=f"purchase_{purchase}",
            title=asked.title,
            amount=asked.money,
            expires_at=asked.expires,
            provider=asked.provider,
        )
        match await self._provider.open_checkout(ask):
            case Done(page):
                opened = partial(purchases.page_opened, purchase_id=purchase, page_ref=page.ref, url=page.url or "")
                return Delivered(known(opened))
            case Refused(why) | Unknown(why, saved=True):
                return Never(why, lapsed)
            case Unknown(why, seconds):
                return again(post, why, seconds)

    async def _close(self, _post: OutboxMessage, asked: ClosePurchasePage) -> Outcome:
        return seen(await self._provider.expire_checkout(asked.session), tell_checkout)
