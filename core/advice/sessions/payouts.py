"""Payouts and refunds of sessions: the charge each comes from, and what follows when it has arrived."""

from __future__ import annotations

from sqlalchemy import select

from core.advice.sessions.events import SessionCompleted, SessionPaidOut
from core.advice.sessions.model import Booking, CardHold, Settlement
from core.advice.sessions.process import SESSION, SessionState
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.money.disbursements.model import POSTED_AS, Disbursement, DisbursementKind, DisbursementState
from core.money.disbursements.requests import make, send
from core.money.disbursements.service import is_under_way
from core.money.disbursements.subjects import Exposure, Parties, Payments, Subject, Title, plug
from core.money.ledger import service as ledger
from core.money.ledger.accounts import escrow
from core.money.model import SubjectKind


def send_out(ctx: Ctx, booking: Booking, kind: DisbursementKind, hold_id: str, amount: Money, *, number: str) -> None:
    """Send `amount` of a charge to the consultant, or back to the seeker. `number`: makes its key unique."""
    payee = booking.consultant_org if kind is DisbursementKind.PAYOUT else None
    key = f"{POSTED_AS[kind]}:{booking.id}:{number}"
    send(ctx, make(ctx, kind, (SubjectKind.SESSION, booking.id, hold_id), amount, key=key, payee=payee))


def finish(ctx: Ctx, booking: Booking) -> None:
    """Complete the session when none of its money is on its way any more."""
    if booking.state == SessionState.PAYING_OUT and not is_under_way(ctx, booking.id):
        step(ctx, SESSION, booking, "paid_out", ("system",))
        ctx.session.flush()
        ctx.announce(SessionCompleted(booking.id, None))


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
