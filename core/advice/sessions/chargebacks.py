"""A seeker's bank takes a session's charge back: what is held bears it, then the consultant, as a seller of goods does.

What a session has come to stays. Nothing of its money moves before the bank has decided, whoever rules meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.advice.sessions import settlement
from core.advice.sessions.events import SessionPaidOut
from core.advice.sessions.model import Booking, CardHold, SessionPayout, Settlement
from core.advice.sessions.process import SESSION
from core.advice.sessions.service import booking_for
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.reactions import Reactions
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.model import credit, debit, escrow, payable, refund_due
from core.trade.funding import chargebacks
from core.trade.funding.called_back import called_back_for_good, frozen
from core.trade.funding.chargebacks import Called, Source
from core.trade.funding.effects import FROZEN
from core.trade.funding.events import AccountAwaited, ChargebackClosed, ChargebackThawed
from core.trade.funding.model import MOST_REFUSALS, Chargeback, EffectKind, EffectState, SubjectKind
from core.trade.funding.recalled import steps
from core.trade.funding.recalled.elsewhere import SET_OFF
from core.trade.funding.recalled.steps import Way, only_of


def listen(reactions: Reactions) -> None:
    ours = SubjectKind.SESSION
    steps.follow(reactions, WAY)
    reactions.on(ChargebackClosed, only_of(ours, _closed))
    reactions.on(ChargebackClosed, _look_elsewhere)
    reactions.on(ChargebackThawed, only_of(ours, lambda ctx, fact: _thawed(ctx, fact.subject)))
    reactions.on(SessionPaidOut, lambda ctx, fact: steps.arrived(ctx, WAY, fact.booking_id))


# --- what the provider tells ------------------------------------------------------------------------------------------


def owns(ctx: Ctx, intent_ref: str) -> bool:
    """Whether it is money on a card for a session."""
    return _hold(ctx, intent_ref) is not None


def chargeback_opened(
    ctx: Ctx, *, ref: str, intent_ref: str, taken: Money, fee: Money, reason: str, evidence_due: datetime | None
) -> Chargeback:
    """The seeker's bank disputes a charge (see `chargebacks.opened`). Raises NotFound for one that is not ours."""
    hold = _hold(ctx, intent_ref)
    if hold is None:
        raise NotFound
    booking = _locked(ctx, hold.booking_id)
    if chargebacks.chargeback_named(ctx, ref) is None:
        _back_to_refunds(ctx, booking, hold)
    parted = ctx.session.get(Settlement, booking.id)
    net, fees = (0, 0) if parted is None else (parted.net_minor, parted.fee_minor)
    source = Source(
        subject_kind=SubjectKind.SESSION,
        subject=booking.id,
        payment_id=hold.id,
        seller=booking.consultant_org,
        held=ledger.balance(ctx, escrow(booking.id), booking.currency),
        released=Money(net + fees, booking.currency),
        fees=Money(fees, booking.currency),
        waiting=steps.waiting(ctx, WAY, booking.id, hold.id, booking.currency),
        not_back=steps.not_back(ctx, WAY, booking.id, hold.id, hold.captured, seller=booking.consultant_org),
    )
    return chargebacks.opened(ctx, source, Called(ref, taken, fee, reason, evidence_due))


def chargebacks_of(ctx: Ctx, booking_id: str) -> list[Chargeback]:
    """What a bank has called back of a session, the first first. Raises NotFound to strangers."""
    return chargebacks.of_subject(ctx, booking_for(ctx, booking_id).id)


def reversal_done(ctx: Ctx, payout_id: str, ref: str) -> None:
    """The provider has taken a payout, or a part of it, back from the consultant's account."""
    payout, _ = settlement.payout_locked(ctx, payout_id)
    steps.came_back(ctx, WAY, payout, ref)


def reversal_refused(ctx: Ctx, payout_id: str, why: str, *, final: bool, perhaps: bool = False) -> None:
    """The consultant's account does not have it; or `perhaps` it was taken. It is asked for again while it is owed."""
    payout, _ = settlement.payout_locked(ctx, payout_id)
    if perhaps or steps.lessen_to_owed(ctx, WAY, payout):
        settlement.payout_refused(ctx, payout_id, why, final=final)


def try_again(ctx: Ctx, payout_id: str) -> None:
    """The day has come to ask once more for something that was put off."""
    payout, _ = settlement.payout_locked(ctx, payout_id)
    if steps.lessen_to_owed(ctx, WAY, payout):
        settlement.send_again(ctx, payout_id)


def transfer_refused(ctx: Ctx, payout_id: str, why: str, *, final: bool, perhaps: bool = False) -> None:
    """The provider did not send a payout; or `perhaps` it did after all. What its consultant owes is kept of it.

    One that was under way to the seeker when the bank called waits for it.
    """
    payout, booking = settlement.payout_locked(ctx, payout_id)
    if not perhaps and steps.kept_back(ctx, WAY, booking.id, payout):
        settlement.finish(ctx, booking)
        return
    settlement.payout_refused(ctx, payout_id, why, final=final)
    if not perhaps and payout.state is EffectState.REFUSED:
        payout.asked_at = None  # nothing of it has left
    to_seeker = payout.kind is EffectKind.TRANSFER and payout.payee == booking.seeker_org
    if to_seeker and payout.state in steps.UNSENT and frozen(ctx, booking.id):
        _back_to_refund(ctx, booking, payout)


def refund_refused(ctx: Ctx, payout_id: str, why: str, *, final: bool, ref: str | None = None) -> None:
    """The provider did not send a refund, or it has come back (`ref`).

    Of a charge of which a bank has kept a part it sends none: what is left is paid out to the seeker, as to a
    consultant, when they have said where to. So is what it has refused too often; but not while a bank asks, which may
    give it to the seeker first.
    """
    payout, booking = settlement.payout_locked(ctx, payout_id)
    final = steps.sent_back(ctx, WAY, booking.id, payout, ref) or final
    if final and steps.not_sent(ctx, WAY, booking.id, payout, ref):
        settlement.finish(ctx, booking)
        return
    asked = payout.kind is EffectKind.REFUND and payout.state is EffectState.ASKED
    asks = frozen(ctx, booking.id)
    if asks or not (asked and final and ref is None and called_back_for_good(ctx, payout.hold_id)):
        settlement.payout_refused(ctx, payout_id, why, ref, final=final)
        refused = payout.kind is EffectKind.REFUND and payout.state is EffectState.REFUSED
        if asks or not refused or payout.refusals < MOST_REFUSALS:
            return
    legs = [debit(refund_due(booking.id), payout.amount), credit(payable(booking.seeker_org), payout.amount)]
    key = f"session:{booking.id}:{payout.key}:paid_out:{payout.attempt}"
    ledger.post(ctx, key, "To be paid out to the seeker", legs, deal=booking.id)
    payout.kind, payout.payee, payout.state = EffectKind.TRANSFER, booking.seeker_org, EffectState.WAITING
    payout.attempt, payout.refusals = payout.attempt + 1, 0
    ctx.session.flush()
    settlement.ask(ctx, booking, payout)
    if payout.state is EffectState.WAITING:
        ctx.announce(AccountAwaited(booking.seeker_org, (payout.amount,)))


# --- what follows -----------------------------------------------------------------------------------------------------


def _back_to_refunds(ctx: Ctx, booking: Booking, hold: CardHold) -> None:
    for payout in _leaving(ctx, booking.id):
        to_seeker = payout.hold_id == hold.id and payout.payee == booking.seeker_org
        if to_seeker and payout.kind is EffectKind.TRANSFER and payout.state in steps.UNSENT:
            _back_to_refund(ctx, booking, payout)


def _back_to_refund(ctx: Ctx, booking: Booking, payout: SessionPayout) -> None:
    legs = [debit(payable(booking.seeker_org), payout.amount), credit(refund_due(booking.id), payout.amount)]
    key = f"session:{booking.id}:{payout.key}:called_back:{payout.attempt}"
    ledger.post(ctx, key, "Called back before it was paid out", legs, deal=booking.id)
    payout.kind, payout.payee, payout.state, payout.why = EffectKind.REFUND, None, EffectState.WAITING, FROZEN
    clear_timers(ctx.session, settlement.TIMER, payout.id)
    ctx.session.flush()


def _closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    """A session of which the bank has kept all that was held is over; what it gives back after that is parted, too."""
    booking = _locked(ctx, fact.subject)
    if fact.won:
        settlement.part_again(ctx, booking, ctx.session.get_one(Chargeback, fact.chargeback_id))
        return
    held = ledger.balance(ctx, escrow(booking.id), booking.currency)
    if booking.state in ("review_window", "session_dispute") and not held:
        step(ctx, SESSION, booking, "recalled", ("system",))
        settlement.part(ctx, booking, 100)  # of nothing: all that was taken is the seeker's again


def _look_elsewhere(ctx: Ctx, fact: ChargebackClosed) -> None:
    """A bank keeps what it took: what its consultant owes is kept of payouts of other sessions that wait, too.

    Each is looked at in a unit of its own, for it needs its session's lock.
    """
    found = ctx.session.get_one(Chargeback, fact.chargeback_id)
    if fact.won or not found.outstanding:
        return
    waiting = select(SessionPayout.id).where(
        SessionPayout.payee == found.seller,
        SessionPayout.booking_id != found.subject,
        SessionPayout.kind == EffectKind.TRANSFER,
        SessionPayout.state.in_(steps.UNSENT),
        SessionPayout.asked_at.is_(None),
        SessionPayout.currency == found.currency,
    )
    for payout_id in ctx.session.scalars(waiting.order_by(SessionPayout.id)).all():
        set_timer(ctx.session, Timer(settlement.TIMER, payout_id, SET_OFF, ctx.now))


def _thawed(ctx: Ctx, booking_id: str) -> None:
    """Let the session's money move again."""
    booking = _locked(ctx, booking_id)
    for payout in _leaving(ctx, booking_id):
        if payout.why == FROZEN:
            settlement.send_again(ctx, payout.id)
    settlement.finish(ctx, booking)


def _leaving(ctx: Ctx, booking_id: str) -> Sequence[SessionPayout]:
    _locked(ctx, booking_id)
    query = select(SessionPayout).where(SessionPayout.booking_id == booking_id).order_by(SessionPayout.id)
    return ctx.session.scalars(query).all()


def _take_back(ctx: Ctx, found: Chargeback, payout: SessionPayout, part: Money, key: str) -> None:
    booking = ctx.session.get_one(Booking, found.subject)
    reversal = settlement.made(ctx, booking, EffectKind.REVERSAL, found.payment_id, part, key=key)
    reversal.chargeback_id, reversal.reverses = found.id, payout.provider_ref
    settlement.ask(ctx, booking, reversal)


def _send_back(ctx: Ctx, found: Chargeback, amount: Money, key: str) -> None:
    booking = ctx.session.get_one(Booking, found.subject)
    payout = settlement.made(ctx, booking, EffectKind.TRANSFER, found.payment_id, amount, key=key)
    payout.chargeback_id = found.id
    settlement.ask(ctx, booking, payout)


def _refund(ctx: Ctx, found: Chargeback, amount: Money, key: str) -> None:
    booking = ctx.session.get_one(Booking, found.subject)
    settlement.ask(ctx, booking, settlement.made(ctx, booking, EffectKind.REFUND, found.payment_id, amount, key=key))


def _hold(ctx: Ctx, intent_ref: str) -> CardHold | None:
    query = select(CardHold).where(CardHold.intent_ref == intent_ref, CardHold.charge_ref.is_not(None))
    return ctx.session.scalars(query.order_by(CardHold.id)).first()


def _locked(ctx: Ctx, booking_id: str) -> Booking:
    return ctx.session.get_one(Booking, booking_id, with_for_update=True)


WAY = Way(
    subject_kind=SubjectKind.SESSION,
    rows=SessionPayout,
    row_name="session",
    timer=settlement.TIMER,
    memo="Taken back from the consultant",
    sent_back="Sent back by the seeker's bank",
    leaving=_leaving,
    paid_by=lambda payout: payout.hold_id,
    take_back=_take_back,
    send_back=_send_back,
    refund=_refund,
    book=settlement.book,
)
