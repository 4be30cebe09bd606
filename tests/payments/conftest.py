"""A paid shop: the market's own transactions and outbox, the real Stripe client, and the lab's Stripe."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

import aiohttp
import pytest
import structlog
from aiohttp import web

from config.external_services import clock_of
from core.books.audit.service import invariants
from core.books.reconciliation import reactions as reconciliation_reactions
from core.kernel.clock import Clock
from core.kernel.dispatcher import Dispatcher
from core.kernel.ids import Ids
from core.kernel.reactions import Reactions
from core.kernel.sqlite import SqliteRunner
from core.kernel.transaction import MARKET, Transactions
from core.money.disbursements.model import Disbursement
from core.people.accounts.model import CompleteProfile, Role
from core.people.accounts.service import complete_profile, organisation_of
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.funding import payees, settlement
from core.trade.funding import service as escrow
from core.trade.funding.evidence import reactions as evidence_reactions
from core.trade.funding.model import Payment
from core.trade.funding.rails.model import Rail
from lab.app import Lab
from lab.people import Browser
from lab.tests.conftest import running_lab
from payments.reconciliation import Reconciler
from payments.stripe.provider import StripeProvider
from payments.stripe.webhooks import StripeWebhooks
from payments.transport import PaymentTransport
from tests.core import invoicing_steps, tables
from tests.core.conftest import Market, MovableClock
from tests.core.trades import TIMER_HANDLERS, Trade, agreed

PATIENCE = 15.0  # seconds before a story says that it will not come
GLANCE = 0.1  # seconds until it looks again though no webhook has come


class WorldClock(MovableClock):
    """The market lives in the lab's time, as it does when it is played with; `Shop.later` moves it."""

    def __init__(self, world: Clock) -> None:
        self.world = world

    def now(self) -> datetime:
        return self.world.now()

    def advance(self, **by: float) -> NoReturn:
        raise AssertionError("nobody moves the world's clock from within")


@dataclass
class Shop:
    """One trade, everything that carries its money, and what people and the network do to it."""

    trade: Trade
    provider: StripeProvider
    dispatcher: Dispatcher
    webhooks: StripeWebhooks
    reconciler: Reconciler
    browser: Browser
    told: asyncio.Event = field(default_factory=asyncio.Event)  # a webhook has come

    @property
    def market(self) -> Market:
        return self.trade.market

    async def later(self, **by: float) -> None:
        await self.browser.post("/lab/clock", {"seconds": timedelta(**by).total_seconds()})

    async def pass_time(self, **by: float) -> None:
        """Let time pass, and do what has fallen due."""
        await self.later(**by)
        while await self.market.run_timers({**TIMER_HANDLERS, **evidence_reactions.timer_handlers}):
            pass
        await self.work()

    async def work(self) -> None:
        """Carry everything that is due, and what follows from it."""
        while await self.dispatcher.sweep():
            await self.dispatcher.idle()
        await self.dispatcher.idle()

    async def until(self, seen: Callable[[], Awaitable[bool]]) -> None:
        """Wait for what the provider's webhooks bring about."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.told.clear()
            await self.work()
            if await seen():
                return
            assert time.monotonic() < deadline, "it has not come about"
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.told.wait(), GLANCE)

    async def until_deal(self, state: DealState) -> None:
        async def seen() -> bool:
            return (await self.trade.deal()).state == state

        await self.until(seen)

    async def strike(self, kind: str, match: str, *, deliveries: bool = False, times: int = 1) -> None:
        """Disturb the next messages whose method contains `match`."""
        await disturb(self.browser, kind, match, where="delivery" if deliveries else "call", times=times)

    async def struck(self) -> int:
        """Return how often the active faults have struck."""
        return sum(each["struck"] for each in await self.browser.get("/lab/faults"))

    async def made(self, kind: str) -> list[Any]:
        """Return Stripe's objects of one kind, oldest first."""
        return list(reversed(await self.browser.get(f"/lab/stripe/objects/{kind}")))

    async def newest(self, kind: str) -> str:
        """Return the id of Stripe's newest object of one kind."""
        found: str = (await self.made(kind))[-1]["id"]
        return found

    async def calls(self, method: str) -> int:
        """Return how often Stripe was called by this method."""
        seen = await self.browser.get(f"/lab/wire?service=stripe&match={method}")
        return sum(each["method"] == method for each in seen)

    async def sign(self) -> Payment:
        """Sign for both sides; the buyer has a page to pay on."""
        for actor in (self.trade.buyer, self.trade.seller):
            await self.market.run(actor, lambda ctx: deals.sign_deal(ctx, self.trade.deal_id))

        async def seen() -> bool:
            return (await self.trade.payment()).url is not None

        await self.until(seen)
        return await self.trade.payment()

    async def pay(self, payment: Payment, number: str = "4242424242424242") -> None:
        await self.does(f"pay/{payment.session_ref}", method="card", number=number)

    async def does(self, deed: str, **body: Any) -> Any:
        """Act as an outside party: a payer, a bank, Stripe itself (lab/FACE.md)."""
        return await self.browser.post(f"/lab/stripe/{deed}", body)

    async def by(self, rail: Rail) -> Payment:
        """Choose this rail for the buyer, and return the payment once it can be paid."""
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
        """Sign and pay."""
        payment = await self.sign()
        await self.pay(payment)
        await self.until_deal(DealState.FUNDED)
        return payment

    async def onboard(self, *, buyer: bool = False) -> None:
        """Open the seller's account and fill it in, or the buyer's for a refund."""
        who, whose = (self.trade.buyer, self.trade.buying) if buyer else (self.trade.seller, self.trade.selling)
        await self.trade.as_market(lambda ctx: setattr(organisation_of(ctx, whose), "country", "LT"))
        await self.market.run(who, payees.ask_onboarding)

        async def linked() -> bool:
            return (await self.account(whose)) is not None

        await self.until(linked)
        await self.does(f"onboard/{await self.account(whose)}")

        async def ready() -> bool:
            payee = await self.trade.as_market(lambda ctx: payees.payee_of(ctx, whose))
            return bool(payee is not None and payee.ready)

        await self.until(ready)

    async def reserve(self) -> None:
        """Pay in 1,000 euros as the operator, because a full refund exceeds what the provider's fee has left."""
        await self.does("topups", amount=100_000)

    async def account(self, whose: str = "") -> str | None:
        """Return the account of the seller, or of another company."""
        payee = await self.trade.as_market(lambda ctx: payees.payee_of(ctx, whose or self.trade.selling))
        return payee.account_ref if payee is not None else None

    async def deliver_all(self) -> None:
        for lot in await self.trade.lots():
            await self.trade.deliver(lot)
            await self.trade.accept(lot)
        await self.work()

    async def effects(self) -> list[Disbursement]:
        found: list[Disbursement] = await self.trade.as_market(
            lambda ctx: settlement.disbursements_of(ctx, self.trade.deal_id)
        )
        return found

    async def books_agree(self) -> None:
        assert await self.reconciler.compare_books() == []
        assert [check for check in await self.trade.as_market(invariants) if not check.ok] == []


async def disturb(browser: Browser, kind: str, match: str = "", *, where: str = "call", times: int = 1) -> None:
    """Lose, double or swap the next messages to or from Stripe of that name, or lose their answers."""
    fault = {"service": "stripe", "kind": kind, "where": where, "match": match, "times": times}
    await browser.post("/lab/faults", fault)


@asynccontextmanager
async def serving(webhooks: StripeWebhooks, told: asyncio.Event) -> AsyncIterator[str]:
    """Serve webhooks on a port of their own, and yield its address. `told` is set when one has come."""

    async def take(request: web.Request) -> web.Response:
        signature = request.headers.get("Stripe-Signature")
        status = await webhooks.take(await request.read(), signature)
        told.set()
        return web.Response(status=status)

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


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """Log without colours: drawing them takes longer than the logged work."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()])


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with running_lab() as lab:
        yield lab


@pytest.fixture
async def browser(lab: Lab) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as http:
        yield Browser(http, lab.url)


@pytest.fixture
async def market(lab: Lab) -> AsyncIterator[Market]:
    """Yield a market in the lab's time."""
    runner = SqliteRunner(":memory:")
    await runner.open()
    clock, reactions = WorldClock(clock_of(lab)), Reactions()
    transactions = Transactions(runner, clock, Ids(random.Random(7).randbytes), reactions)
    await transactions.run(MARKET, tables.create)
    yield Market(transactions, clock, reactions)
    await transactions.close()


@pytest.fixture
async def shop(lab: Lab, browser: Browser, market: Market) -> AsyncIterator[Shop]:
    """Yield a deal of one hundred tonnes in two lots, not signed yet. The seller has no account."""
    clock = market.clock
    provider = StripeProvider(lab.stripe.secret_key, f"{lab.url}/stripe", return_url="https://parley.test")
    dispatcher = Dispatcher(
        market.transactions,
        clock,
        {"payments": PaymentTransport(provider, clock, market.transactions, invoicing_steps.PAPER_WORDS)},
    )
    market.transactions.deliver_by(dispatcher.offer)
    evidence_reactions.listen(market.reactions)
    reconciliation_reactions.listen(market.reactions)
    first = clock.now().date() + timedelta(days=1)
    last = first + timedelta(days=38)  # so soon that both lots are paid for at once
    trade = await agreed(market, lots=2, window_from=first, window_to=last)
    profile = CompleteProfile(roles=frozenset({Role.SELLER}), company="Anna's pellets", country="LT")
    await market.run(trade.seller, lambda ctx: complete_profile(ctx, profile))
    webhooks = StripeWebhooks(market.transactions, clock, lab.stripe.webhook_secret)
    reconciler = Reconciler(market.transactions, provider, clock)
    made = Shop(trade, provider, dispatcher, webhooks, reconciler, browser)
    async with serving(webhooks, made.told) as url:
        address = {"url": url, "secret": lab.stripe.webhook_secret}
        await browser.put("/lab/stripe/webhook", address)
        yield made
        await browser.put("/lab/stripe/webhook", address | {"url": ""})
    await dispatcher.idle()  # the client leaves a connection open when a call of its is cut off
    await dispatcher.close()
    await provider.close()
