"""A person's money now and all its movements: of their organisation's deals, and of sessions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core.advice.sessions.model import COMPLAINED, SESSION, Booking, CardHold, HoldState, SessionState, Settlement
from core.books.statements import rules
from core.books.statements.model import Charged, Held, Line, Lost, Payout, Statement
from core.kernel.money import Money, running_total_fee
from core.kernel.timers import TimerRow, deadline_of
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import CHARGEBACK, LOST, Chargeback, ChargebackState
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.ledger import service as ledger
from core.money.ledger.accounts import escrow, payable, receivable
from core.people.accounts.model import Person
from core.people.accounts.service import acting
from core.trade.deals.model import Deal, DealState
from core.trade.delivery.model import Lot
from core.trade.disputes.model import OPEN, Case
from core.trade.funding.model import (
    CREDIT,
    TRANCHE,
    Credit,
    LotSettlement,
    Payment,
    PaymentState,
    Tranche,
    TrancheState,
)
from core.trade.funding.rails.model import PaymentWay

LATEST: Final = 10  # payouts on a screen; the file has all of them
ON_THE_CARD: Final = (HoldState.HELD, HoldState.CAPTURING, HoldState.RELEASING)  # the bank has not said that it is gone
# States in which we may hold money.
UNSETTLED: Final = (SessionState.CHARGING, SessionState.DEBT, SessionState.REVIEW_WINDOW, *COMPLAINED)


def of_person(person: Person) -> ColumnElement[bool]:
    """Return the filter for the sessions on a person's statement."""
    return or_(Booking.seeker == person.id, Booking.consultant_org == person.organisation_id)


def on_cards(ctx: Ctx, person: Person) -> Iterator[Held]:
    """Yield what is held on cards, and until when the bank holds it at the latest; the latest come first."""
    for hold, booking in ctx.session.execute(_holds(person).where(CardHold.state.in_(ON_THE_CARD))):
        yield Held(booking.id, booking.ref, booking.seeker == person.id, hold.amount, hold.capture_before)


def disputed(ctx: Ctx, person: Person) -> Iterator[Held]:
    """Yield what a bank has called back of a session, and has not decided about."""
    query = select(Chargeback, Booking).join(Booking, Booking.id == Chargeback.subject)
    found = query.where(of_person(person), Chargeback.state == CHARGEBACK.initial).order_by(Chargeback.id.desc())
    for chargeback, booking in ctx.session.execute(found):
        yield Held(booking.id, booking.ref, booking.seeker == person.id, chargeback.amount, None)


def held(ctx: Ctx, person: Person) -> Iterator[Held]:
    """Yield what was taken from a card and has not been split yet."""
    for booking in _waiting(ctx, person, UNSETTLED):
        amount = ledger.balance(ctx, escrow(booking.id), booking.currency)
        if amount:
            timer = deadline_of(ctx.session, SESSION.name, booking.id)
            until = None if timer is None else timer.due_at
            pays = booking.seeker == person.id
            fee = None if pays else amount.share(booking.commission_bp)
            yield Held(booking.id, booking.ref, pays, amount, until, fee)


def unpaid(ctx: Ctx, person: Person) -> Iterator[Held]:
    """Yield what is owed for a session whose card gave nothing, and by when it is to be paid."""
    captured = select(func.coalesce(func.sum(CardHold.captured_minor), 0)).where(CardHold.state == HoldState.CAPTURED)
    for booking in _waiting(ctx, person, (SessionState.DEBT,)):
        came = int(ctx.session.scalar(captured.where(CardHold.booking_id == booking.id)) or 0)
        timer = deadline_of(ctx.session, SESSION.name, booking.id)
        owed = booking.due - Money(came, booking.currency)
        until = None if timer is None else timer.due_at
        yield Held(booking.id, booking.ref, booking.seeker == person.id, owed, until)


def charged(ctx: Ctx, person: Person) -> Iterator[Charged]:
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
        .add_columns(coming, kept_by_bank(Booking.id, Chargeback.amount_minor - Chargeback.from_refunds_minor))
        .join(Settlement, Settlement.booking_id == Booking.id)
        .join(CardHold, and_(CardHold.booking_id == Booking.id, CardHold.state == HoldState.CAPTURED))
        .where(Booking.seeker == person.id, CardHold.captured_minor > 0)
        .group_by(Booking.id, Booking.ref, Booking.currency, Settlement.back_minor)
        .order_by(Booking.id.desc())
        .limit(LATEST)
    )
    for subject, ref, currency, back, amount, under_way, by_bank in ctx.session.execute(query):
        given_back = Money(int(back + by_bank), currency)
        yield Charged(subject, ref, Money(int(amount), currency), given_back, arrived=not under_way)


def kept_by_bank(
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


# States of a deal that may hold money and was never paid in full.
PAID_IN_PARTS = (DealState.AWAITING_FUNDING, DealState.UNWINDING)


def statement(ctx: Ctx) -> Statement:
    """Return the acting person's money, and their organisation's, as it is now. Raises NotAllowed without a person."""
    person = acting(ctx)
    organisation = person.organisation_id
    return Statement(
        held=(*_held(ctx, organisation), *held(ctx, person)),
        credits=tuple(_credits(ctx, organisation)),
        disputed=(*_disputed(ctx, organisation), *disputed(ctx, person)),
        lost=tuple(_lost(ctx, person)),
        on_cards=tuple(on_cards(ctx, person)),
        unpaid=(*_awaited(ctx, organisation, on_its_way=False), *unpaid(ctx, person)),
        coming=tuple(_awaited(ctx, organisation, on_its_way=True)),
        payouts=tuple(_payouts(ctx, person)),
        charged=tuple(charged(ctx, person)),
        spent=tuple(_spent(ctx, organisation)),
        due=tuple(money for money in ledger.balances(ctx, payable(organisation)).values() if money),
        owes=tuple(money for money in ledger.balances(ctx, receivable(organisation)).values() if money),
    )


def lines(ctx: Ctx) -> Iterator[Line]:
    """Yield every movement of that money in order, out of the books themselves."""
    person = acting(ctx)
    organisation = person.organisation_id
    of_deals = or_(Deal.buyer == organisation, Deal.seller == organisation)
    deals = select(Deal.id, Deal.ref, (Deal.buyer == organisation).label("pays")).where(of_deals)
    bookings = select(Booking.id, Booking.ref, (Booking.seeker == person.id).label("pays"))
    mine = {row.id: row for row in ctx.session.execute(deals.union_all(bookings.where(of_person(person))))}
    ids = select(Deal.id).where(of_deals).union_all(select(Booking.id).where(of_person(person)))
    for entry, group in groupby(ledger.postings_of(ctx, ids), key=lambda row: row[0]):
        about = mine[str(entry.deal_id)]
        legs = [leg for _, leg in group]
        yield from rules.lines_of(
            legs, about.id, organisation, buys=about.pays, ref=about.ref, memo=entry.memo, at=entry.at, key=entry.key
        )


def _held(ctx: Ctx, organisation: str) -> Iterator[Held]:
    """Yield what is held. Only a deal that was paid, in parts at least, can hold anything; the latest come first."""
    query = select(Deal).where(
        or_(Deal.buyer == organisation, Deal.seller == organisation),
        or_(Deal.funded_at.is_not(None), Deal.state.in_(PAID_IN_PARTS)),
    )
    for deal in ctx.session.scalars(query.order_by(Deal.id.desc())):
        amount = ledger.balance(ctx, escrow(deal.id), deal.currency)
        if amount:
            until = None if deal.frozen else _until(ctx, deal.id)  # while it stands still no time does anything
            fee = None if deal.buyer == organisation else _fee_of(ctx, deal, amount)
            yield Held(deal.id, deal.ref, deal.buyer == organisation, amount, until, fee)


def _fee_of(ctx: Ctx, deal: Deal, held: Money) -> Money:
    """Return our fee if all that is held is released, too: that of the whole, without what was taken already."""
    sums = select(func.sum(LotSettlement.released_minor), func.sum(LotSettlement.fee_minor))
    released, fees = ctx.session.execute(sums.where(LotSettlement.deal_id == deal.id)).one()
    so_far, fees_so_far = Money(int(released or 0), deal.currency), Money(int(fees or 0), deal.currency)
    return running_total_fee(so_far + held, fees_so_far, deal.commission_bp)


def _awaited(ctx: Ctx, organisation: str, *, on_its_way: bool) -> Iterator[Held]:
    """Yield what deals wait for now, with the deadline of the payment or its confirmation; the latest first."""
    confirmed_by = (
        select(Payment.expires_at)
        .join(PaymentWay, PaymentWay.payment_id == Payment.id)
        .where(Payment.tranche_id == Tranche.id, Payment.state == PaymentState.OPEN, PaymentWay.settling)
        .limit(1)
        .scalar_subquery()
    )
    mine = or_(Deal.buyer == organisation, Deal.seller == organisation)
    query: Select[Any] = select(Tranche, Deal).add_columns(confirmed_by).join(Deal, Deal.id == Tranche.deal_id)
    query = query.where(
        mine, Tranche.state == TrancheState.AWAITED, confirmed_by.is_not(None) if on_its_way else confirmed_by.is_(None)
    )
    for tranche, deal, confirmed in ctx.session.execute(query.order_by(Deal.id.desc())):
        first = deal.state == DealState.AWAITING_FUNDING  # the deal itself waits for it
        timer = deadline_of(ctx.session, "deal" if first else TRANCHE.name, deal.id if first else tranche.id)
        due = None if timer is None or deal.frozen else timer.due_at
        yield Held(
            deal.id, deal.ref, deal.buyer == organisation, tranche.missing, due if confirmed is None else confirmed
        )


def _credits(ctx: Ctx, organisation: str) -> Iterator[Held]:
    """Yield what was paid too much; the latest come first."""
    query = select(Credit, Deal.ref).join(Deal, Deal.id == Credit.deal_id)
    kept = query.where(Credit.organisation_id == organisation, Credit.state == CREDIT.initial)
    for credit, ref in ctx.session.execute(kept.order_by(Credit.id.desc())):
        yield Held(credit.deal_id, ref, True, credit.amount, None)


def _disputed(ctx: Ctx, organisation: str) -> Iterator[Held]:
    query = select(Chargeback, Deal).join(Deal, Deal.id == Chargeback.subject)
    mine = or_(Deal.buyer == organisation, Deal.seller == organisation)
    found = query.where(mine, Chargeback.state == CHARGEBACK.initial).order_by(Chargeback.id.desc())
    for chargeback, deal in ctx.session.execute(found):
        yield Held(deal.id, deal.ref, deal.buyer == organisation, chargeback.amount, None)


def _lost(ctx: Ctx, person: Person) -> Iterator[Lost]:
    """Yield what banks have kept of the payments of deals and sessions; the latest come first."""
    own, deals = person.organisation_id, select(Chargeback, Deal.ref, Deal.buyer == person.organisation_id)
    sessions = select(Chargeback, Booking.ref, Booking.seeker == person.id)
    kept = (Chargeback.state.in_(LOST), Chargeback.amount_minor > 0)
    of_deals = deals.join(Deal, Deal.id == Chargeback.subject).where(or_(Deal.buyer == own, Deal.seller == own), *kept)
    of_sessions = sessions.join(Booking, Booking.id == Chargeback.subject).where(of_person(person), *kept)
    for found in (of_deals, of_sessions):
        for chargeback, ref, mine in ctx.session.execute(found.order_by(Chargeback.id.desc()).limit(LATEST)):
            yield Lost(ref, bool(mine), chargeback)


def _until(ctx: Ctx, deal_id: str) -> datetime | None:
    """Return the next deadline of a deal or of its lots. While a case is open, return the case's deadline."""
    cases = select(Case.id).where(Case.deal_id == deal_id, Case.state.in_(OPEN))
    of_case = (TimerRow.kind == "case") & TimerRow.subject.in_(cases)
    if (due := ctx.session.scalar(select(func.min(TimerRow.due_at)).where(of_case))) is not None:
        return due
    lots = select(Lot.id).where(Lot.deal_id == deal_id)
    of_deal = (TimerRow.kind == "deal") & (TimerRow.subject == deal_id)
    of_lots = (TimerRow.kind == "lot") & TimerRow.subject.in_(lots)
    return ctx.session.scalar(select(func.min(TimerRow.due_at)).where(or_(of_deal, of_lots)))


def _spent(ctx: Ctx, organisation: str) -> Iterator[Charged]:
    """Yield what a buyer has paid for deals and is no longer held, and what goes back; the latest first."""
    released = select(func.coalesce(func.sum(LotSettlement.released_minor), 0)).where(LotSettlement.deal_id == Deal.id)
    has_settlement = exists().where(LotSettlement.deal_id == Deal.id)
    kept = exists().where(Chargeback.subject == Deal.id, Chargeback.state.in_(LOST))  # and no refund is left of it
    to_them = or_(Disbursement.kind == DisbursementKind.REFUND, Disbursement.payee == Deal.buyer)
    refunds = and_(Disbursement.subject == Deal.id, to_them)
    back = select(func.coalesce(func.sum(Disbursement.amount_minor), 0)).where(refunds)
    coming = select(func.count()).where(refunds, Disbursement.state != DisbursementState.DONE)
    by_bank = kept_by_bank(Deal.id)
    # What was released counts already: the seller bears it, and the buyer has paid it once.
    unreleased = kept_by_bank(Deal.id, Chargeback.from_escrow_minor + Chargeback.from_refunds_minor)
    query = (
        select(Deal.id, Deal.ref, Deal.currency)
        .add_columns(released.scalar_subquery(), back.scalar_subquery(), coming.scalar_subquery(), by_bank, unreleased)
        .where(Deal.buyer == organisation, or_(has_settlement, exists().where(refunds), kept))
        .order_by(Deal.id.desc())
        .limit(LATEST)
    )
    for subject, ref, currency, gone, given_back, under_way, kept_back, was_ours in ctx.session.execute(query):
        if amount := Money(int(gone + given_back + was_ours), currency):
            yield Charged(subject, ref, amount, Money(int(given_back + kept_back), currency), arrived=not under_way)


def _payouts(ctx: Ctx, person: Person) -> list[Payout]:
    """Return the latest payouts of deals and sessions together: ids grow with time."""
    found = sorted(
        chain(_of_deals(ctx, person.organisation_id), payouts(ctx, person)),
        key=lambda each: each[0],
        reverse=True,
    )
    return [payout for _, payout in found[:LATEST]]


def _of_deals(ctx: Ctx, organisation: str) -> Iterator[tuple[str, Payout]]:
    query = (
        select(Disbursement, Deal.ref, Lot.number, LotSettlement.fee_minor)
        .join(Deal, Deal.id == Disbursement.subject)
        .outerjoin(Lot, Lot.id == Disbursement.lot_id)
        .outerjoin(LotSettlement, LotSettlement.lot_id == Disbursement.lot_id)
        .where(Disbursement.payee == organisation, Disbursement.kind == DisbursementKind.PAYOUT)
        .order_by(Disbursement.id.desc())
        .limit(LATEST)
    )
    for row, ref, lot, fee in ctx.session.execute(query):
        # A lot that is sent in parts, out of several payments, has its fee deducted once.
        deducted = Money(fee if fee and row.key.endswith(":1") else 0, row.currency)
        yield row.id, Payout(row.subject, ref, lot, row.amount, deducted, row.state, row.why)
