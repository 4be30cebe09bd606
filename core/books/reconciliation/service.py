"""Read the provider's books, match each line with a row of ours, and open a case for the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from core.advice.sessions.model import CardHold
from core.books.reconciliation import rules
from core.books.reconciliation.events import DifferenceFound, DifferenceGone
from core.books.reconciliation.model import (
    FIRST_READING,
    READ_AGAIN,
    Difference,
    DifferenceKind,
    ProviderLine,
    Reading,
    ReturnedRefund,
)
from core.books.reconciliation.rules import SORTS, Sort
from core.kernel.database import add_unless_present
from core.kernel.money import Money
from core.kernel.outbox import OutboxRow, requeue
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback
from core.money.chargebacks.rules import AGAIN
from core.money.disbursements.model import Disbursement, DisbursementKind
from core.money.ledger import service as ledger
from core.money.ledger.accounts import PROVIDER, PROVIDER_FEES, clearing, credit, debit
from core.shop.purchases.model import PurchasePayment
from core.trade.funding.model import Payment

UNKNOWN_TOO_LONG: Final = timedelta(days=1)
GIVEN_UP: Final = OutboxRow.failure.startswith("given up")
OF_CARDS: Final = ("hold", "capture", "hold.cancel")
MOVES_MONEY: Final = ("transfer", "refund", "reversal", "checkout.open", "evidence.submit", *OF_CARDS)
DISBURSEMENTS: Final = {
    Sort.REFUND: DisbursementKind.REFUND,
    Sort.REFUND_BACK: DisbursementKind.REFUND,
    Sort.TRANSFER: DisbursementKind.PAYOUT,
    Sort.REVERSAL: DisbursementKind.REVERSAL,
}


# --- reading ----------------------------------------------------------------------------------------------------------


def read_from(ctx: Ctx, name: str) -> datetime:
    """Return where to go on reading: a little before the end of the last time."""
    last = ctx.session.get(Reading, name)
    return ctx.now - FIRST_READING if last is None else last.until - READ_AGAIN[name]


def read_until(ctx: Ctx, name: str, moment: datetime) -> None:
    last = ctx.session.get(Reading, name)
    if last is None:
        ctx.session.add(Reading(name=name, until=moment))
    else:
        last.until = max(last.until, moment)
    ctx.session.flush()


def take_line(ctx: Ctx, *, ref: str, kind: str, amount: Money, fee: Money, source: str | None, at: datetime) -> None:
    """Store a line of the provider's books, once. If it is a fee of the provider, book it."""
    new = add_unless_present(
        ctx.session,
        ProviderLine,
        ref=ref,
        kind=kind,
        amount_minor=amount.minor,
        fee_minor=fee.minor,
        currency=amount.currency,
        source=source,
        at=at,
        version=1,
    )
    cost = fee - amount  # the line itself is below zero; zero if the provider waives it
    if new and cost and SORTS.get(kind) is Sort.FEE:
        legs = [debit(PROVIDER_FEES, cost), credit(PROVIDER, cost)]
        ledger.post(ctx, f"provider:{ref}", f"Charged by the provider: {kind}", legs)


# --- matching ---------------------------------------------------------------------------------------------------------


def explain_lines(ctx: Ctx) -> dict[str, str]:
    """Find our row for each line that has none yet. Return what is left, by line, in words."""
    left = {}
    query = select(ProviderLine).where(ProviderLine.explained.is_(None)).order_by(ProviderLine.at, ProviderLine.ref)
    for line in ctx.session.scalars(query).all():
        found = _explained(ctx, line)
        if found is None:
            left[line.ref] = f"{line.kind} of {line.amount}, fee {line.fee}, about {line.source}: nothing of ours fits"
        else:
            line.explained = found
    ctx.session.flush()
    return left


def _explained(ctx: Ctx, line: ProviderLine) -> str | None:
    sort = SORTS.get(line.kind)
    match sort:
        case Sort.OWN | Sort.FEE:
            return sort.value
        case Sort.PAYMENT:
            return _payment(ctx, line)
        case Sort.DISPUTE:
            return _dispute(ctx, line)
        case None:
            return None
    return _disbursement(ctx, line, DISBURSEMENTS[sort])


def _payment(ctx: Ctx, line: ProviderLine) -> str | None:
    payment = ctx.session.scalar(select(Payment).where(Payment.charge_ref == line.source))
    if payment is None:
        return _card_charge(ctx, line)
    if not any(rules.agrees(line.amount, amount) for amount in (payment.amount, payment.received, payment.held)):
        return None
    _exchange(ctx, line, payment.received, payment.deal_id)
    return f"payment:{payment.id}"


def _card_charge(ctx: Ctx, line: ProviderLine) -> str | None:
    """Match a line with a session's charge, or with a payment of something that the market sold."""
    hold = ctx.session.scalar(select(CardHold).where(CardHold.charge_ref == line.source))
    if hold is not None:
        return _agreed(ctx, line, hold.captured, hold.booking_id, f"hold:{hold.id}")
    sold = ctx.session.scalar(select(PurchasePayment).where(PurchasePayment.charge_ref == line.source))
    if sold is not None:
        return _agreed(ctx, line, sold.amount, sold.purchase_id, f"sold:{sold.id}")
    return None


def _disbursement(ctx: Ctx, line: ProviderLine, kind: DisbursementKind) -> str | None:
    back = SORTS[line.kind] in (Sort.REFUND_BACK, Sort.REVERSAL)
    earlier = ctx.session.get(ReturnedRefund, line.source) if kind is DisbursementKind.REFUND else None
    if earlier is not None:  # another amount may have been sent for its row since
        return _agreed(ctx, line, earlier.amount if back else -earlier.amount, earlier.subject, earlier.row)
    query = select(Disbursement).where(Disbursement.provider_ref == line.source, Disbursement.kind == kind)
    made = ctx.session.scalar(query.limit(1))
    if made is None:
        return None
    return _agreed(ctx, line, made.amount if back else -made.amount, made.subject, made.row_name)


def _agreed(ctx: Ctx, line: ProviderLine, booked: Money, deal: str, row: str) -> str | None:
    """Return the row that explains a line, if both are the same money. A change of currency is booked with it."""
    if not rules.agrees(line.amount, booked):
        return None
    _exchange(ctx, line, booked, deal)
    return row


def _dispute(ctx: Ctx, line: ProviderLine) -> str | None:
    # what it took after it was won
    later = Chargeback.ref.startswith(f"{line.source}{AGAIN}", autoescape=True)
    known = select(Chargeback).where((Chargeback.ref == line.source) | later)
    fits = (each for each in ctx.session.scalars(known) if abs(line.amount_minor) in (each.amount_minor, 0))
    found = next(fits, None)
    return None if found is None else f"chargeback:{found.id}"


def _exchange(ctx: Ctx, line: ProviderLine, booked: Money, deal: str) -> None:
    """Book the exchange if the provider has settled in its account's currency, at the provider's rate."""
    if line.currency == booked.currency:
        return
    rate = clearing("exchange")
    legs = [debit(rate, booked), credit(PROVIDER, booked), debit(PROVIDER, line.amount), credit(rate, line.amount)]
    ledger.post(ctx, f"provider:{line.ref}:exchange", f"Settled in {line.currency}", legs, deal=deal)


# --- cases ------------------------------------------------------------------------------------------------------------


def held_by_provider(ctx: Ctx) -> dict[str, Money]:
    """Return what the provider holds according to our books, by currency."""
    return ledger.balances(ctx, PROVIDER)


def unknown_for_long(ctx: Ctx) -> dict[str, str]:
    """Return requests to the provider that are without a result for more than a day, or were given up."""
    since = ctx.now - UNKNOWN_TOO_LONG
    # A refused request is dead too, and its disbursement knows what follows.
    late = (~OutboxRow.dead & (OutboxRow.created_at < since)) | GIVEN_UP
    query = select(OutboxRow).where(OutboxRow.channel == "payments", late, OutboxRow.kind.in_(MOVES_MONEY))
    return {
        row.id: f"{row.kind} of {row.created_at:%Y-%m-%d %H:%M}, asked {row.attempts} times: {row.failure}"
        for row in ctx.session.scalars(query.order_by(OutboxRow.id))
    }


def try_given_up(ctx: Ctx) -> None:
    """Retry each night the payments that were given up; a fault in their way may be mended by now."""
    dead_lettered = select(OutboxRow.id).where(OutboxRow.channel == "payments", OutboxRow.dead, GIVEN_UP)
    found = ctx.session.scalars(dead_lettered.where(OutboxRow.kind.in_(MOVES_MONEY))).all()
    requeue(ctx.session, found, ctx.now)


def compare(ctx: Ctx, kind: DifferenceKind, found: Mapping[str, str]) -> None:
    """Open a case for each thing found, and close those of this kind that are not found any more."""
    open_ones = {each.subject: each for each in open_differences(ctx, kind)}
    for subject, detail in found.items():
        known = open_ones.get(subject)
        if known is None:
            difference = Difference(
                id=ctx.new_id(), kind=kind, subject=subject, detail=detail, nights=1, opened_at=ctx.now
            )
            ctx.session.add(difference)
            ctx.announce(DifferenceFound(difference.id, kind.value, subject, detail))
        else:
            known.detail, known.nights = detail, known.nights + 1
    for subject in open_ones.keys() - found.keys():
        _close(ctx, open_ones[subject])
    ctx.session.flush()


def open_differences(ctx: Ctx, *kinds: DifferenceKind) -> list[Difference]:
    expected: Collection[DifferenceKind] = kinds or tuple(DifferenceKind)
    query = select(Difference).where(Difference.closed_at.is_(None), Difference.kind.in_(expected))
    return list(ctx.session.scalars(query.order_by(Difference.id)))


def _close(ctx: Ctx, difference: Difference) -> None:
    difference.closed_at = ctx.now
    ctx.announce(DifferenceGone(difference.id, difference.kind.value, difference.subject))
    ctx.session.flush()


OTHERS: Final = ("escrow", "payable", "refund_due", "buyer_credit")


def free_earnings(ctx: Ctx) -> dict[str, Money]:
    """Return the free earnings by currency.

    A negative amount means that refunds and fees cost more than was earned: a reserve has to be paid in. Earlier
    payments in and out are known from the provider's lines that were read last.
    """
    free = held_by_provider(ctx)
    for kind in OTHERS:
        for (_, currency), minor in ledger.balances_by_account(ctx, kind).items():
            free[currency] = free.get(currency, Money.zero(currency)) - Money(minor, currency)
    moved = select(ProviderLine.currency, func.sum(ProviderLine.amount_minor - ProviderLine.fee_minor).label("minor"))
    for row in ctx.session.execute(moved.where(ProviderLine.explained == Sort.OWN).group_by(ProviderLine.currency)):
        free[row.currency] = free.get(row.currency, Money.zero(row.currency)) + Money(int(row.minor), row.currency)
    return free
