"""Random walks through sessions: people press anything, cards and banks do anything, answers are late or lost.

After each step the books hold and agree with the provider's own. When everyone has gone, time alone ends the session.
Nothing is then held, neither side was given anything twice, and the cards were charged what was due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.advice.experts.model import Rate
from core.advice.sessions import complaints, meeting, service, settlement
from core.advice.sessions import rules as rule_of
from core.advice.sessions.card_holds import open_page_again
from core.advice.sessions.model import SESSION, Booking
from core.kernel.errors import Refusal
from core.kernel.money import Money
from core.kernel.transaction import MARKET, Actor, Ctx
from core.money.ledger import service as ledger
from core.money.ledger.accounts import LOSS, escrow, payable, refund_due
from core.people.accounts.model import Person
from payments.provider_models import IntentState
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, counsel
from tests.core.advice.sessions.simulated_provider import Mood, Till
from tests.core.trades import market_in_memory

Answer = TypeVar("Answer")

PRICES = {
    "EUR": (Rate(basis="session", minor=90_01, currency="EUR"), Rate(basis="minute", minor=1_33, currency="EUR")),
    "JPY": (Rate(basis="session", minor=9_001, currency="JPY"), Rate(basis="minute", minor=133, currency="JPY")),
}
KINDS = ("hold.page", "card.page", "hold", "capture", "hold.cancel", "transfer", "refund", "reversal")
MOODS: tuple[Mood, ...] = ("does", "does", "refuses", "puts_off", "is_silent", "is_unheard")
DISPUTES_AT_MOST = 3  # per charge
WORDS = "He read the newspaper to me."


class Session(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.they: Till
        self.olga: Actor

    def live(self, step: Coroutine[Any, Any, Answer]) -> Answer:
        return self.loop.run_until_complete(step)

    @initialize(
        currency=st.sampled_from(sorted(PRICES)),
        by_minute=st.booleans(),
        later=st.booleans(),
        so_far=st.sampled_from(("booked", "agreed", "met", "talked", "charged", "complained", "paid")),
    )
    def begins(self, currency: str, by_minute: bool, later: bool, so_far: str) -> None:
        self.live(self._begins(currency, by_minute, later, so_far))

    async def _begins(self, currency: str, by_minute: bool, later: bool, so_far: str) -> None:
        market = await self.stack.enter_async_context(market_in_memory())
        known = await counsel(market, PRICES[currency][by_minute])
        self.they = they = Till(market, known.sarah, known.alex, known.nina, known.expert_id, currency=currency)
        self.olga, _ = await market.newcomer("Olga")
        await they.run(MARKET, self._appoint)
        at = TUESDAY_TEN + timedelta(days=14 if later else 0)
        await they.books(at, 30)
        if so_far == "booked":
            return
        await they.adds_card()
        await they.does(they.alex, service.accept)
        if so_far == "agreed":
            return
        await they.meet(at)
        if so_far == "met":
            return
        await they.later(minutes=9)
        await they.consent()
        if so_far == "talked":
            return
        await they.later(minutes=11)
        await they.does(they.sarah, meeting.end)
        if so_far == "complained":
            await they.does(they.sarah, complaints.complain, WORDS)
        elif so_far == "paid":
            await they.later(days=2, minutes=1)

    def _appoint(self, ctx: Ctx) -> None:
        for operator in (self.they.nina, self.olga):
            ctx.session.get_one(Person, str(operator.person)).operator = True

    # --- people -------------------------------------------------------------------------------------------------------

    @rule(which=st.sampled_from(("abandon", "withdraw", "cancel", "in", "out", "on", "end", "more", "page", "takes")))
    def sarah_presses(self, which: str) -> None:
        verb = {
            "abandon": service.abandon,
            "withdraw": service.withdraw,
            "cancel": service.cancel,
            "in": meeting.come_in,
            "out": meeting.go_out,
            "on": partial(meeting.go_on_paying, shown="Continue", place="telegram:1:2"),
            "end": meeting.end,
            "more": partial(meeting.take_extension, shown="More", place="telegram:1:3"),
            "page": lambda ctx, booking: open_page_again(ctx, service.booking_for(ctx, booking)),
            "takes": service.take_move,
        }[which]
        self.live(self._presses(self.they.sarah, verb))

    @rule(which=st.sampled_from(("accept", "decline", "in", "out", "end", "offer", "cancel")))
    def alex_presses(self, which: str) -> None:
        verb = {
            "accept": service.accept,
            "decline": service.decline,
            "in": meeting.come_in,
            "out": meeting.go_out,
            "end": meeting.end,
            "offer": partial(meeting.offer_extension, minutes=15),
            "cancel": service.cancel,
        }[which]
        self.live(self._presses(self.they.alex, verb))

    @rule(days=st.sampled_from((1, 6, 13)))
    def alex_moves_it(self, days: int) -> None:
        at = TUESDAY_TEN + timedelta(days=days, hours=2)
        self.live(self._presses(self.they.alex, partial(service.propose_move, at=at)))

    @rule(which=st.sampled_from(("complain", "part", "take_back", "give_back", "grant", "answer", "appeal", "counter")))
    def they_quarrel(self, which: str) -> None:
        sarah, alex = self.they.sarah, self.they.alex
        part = Money(7_77, self.they.currency)
        who, verb = {
            "complain": (sarah, partial(complaints.complain, words=WORDS)),
            "part": (sarah, partial(complaints.complain, words=WORDS, asked=part)),
            "appeal": (sarah, partial(complaints.appeal, words=WORDS)),
            "counter": (alex, partial(complaints.appeal, words=WORDS)),
            "grant": (alex, complaints.grant),
            "take_back": (sarah, complaints.take_back),
            "give_back": (alex, settlement.give_back),
            "answer": (alex, partial(complaints.answer_complaint, words="I did no such thing.")),
        }[which]
        self.live(self._presses(who, verb))

    @rule(percent=st.sampled_from((0, 1, 33, 50, 100)))
    def nina_rules(self, percent: int) -> None:
        """Rule as Nina, or after an appeal, which she may not decide again, as Olga."""

        def rules(ctx: Ctx, booking_id: str) -> None:
            booking = ctx.session.get_one(Booking, booking_id)
            back = booking.due - rule_of.share(booking.due, percent)
            complaints.rule(ctx, booking_id, back, "I have read it.")

        for operator in (self.they.nina, self.olga):
            self.live(self._presses(operator, rules))

    async def _presses(self, who: Any, verb: Any) -> None:
        with suppress(Refusal):  # the button is not there, or has gone
            await self.they.does(who, verb)

    # --- time, cards and banks ----------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from((1, 4, 11, 70, 24 * 60, 3 * 24 * 60, 15 * 24 * 60)))
    def time_passes(self, minutes: int) -> None:
        self.live(self.they.later(minutes=minutes))

    @rule()
    def sarah_adds_a_card(self) -> None:
        self.live(self.they.adds_card())

    @rule(kind=st.sampled_from(KINDS), mood=st.sampled_from(MOODS))
    def the_provider_changes(self, kind: str, mood: Mood) -> None:
        self.they.moods[kind] = mood
        self.live(self.they.bank())

    @rule()
    def it_is_heard(self) -> None:
        self.live(self.they.is_heard())

    @rule(ready=st.booleans())
    def alex_has_an_account(self, ready: bool) -> None:
        async def so() -> None:
            await self.they.account((await self.they.booking()).consultant_org, ready=ready)

        self.live(so())

    @precondition(lambda self: any(each.state is IntentState.HELD for each in self.they.charges.values()))
    @rule()
    def a_hold_expires(self) -> None:
        held = next(each for each in self.they.charges.values() if each.state is IntentState.HELD)
        self.live(self.they.lets_go(held.hold))

    @precondition(lambda self: any(each.taken for each in self.they.charges.values()))
    @rule(percent=st.sampled_from((1, 33, 50, 100)), data=st.data())
    def a_bank_calls_back(self, percent: int, data: st.DataObject) -> None:
        """Take a charge back, perhaps a second time, before or after the bank has decided."""
        charge = data.draw(st.sampled_from([each for each in self.they.charges.values() if each.taken]))
        if len(charge.disputes) < DISPUTES_AT_MOST:
            self.live(self.they.calls_back(charge.hold, max(charge.taken * percent // 100, 1)))

    @precondition(lambda self: any(each.called for each in self.they.charges.values()))
    @rule(won=st.booleans(), data=st.data())
    def a_bank_decides(self, won: bool, data: st.DataObject) -> None:
        disputes = [each for charge in self.they.charges.values() for each in charge.disputes if not each.won]
        dispute = data.draw(st.sampled_from(disputes))
        if won or dispute.won is None:
            self.live(self.they.decides(dispute, won=won))

    @precondition(lambda self: bool(self.they.refunded) and not self.they.undelivered)
    @rule()
    def a_refund_comes_back(self) -> None:
        self.live(self.they.comes_back(next(iter(self.they.refunded))))

    # --- always, and in the end ---------------------------------------------------------------------------------------

    @invariant()
    def the_books_hold(self) -> None:
        if hasattr(self, "they"):
            self.live(self.they.market.books_hold())
            self.live(self.they.agrees())

    def teardown(self) -> None:
        try:
            if hasattr(self, "they"):
                self.live(self._ends())
        finally:
            self.live(self.stack.aclose())
            self.loop.close()

    async def _ends(self) -> None:
        """Let everyone go and the provider work as it should; both have named the account for their money."""
        they = self.they
        they.moods.clear()
        await they.is_heard()
        await they.bank()
        booking = await they.booking()
        for organisation in (booking.seeker_org, booking.consultant_org):
            await they.account(organisation, ready=True)
        await they.later(days=400)
        await they.market.books_hold()
        await they.agrees()
        booking = await they.booking()
        assert booking.state in SESSION.final, booking.state
        accounts = (
            escrow(booking.id),
            refund_due(booking.id),
            payable(booking.seeker_org),
            payable(booking.consultant_org),
        )
        for account in accounts:
            left = await they.run(MARKET, ledger.balance, account, they.currency)
            assert not left, f"{account} still has {left}"
        assert all(each.state is not IntentState.HELD for each in they.charges.values()), "a card is still held"
        taken = sum(each.taken for each in they.charges.values())
        assert taken <= booking.due_minor
        back = sum(each.back + each.called for each in they.charges.values())
        lost = (await they.run(MARKET, ledger.balance, LOSS, they.currency)).minor
        assert back <= taken + lost, "the seeker has more back than was taken, and nobody bears it"


TestSession = Session.TestCase
TestSession.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
