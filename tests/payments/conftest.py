"""A shop that is paid: the market's own transactions and outbox, the real Stripe client, and the lab's Stripe."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from core.audit.service import invariants
from core.deals import service as deals
from core.escrow import service as escrow
from core.escrow.evidence import reactions as evidence_reactions
from core.escrow.model import Effect, Payment
from core.escrow.rails.model import Rail
from core.kernel.db import Table
from core.kernel.dispatch import Dispatcher
from core.kernel.events import Reactions
from core.kernel.ids import Ids
from core.kernel.sqlite import SqliteRunner
from core.kernel.transaction import MARKET, Transactions
from core.people.model import CompleteProfile, Role
from core.people.service import complete_profile
from lab.app import Lab
from lab.stripe.balance import move
from lab.stripe.books import PLATFORM
from lab.world import Fault, FaultKind, World
from payments.effects import PaymentEffects
from payments.reconcile import Reconciler
from payments.stripe.provider import StripeProvider
from payments.stripe.webhooks import StripeWebhooks
from tests.core.conftest import Market, MovableClock
from tests.core.trades import RINGS, Trade, agreed
from tests.lab.conftest import running_lab

PATIENCE = 400  # looks, a few milliseconds apart, before a story says that it will not come


class WorldClock(MovableClock):
    """The market lives in the lab's time, as it does when it is played with."""

    def __init__(self, world: World) -> None:
        self.world = world

    def now(self) -> Any:
        return self.world.clock.now()

    def advance(self, **by: float) -> None:
        self.world.clock.advance(timedelta(**by))


@dataclass
class Shop:
    """One trade, everything that carries its money, and what people and the network do to it."""

    lab: Lab
    trade: Trade
    provider: StripeProvider
    dispatcher: Dispatcher
    webhooks: StripeWebhooks
    reconciler: Reconciler
    browser: aiohttp.ClientSession

    @property
    def market(self) -> Market:
        return self.trade.market

    async def pass_time(self, **by: float) -> None:
        """Let time pass, and do what has fallen due."""
        self.market.clock.advance(**by)
        while await self.market.ring({**RINGS, **evidence_reactions.rings}):
            pass
        await self.work()

    async def work(self) -> None:
        """Carry everything that is due, and what follows from it."""
        while await self.dispatcher.sweep():
            await self.dispatcher.idle()
        await self.dispatcher.idle()

    async def until(self, seen: Callable[[], Awaitable[bool]]) -> None:
        """Wait for what the provider's webhooks bring about."""
        for _ in range(PATIENCE):
            await self.work()
            if await seen():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it has not come about")

    async def until_deal(self, state: str) -> None:
        async def seen() -> bool:
            return (await self.trade.deal()).state == state

        await self.until(seen)

    def strike(self, kind: FaultKind, match: str, *, deliveries: bool = False, times: int = 1) -> None:
        """Disturb the next messages whose method contains `match`."""
        where = "delivery" if deliveries else "call"
        self.lab.world.faults.append(Fault("stripe", kind, where, match, times))  # type: ignore[arg-type]  # one of two

    def made(self, kind: str) -> list[Any]:
        """What the lab's Stripe has of one kind, oldest first."""
        self.lab.stripe.books.settle()
        return list(self.lab.stripe.books.things.get(kind, {}).values())

    def calls(self, method: str) -> int:
        """How often Stripe was asked this."""
        return sum(each.method == method for each in self.lab.world.wire)

    async def sign(self) -> Payment:
        """Both sign; the buyer has a page to pay on."""
        for actor in (self.trade.buyer, self.trade.seller):
            await self.market.run(actor, lambda ctx: deals.sign_deal(ctx, self.trade.deal_id))

        async def seen() -> bool:
            return (await self.trade.payment()).url is not None

        await self.until(seen)
        return await self.trade.payment()

    async def pay(self, payment: Payment, number: str = "4242424242424242") -> None:
        body = {"method": "card", "number": number}
        async with self.browser.post(f"/lab/stripe/pay/{payment.session_ref}", json=body) as answer:
            assert answer.status == 200

    async def does(self, deed: str, **body: Any) -> Any:
        """What somebody outside does: a payer, a bank, Stripe itself (lab/FACE.md)."""
        async with self.browser.post(f"/lab/stripe/{deed}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def by(self, rail: Rail) -> Payment:
        """The buyer wants to pay by this rail; gives what they pay by."""
        offered = tuple(Rail)
        chosen = await self.market.run(
            self.trade.buyer, lambda ctx: escrow.pay_by(ctx, self.trade.deal_id, rail, offered)
        )

        async def open_() -> bool:
            payment = await self.trade.payment()
            return payment.id == chosen.id and payment.session_ref is not None

        await self.until(open_)
        return await self.trade.payment()

    async def funded(self) -> Payment:
        """Signed and paid."""
        payment = await self.sign()
        await self.pay(payment)
        await self.until_deal("funded")
        return payment

    async def onboard(self) -> None:
        """The seller opens an account and fills it in."""
        await self.market.run(self.trade.seller, self.trade.in_lithuania)
        await self.market.run(self.trade.seller, escrow.ask_onboarding)

        async def linked() -> bool:
            return (await self.account()) is not None

        await self.until(linked)
        async with self.browser.post(f"/lab/stripe/onboard/{await self.account()}", json={}) as answer:
            assert answer.status == 200

        async def ready() -> bool:
            payee = await self.trade.house(lambda ctx: escrow.payee_of(ctx, self.trade.selling))
            return bool(payee is not None and payee.ready)

        await self.until(ready)

    def reserve(self) -> None:
        """The operator pays in 1,000 euros: a full refund needs more than was left after the provider's fee."""
        move(self.lab.stripe.books, PLATFORM, "topup", 100_000, currency="eur", source="tu_1")

    async def account(self) -> str | None:
        payee = await self.trade.house(lambda ctx: escrow.payee_of(ctx, self.trade.selling))
        return payee.account_ref if payee is not None else None

    async def deliver_all(self) -> None:
        for lot in await self.trade.lots():
            await self.trade.deliver(lot)
            await self.trade.accept(lot)
        await self.work()

    async def effects(self) -> list[Effect]:
        found: list[Effect] = await self.trade.house(lambda ctx: escrow.effects_of(ctx, self.trade.deal_id))
        return found

    async def books_agree(self) -> None:
        assert await self.reconciler.compare_books() == []
        assert [check for check in await self.trade.house(invariants) if not check.ok] == []


@asynccontextmanager
async def serving(webhooks: StripeWebhooks) -> AsyncIterator[str]:
    """The webhook's door on a port of its own; gives its address."""

    async def take(request: web.Request) -> web.Response:
        signature = request.headers.get("Stripe-Signature")
        return web.Response(status=await webhooks.take(await request.read(), signature))

    app = web.Application()
    app.router.add_post("/stripe/webhook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}/stripe/webhook"
    finally:
        await runner.cleanup()


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with running_lab() as lab:
        yield lab


@pytest.fixture
async def market(lab: Lab) -> AsyncIterator[Market]:
    """A market in the lab's time."""
    runner = SqliteRunner(":memory:")
    await runner.open()
    clock, reactions = WorldClock(lab.world), Reactions()
    transactions = Transactions(runner, clock, Ids(random.Random(7).randbytes), reactions)
    await transactions.run(MARKET, lambda ctx: Table.metadata.create_all(ctx.session.connection()))
    yield Market(transactions, clock, reactions)
    await transactions.close()


@pytest.fixture
async def shop(lab: Lab, market: Market) -> AsyncIterator[Shop]:
    """A deal of one hundred tonnes in two lots, agreed; nothing is signed and the seller has no account."""
    clock = market.clock
    provider = StripeProvider(lab.stripe.secret_key, f"{lab.url}/stripe", return_url="https://parley.test")
    dispatcher = Dispatcher(
        market.transactions, clock, {"payments": PaymentEffects(provider, clock, market.transactions)}
    )
    market.transactions.deliver_by(dispatcher.offer)
    evidence_reactions.listen(market.reactions)
    trade = await agreed(market, lots=2, window_to=date(2026, 12, 31))  # so soon that both lots are paid for at once
    profile = CompleteProfile(roles=frozenset({Role.SELLER}), company="Anna's pellets", country="LT")
    await market.run(trade.seller, lambda ctx: complete_profile(ctx, profile))
    webhooks = StripeWebhooks(market.transactions, clock, lab.stripe.webhook_secret)
    reconciler = Reconciler(market.transactions, provider, clock)
    async with aiohttp.ClientSession(lab.url) as browser, serving(webhooks) as url:
        lab.stripe.webhook_url = url
        yield Shop(lab, trade, provider, dispatcher, webhooks, reconciler, browser)
        lab.stripe.webhook_url = ""
    await dispatcher.idle()  # the client leaves a connection open when a call of its is cut off
    await dispatcher.close()
    await provider.close()
