"""A payment provider with books of its own: what it really holds, took and sent, even if unheard.

It says yes or no, keeps silent, or does what it was asked and its answer is lost until later. It tells everything
twice. It refuses loudly what no provider would do, such as giving back more than was taken. No caller may ask for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from core.advice.sessions import card_results
from core.kernel.money import Money
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import PROVIDER, Ctx
from core.money.chargebacks import service as chargebacks
from core.money.disbursements import recovery
from core.money.disbursements import service as disbursements
from core.money.ledger.accounts import PROVIDER as OURS
from core.money.ledger.service import balance
from core.money.payees.model import Payee
from core.trade.funding.payees import payee_told
from payments.card_holds import apply_hold
from payments.provider_models import Funding, Held, Intent, IntentState
from tests.core.advice.sessions.session_steps import Counsel

Mood = Literal["does", "refuses", "puts_off", "is_silent", "is_unheard"]
Unit = Callable[[Ctx], None]
HELD_FOR = timedelta(days=7)
FEE_BP = 140
DISPUTE_FEE = 2000


@dataclass
class Dispute:
    """A chargeback of a charge. `won`: by us, and given back; None while the bank has not decided."""

    ref: str
    amount: int
    won: bool | None = None


@dataclass
class Charge:
    """Money on the seeker's card, as the bank has it."""

    hold: str
    amount: int
    until: datetime
    state: IntentState = IntentState.HELD
    taken: int = 0
    back: int = 0
    out: int = 0  # sent to the consultant out of this very charge
    disputes: list[Dispute] = field(default_factory=list)

    @property
    def called(self) -> int:
        """Return the cents that the seeker's bank called back and has not given back."""
        return sum(each.amount for each in self.disputes if not each.won)


@dataclass
class Till(Counsel):
    currency: str = "EUR"
    moods: dict[str, Mood] = field(default_factory=dict)
    undelivered: list[Unit] = field(default_factory=list)
    charges: dict[str, Charge] = field(default_factory=dict)
    pages: dict[str, Literal["open", "closed", "used"]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)  # holds whose card was left for later
    sent: dict[str, int] = field(default_factory=dict)  # transfers, by their names
    refunded: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # by name: effect, hold, amount
    done: dict[str, str] = field(default_factory=dict)  # what it has made of an effect
    stands: int = 0  # our balance

    # --- what it is asked ---------------------------------------------------------------------------------------------

    async def bank(self) -> None:
        """Carry out what can be carried out; requests that are met with silence wait."""
        while todo := [post for post in self.market.posts if post.id not in self.answered and self._hears(post)]:
            for post in todo:
                self.answered.add(post.id)
                if post.channel == "payments":
                    await self._carry(post)

    def _hears(self, post: OutboxMessage) -> bool:
        return self.moods.get(post.kind) != "is_silent"

    async def _carry(self, post: OutboxMessage) -> None:
        mood, answers = self.moods.get(post.kind, "does"), self._answers()
        if post.kind not in answers:
            return
        told = answers[post.kind](post, mood)
        if mood == "is_unheard":
            self.undelivered.append(told)
        else:
            await self.tells(told)

    async def tells(self, told: Unit) -> None:
        for _ in range(2):
            await self.run(PROVIDER, told)

    async def is_heard(self) -> None:
        while self.undelivered:
            await self.tells(self.undelivered.pop(0))
            await self.bank()

    def _answers(self) -> dict[str, Callable[[OutboxMessage, Mood], Unit]]:
        return {
            "hold.page": self._open,
            "card.page": self._open,
            "hold.page.close": self._close,
            "hold": self._hold,
            "capture": self._capture,
            "hold.cancel": self._cancel,
            "transfer": self._transfer,
            "refund": self._refund,
            "reversal": self._reverse,
        }

    # --- cards --------------------------------------------------------------------------------------------------------

    def _open(self, post: OutboxMessage, mood: Mood) -> Unit:
        body, hold = post.body, post.body["hold"]
        if mood in ("refuses", "puts_off"):
            return partial(card_results.page_lapsed, hold_id=hold)
        self.pages[hold] = "open"
        if post.kind == "card.page":
            self.kept.add(hold)
        ends = datetime.fromisoformat(body["expires"])
        there = {"payer": "cus_1", "session": f"cs_{hold}", "url": "https://pay"}
        return lambda ctx: card_results.page_opened(ctx, hold, **there, expires_at=ends)

    def _close(self, post: OutboxMessage, _mood: Mood) -> Unit:
        hold = post.body["hold"]
        if self.pages[hold] == "open":
            self.pages[hold] = "closed"
        return self._page(hold)

    def _page(self, hold: str) -> Unit:
        def told(ctx: Ctx) -> None:
            if hold in self.charges:
                self.stands_so(hold)(ctx)
            elif self.pages[hold] == "used":
                card_results.card_saved(ctx, hold, card="pm_1")
            elif self.pages[hold] == "closed":
                card_results.page_lapsed(ctx, hold)

        return told

    def _hold(self, post: OutboxMessage, mood: Mood) -> Unit:
        hold = post.body["hold"]
        if mood in ("refuses", "puts_off"):
            return partial(card_results.hold_refused, hold_id=hold, why="authentication_required")
        self._sets_aside(hold, post.body["amount"])
        return self.stands_so(hold)

    def _sets_aside(self, hold: str, amount: int) -> None:
        self.charges[hold] = Charge(hold, amount, self.market.clock.moment + HELD_FOR)

    def stands_so(self, hold: str) -> Unit:
        """Return the unit of work that reports this charge as it is when the unit runs."""

        def told(ctx: Ctx) -> None:
            charge = self.charges[hold]
            amount, fee = self._money(charge.taken), self._money(charge.taken).share(FEE_BP)
            paid = charge.state is IntentState.PAID
            intent = Intent(
                ref=f"pi_{hold}",
                state=charge.state,
                hold=hold,
                funding=Funding(amount, fee, f"pi_{hold}", f"ch_{hold}") if paid else None,
                held=Held(self._money(charge.amount), charge.until) if charge.state is IntentState.HELD else None,
                card="pm_1",
            )
            unit = apply_hold(intent)
            assert unit is not None
            unit(ctx)

        return told

    def _capture(self, post: OutboxMessage, mood: Mood) -> Unit:
        hold, amount = post.body["hold"], post.body["amount"]
        charge = self.charges[hold]
        if charge.state is IntentState.HELD and mood in ("refuses", "puts_off"):
            charge.state = IntentState.CANCELLED
        if charge.state is not IntentState.HELD:
            return partial(card_results.capture_refused, hold_id=hold, why="expired")
        assert 0 < amount <= charge.amount, "more is taken than was held"
        charge.state, charge.taken = IntentState.PAID, amount
        self.stands += amount - self._money(amount).share(FEE_BP).minor
        return self.stands_so(hold)

    def _cancel(self, post: OutboxMessage, _mood: Mood) -> Unit:
        charge = self.charges[post.body["hold"]]
        if charge.state is IntentState.HELD:
            charge.state = IntentState.CANCELLED
        return self.stands_so(charge.hold)

    async def adds_card(self) -> None:
        """Fill in whatever page is open, as the seeker."""
        for hold in await self.holds():
            if self.pages.get(hold.id) == "open" and (hold.expires_at or self.market.clock.moment) > (
                self.market.clock.moment
            ):
                self.pages[hold.id] = "used"
                if hold.id not in self.kept:
                    self._sets_aside(hold.id, hold.amount_minor)
                await self.tells(self._page(hold.id))
        await self.bank()

    async def lets_go(self, hold: str) -> None:
        """Release the hold at the bank."""
        self.charges[hold].state = IntentState.CANCELLED
        await self.tells(self.stands_so(hold))
        await self.bank()

    # --- what leaves --------------------------------------------------------------------------------------------------

    def _transfer(self, post: OutboxMessage, mood: Mood) -> Unit:
        body, disbursement = post.body, post.body["disbursement_id"]
        if mood in ("refuses", "puts_off"):
            return partial(
                disbursements.refused,
                disbursement_id=disbursement,
                why="transfers_not_allowed",
                final=mood == "refuses",
            )
        if disbursement not in self.done:
            if body["charge"] is not None:
                charge = self.charges[body["charge"].removeprefix("ch_")]
                charge.out += body["amount"]
                assert charge.out <= charge.taken, "more is sent out of a charge than it has"
            self.done[disbursement] = f"tr_{disbursement}"
            self.sent[self.done[disbursement]] = body["amount"]
            self.stands -= body["amount"]
        return partial(disbursements.done, disbursement_id=disbursement, ref=self.done[disbursement])

    def _refund(self, post: OutboxMessage, mood: Mood) -> Unit:
        body, disbursement = post.body, post.body["disbursement_id"]
        charge = self.charges[body["payment_intent"].removeprefix("pi_")]
        if charge.called or mood in ("refuses", "puts_off"):
            why = "charge_disputed" if charge.called else "expired_or_canceled_card"
            final = bool(charge.called) or mood == "refuses"
            return partial(disbursements.refused, disbursement_id=disbursement, why=why, final=final)
        charge.back += body["amount"]
        assert charge.back <= charge.taken, "more is given back than was taken"
        ref = f"re_{disbursement}_{body['attempt']}"
        self.refunded[ref] = (disbursement, charge.hold, body["amount"])
        self.stands -= body["amount"]
        return partial(disbursements.done, disbursement_id=disbursement, ref=ref)

    def _reverse(self, post: OutboxMessage, mood: Mood) -> Unit:
        body, disbursement = post.body, post.body["disbursement_id"]
        if mood in ("refuses", "puts_off"):
            why = "insufficient_funds"
            return partial(disbursements.refused, disbursement_id=disbursement, why=why, final=mood == "refuses")
        if disbursement not in self.done:
            self.done[disbursement] = f"trr_{disbursement}"
            self.sent[body["transfer"]] -= body["amount"]
            assert self.sent[body["transfer"]] >= 0, "more is taken back than was sent"
            self.stands += body["amount"]
        return partial(disbursements.done, disbursement_id=disbursement, ref=self.done[disbursement])

    async def comes_back(self, ref: str) -> None:
        """Report that a refund did not arrive after all."""
        disbursement, hold, amount = self.refunded.pop(ref)
        self.charges[hold].back -= amount
        self.stands += amount
        why = "lost_or_stolen_card"
        await self.tells(partial(disbursements.refused, disbursement_id=disbursement, why=why, final=True, ref=ref))
        await self.bank()

    async def account(self, organisation: str, *, ready: bool) -> None:
        async def known() -> bool:
            return await self.run(PROVIDER, lambda ctx: ctx.session.get(Payee, organisation) is not None)

        if not await known():
            payee = Payee(organisation_id=organisation, account_ref=f"acct_{organisation}", asked_by="", missing=[])
            payee.asked_at, payee.ready, payee.was_ready, payee.closed = self.market.clock.moment, False, False, False
            await self.run(PROVIDER, lambda ctx: ctx.session.add(payee))
        await self.run(PROVIDER, lambda ctx: payee_told(ctx, organisation, ready=ready, missing=()))
        await self.bank()

    # --- what the seeker's bank does ----------------------------------------------------------------------------------

    async def calls_back(self, hold: str, amount: int) -> None:
        charge = self.charges[hold]
        dispute = Dispute(f"du_{hold}_{len(charge.disputes)}", amount)
        charge.disputes.append(dispute)
        self.stands -= amount + DISPUTE_FEE
        opened = partial(
            recovery.chargeback_opened,
            ref=dispute.ref,
            intent_ref=f"pi_{hold}",
            amount=self._money(amount),
            fee=self._money(DISPUTE_FEE),
            reason="fraudulent",
            evidence_due=None,
        )
        await self.tells(lambda ctx: (self.stands_so(hold)(ctx), opened(ctx))[0])
        await self.bank()

    async def decides(self, dispute: Dispute, *, won: bool) -> None:
        dispute.won = won
        if won:
            self.stands += dispute.amount + DISPUTE_FEE
        returned = self._money(DISPUTE_FEE) if won else None
        await self.tells(partial(chargebacks.closed, ref=dispute.ref, won=won, fee_returned=returned))
        await self.bank()

    # --- what is seen -------------------------------------------------------------------------------------------------

    async def agrees(self) -> None:
        """Check that our books say of the provider's balance what the provider has, once all is heard."""
        if not self.undelivered:
            ours = await self.run(PROVIDER, lambda ctx: balance(ctx, OURS, self.currency))
            assert ours.minor == self.stands, f"our books say {ours}, the provider has {self.stands}"

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency)
