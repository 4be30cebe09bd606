"""Statements of sessions: what is held on a card, was taken from it, goes to the consultant, or waits.

A card is its owner's, so a seeker's part is seen by that person alone. A consultant's earnings are their
organisation's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core.advice.sessions.model import Booking, CardHold, HoldState, Settlement
from core.advice.sessions.process import SESSION, SessionState
from core.books.statements.model import Held, Payout, Taken
from core.kernel.money import Money
from core.kernel.timers import deadline_of
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import CHARGEBACK, Chargeback, ChargebackState
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.ledger import service as ledger
from core.money.ledger.accounts import escrow
from core.people.accounts.model import Person

LATEST: Final = 10
ON_THE_CARD: Final = (HoldState.HELD, HoldState.CAPTURING, HoldState.RELEASING)  # the bank has not said that it is gone
# States in which we may hold money.
NOT_PARTED: Final = (SessionState.CHARGING, SessionState.DEBT, SessionState.REVIEW_WINDOW, SessionState.SESSION_DISPUTE)


def of_person(person: Person) -> ColumnElement[bool]:
    """Return the filter for the sessions on a person's statement."""
    return or_(Booking.seeker == person.id, Booking.consultant_org == person.organisation_id)


def on_cards(ctx: Ctx, person: Person) -> Iterator[Held]:
    """Yield what is held on cards, and until when the bank holds it at the latest; the latest come first."""
    for hold, booking in ctx.session.execute(_holds(person).where(CardHold.state.in_(ON_THE_CARD))):
        yield Held(booking.id, booking.ref, booking.seeker == person.id, hold.amount, hold.capture_before)


def recalled(ctx: Ctx, person: Person) -> Iterator[Held]:
    """Yield what a bank has called back of a session, and has not decided about."""
    query = select(Chargeback, Booking).join(Booking, Booking.id == Chargeback.subject)
    found = query.where(of_person(person), Chargeback.state == CHARGEBACK.initial).order_by(Chargeback.id.desc())
    for recall, booking in ctx.session.execute(found):
        yield Held(booking.id, booking.ref, booking.seeker == person.id, recall.amount, None)


def held(ctx: Ctx, person: Person) -> Iterator[Held]:
    """Yield what was taken from a card and has not been split yet."""
    for booking in _waiting(ctx, person, NOT_PARTED):
        amount = ledger.balance(ctx, escrow(booking.id), booking.currency)
        if amount:
            timer = deadline_of(ctx.session, SESSION.name, booking.id)
            until = None if timer is None else timer.due_at
            pays = booking.seeker == person.id
            fee = None if pays else amount.share(booking.commission_bp)
            yield Held(booking.id, booking.ref, pays, amount, until, fee)


def unpaid(ctx: Ctx, person: Person) -> Iterator[Held]:
    """Yield what is owed for a session whose card gave nothing, and by when it is to be paid."""
    taken = select(func.coalesce(func.sum(CardHold.captured_minor), 0)).where(CardHold.state == HoldState.CAPTURED)
    for booking in _waiting(ctx, person, (SessionState.DEBT,)):
        came = int(ctx.session.scalar(taken.where(CardHold.booking_id == booking.id)) or 0)
        timer = deadline_of(ctx.session, SESSION.name, booking.id)
        owed = booking.due - Money(came, booking.currency)
        until = None if timer is None else timer.due_at
        yield Held(booking.id, booking.ref, booking.seeker == person.id, owed, until)


def taken(ctx: Ctx, person: Person) -> Iterator[Taken]:
    """Yield what a seeker has paid for settled sessions, and what of it goes back; the latest come first."""
    coming = (
        select(func.count())
        .where(
            Disbursement.subject == Booking.id,
            or_(Disbursement.kind == DisbursementKind.REFUND, Disbursement.payee == Booking.seeker_org),
            Disbursement.state != DisbursementState.DONE,
        )
        .scalar_subquery()
    )
    query: Select[Any] = (
        select(Booking.id, Booking.ref, Booking.currency, Settlement.back_minor, func.sum(CardHold.captured_minor))
        .add_columns(coming, taken_by_bank(Booking.id, Chargeback.amount_minor - Chargeback.from_refunds_minor))
        .join(Settlement, Settlement.booking_id == Booking.id)
        .join(CardHold, and_(CardHold.booking_id == Booking.id, CardHold.state == HoldState.CAPTURED))
        .where(Booking.seeker == person.id, CardHold.captured_minor > 0)
        .group_by(Booking.id, Booking.ref, Booking.currency, Settlement.back_minor)
        .order_by(Booking.id.desc())
        .limit(LATEST)
    )
    for subject, ref, currency, back, amount, under_way, by_bank in ctx.session.execute(query):
        given_back = Money(int(back + by_bank), currency)
        yield Taken(subject, ref, Money(int(amount), currency), given_back, arrived=not under_way)


def taken_by_bank(
    subject: InstrumentedAttribute[str], amount: ColumnElement[int] = Chargeback.amount_minor.expression
) -> ScalarSelect[Any]:
    """Sum what payers' banks have taken of a deal or session and not given up, in minor units."""
    found = select(func.coalesce(func.sum(amount), 0))
    return found.where(Chargeback.subject == subject, Chargeback.state != ChargebackState.WON).scalar_subquery()


def payouts(ctx: Ctx, person: Person) -> Iterator[tuple[str, Payout]]:
    """Yield what goes to the organisation for sessions, by its own id; the latest come first."""
    query = (
        select(Disbursement, Booking.ref, Settlement.fee_minor, Booking.consultant_org)
        .join(Booking, Booking.id == Disbursement.subject)
        .outerjoin(Settlement, Settlement.booking_id == Booking.id)
        .where(Disbursement.payee == person.organisation_id, Disbursement.kind == DisbursementKind.PAYOUT)
        .order_by(Disbursement.id.desc())
        .limit(LATEST)
    )
    for payout, ref, fee, earns in ctx.session.execute(query):
        # If a session is paid out of several charges, its fee is deducted once. A seeker's refund has no fee.
        deducted = Money(fee if fee and payout.key.endswith(":1") and payout.payee == earns else 0, payout.currency)
        line = Payout(payout.subject, ref, None, payout.amount, deducted, payout.state, payout.why)
        yield payout.id, line


def _holds(person: Person) -> Select[CardHold, Booking]:
    query = select(CardHold, Booking).join(Booking, Booking.id == CardHold.booking_id)
    return query.where(of_person(person)).order_by(CardHold.id.desc())


def _waiting(ctx: Ctx, person: Person, states: Iterable[SessionState]) -> list[Booking]:
    query = select(Booking).where(of_person(person), Booking.state.in_(tuple(states)))
    return list(ctx.session.scalars(query.order_by(Booking.id.desc())))
