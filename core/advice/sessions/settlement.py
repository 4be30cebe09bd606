"""Settle a session after the talk: two days to complain, then the consultant is paid, less the fee.

A chargeback is borne by held money first, then by the consultant, like a seller of goods. The outcome of the session
stays. None of its money moves before the bank has decided, even if an operator rules meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Final

from sqlalchemy import select

from core.advice.sessions import card_holds, rules
from core.advice.sessions.events import SessionCompleted, SessionNeverPaid, SessionPaidOut, SessionSettled
from core.advice.sessions.model import (
    COMPLAINED,
    SESSION,
    Booking,
    CardHold,
    Complaint,
    ComplaintRuling,
    HoldState,
    SessionState,
    Settlement,
)
from core.advice.sessions.service import booking_for, mine, sides
from core.kernel.errors import NotFound, Refusal
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.reactions import Reactions
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.events import ChargebackClosed, ChargebackThawed
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.chargebacks.service import frozen, of_subject, set_off
from core.money.disbursements.model import POSTED_AS, Disbursement, DisbursementKind, DisbursementState
from core.money.disbursements.requests import make, send
from core.money.disbursements.service import is_under_way
from core.money.disbursements.subjects import Exposure, Parties, Payments, Subject, Title, plug
from core.money.ledger import service as ledger
from core.money.ledger.accounts import COMMISSION, credit, debit, escrow, payable, refund_due
from core.money.model import SubjectKind

NONE_BACK: Final = Fraction(0)  # parts of a charge that go back to the seeker
ALL_BACK: Final = Fraction(1)
RETRY_AFTER: Final = timedelta(days=1)  # a deadline is retried while a chargeback is open


def listen(reactions: Reactions) -> None:
    reactions.on(ChargebackClosed, _chargeback_closed)
    reactions.on(ChargebackThawed, _chargeback_thawed)


def give_back(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Refund the whole charge, for the consultant."""
    booking = mine(ctx, booking_id, expected_version)
    check_not_disputed(ctx, booking)
    step(ctx, SESSION, booking, "give_back", sides(ctx, booking))
    split(ctx, booking, ALL_BACK)
    return booking


def settlement_of(ctx: Ctx, booking_id: str) -> Settlement | None:
    return ctx.session.get(Settlement, booking_id)


def check_not_disputed(ctx: Ctx, booking: Booking) -> None:
    """Refuse to split disputed money before the bank has decided: it would be paid twice."""
    if frozen(ctx, booking.id):
        raise Refusal("session.called_back")


def settle_complaint(ctx: Ctx, booking: Booking, back: Money, reason: str | None) -> None:
    """Record what goes back of the charge and why, and split the money by it."""
    complaint = ctx.session.get_one(Complaint, booking.id)
    complaint.back_minor, complaint.reason = back.minor, reason
    complaint.ruled = rules.percent_kept(back, booking.due)
    split(ctx, booking, _part_back(booking, complaint))


def asked_back(ctx: Ctx, booking: Booking) -> Money:
    """Return what the complaint asks back: all, if it names no sum or there is no complaint."""
    complaint = ctx.session.get(Complaint, booking.id)
    asked = None if complaint is None else complaint.asked_minor
    return booking.due if asked is None else Money(asked, booking.currency)


def ruling_in_force(ctx: Ctx, booking_id: str) -> ComplaintRuling | None:
    """Return the last ruling on a complaint."""
    rulings = select(ComplaintRuling).where(ComplaintRuling.booking_id == booking_id)
    return ctx.session.scalar(rulings.order_by(ComplaintRuling.number.desc()).limit(1))


def carry_out_ruling(ctx: Ctx, booking: Booking) -> None:
    """Settle the complaint by the last ruling, which counts now."""
    ruling = ruling_in_force(ctx, booking.id)
    assert ruling is not None, "the state is reached by a ruling alone"
    settle_complaint(ctx, booking, Money(ruling.back_minor, booking.currency), ruling.reason)


def time_is_up(ctx: Ctx, booking_id: str, event: str) -> None:
    """Settle at a deadline: all is the consultant's without a complaint. Without a ruling, half of what was asked goes
    back.
    """
    booking = ctx.session.get_one(Booking, booking_id)
    # A freeze stops the timer, and so does money that is on its way in.
    if frozen(ctx, booking.id) or card_holds.is_capturing(ctx, booking):
        set_timer(ctx.session, Timer(SESSION.name, booking.id, event, ctx.now + RETRY_AFTER))
        return
    step(ctx, SESSION, booking, event, ("time",))
    if event == "session_final_rule":
        settle_complaint(ctx, booking, rules.unruled_back(asked_back(ctx, booking)), "")
        return
    if event in ("appeal_over", "review_limit"):
        carry_out_ruling(ctx, booking)
        return
    if event == "debt_limit":
        booking.why = "unpaid"
        ctx.announce(SessionNeverPaid(booking.id, None, booking.due))
        card_holds.close_unwanted(ctx, booking)
    split(ctx, booking, NONE_BACK)  # also for an unpaid debt: what was taken of it is the consultant's


# --- the money --------------------------------------------------------------------------------------------------------


def split(ctx: Ctx, booking: Booking, part: Fraction) -> None:
    """Split what was taken, once: this part back to the seeker, the rest to the consultant less the fee."""
    charges = [
        hold for hold in card_holds.holds_of(ctx, booking.id) if hold.state is HoldState.CAPTURED and hold.captured
    ]
    if ctx.session.get(Settlement, booking.id) is not None:
        return
    left = left_of(ctx, booking, charges)
    gross = Money.total(left, booking.currency)
    back = rules.back_of(gross, part)
    fee = (gross - back).share(booking.commission_bp)
    net = gross - back - fee
    ctx.session.add(
        Settlement(booking_id=booking.id, net_minor=net.minor, fee_minor=fee.minor, back_minor=back.minor, at=ctx.now)
    )
    ctx.session.flush()
    if gross:
        _book_split(ctx, booking, "settled", (net, fee, back))
        ctx.announce(SessionSettled(booking.id, ctx.actor.person, net, fee, back))
    sent = set_off(ctx, SubjectKind.SESSION, booking.id, booking.consultant_org, net, for_payout=booking.id)
    _send(ctx, booking, DisbursementKind.PAYOUT, charges, rules.out_of(left, sent))
    # The last charges are refunded first, so that no charge gives more than it has.
    _send(ctx, booking, DisbursementKind.REFUND, charges[::-1], rules.out_of(left[::-1], back))
    finish(ctx, booking)


def split_again(ctx: Ctx, booking: Booking, found: Chargeback) -> None:
    """Split what a bank returns of a settled session, in the same shares as the rest."""
    settled = ctx.session.get(Settlement, booking.id)
    gross = ledger.balance(ctx, escrow(booking.id), booking.currency)
    if settled is None or not gross:
        return
    back = rules.back_of(gross, _part_settled(ctx, booking, settled))
    kept = gross - back
    fee = Money(settled.net_minor + settled.fee_minor + kept.minor, gross.currency).share(booking.commission_bp)
    fee -= Money(settled.fee_minor, gross.currency)  # the share that was shown, of all that is kept
    net = kept - fee
    settled.net_minor += net.minor
    settled.fee_minor += fee.minor
    settled.back_minor += back.minor
    ctx.session.flush()
    _book_split(ctx, booking, f"settled:{found.id}", (net, fee, back))
    ctx.announce(SessionSettled(booking.id, ctx.actor.person, net, fee, back, again=found.id))
    sent = set_off(
        ctx, SubjectKind.SESSION, booking.id, booking.consultant_org, net, for_payout=f"{booking.id}:{found.id}"
    )
    for kind, amount in ((DisbursementKind.PAYOUT, sent), (DisbursementKind.REFUND, back)):
        if amount:
            _send_out(ctx, booking, kind, found.payment_id, amount, number=found.id)


def _part_settled(ctx: Ctx, booking: Booking, settled: Settlement) -> Fraction:
    """Return the part of the charge that goes back to the seeker: as ruled, or as given back."""
    if settled.back_minor and not settled.net_minor:  # also after a complaint that needed no ruling
        return ALL_BACK
    complaint = ctx.session.get(Complaint, settled.booking_id)
    return NONE_BACK if complaint is None else _part_back(booking, complaint)


def _part_back(booking: Booking, complaint: Complaint) -> Fraction:
    """Return the part of the charge that a complaint gives back; half of it if none is recorded."""
    if complaint.back_minor is not None:
        return Fraction(complaint.back_minor, booking.due_minor) if booking.due_minor else NONE_BACK
    kept = rules.UNRULED_PERCENT if complaint.ruled is None else complaint.ruled
    return 1 - Fraction(kept, 100)


def _book_split(ctx: Ctx, booking: Booking, name: str, parts: tuple[Money, Money, Money]) -> None:
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
    """Return what is left of each charge: all that was taken, less what a bank has taken back."""
    gone = [each for each in of_subject(ctx, booking.id) if each.state != ChargebackState.WON]
    return [
        hold.captured
        - Money.total(
            (Money(each.from_escrow_minor, each.currency) for each in gone if each.payment_id == hold.id), hold.currency
        )
        for hold in charges
    ]


def _send(
    ctx: Ctx, booking: Booking, kind: DisbursementKind, charges: Sequence[CardHold], amounts: Sequence[Money]
) -> None:
    for charge, amount in zip(charges, amounts, strict=True):
        if amount:
            _send_out(ctx, booking, kind, charge.id, amount, number=str(charge.number))


def _send_out(ctx: Ctx, booking: Booking, kind: DisbursementKind, hold_id: str, amount: Money, *, number: str) -> None:
    """Send `amount` of a charge to the consultant, or back to the seeker. `number`: makes its key unique."""
    payee = booking.consultant_org if kind is DisbursementKind.PAYOUT else None
    key = f"{POSTED_AS[kind]}:{booking.id}:{number}"
    send(ctx, make(ctx, kind, (SubjectKind.SESSION, booking.id, hold_id), amount, key=key, payee=payee))


def finish(ctx: Ctx, booking: Booking) -> None:
    """Complete the session when none of its money is on its way any more."""
    if booking.state == SessionState.PAYING_OUT and not is_under_way(ctx, booking.id):
        step(ctx, SESSION, booking, "paid_out", ("system",))
        ctx.announce_change(SessionCompleted(booking.id, None))


# --- chargebacks ------------------------------------------------------------------------------------------------------


def chargebacks_of(ctx: Ctx, booking_id: str) -> list[Chargeback]:
    """Return the chargebacks of a session, the oldest first. Raises NotFound to strangers."""
    return of_subject(ctx, booking_for(ctx, booking_id).id)


def _chargeback_closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    """End a session if the bank has kept all that was held. What the bank returns later is split, too."""
    if fact.subject_kind is not SubjectKind.SESSION:
        return
    booking = ctx.session.get_one(Booking, fact.subject, with_for_update=True)
    if fact.won:
        split_again(ctx, booking, ctx.session.get_one(Chargeback, fact.chargeback_id))
        return
    held = ledger.balance(ctx, escrow(booking.id), booking.currency)
    if booking.state in (SessionState.REVIEW_WINDOW, *COMPLAINED) and not held:
        step(ctx, SESSION, booking, "recalled", ("system",))
        split(ctx, booking, NONE_BACK)  # there is nothing to split


def _chargeback_thawed(ctx: Ctx, fact: ChargebackThawed) -> None:
    """Complete the session if nothing is on its way: the bank holds none of its money any more."""
    if fact.subject_kind is SubjectKind.SESSION:
        finish(ctx, ctx.session.get_one(Booking, fact.subject, with_for_update=True))


# --- what sessions plug into the disbursement machine -----------------------------------------------------------------


def _lock(ctx: Ctx, booking_id: str) -> Parties:
    booking = ctx.session.get(Booking, booking_id, with_for_update=True)
    if booking is None:
        raise NotFound
    return Parties(booking.seeker_org, booking.consultant_org, "seeker", "consultant")


def _title(ctx: Ctx, row: Disbursement) -> Title:
    booking, charge = ctx.session.get_one(Booking, row.subject), ctx.session.get_one(CardHold, row.payment_id)
    # Another session may have repaid what a bank returns, so it leaves our balance and not the charge.
    return Title(booking.ref, charge.charge_ref if row.chargeback_id is None else None, charge.intent_ref)


def _settled(ctx: Ctx, row: Disbursement) -> None:
    booking = ctx.session.get_one(Booking, row.subject)
    if row.state is DisbursementState.DONE and row.payee == booking.consultant_org:
        ctx.announce(SessionPaidOut(booking.id, None))
    finish(ctx, booking)


def _exposure(ctx: Ctx, booking_id: str, hold_id: str) -> Exposure:
    booking, settled = ctx.session.get_one(Booking, booking_id), ctx.session.get(Settlement, booking_id)
    net, fees = (0, 0) if settled is None else (settled.net_minor, settled.fee_minor)
    return Exposure(
        held=ledger.balance(ctx, escrow(booking.id), booking.currency),
        released=Money(net + fees, booking.currency),
        fees=Money(fees, booking.currency),
        came=ctx.session.get_one(CardHold, hold_id).captured,
    )


_CHARGES = select(CardHold.id.label("payment_id"), CardHold.booking_id.label("subject"), CardHold.intent_ref)
plug(
    SubjectKind.SESSION,
    Subject(_lock, _title, _settled),
    Payments(_CHARGES.where(CardHold.charge_ref.is_not(None)), _exposure),
)
