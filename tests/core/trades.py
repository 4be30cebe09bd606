"""A trade for stories: a seller, a buyer, a deal between them, and a provider that obeys its requests."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from config.tables import METADATA
from core.books.invoicing.issuance import write
from core.kernel.ids import Ids
from core.kernel.money import Money
from core.kernel.outbox import OutboxMessage
from core.kernel.quantity import Quantity
from core.kernel.reactions import Reactions
from core.kernel.sqlite import SqliteRunner
from core.kernel.timer_sweep import TimerHandler
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx, Transactions
from core.money.disbursements import reactions as disbursement_reactions
from core.money.disbursements import service as disbursements
from core.people.accounts.service import organisation_of, person_of
from core.trade.deals import access
from core.trade.deals import reactions as deal_reactions
from core.trade.deals import service as deals
from core.trade.deals.commission import PlatformTerms, Settlement
from core.trade.deals.model import Deal, DealState
from core.trade.delivery import claims
from core.trade.delivery import reactions as delivery_reactions
from core.trade.delivery import service as delivery
from core.trade.delivery.model import AcceptLot, ClaimLot, DispatchLot, Lot, LotState, ReportArrival
from core.trade.disputes import reactions as support_reactions
from core.trade.funding import payees
from core.trade.funding import reactions as escrow_reactions
from core.trade.funding import service as escrow
from core.trade.funding import settlement as funding_settlement
from core.trade.funding.model import DealMoney, Payment
from core.trade.listings import reactions as listing_reactions
from core.trade.listings.service import publish_listing
from core.trade.offers import reactions as offer_reactions
from core.trade.offers.model import BuyNow
from core.trade.offers.quality_formula import Measured, quality_of
from core.trade.offers.service import buy_now
from tests.core import invoicing_steps
from tests.core.conftest import Market, MovableClock
from tests.core.goods import catalogue, pellets, tonnes

COMMISSION_BP = 250
SOON = date(2027, 1, 30)  # early enough to hold the money of all lots at once
TIMER_HANDLERS: dict[str, TimerHandler] = {
    **listing_reactions.timer_handlers,
    **offer_reactions.timer_handlers,
    **delivery_reactions.timer_handlers,
    **disbursement_reactions.timer_handlers,
    **escrow_reactions.timer_handlers,
    **support_reactions.timer_handlers,
}


@dataclass
class Trade:
    market: Market
    buyer: Actor
    seller: Actor
    stranger: Actor
    buying: str  # organisation
    selling: str  # organisation
    listing_id: str
    deal_id: str
    answered: set[str] = field(default_factory=set)

    async def as_market(self, unit: Callable[[Ctx], Any]) -> Any:
        return await self.market.run(MARKET, unit)

    async def deal(self) -> Deal:
        found: Deal = await self.as_market(lambda ctx: access.deal_for(ctx, self.deal_id))
        return found

    async def lots(self) -> list[Lot]:
        found: list[Lot] = await self.as_market(lambda ctx: delivery.lots_of(ctx, self.deal_id))
        return found

    async def money(self) -> DealMoney:
        found: DealMoney = await self.as_market(lambda ctx: funding_settlement.money_of(ctx, self.deal_id))
        return found

    async def payment(self) -> Payment:
        found = await self.as_market(lambda ctx: escrow.payment_of(ctx, self.deal_id))
        assert isinstance(found, Payment)
        return found

    async def states(self) -> tuple[DealState, list[LotState]]:
        """Return the state of the deal and the states of its lots."""
        return (await self.deal()).state, [lot.state for lot in await self.lots()]

    async def pass_days(self, days: float) -> None:
        """Let this many days pass, with a sweep every half day."""
        for _ in range(int(days * 2)):
            self.market.clock.advance(hours=12)
            while await self.market.run_timers(TIMER_HANDLERS):
                pass

    async def pass_long(self) -> None:
        """Let time pass until a deal without people has reached its end."""
        for _ in range(12):
            self.market.clock.advance(days=40)
            while await self.market.run_timers(TIMER_HANDLERS):
                pass

    async def another(self) -> Trade:
        """Return a second deal of the two, on the same goods."""
        formula = quality_of(catalogue(), "wood_pellets", "ENplus_A1")
        command = BuyNow(listing_id=self.listing_id, quantity=tonnes(100), lots=4, quality=formula)
        await self.market.run(self.buyer, lambda ctx: buy_now(ctx, command))
        found = await self.market.run(MARKET, lambda ctx: deals.deals_of(ctx, self.buying))
        return replace(self, deal_id=found[0].id)

    async def sign(self) -> None:
        for actor in (self.buyer, self.seller):
            await self.market.run(actor, lambda ctx: deals.sign_deal(ctx, self.deal_id))
        await self.provider_answers()

    async def pay(self, amount: Money | None = None, payment_id: str | None = None, intent: str = "pi_1") -> None:
        """Pay as the buyer. The provider reports it, and keeps one euro fifty."""
        payment = await self.payment()
        received = partial(
            escrow.payment_received,
            payment_id=payment_id or payment.id,
            amount=amount or payment.amount,
            intent_ref=intent,
            charge_ref=f"ch_{intent}",
            provider_fee=Money(150, payment.currency),
        )
        await self.market.run(PROVIDER, received)

    async def operator(self, name: str) -> Actor:
        """Make a new user who works for the market."""
        actor, _ = await self.market.newcomer(name)
        await self.as_market(lambda ctx: setattr(person_of(ctx, actor.person or ""), "operator", True))
        return actor

    async def seller_can_be_paid(self) -> None:
        await self.market.run(self.seller, self.in_lithuania)
        await self.market.run(self.seller, payees.ask_onboarding)
        await self.provider_answers()
        await self.market.run(PROVIDER, lambda ctx: payees.payee_told(ctx, self.selling, ready=True, missing=()))

    def in_lithuania(self, ctx: Ctx) -> None:
        organisation_of(ctx, self.selling).country = "LT"

    async def dispatch(self, lot: Lot) -> None:
        today: date = self.market.clock.now().date()
        command = DispatchLot(lot_id=lot.id, truck="LTU 123", eta=today + timedelta(days=2))
        await self.market.run(self.seller, lambda ctx: delivery.dispatch_lot(ctx, command))

    async def arrive(self, lot: Lot, measured: Quantity | None = None) -> None:
        """Report an arrival as the seller, with the agreed amount unless the story says otherwise."""
        command = ReportArrival(lot_id=lot.id, measured=measured or lot.quantity)
        await self.market.run(self.seller, lambda ctx: delivery.report_arrival(ctx, command))

    async def accept(self, lot: Lot) -> None:
        await self.market.run(self.buyer, lambda ctx: delivery.accept_lot(ctx, AcceptLot(lot_id=lot.id)))

    async def claim(self, lot: Lot) -> None:
        wet = Measured(moisture=Decimal(14))
        command = ClaimLot(lot_id=lot.id, words="Wet: 14 % moisture by our own oven", measured=wet)
        await self.market.run(self.buyer, lambda ctx: claims.claim_lot(ctx, command))

    async def deliver(self, lot: Lot) -> None:
        await self.dispatch(lot)
        await self.arrive(lot)

    def asked(self, kind: str) -> list[dict[str, Any]]:
        """Return the requests of one kind to the provider."""
        return [post.body for post in self.market.posts if post.channel == "payments" and post.kind == kind]

    async def provider_answers(self) -> None:
        """Let the provider do everything that was requested, once each, and report it."""
        while todo := [post for post in self.market.posts if post.id not in self.answered]:
            for post in todo:
                self.answered.add(post.id)
                await self.market.run(PROVIDER, partial(self._answer, post))

    def _answer(self, post: OutboxMessage, ctx: Ctx) -> None:
        body = post.body
        match post.kind:
            case "checkout.open":
                expires = self.market.clock.now() + timedelta(hours=23)
                escrow.checkout_opened(ctx, body["payment"], f"cs_{body['payment']}", "https://pay.example", expires)
            case "checkout.expire":
                escrow.payment_lapsed(ctx, body["payment"])
            case "transfer":
                disbursements.done(ctx, body["disbursement_id"], f"tr_{body['disbursement_id']}")
            case "refund":
                disbursements.done(ctx, body["disbursement_id"], f"re_{body['disbursement_id']}")
            case "reversal":
                disbursements.done(ctx, body["disbursement_id"], f"trr_{body['disbursement_id']}")
            case "invoice.write":
                write(ctx, body["invoice"], invoicing_steps.PAPER_WORDS)
            case "account.open":
                payees.account_opened(ctx, body["organisation"], f"acct_{body['organisation']}")
            case "account.link":
                payees.onboarding_link(ctx, body["organisation"], body["person"], "https://connect.example")


async def agreed(
    market: Market,
    tonnes_sold: str | int = 100,
    lots: int = 4,
    settlement: Settlement = "choice",
    held: frozenset[str] | None = None,
    **goods: Any,
) -> Trade:
    """Strike a deal by buying at the listed price; it is not signed yet. `goods`: fields of the listing."""
    deal_reactions.listen(market.reactions, PlatformTerms(COMMISSION_BP, settlement, held))
    delivery_reactions.listen(market.reactions)
    disbursement_reactions.listen(market.reactions)
    escrow_reactions.listen(market.reactions)
    support_reactions.listen(market.reactions)
    invoicing_steps.hire(market)
    seller, anna = await market.newcomer("Anna")
    buyer, ben = await market.newcomer("Ben")
    stranger, _ = await market.newcomer("Carla")
    offered = pellets(**({"buy_now": True, "min_lot": tonnes(1), "window_to": SOON} | goods))
    listing = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), offered))
    formula = quality_of(catalogue(), offered.product_id, offered.grade_id)
    command = BuyNow(listing_id=listing.id, quantity=tonnes(tonnes_sold), lots=lots, quality=formula)
    await market.run(buyer, lambda ctx: buy_now(ctx, command))
    found = await market.run(MARKET, lambda ctx: deals.deals_of(ctx, ben.organisation_id))
    return Trade(market, buyer, seller, stranger, ben.organisation_id, anna.organisation_id, listing.id, found[0].id)


async def paid(market: Market, tonnes_sold: str | int = 100, lots: int = 4, **goods: Any) -> Trade:
    """Return a deal that is signed and paid, whose seller has an account."""
    trade = await agreed(market, tonnes_sold, lots, **goods)
    await trade.sign()
    await trade.pay()
    await trade.seller_can_be_paid()
    return trade


async def paid_too_late(market: Market) -> Trade:
    """Pay a deal after it was cancelled for lack of payment. The refund of that money is requested."""
    trade = await agreed(market, lots=1)
    await trade.sign()
    payment = await trade.payment()
    await trade.pass_days(6)
    await trade.provider_answers()
    await trade.pay(payment_id=payment.id)
    assert [body["amount"] for body in trade.asked("refund")] == [21_000_00]
    return trade


async def called_off(market: Market) -> tuple[Trade, str]:
    """Return a paid deal that both have cancelled, and the id of the requested refund."""
    trade = await paid(market)
    await market.run(trade.seller, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    await market.run(trade.buyer, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    return trade, str(trade.asked("refund")[0]["disbursement_id"])


@asynccontextmanager
async def market_in_memory() -> AsyncIterator[Market]:
    """Open a whole market for one example of a property test."""
    runner = SqliteRunner(":memory:")
    await runner.open()
    clock, reactions = MovableClock(), Reactions()
    transactions = Transactions(runner, clock, Ids(random.Random(7).randbytes), reactions)
    market = Market(transactions, clock, reactions)
    transactions.deliver_by(market.posts.extend)
    await market.run(MARKET, lambda ctx: METADATA.create_all(ctx.session.connection()))
    try:
        yield market
    finally:
        await transactions.close()
