"""Anything at all: many deals, random presses by anybody in any state, old cards, echoes and jumps of time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.kernel.errors import Refusal
from core.kernel.money import Money
from core.kernel.outbox import OutboxMessage
from core.kernel.process import timeline
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import Disbursement, DisbursementKind
from core.money.ledger.service import balances_by_account
from core.trade.deals import service as deals
from core.trade.deals.model import DEAL, Deal, DealState
from core.trade.delivery import claims
from core.trade.delivery import service as delivery
from core.trade.delivery.model import (
    LOT,
    UNSENT,
    AcceptLot,
    ClaimLot,
    ContradictClaim,
    DispatchLot,
    Lot,
    ProposeCut,
    ProposeReplacement,
    ReportArrival,
)
from core.trade.disputes import service as support
from core.trade.disputes.model import AppealCase, Case, FreezeDeal, ProposeShares, RuleCase
from core.trade.funding import payees
from core.trade.funding import service as escrow
from core.trade.funding.model import Payment
from core.trade.listings.service import listing_for
from core.trade.offers.model import BuyNow
from core.trade.offers.quality_formula import Measured
from core.trade.offers.service import buy_now
from tests.core.goods import tonnes
from tests.core.trades import TIMER_HANDLERS, agreed, market_in_memory

Answer = TypeVar("Answer")

STEPS = 120
LOT_STEPS = (
    delivery.drop_lot,
    delivery.give_back_lot,
    delivery.ask_drop,
    delivery.agree_drop,
    claims.say_not_arrived,
    delivery.send_sample,
    claims.grant_claim,
    claims.take_proposal,
    claims.agree_value,
    claims.ask_operator,
)
SOLD = Decimal(500)


@settings(max_examples=3, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_people_press_every_deal_ends_and_nothing_is_lost(dice: random.Random) -> None:
    asyncio.run(Chaos(dice).live())


@dataclass
class Chaos:
    dice: random.Random

    async def live(self) -> None:
        async with market_in_memory() as market:
            self.market = market
            self.trade = await agreed(market, "100.001", 3)
            operators = [await self.trade.operator(name) for name in ("Olga", "Omar")]
            self.people = [self.trade.buyer, self.trade.seller, self.trade.stranger, *operators]
            self.answered: set[str] = set()
            for _ in range(STEPS):
                await self.dice.choice((self.press, self.press, self.press, self.provide, self.wait, self.buy))()
                await self.check()
            await self.end()

    # --- what happens ---------------------------------------------------------------------------------------------

    async def press(self) -> None:
        """Let a random person press a button, once or twice, perhaps on a card that is out of date."""
        unit = await self.as_market(self.any_press)
        for _ in range(self.dice.randint(1, 2)):
            await self.attempt(self.dice.choice(self.people), unit)

    def any_press(self, ctx: Ctx) -> Callable[[Ctx], object]:
        deal = self.dice.choice(list(ctx.session.scalars(select(Deal).order_by(Deal.id))))
        lots = list(ctx.session.scalars(select(Lot).where(Lot.deal_id == deal.id).order_by(Lot.id)))
        seen = self.dice.choice((None, deal.version, deal.version - 1))
        verbs = (
            deals.back_out,
            deals.cancel_deal,
            deals.ask_cancel,
            deals.agree_cancel,
            deals.refuse_cancel,
            deals.ask_direct,
            deals.agree_direct,
            deals.confirm_money,
        )
        if self.dice.random() < 0.04:
            return partial(
                support.freeze_deal, command=FreezeDeal(ref=deal.ref, reason="The goods are said to be stolen.")
            )
        cases = list(ctx.session.scalars(select(Case).where(Case.deal_id == deal.id).order_by(Case.id)))
        if cases and self.dice.random() < 0.4:
            return self.press_case(self.dice.choice(cases))
        if not lots or self.dice.random() < 0.3:
            # Signing is rolled more often, or few deals would ever see money.
            rolled = self.dice.randint(0, 12)
            return (
                partial(verbs[rolled], deal_id=deal.id, expected_version=seen)
                if rolled < len(verbs)
                else self.sign(deal.id)
            )
        return self.press_lot(ctx, self.dice.choice(lots))

    def press_lot(self, ctx: Ctx, lot: Lot) -> Callable[[Ctx], object]:
        seen = self.dice.choice((None, lot.version, lot.version - 1))
        found = Measured(moisture=Decimal(self.dice.randint(8, 20)))
        verbs: tuple[tuple[Callable[..., object], dict[str, object]], ...] = (
            (delivery.dispatch_lot, {"command": DispatchLot(lot_id=lot.id, truck="LTU 123", eta=in_days(ctx, 2))}),
            (delivery.report_arrival, {"command": ReportArrival(lot_id=lot.id, measured=tonnes(24))}),
            (delivery.accept_lot, {"command": AcceptLot(lot_id=lot.id)}),
            (claims.claim_lot, {"command": ClaimLot(lot_id=lot.id, words="Wet", measured=found)}),
            (claims.contradict_claim, {"command": ContradictClaim(lot_id=lot.id, measured=found)}),
            (claims.propose_cut, {"command": ProposeCut(lot_id=lot.id, pay=lot.amount.share(self.any_share()))}),
            (claims.propose_replacement, {"command": ProposeReplacement(lot_id=lot.id, by_day=in_days(ctx, 5))}),
            (self.dice.choice(LOT_STEPS), {"lot_id": lot.id}),
            (self.dice.choice(LOT_STEPS), {"lot_id": lot.id}),
        )
        verb, given = self.dice.choice(verbs)
        return partial(verb, expected_version=seen, **given)

    def any_share(self) -> int:
        return self.dice.randint(0, 10_000)

    def press_case(self, case: Case) -> Callable[[Ctx], object]:
        seen = self.dice.choice((None, case.version, case.version - 1))
        shares = self.dice.randint(0, 10_000)
        reason = "Thrown dice are as good a reason as any."
        return self.dice.choice(
            (
                partial(
                    support.propose_shares,
                    command=ProposeShares(case_id=case.id, seller_bp=shares),
                    expected_version=seen,
                ),
                partial(support.agree_shares, case_id=case.id, expected_version=seen),
                partial(support.call_operator, case_id=case.id, expected_version=seen),
                partial(
                    support.appeal_case,
                    command=AppealCase(case_id=case.id, words="Not so at all."),
                    expected_version=seen,
                ),
                partial(support.rule_case, command=RuleCase(case_id=case.id, seller_bp=shares, reason=reason)),
                partial(support.resume_deal, case_id=case.id, expected_version=seen),
            )
        )

    def sign(self, deal_id: str) -> Callable[[Ctx], object]:
        return partial(self.dice.choice((deals.sign_deal, deals.sign_deal, escrow.pay_again)), deal_id=deal_id)

    async def buy(self) -> None:
        """Let a random person buy, also the seller and more than there is."""
        amount = self.dice.choice(("24", "33.334", "100", "400"))
        command = BuyNow(listing_id=self.trade.listing_id, quantity=tonnes(amount), lots=self.dice.randint(1, 5))
        await self.attempt(self.dice.choice(self.people), lambda ctx: buy_now(ctx, command))

    async def wait(self) -> None:
        self.market.clock.advance(hours=self.dice.choice((1, 1, 12, 30, 100)))
        while await self.market.run_timers(TIMER_HANDLERS):
            pass

    async def provide(self) -> None:
        """Let the provider answer, in any order and perhaps again.

        Or let a buyer pay, on any page and perhaps too little.
        """
        posts = [post for post in self.market.posts if post.id not in self.answered or self.dice.random() < 0.1]
        if posts and self.dice.random() < 0.7:
            await self.answer(self.dice.choice(posts))
            return
        payments = await self.as_market(lambda ctx: list(ctx.session.scalars(select(Payment).order_by(Payment.id))))
        if payments:
            payment: Payment = self.dice.choice(payments)
            amount = Money(payment.amount_minor - self.dice.choice((0, 0, 0, 1)), payment.currency)
            received = partial(
                escrow.payment_received,
                payment_id=payment.id,
                amount=amount,
                intent_ref=f"pi_{payment.id}",
                charge_ref=f"ch_{payment.id}",
                provider_fee=Money(150, payment.currency),
            )
            await self.market.run(PROVIDER, received)
        if self.dice.random() < 0.2:
            await self.attempt(self.trade.seller, self.trade.in_lithuania)
            await self.attempt(self.trade.seller, payees.ask_onboarding)

    async def answer(self, post: OutboxMessage, *, well: bool = False) -> None:
        self.answered.add(post.id)
        disbursement = str(post.body.get("disbursement_id"))
        if well or self.dice.random() < 0.7 or post.kind not in ("transfer", "refund"):
            await self.market.run(PROVIDER, partial(self.trade._answer, post))  # noqa: SLF001 - the provider of all stories
            return
        refused = partial(
            disbursements.refused, disbursement_id=disbursement, why="not now", final=self.dice.random() < 0.5
        )
        await self.market.run(PROVIDER, refused)

    async def attempt(self, actor: Actor, unit: Callable[[Ctx], object]) -> None:
        try:
            await self.market.run(actor, unit)
        except Refusal:
            return

    # --- what must hold -------------------------------------------------------------------------------------------

    async def as_market(self, unit: Callable[[Ctx], Answer]) -> Answer:
        return await self.market.run(MARKET, unit)

    async def check(self) -> None:
        await self.market.books_hold()
        await self.market.run(MARKET, self.stock)

    def stock(self, ctx: Ctx) -> None:
        """Check that the remaining quantity and the quantity in deals add up to the listed quantity."""
        left = listing_for(ctx, self.trade.listing_id).remaining.amount
        taken = Decimal(0)
        for deal in ctx.session.scalars(select(Deal)):
            given_up = deal.state == DealState.CLOSED
            lots = ctx.session.scalars(select(Lot).where(Lot.deal_id == deal.id)).all()
            back = sum((lot.quantity_amount for lot in lots if ended_together(ctx, lot)), Decimal(0))
            taken += Decimal(0) if given_up else deal.terms.quantity.amount - back
        assert left + taken == SOLD

    async def end(self) -> None:
        """Let people leave, the provider answer, and time run out."""
        await self.trade.seller_can_be_paid()
        for _ in range(14):
            for post in [post for post in self.market.posts if post.id not in self.answered]:
                await self.answer(post, well=True)
            self.market.clock.advance(days=40)
            while await self.market.run_timers(TIMER_HANDLERS):
                pass
        await self.check()
        await self.market.run(MARKET, ended)


def in_days(ctx: Ctx, days: int) -> date:
    return ctx.now.date() + timedelta(days=days)


def ended_together(ctx: Ctx, lot: Lot) -> bool:
    """Return whether a lot was given up with its deal before it was sent: such goods are for sale again."""
    given_up = {"drop_agreed", "unfunded"}
    return any(
        step.event in given_up or (step.event in {"deal_ruled", "recalled"} and step.source in UNSENT)
        for step in timeline(ctx.session, lot.id)
    )


def ended(ctx: Ctx) -> None:
    for deal in ctx.session.scalars(select(Deal)):
        assert deal.state in DEAL.final, deal.state
    for lot in ctx.session.scalars(select(Lot)):
        assert lot.state in LOT.final
    for kind in ("escrow", "payable", "refund_due"):
        assert balances_by_account(ctx, kind) == {}
    sent: dict[str, int] = {}
    for disbursement in ctx.session.scalars(select(Disbursement)):
        sent[disbursement.payment_id] = sent.get(disbursement.payment_id, 0) + disbursement.amount_minor
        assert disbursement.kind is DisbursementKind.PAYOUT or disbursement.payee is None
    for payment in ctx.session.scalars(select(Payment)):
        assert sent.get(payment.id, 0) <= payment.amount_minor  # never more than has come
