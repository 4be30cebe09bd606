"""Carries requests for payments: of deals by page or bank transfer, and of the market's own sales by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from core.kernel.clock import Clock
from core.kernel.dispatcher import Carry, Delivered, Never, Outcome, handles, routes
from core.kernel.outbox import OutboxMessage
from core.kernel.quantity import Quantity
from core.kernel.transaction import Ctx
from core.money.messages import ClosePurchasePage, ExpireCheckout, OpenCheckout, OpenPurchasePage
from core.shop.purchases import payments as purchases
from core.trade.funding import service as escrow
from core.trade.funding.providers import provider_in
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.model import Rail
from payments.outcomes import Unit, again, known, outcome_of
from payments.provider import Answer, CheckoutRequest, Done, PayerRequest, Provider, Refused, Unknown
from payments.provider_models import Checkout
from payments.sync import apply_checkout, lapsed


class PayingIn:
    """`goods`: the goods that are paid for, in words of a language: product, grade and quantity."""

    def __init__(
        self, provider: Provider, clock: Clock, goods: Callable[[str, str, str | None, Quantity], str]
    ) -> None:
        self._provider = provider
        self._clock = clock
        self._goods = goods

    def kinds(self) -> Mapping[str, Carry]:
        return routes(handles(OpenCheckout, self._open), handles(ExpireCheckout, self._expire))

    async def _open(self, queued: OutboxMessage, asked: OpenCheckout) -> Outcome:
        payment = asked.payment
        if asked.expires <= self._clock.now():
            return Never("its time has passed", lapsed(payment))
        rail, payer, provider = Rail(asked.rail), asked.payer, asked.provider
        if payer is not None and provider is not None and (provider_in(payer) or self._provider.code) != provider:
            payer = None  # the provider of this seller does not know them yet
        if rail is Rail.BANK_TRANSFER and payer is None:
            match await self._open_payer(asked):
                case Done(payer):
                    pass
                case Refused(why):
                    return Never(why, lapsed(payment))
                case Unknown(why, seconds):
                    return again(queued, why, seconds)
        ask = CheckoutRequest(
            key=f"checkout:{payment}",
            payment=payment,
            deal=asked.deal,
            group=f"deal_{asked.deal}",
            title=self._title(asked),
            amount=asked.money,
            expires_at=asked.expires,
            rail=rail,
            payer=payer,
            provider=provider,
        )
        match await self._provider.open_checkout(ask):
            case Done(checkout):
                return Delivered(opened(payment, checkout, asked.buyer, payer))
            # if a page was opened after all, its address was never sent to a user
            case Refused(why) | Unknown(why, saved=True):
                return Never(why, lapsed(payment))
            case Unknown(why, seconds):
                return again(queued, why, seconds)

    def _title(self, asked: OpenCheckout) -> str:
        """Return the title of the page: the deal, and the goods in the payer's language.

        A message written by an earlier release carries its own title, because the provider accepts no other under this
        key.
        """
        goods = asked.goods
        if goods is None:
            return asked.title
        return f"{asked.ref}: {self._goods(asked.language, goods.product_id, goods.grade_id, goods.quantity)}"

    async def _open_payer(self, asked: OpenCheckout) -> Answer[str]:
        """Open the payer under a key of the buyer's own, so that two simultaneous payments do not create two."""
        ask = PayerRequest(f"payer:{asked.buyer}", asked.buyer, asked.buyer_name, asked.buyer_email, asked.provider)
        answer = await self._provider.open_payer(ask)
        if isinstance(answer, Unknown) and answer.saved:  # a failure that is kept under this key for a day
            return await self._provider.open_payer(replace(ask, key=f"{ask.key}:again"))
        return answer

    async def _expire(self, _queued: OutboxMessage, asked: ExpireCheckout) -> Outcome:
        return outcome_of(await self._provider.expire_checkout(asked.session), apply_checkout)


def opened(payment: str, checkout: Checkout, buyer: str, payer: str | None) -> Unit:
    """Report that the buyer can pay; an earlier excess transfer may have paid already."""
    bank = checkout.intent.bank if checkout.intent is not None else None
    apply_open = partial(
        escrow.checkout_opened,
        payment_id=payment,
        session_ref=checkout.ref,
        url=checkout.url or "",
        expires_at=checkout.expires_at,
    )
    told = apply_checkout(checkout)

    def unit(ctx: Ctx) -> None:
        if payer is not None:
            rails.payer_known(ctx, buyer, payer)
        if bank is not None:
            rails.transfer_goes_to(
                ctx, payment, iban=bank.iban, bic=bank.bic, holder=bank.holder, reference=bank.reference
            )
        apply_open(ctx)
        if told is not None:
            told(ctx)

    return known(unit)


class Selling:
    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock

    def kinds(self) -> Mapping[str, Carry]:
        return routes(handles(OpenPurchasePage, self._open), handles(ClosePurchasePage, self._close))

    async def _open(self, queued: OutboxMessage, asked: OpenPurchasePage) -> Outcome:
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
                return again(queued, why, seconds)

    async def _close(self, _queued: OutboxMessage, asked: ClosePurchasePage) -> Outcome:
        return outcome_of(await self._provider.expire_checkout(asked.session), apply_checkout)
