"""Promotions at random: paid late, twice or not, ended, refunded, charged back, refused, never answered.

After each step the books hold and agree with those of the provider. In the end time alone has ended every promotion. No
buyer has more back than they paid, unless we book that as our loss.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from bots.telegram.platform import TELEGRAM
from core.advice.experts import service as experts
from core.advice.promotion import reactions, service
from core.advice.promotion.model import PROMOTION, Promotion
from core.kernel.errors import Refusal
from core.kernel.money import Money
from core.kernel.outbox import OutboxMessage
from core.kernel.timers import due_timers
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx
from core.money.chargebacks import service as chargebacks
from core.money.disbursements import reactions as disbursement_reactions
from core.money.disbursements import recovery
from core.money.disbursements import service as disbursements
from core.money.ledger import service as ledger
from core.money.ledger.accounts import LOSS, PROVIDER_FEES, SALES, STARS_HELD, payable, refund_due, stars_due
from core.money.ledger.accounts import PROVIDER as OURS
from core.money.payees.model import Payee
from core.people.accounts.model import Person
from core.shop.purchases import payments
from core.shop.purchases import reactions as purchase_chargebacks
from core.shop.purchases import service as purchases
from core.shop.purchases.model import PURCHASE, BuyThing, Purchase, Thing
from core.shop.purchases.reactions import timer_handlers as purchase_timer_handlers
from core.trade.funding import reactions as escrow_reactions
from core.trade.funding.payees import payee_told
from tests.core import invoicing_steps
from tests.core.advice.promotion.test_promotion import Window
from tests.core.trades import market_in_memory

Answer = TypeVar("Answer")
Mood = Literal["does", "refuses", "puts_off", "is_silent", "is_unheard"]
KINDS = ("refund", "transfer", "purchase.page", "purchase.page.close")
MOODS: tuple[Mood, ...] = ("does", "does", "refuses", "puts_off", "is_silent", "is_unheard")
TIMER_HANDLERS = {
    **reactions.timer_handlers,
    **purchase_timer_handlers,
    **disbursement_reactions.timer_handlers,
    **escrow_reactions.timer_handlers,
}
STARS = "XTR"
FEE = 40
DISPUTE_FEE = 2000


@dataclass
class Charge:
    """Effects of one payment, in the books of the provider."""

    purchase: str
    name: str
    taken: int
    back: int = 0
    called: int = 0
    decided: bool = True
    disputes: int = 0


class Promoted(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.charges: list[Charge] = []
        self.moods: dict[str, Mood] = {}
        self.undelivered: list[Callable[[Ctx], None]] = []
        self.answered: set[str] = set()
        self.open: dict[str, int] = {}  # open pages and invoices, by purchase
        self.refunded: dict[str, tuple[str, Charge, int]] = {}
        self.sent: set[str] = set()
        self.stands = 0

    def live(self, step: Coroutine[Any, Any, Answer]) -> Answer:
        return self.loop.run_until_complete(step)

    async def run(self, actor: Actor, unit: Callable[[Ctx], Answer]) -> Answer:
        return await self.market.run(actor, unit)

    @initialize(currency=st.sampled_from(("EUR", "JPY", STARS)), package=st.sampled_from(("featured7", "featured30")))
    def begins(self, currency: str, package: str) -> None:
        self.currency, self.package = currency, package
        self.live(self._begins())

    async def _begins(self) -> None:
        self.market = market = await self.stack.enter_async_context(market_in_memory())
        reactions.listen(market.reactions)
        disbursement_reactions.listen(market.reactions)
        purchase_chargebacks.listen(market.reactions)
        escrow_reactions.listen(market.reactions)
        invoicing_steps.hire(market)
        self.window = Window(market)
        self.alex, _ = await self.window.expert("Alex")
        self.nina, _ = await market.newcomer("Nina")
        await self.run(MARKET, lambda ctx: setattr(ctx.session.get_one(Person, self.nina.person), "operator", True))
        await self._chooses()

    async def _chooses(self) -> None:
        with suppress(Refusal):
            promotion = await self.window.chooses(self.alex, self.package)
            command = BuyThing(
                thing=Thing.PROMOTION,
                subject=promotion.id,
                title="Featured",
                description="A place",
                price_minor=701,
                currency=self.currency,
                platform=TELEGRAM.code,
                lasts_days=promotion.days,
            )
            await self.run(self.alex, lambda ctx: purchases.buy(ctx, command))
        await self.carry()

    # --- the provider -------------------------------------------------------------------------------------------------

    async def carry(self) -> None:
        while todo := [post for post in self.market.posts if post.id not in self.answered and self._hears(post)]:
            for post in todo:
                self.answered.add(post.id)
                mood = self.moods.get(post.kind, "does")
                told = self._done(post, mood)
                if told is not None and mood == "is_unheard":
                    self.undelivered.append(told)
                elif told is not None:
                    await self.tells(told)

    def _hears(self, post: OutboxMessage) -> bool:
        return self.moods.get(post.kind) != "is_silent"

    async def tells(self, told: Callable[[Ctx], object]) -> None:
        for _ in range(2):
            await self.run(PROVIDER, told)

    def _done(self, post: OutboxMessage, mood: Mood) -> Callable[[Ctx], None] | None:
        body, no = post.body, mood in ("refuses", "puts_off")
        match post.channel, post.kind:
            case "payments", "purchase.page":
                self.open[body["purchase"]] = body["amount"]
                ref = f"cs_{body['purchase']}"
                return partial(payments.page_opened, purchase_id=body["purchase"], page_ref=ref, url="https://pay")
            case "stars", "invoice":
                self.open[body["purchase"]] = body["amount"]
            case "payments", "purchase.page.close":
                self.open.pop(body["purchase"], None)
                return partial(payments.page_lapsed, purchase_id=body["purchase"])
            case _, "refund":
                return self._refund(body, no, final=mood == "refuses")
            case "payments", "transfer":
                disbursement = body["disbursement_id"]
                if no:
                    final = mood == "refuses"
                    return lambda ctx: disbursements.refused(ctx, disbursement, "transfers_not_allowed", final=final)
                if disbursement not in self.sent:
                    self.sent.add(disbursement)
                    self.stands -= body["amount"]
                return lambda ctx: disbursements.done(ctx, disbursement, f"tr_{disbursement}")
        return None

    def _refund(self, body: dict[str, Any], no: bool, *, final: bool) -> Callable[[Ctx], None]:
        disbursement, name = body["disbursement_id"], body["charge"]
        charge = next(each for each in self.charges if each.name == name)
        if charge.called or no:
            why, for_good = ("charge_disputed", True) if charge.called else ("expired_or_canceled_card", final)
            return lambda ctx: disbursements.refused(ctx, disbursement, why, final=for_good)
        charge.back += body["amount"]
        assert charge.back <= charge.taken, "more is given back than was paid"
        self.stands -= body["amount"]
        ref = f"re_{disbursement}_{body['attempt']}"
        self.refunded[ref] = (disbursement, charge, body["amount"])
        return lambda ctx: disbursements.done(ctx, disbursement, ref)

    @precondition(lambda self: bool(self.open))
    @rule(last=st.booleans(), twice=st.booleans())
    def alex_pays(self, last: bool, twice: bool) -> None:
        """Pay on one of the pages, also on an earlier one. An invoice in a chat can be pressed twice."""
        purchase = list(self.open)[-1 if last else 0]
        for _ in range(2 if twice and self.currency == STARS else 1):
            self.live(self._pays(purchase, self.open[purchase]))
        self.open.pop(purchase)

    async def _pays(self, purchase: str, amount: int) -> None:
        name, paid = f"ch_{len(self.charges)}", Money(amount, self.currency)
        self.charges.append(Charge(purchase, name, amount))
        if self.currency == STARS:
            self.stands += amount
            await self.tells(lambda ctx: payments.stars_paid(ctx, purchase, "4711", name, amount))
        else:
            self.stands += amount - FEE
            refs = {"intent_ref": f"pi_{name}", "charge_ref": name}
            fee = Money(FEE, self.currency)
            await self.tells(lambda ctx: payments.card_paid(ctx, purchase, amount=paid, fee=fee, **refs))
        await self.carry()

    @rule(kind=st.sampled_from(KINDS), mood=st.sampled_from(MOODS))
    def the_provider_changes(self, kind: str, mood: Mood) -> None:
        self.moods[kind] = mood
        self.live(self.carry())

    @rule()
    def it_is_heard(self) -> None:
        self.live(self._heard())

    async def _heard(self) -> None:
        while self.undelivered:
            await self.tells(self.undelivered.pop(0))
            await self.carry()

    @precondition(lambda self: bool(self.refunded) and self.currency != STARS and not self.undelivered)
    @rule()
    def a_refund_comes_back(self) -> None:
        ref, (disbursement, charge, amount) = self.refunded.popitem()
        charge.back -= amount
        self.stands += amount
        self.live(
            self.tells(lambda ctx: disbursements.refused(ctx, disbursement, "lost_or_stolen_card", ref=ref, final=True))
        )
        self.live(self.carry())

    @precondition(lambda self: self.currency != STARS and any(not each.called for each in self.charges))
    @rule(percent=st.sampled_from((1, 33, 100)))
    def a_bank_calls_back(self, percent: int) -> None:
        charge = next(each for each in self.charges if not each.called)
        amount = max(charge.taken * percent // 100, 1)
        charge.called, charge.decided, charge.disputes = amount, False, charge.disputes + 1
        self.stands -= amount + DISPUTE_FEE
        opened = partial(
            recovery.chargeback_opened,
            ref=self._dispute(charge),
            intent_ref=f"pi_{charge.name}",
            amount=Money(amount, self.currency),
            fee=Money(DISPUTE_FEE, self.currency),
            reason="fraudulent",
            evidence_due=None,
        )
        self.live(self.tells(opened))
        self.live(self.carry())

    @precondition(lambda self: any(each.called for each in self.charges))
    @rule(won=st.booleans())
    def a_bank_decides(self, won: bool) -> None:
        charge = next(each for each in self.charges if each.called)
        if not won and charge.decided:
            return
        charge.decided = True
        if won:
            self.stands += charge.called + DISPUTE_FEE
            charge.called = 0
        fee = Money(DISPUTE_FEE, self.currency) if won else None
        self.live(self.tells(partial(chargebacks.closed, ref=self._dispute(charge), won=won, fee_returned=fee)))
        self.live(self.carry())

    @staticmethod
    def _dispute(charge: Charge) -> str:
        return f"du_{charge.name}" if charge.disputes == 1 else f"du_{charge.name}#{charge.disputes}"

    # --- people, and time ---------------------------------------------------------------------------------------------

    @rule()
    def alex_chooses_another(self) -> None:
        self.live(self._chooses())

    @rule(which=st.sampled_from(("stop", "ask_back", "leave", "pause", "come_back")))
    def alex_presses(self, which: str) -> None:
        verbs: dict[str, Callable[[Ctx], object]] = {
            "stop": lambda ctx: service.stop(ctx, self._latest(ctx, Promotion)),
            "ask_back": lambda ctx: purchases.ask_back(ctx, self._latest(ctx, Purchase), "It brought nothing."),
            "leave": lambda ctx: purchases.leave(ctx, self._latest(ctx, Purchase)),
            "pause": experts.pause,
            "come_back": experts.come_back,
        }
        self.live(self._presses(self.alex, verbs[which]))

    @rule(whole=st.booleans())
    def nina_answers(self, whole: bool) -> None:
        def answer(ctx: Ctx) -> object:
            bought = self._latest(ctx, Purchase)
            return purchases.give_back_whole(ctx, bought) if whole else purchases.refuse_back(ctx, bought, "It ran.")

        self.live(self._presses(self.nina, answer))

    @staticmethod
    def _latest(ctx: Ctx, kind: type[Promotion] | type[Purchase]) -> str:
        return str(ctx.session.scalars(select(kind.id).order_by(kind.id.desc())).first())

    async def _presses(self, who: Actor, verb: Callable[[Ctx], object]) -> None:
        with suppress(Refusal):  # the button is not there, or has gone
            await self.run(who, verb)
        await self.carry()

    @rule(hours=st.sampled_from((1, 3, 30, 4 * 24, 8 * 24, 31 * 24)))
    def time_passes(self, hours: int) -> None:
        self.live(self._later(hours))

    async def _later(self, hours: int) -> None:
        self.market.clock.advance(hours=hours)
        while await self.run(MARKET, lambda ctx: due_timers(ctx.session, ctx.now)):
            await self.market.run_timers(dict(TIMER_HANDLERS))
            await self.carry()

    @rule(ready=st.booleans())
    def alex_has_an_account(self, ready: bool) -> None:
        self.live(self._account(ready=ready))

    async def _account(self, *, ready: bool) -> None:
        def told(ctx: Ctx) -> None:
            own = ctx.session.get_one(Person, self.alex.person).organisation_id
            if ctx.session.get(Payee, own) is None:
                payee = Payee(organisation_id=own, account_ref="acct_alex", asked_by="", asked_at=ctx.now, missing=[])
                payee.ready = payee.was_ready = payee.closed = False
                ctx.session.add(payee)
                ctx.session.flush()
            payee_told(ctx, own, ready=ready, missing=())

        await self.run(PROVIDER, told)
        await self.carry()

    # --- always, and in the end ---------------------------------------------------------------------------------------

    @invariant()
    def the_books_hold(self) -> None:
        if hasattr(self, "alex"):
            self.live(self.market.books_hold())
            self.live(self._agrees())

    async def _agrees(self) -> None:
        if not self.undelivered:
            place = STARS_HELD if self.currency == STARS else OURS
            ours = await self._of(place)
            assert ours == self.stands, f"our books say {ours}, who has it says {self.stands}"

    async def _of(self, account: str) -> int:
        return (await self.run(MARKET, lambda ctx: ledger.balance(ctx, account, self.currency))).minor

    def teardown(self) -> None:
        try:
            if hasattr(self, "alex"):
                self.live(self._ends())
        finally:
            self.live(self.stack.aclose())
            self.loop.close()

    async def _ends(self) -> None:
        self.moods.clear()
        await self._heard()
        await self.carry()
        await self._account(ready=True)
        for _ in range(14):
            await self._later(31 * 24)
        await self.market.books_hold()
        await self._agrees()
        bought = await self.run(MARKET, lambda ctx: list(ctx.session.scalars(select(Purchase))))
        assert {each.state for each in bought} <= PURCHASE.final
        states = await self.run(MARKET, lambda ctx: set(ctx.session.scalars(select(Promotion.state))))
        assert states <= PROMOTION.final
        own = await self.run(MARKET, lambda ctx: ctx.session.get_one(Person, self.alex.person).organisation_id)
        for account in (payable(own), *(of(each.id) for of in (refund_due, stars_due) for each in bought)):
            assert await self._of(account) == 0, account
        if self.currency != STARS:  # sales are what was paid and not given back
            out = await self._of(SALES) - await self._of(LOSS) - await self._of(PROVIDER_FEES)
            assert out == self.stands


TestPromoted = Promoted.TestCase
TestPromoted.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
