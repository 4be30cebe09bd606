"""After the talk: two days to complain, then the consultant's share goes out and the market keeps its fee."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from core.advice.sessions import card_holds, rules
from core.advice.sessions.complaints import complaint_case
from core.advice.sessions.events import (
    SessionComplained,
    SessionCompleted,
    SessionNeverPaid,
    SessionPaidOut,
    SessionSettled,
)
from core.advice.sessions.model import Booking, CardHold, Complaint, HoldState, SessionPayout, Settlement
from core.advice.sessions.process import RULE_WITHIN, SESSION
from core.advice.sessions.service import mine, sides
from core.kernel.errors import Invalid, NotFound, Refusal, Stale
from core.kernel.messages import from_json
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.events import RefundReturned
from core.money.ledger.model import COMMISSION, PROVIDER, Leg, credit, debit, escrow, payable, refund_due
from core.money.messages import PAYMENTS
from core.trade.funding.called_back import frozen
from core.trade.funding.chargebacks import kept_of, of_subject
from core.trade.funding.effects import FROZEN, await_account, tell_refused
from core.trade.funding.model import Chargeback, EffectKind, EffectState, Payee, SubjectKind

TIMER: Final = "session_payout"
TRY_AGAIN: Final = "try_again"
TRY_AGAIN_AFTER: Final = timedelta(days=1)
WORDS_LEAST, WORDS_MOST = 10, 1000


# --- what people do ---------------------------------------------------------------------------------------------------


def complain(ctx: Ctx, booking_id: str, words: str, expected_version: int | None = None) -> Booking:
    """Within two days of the charge the seeker says what was wrong; nothing is paid out until it is settled."""
    booking, words = mine(ctx, booking_id, expected_version), words.strip()
    if not WORDS_LEAST <= len(words) <= WORDS_MOST:
        raise Invalid("session.complaint_words", field="words", least=WORDS_LEAST, most=WORDS_MOST)
    _check_not_called_back(ctx, booking)
    step(ctx, SESSION, booking, "complain", sides(ctx, booking))
    ctx.session.add(Complaint(booking_id=booking.id, words=words, at=ctx.now))
    ctx.session.flush()
    back = rules.unruled_back(booking.due)
    ctx.announce(SessionComplained(booking.id, ctx.actor.person, booking.due, back, ctx.now + RULE_WITHIN))
    return booking


def give_back(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """The consultant gives the whole charge back."""
    booking = mine(ctx, booking_id, expected_version)
    _check_not_called_back(ctx, booking)
    step(ctx, SESSION, booking, "give_back", sides(ctx, booking))
    part(ctx, booking, 0)
    return booking


def rule(ctx: Ctx, booking_id: str, percent: int, reason: str, expected_version: int | None = None) -> Booking:
    """An operator decides what share of the charge the consultant keeps, and says why. Raises NotAllowed, Stale."""
    booking = complaint_case(ctx, booking_id)
    if expected_version is not None and expected_version != booking.version:
        raise Stale
    if not 0 <= percent <= 100 or len(reason.strip()) < WORDS_LEAST:
        raise Invalid("session.ruling", field="reason", least=WORDS_LEAST)
    _check_not_called_back(ctx, booking)
    step(ctx, SESSION, booking, "rule", ("operator",))
    _ruled(ctx, booking, percent, reason.strip())
    return booking


def complaint_of(ctx: Ctx, booking_id: str) -> Complaint | None:
    return ctx.session.get(Complaint, booking_id)


def settlement_of(ctx: Ctx, booking_id: str) -> Settlement | None:
    return ctx.session.get(Settlement, booking_id)


# --- what time does ---------------------------------------------------------------------------------------------------


def time_is_up(ctx: Ctx, booking_id: str, event: str) -> None:
    """Nobody complained in time: all of it is the consultant's. Nobody ruled in time: half of it is."""
    booking = ctx.session.get_one(Booking, booking_id)
    if frozen(ctx, booking.id) or card_holds.being_taken(
        ctx, booking
    ):  # freeze beats timer, and so does money that comes
        set_timer(ctx.session, Timer(SESSION.name, booking.id, event, ctx.now + TRY_AGAIN_AFTER))
        return
    step(ctx, SESSION, booking, event, ("time",))
    if event == "session_final_rule":
        _ruled(ctx, booking, rules.UNRULED_PERCENT, "")
        return
    if event == "debt_limit":
        booking.why = "unpaid"
        ctx.announce(SessionNeverPaid(booking.id, None, booking.due))
        card_holds.close_unwanted(ctx, booking)
    part(ctx, booking, 100)  # also of a debt that was never paid: what was taken of it is the consultant's


# --- the money --------------------------------------------------------------------------------------------------------


def part(ctx: Ctx, booking: Booking, percent: int) -> None:
    """Part what was taken, once: so many percent to the consultant less the fee, the rest back to the seeker."""
    charges = [
        hold for hold in card_holds.holds_of(ctx, booking.id) if hold.state is HoldState.CAPTURED and hold.captured
    ]
    if ctx.session.get(Settlement, booking.id) is not None:
        return
    left = left_of(ctx, booking, charges)
    gross = Money.total(left, booking.currency)
    back = rules.back_of(gross, percent)
    fee = (gross - back).share(booking.commission_bp)
    net = gross - back - fee
    ctx.session.add(
        Settlement(booking_id=booking.id, net_minor=net.minor, fee_minor=fee.minor, back_minor=back.minor, at=ctx.now)
    )
    ctx.session.flush()
    if gross:
        _book_parting(ctx, booking, "settled", (net, fee, back))
        ctx.announce(SessionSettled(booking.id, ctx.actor.person, net, fee, back))
    sent = kept_of(ctx, SubjectKind.SESSION, booking.id, booking.consultant_org, net, mark=booking.id)
    _send(ctx, booking, EffectKind.TRANSFER, charges, rules.out_of(left, sent))
    # The last charges give back first, so that no charge gives more than it has.
    _send(ctx, booking, EffectKind.REFUND, charges[::-1], rules.out_of(left[::-1], back))
    finish(ctx, booking)


def part_again(ctx: Ctx, booking: Booking, found: Chargeback) -> None:
    """A bank gives back, after all, what it had kept of a session that is settled: it is parted as the rest was."""
    settled = ctx.session.get(Settlement, booking.id)
    gross = ledger.balance(ctx, escrow(booking.id), booking.currency)
    if settled is None or not gross:
        return
    back = rules.back_of(gross, _percent(ctx, settled))
    kept = gross - back
    fee = Money(settled.net_minor + settled.fee_minor + kept.minor, gross.currency).share(booking.commission_bp)
    fee -= Money(settled.fee_minor, gross.currency)  # the share that was shown, of all that is kept
    net = kept - fee
    settled.net_minor += net.minor
    settled.fee_minor += fee.minor
    settled.back_minor += back.minor
    ctx.session.flush()
    _book_parting(ctx, booking, f"settled:{found.id}", (net, fee, back))
    ctx.announce(SessionSettled(booking.id, ctx.actor.person, net, fee, back, again=found.id))
    sent = kept_of(ctx, SubjectKind.SESSION, booking.id, booking.consultant_org, net, mark=f"{booking.id}:{found.id}")
    for kind, amount in ((EffectKind.TRANSFER, sent), (EffectKind.REFUND, back)):
        if amount:
            key = f"{kind}:{booking.id}:{found.id}"
            ask(ctx, booking, made(ctx, booking, kind, found.payment_id, amount, key=key))


def _percent(ctx: Ctx, settled: Settlement) -> int:
    """What share of the session's charge its consultant keeps: as was ruled, or was given back."""
    if settled.back_minor and not settled.net_minor:  # also after a complaint on which nobody had to rule
        return 0
    complaint = complaint_of(ctx, settled.booking_id)
    if complaint is None:
        return 100
    return rules.UNRULED_PERCENT if complaint.ruled is None else complaint.ruled


def _book_parting(ctx: Ctx, booking: Booking, name: str, parts: tuple[Money, Money, Money]) -> None:
    """`parts`: to the consultant, to us, and back to the seeker."""
    net, fee, back = parts
    legs = [
        debit(escrow(booking.id), net + fee + back),
        credit(payable(booking.consultant_org), net),
        credit(COMMISSION, fee),
        credit(refund_due(booking.id), back),
    ]
    ledger.post(ctx, f"session:{booking.id}:{name}", "The session is settled", legs, deal=booking.id)


def left_of(ctx: Ctx, booking: Booking, charges: Sequence[CardHold]) -> list[Money]:
    """What of each charge is still here: all that was taken, less what a bank has taken back of it."""
    gone = [each for each in of_subject(ctx, booking.id) if each.state != "won"]
    return [
        hold.captured
        - Money.total(
            (Money(each.from_escrow_minor, each.currency) for each in gone if each.payment_id == hold.id), hold.currency
        )
        for hold in charges
    ]


def finish(ctx: Ctx, booking: Booking) -> None:
    """The session is complete when nothing of its money is on its way any more."""
    under_way = select(func.count()).where(
        SessionPayout.booking_id == booking.id,
        SessionPayout.state != EffectState.DONE,
        SessionPayout.kind != EffectKind.REVERSAL,
    )
    if booking.state == "paying_out" and not ctx.session.scalar(under_way):
        step(ctx, SESSION, booking, "paid_out", ("system",))
        ctx.session.flush()
        ctx.announce(SessionCompleted(booking.id, None))


def owns(ctx: Ctx, payout_id: str) -> bool:
    """Whether it is a session's: the provider is asked in the same way for all that leaves the books."""
    return ctx.session.get(SessionPayout, payout_id) is not None


def payout_done(ctx: Ctx, payout_id: str, ref: str) -> None:
    """The provider has sent it."""
    payout, booking = payout_locked(ctx, payout_id)
    if payout.state is EffectState.DONE or ref in payout.failed:
        return
    owed = refund_due(booking.id) if payout.payee is None else payable(payout.payee)
    memo = "Sent to the consultant" if payout.payee == booking.consultant_org else "Given back to the seeker"
    book(ctx, payout, memo, [debit(owed, payout.amount), credit(PROVIDER, payout.amount)], ref)
    if payout.payee == booking.consultant_org:
        ctx.announce(SessionPaidOut(booking.id, None))
    finish(ctx, booking)


def book(ctx: Ctx, payout: SessionPayout, memo: str, legs: list[Leg], ref: str) -> None:
    """Write what the provider has done into the books, once for each that it has made: an earlier one may be back."""
    ledger.post(ctx, f"session:{payout.booking_id}:{payout.key}:{ref}", memo, legs, deal=payout.booking_id)
    payout.state, payout.provider_ref = EffectState.DONE, ref
    clear_timers(ctx.session, TIMER, payout.id)
    ctx.session.flush()


def payout_refused(ctx: Ctx, payout_id: str, why: str, ref: str | None = None, *, final: bool = False) -> None:
    """The provider did not send it (`ref`: its name of it); it is tried again tomorrow, as a new attempt."""
    payout, booking = payout_locked(ctx, payout_id)
    if ref is not None:
        ctx.announce(RefundReturned(ref, f"session:{payout.id}", booking.id, payout.amount))
    if payout.state is not EffectState.ASKED or ref in payout.failed or (ref and payout.kind is EffectKind.TRANSFER):
        return  # told twice, or of a refund that is not what is under way now
    if ref is not None:
        payout.provider_ref, payout.failed = ref, [*payout.failed, ref]
    payout.state, payout.why = EffectState.REFUSED, why
    payout.refusals += final
    set_timer(ctx.session, Timer(TIMER, payout.id, TRY_AGAIN, ctx.now + TRY_AGAIN_AFTER))
    ctx.session.flush()
    if final and payout.refusals == 1:
        tell_refused(ctx, SubjectKind.SESSION, booking.id, payout, booking.seeker_org)


def send_again(ctx: Ctx, payout_id: str) -> None:
    payout, booking = payout_locked(ctx, payout_id)
    if payout.state in (EffectState.WAITING, EffectState.REFUSED):
        payout.attempt += 1
        ask(ctx, booking, payout)
        finish(ctx, booking)  # all of it may have been kept


def send_waiting(ctx: Ctx, organisation_id: str) -> None:
    """A consultant can receive money now: send what has waited for it."""
    query = select(SessionPayout.id).where(
        SessionPayout.payee == organisation_id, SessionPayout.state == EffectState.WAITING
    )
    for payout_id in ctx.session.scalars(query.order_by(SessionPayout.id)).all():
        send_again(ctx, payout_id)


def _ruled(ctx: Ctx, booking: Booking, percent: int, reason: str) -> None:
    complaint = ctx.session.get_one(Complaint, booking.id)
    complaint.ruled, complaint.reason = percent, reason
    part(ctx, booking, percent)


def _send(ctx: Ctx, booking: Booking, kind: EffectKind, charges: Sequence[CardHold], amounts: Sequence[Money]) -> None:
    for charge, amount in zip(charges, amounts, strict=True):
        if amount:
            payout = made(ctx, booking, kind, charge.id, amount, key=f"{kind}:{booking.id}:{charge.number}")
            ask(ctx, booking, payout)


def made(ctx: Ctx, booking: Booking, kind: EffectKind, hold_id: str, amount: Money, *, key: str) -> SessionPayout:
    payout = SessionPayout(
        id=ctx.new_id(),
        key=key,
        booking_id=booking.id,
        hold_id=hold_id,
        kind=kind,
        state=EffectState.WAITING,
        payee=None if kind is EffectKind.REFUND else booking.consultant_org,
        amount_minor=amount.minor,
        currency=amount.currency,
        attempt=1,
        refusals=0,
    )
    ctx.session.add(payout)
    ctx.session.flush()
    return payout


def ask(ctx: Ctx, booking: Booking, payout: SessionPayout) -> None:
    """Post it to the provider. Nothing leaves a session whose money a bank has called back and not decided about."""
    if payout.kind is not EffectKind.REVERSAL and frozen(ctx, booking.id):
        payout.state, payout.why = EffectState.WAITING, FROZEN
        clear_timers(ctx.session, TIMER, payout.id)
        ctx.session.flush()
        return
    if _keep_owed(ctx, booking, payout):
        return
    charge = ctx.session.get_one(CardHold, payout.hold_id)
    body = {
        "effect": payout.id,
        "attempt": payout.attempt,
        "amount": payout.amount_minor,
        "currency": payout.currency,
        # What a bank gives back was perhaps made good by another session: it leaves our balance, not the charge.
        "charge": charge.charge_ref if payout.chargeback_id is None and payout.payee != booking.seeker_org else None,
        "payment_intent": charge.intent_ref,
        "group": f"session_{booking.id}",
        "ref": booking.ref,
    }
    if payout.kind is EffectKind.REVERSAL:
        body["transfer"] = payout.reverses
    elif payout.payee is not None:
        # Locked, or one who becomes ready at this very moment would never be sent what has just begun to wait.
        payee = ctx.session.get(Payee, payout.payee, with_for_update=True)
        if payee is None or not payee.ready:
            payout.state = EffectState.WAITING  # also what was refused before: it is sent when they are ready
            clear_timers(ctx.session, TIMER, payout.id)
            await_account(ctx, payout.payee)
            ctx.session.flush()
            return
        body["account"] = payee.account_ref
    payout.state, payout.why, payout.asked_at = EffectState.ASKED, None, ctx.now
    clear_timers(ctx.session, TIMER, payout.id)
    ctx.session.flush()
    ctx.post(f"session:{booking.id}", from_json(PAYMENTS, payout.kind.value, body))


def _keep_owed(ctx: Ctx, booking: Booking, payout: SessionPayout) -> bool:
    """Keep of a payout what its consultant owes by now; the rest of it waits on, or is sent. Whether nothing is left.

    Only of what the provider was never asked for, or has said no to: nothing of it can have left.
    """
    to_consultant = payout.kind is EffectKind.TRANSFER and payout.payee == booking.consultant_org
    if not to_consultant or payout.asked_at is not None:
        return False
    mark = f"{payout.id}:{payout.amount_minor}"  # the same may be kept of again, when there is less of it
    rest = kept_of(ctx, SubjectKind.SESSION, booking.id, booking.consultant_org, payout.amount, mark=mark)
    payout.amount_minor = rest.minor
    if not rest:
        clear_timers(ctx.session, TIMER, payout.id)
        ctx.session.delete(payout)
    ctx.session.flush()
    return not rest


def _check_not_called_back(ctx: Ctx, booking: Booking) -> None:
    """What a bank has called back is not parted before it has decided: it would be paid twice."""
    if frozen(ctx, booking.id):
        raise Refusal("session.called_back")


def payout_locked(ctx: Ctx, payout_id: str) -> tuple[SessionPayout, Booking]:
    """The payout, with its session locked first as everywhere. Raises NotFound."""
    booking_id = ctx.session.scalar(select(SessionPayout.booking_id).where(SessionPayout.id == payout_id))
    booking = None if booking_id is None else ctx.session.get(Booking, booking_id, with_for_update=True)
    if booking is None:
        raise NotFound
    return ctx.session.get_one(SessionPayout, payout_id), booking
