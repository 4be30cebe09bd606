"""A consultant, a seeker, and a bank that does what it is asked: the steps of stories about sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import func, select

from core.advice.experts import reactions as expert_reactions
from core.advice.experts.model import OfferExpertise, Rate
from core.advice.experts.service import offer_expertise
from core.advice.recaps import reactions as recap_reactions
from core.advice.reviews import reactions as review_reactions
from core.advice.sessions import card_results, meeting, reactions, service
from core.advice.sessions.card_holds import holds_of
from core.advice.sessions.model import Booking, BookSession, CallNow, CardHold, HoldState, SessionState
from core.kernel.money import Money
from core.kernel.outbox import OutboxMessage
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import TimerRow
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx
from core.money.disbursements import reactions as disbursement_reactions
from core.money.disbursements import service as disbursements
from core.money.ledger import service as ledger
from core.money.ledger.accounts import COMMISSION, escrow, payable
from core.money.ledger.accounts import PROVIDER as OURS
from core.money.payees.model import Payee
from core.shop.purchases import reactions as purchase_reactions
from core.trade.funding import reactions as escrow_reactions
from core.trade.funding.evidence import reactions as evidence_reactions
from tests.core import invoicing_steps
from tests.core.conftest import Market
from tests.core.goods import catalogue

COMMISSION_BP = 1500
TUESDAY_TEN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # ten o'clock in Vilnius; it is Monday, eleven
TIMER_HANDLERS: dict[str, TimerHandler] = {
    **disbursement_reactions.timer_handlers,
    **escrow_reactions.timer_handlers,
    **evidence_reactions.timer_handlers,
    **expert_reactions.timer_handlers,
    **purchase_reactions.timer_handlers,
    **reactions.timer_handlers,
    **review_reactions.timer_handlers,
    **recap_reactions.timer_handlers,
}
FIXED = Rate(basis="session", minor=9000, currency="EUR")
BY_MINUTE = Rate(basis="minute", minor=200, currency="EUR")
Answer = TypeVar("Answer")


@dataclass
class Counsel:
    """The people of a session: Sarah seeks, Alex advises, Nina has no part in it.

    `holds_for`: how long the bank holds money.
    """

    market: Market
    sarah: Actor
    alex: Actor
    nina: Actor
    expert_id: str
    booking_id: str = ""
    answered: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)  # kinds of posts to which the bank says no
    silent: set[str] = field(default_factory=set)  # kinds of posts that get no answer
    holds_for: timedelta = timedelta(days=7)

    # --- people -------------------------------------------------------------------------------------------------------

    async def run(self, actor: Actor, verb: Callable[..., Answer], *args: object, **named: object) -> Answer:
        return await self.market.run(actor, lambda ctx: verb(ctx, *args, **named))

    async def does(self, actor: Actor, verb: Callable[..., object], *args: object, **named: object) -> None:
        """Run a verb on the current session, and the bank's answers to it."""
        await self.run(actor, verb, self.booking_id, *args, **named)
        await self.bank()

    async def books(self, at: datetime, length: int = 30) -> None:
        command = BookSession(expert_id=self.expert_id, starts_at=at, length=length, problem="Why does my ash melt?")
        booking = await self.run(self.sarah, service.book_session, command, COMMISSION_BP)
        self.booking_id = booking.id
        await self.bank()

    async def calls(self, length: int = 30) -> None:
        command = CallNow(expert_id=self.expert_id, length=length, problem="Why does my ash melt?")
        self.booking_id = (await self.run(self.sarah, service.call_now, command, COMMISSION_BP)).id
        await self.bank()

    async def meet(self, at: datetime) -> None:
        """Let both come in at the agreed time."""
        await self.until(at)
        await self.does(self.alex, meeting.come_in)
        await self.does(self.sarah, meeting.come_in)

    async def consent(self) -> None:
        await self.does(self.sarah, meeting.go_on_paying, shown="Continue, pay €90.00", place="telegram:1:2")

    # --- time ---------------------------------------------------------------------------------------------------------

    async def later(self, **by: float) -> None:
        await self.until(self.market.clock.moment + timedelta(**by))

    async def until(self, moment: datetime) -> None:
        """Let time pass minute by minute where something is due; the bank answers what follows from it."""
        clock = self.market.clock
        while clock.moment < moment:
            due = await self.run(MARKET, lambda ctx: ctx.session.scalar(select(func.min(TimerRow.due_at))))
            clock.moment = min(moment, max(due, clock.moment)) if due is not None else moment
            while await self.market.run_timers(TIMER_HANDLERS):
                await self.bank()

    # --- the bank -----------------------------------------------------------------------------------------------------

    async def bank(self) -> None:
        while waiting := [post for post in self.market.posts if post.id not in self.answered]:
            for post in waiting:
                self.answered.add(post.id)
                if post.channel == "payments" and post.kind not in self.silent:
                    await self.market.run(PROVIDER, partial(self._answer, post=post))

    def _answer(self, ctx: Ctx, post: OutboxMessage) -> None:
        body, no = post.body, post.kind in self.refuses
        hold = body.get("hold", "")
        match post.kind:
            case "hold.page" | "card.page":
                expires = datetime.fromisoformat(body["expires"])
                card_results.page_opened(
                    ctx, hold, payer="cus_1", session=f"cs_{hold}", url="https://pay", expires_at=expires
                )
            case "hold" if no:
                card_results.hold_refused(ctx, hold, "authentication_required")
            case "hold":
                until = ctx.now + self.holds_for
                card_results.held(ctx, hold, intent=f"pi_{hold}", until=until, card=None)
            case "capture" if no:
                card_results.capture_refused(ctx, hold, "expired")
            case "capture":
                amount = Money(body["amount"], body["currency"])
                card_results.captured(ctx, hold, amount=amount, fee=amount.share(140), charge=f"ch_{hold}")
            case "hold.cancel":
                card_results.released(ctx, hold)
            case "hold.page.close":
                card_results.page_lapsed(ctx, hold)
            case "transfer" | "refund" if no:
                disbursements.refused(ctx, body["disbursement_id"], "insufficient_funds")
            case "transfer" | "refund":
                disbursements.done(ctx, body["disbursement_id"], f"tr_{body['disbursement_id']}")

    async def adds_card(self) -> None:
        """Fill in the card page as Sarah."""
        for hold in await self.holds():
            if hold.state == HoldState.OPEN:
                ends = self.market.clock.moment + self.holds_for
                if hold.later:
                    await self.run(PROVIDER, card_results.card_saved, hold.id, card="pm_1")
                else:
                    intent = f"pi_{hold.id}"
                    await self.run(PROVIDER, card_results.held, hold.id, intent=intent, until=ends, card="pm_1")
        await self.bank()

    # --- what is seen -------------------------------------------------------------------------------------------------

    async def booking(self) -> Booking:
        return await self.run(MARKET, lambda ctx: ctx.session.get_one(Booking, self.booking_id))

    async def state(self) -> SessionState:
        return (await self.booking()).state

    async def holds(self) -> list[CardHold]:
        return await self.run(MARKET, lambda ctx: list(holds_of(ctx, self.booking_id)))

    async def holds_states(self) -> list[str]:
        return [str(hold.state) for hold in await self.holds()]

    async def money(self) -> dict[str, int]:
        """Return the balances in the books, in cents."""
        booking = await self.booking()

        def read(ctx: Ctx) -> dict[str, int]:
            accounts = {
                "held": escrow(booking.id),
                "consultant": payable(booking.consultant_org),
                "commission": COMMISSION,
                "ours": OURS,
            }
            return {name: ledger.balance(ctx, account, "EUR").minor for name, account in accounts.items()}

        return await self.run(MARKET, read)


async def counsel(market: Market, rate: Rate = FIXED, **changes: Any) -> Counsel:
    """List Alex, open on workdays from nine to five in Vilnius and able to receive money."""
    sarah, _ = await market.newcomer("Sarah")
    alex, person = await market.newcomer("Alex")
    nina, _ = await market.newcomer("Nina")
    disbursement_reactions.listen(market.reactions)
    reactions.listen(market.reactions)
    review_reactions.listen(market.reactions)
    recap_reactions.listen(market.reactions)
    invoicing_steps.hire(market)
    command = OfferExpertise(
        headline="Boilers that burn what they should",
        bio="Twenty years of combustion, ash and emissions in district heating.",
        fields=("bioenergy_engineering",),
        languages=("en", "lt"),
        rate=rate,
        lengths=(15, 30, 60),
        hours="weekdays 9-17 Vilnius",
        **changes,
    )
    expert = await market.run(alex, lambda ctx: offer_expertise(ctx, catalogue(), command))

    def can_receive(ctx: Ctx) -> None:
        ctx.session.add(
            Payee(
                organisation_id=person.organisation_id,
                account_ref="acct_alex",
                asked_by=person.id,
                asked_at=ctx.now,
                ready=True,
            )
        )

    await market.run(MARKET, can_receive)
    return Counsel(market, sarah, alex, nina, expert.id)


def kept(percent: int, of: int = 90_00) -> Money:
    """Return what goes back of a charge when the consultant keeps this percentage."""
    return Money(of - of * percent // 100, "EUR")


async def agreed(they: Counsel, at: datetime = TUESDAY_TEN, length: int = 30) -> None:
    """Book a session with the card held and the consultant's yes."""
    await they.books(at, length)
    await they.adds_card()
    await they.does(they.alex, service.accept)
    assert await they.state() == SessionState.CONFIRMED
