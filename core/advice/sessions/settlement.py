"""Settle a session after the talk: two days to complain, then the consultant is paid, less the fee."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from core.advice.sessions import card_holds, payouts, rules
from core.advice.sessions.complaints import complaint_case
from core.advice.sessions.events import SessionComplained, SessionNeverPaid, SessionSettled
from core.advice.sessions.model import Booking, CardHold, Complaint, HoldState, Settlement
from core.advice.sessions.process import RULE_WITHIN, SESSION
from core.advice.sessions.service import mine, sides
from core.kernel.errors import Invalid, Refusal, Stale
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.chargebacks.service import frozen, of_subject, set_off
from core.money.disbursements.model import DisbursementKind
from core.money.ledger import service as ledger
from core.money.ledger.accounts import COMMISSION, credit, debit, escrow, payable, refund_due
from core.money.model import SubjectKind

RETRY_AFTER: Final = timedelta(days=1)  # a deadline is retried while a chargeback is open
WORDS_LEAST, WORDS_MOST = 10, 1000


# --- people's actions -------------------------------------------------------------------------------------------------


def complain(ctx: Ctx, booking_id: str, words: str, expected_version: int | None = None) -> Booking:
    """Complain about a session within two days of the charge. Nothing is paid out until it is settled."""
    booking, words = mine(ctx, booking_id, expected_version), words.strip()
    if not WORDS_LEAST <= len(words) <= WORDS_MOST:
        raise Invalid("session.complaint_words", field="words", least=WORDS_LEAST, most=WORDS_MOST)
    _check_not_disputed(ctx, booking)
    step(ctx, SESSION, booking, "complain", sides(ctx, booking))
    ctx.session.add(Complaint(booking_id=booking.id, words=words, at=ctx.now))
    ctx.session.flush()
    back = rules.unruled_back(booking.due)
    ctx.announce(SessionComplained(booking.id, ctx.actor.person, booking.due, back, ctx.now + RULE_WITHIN))
    return booking


def give_back(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Refund the whole charge, for the consultant."""
    booking = mine(ctx, booking_id, expected_version)
    _check_not_disputed(ctx, booking)
    step(ctx, SESSION, booking, "give_back", sides(ctx, booking))
    part(ctx, booking, 0)
    return booking


def rule(ctx: Ctx, booking_id: str, percent: int, reason: str, expected_version: int | None = None) -> Booking:
    """Decide, as an operator, which share of the charge the consultant keeps, and why. Raises NotAllowed, Stale."""
    booking = complaint_case(ctx, booking_id)
    if expected_version is not None and expected_version != booking.version:
        raise Stale
    if not 0 <= percent <= 100 or len(reason.strip()) < WORDS_LEAST:
        raise Invalid("session.ruling", field="reason", least=WORDS_LEAST)
    _check_not_disputed(ctx, booking)
    step(ctx, SESSION, booking, "rule", ("operator",))
    _ruled(ctx, booking, percent, reason.strip())
    return booking


def complaint_of(ctx: Ctx, booking_id: str) -> Complaint | None:
    return ctx.session.get(Complaint, booking_id)


def settlement_of(ctx: Ctx, booking_id: str) -> Settlement | None:
    return ctx.session.get(Settlement, booking_id)


# --- timers -----------------------------------------------------------------------------------------------------------


def time_is_up(ctx: Ctx, booking_id: str, event: str) -> None:
    """Settle at a deadline: all is the consultant's without a complaint, and half of it without a ruling."""
    booking = ctx.session.get_one(Booking, booking_id)
    if frozen(ctx, booking.id) or card_holds.being_taken(
        ctx, booking
    ):  # a freeze stops the timer, and so does money that is on its way in
        set_timer(ctx.session, Timer(SESSION.name, booking.id, event, ctx.now + RETRY_AFTER))
        return
    step(ctx, SESSION, booking, event, ("time",))
    if event == "session_final_rule":
        _ruled(ctx, booking, rules.UNRULED_PERCENT, "")
        return
    if event == "debt_limit":
        booking.why = "unpaid"
        ctx.announce(SessionNeverPaid(booking.id, None, booking.due))
        card_holds.close_unwanted(ctx, booking)
    part(ctx, booking, 100)  # also for an unpaid debt: what was taken of it is the consultant's


# --- the money --------------------------------------------------------------------------------------------------------


def part(ctx: Ctx, booking: Booking, percent: int) -> None:
    """Split what was taken, once: `percent` to the consultant less the fee, the rest back to the seeker."""
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
    sent = set_off(ctx, SubjectKind.SESSION, booking.id, booking.consultant_org, net, mark=booking.id)
    _send(ctx, booking, DisbursementKind.PAYOUT, charges, rules.out_of(left, sent))
    # The last charges are refunded first, so that no charge gives more than it has.
    _send(ctx, booking, DisbursementKind.REFUND, charges[::-1], rules.out_of(left[::-1], back))
    payouts.finish(ctx, booking)


def part_again(ctx: Ctx, booking: Booking, found: Chargeback) -> None:
    """Split what a bank returns of a settled session, in the same shares as the rest."""
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
    sent = set_off(ctx, SubjectKind.SESSION, booking.id, booking.consultant_org, net, mark=f"{booking.id}:{found.id}")
    for kind, amount in ((DisbursementKind.PAYOUT, sent), (DisbursementKind.REFUND, back)):
        if amount:
            payouts.send_out(ctx, booking, kind, found.payment_id, amount, number=found.id)


def _percent(ctx: Ctx, settled: Settlement) -> int:
    """Return the share of the charge that the consultant keeps, in percent: as ruled, or as given back."""
    if settled.back_minor and not settled.net_minor:  # also after a complaint that needed no ruling
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
    """Return what is left of each charge: all that was taken, less what a bank has taken back."""
    gone = [each for each in of_subject(ctx, booking.id) if each.state != ChargebackState.WON]
    return [
        hold.captured
        - Money.total(
            (Money(each.from_escrow_minor, each.currency) for each in gone if each.payment_id == hold.id), hold.currency
        )
        for hold in charges
    ]


def _ruled(ctx: Ctx, booking: Booking, percent: int, reason: str) -> None:
    complaint = ctx.session.get_one(Complaint, booking.id)
    complaint.ruled, complaint.reason = percent, reason
    part(ctx, booking, percent)


def _send(
    ctx: Ctx, booking: Booking, kind: DisbursementKind, charges: Sequence[CardHold], amounts: Sequence[Money]
) -> None:
    for charge, amount in zip(charges, amounts, strict=True):
        if amount:
            payouts.send_out(ctx, booking, kind, charge.id, amount, number=str(charge.number))


def _check_not_disputed(ctx: Ctx, booking: Booking) -> None:
    """Refuse to split disputed money before the bank has decided: it would be paid twice."""
    if frozen(ctx, booking.id):
        raise Refusal("session.called_back")
