"""Compute what of a deal's payments can still leave: no payment gives more than it brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select

from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.ledger import service as ledger
from core.money.ledger.accounts import refund_due
from core.trade.deals.model import Deal
from core.trade.delivery.model import Lot
from core.trade.funding.model import CREDIT, Credit, Payment, PaymentState, Tranche


def left(ctx: Ctx, deal: Deal, lot: Lot | None) -> list[tuple[str, Money]]:
    """Return what is left of each payment: those that brought this lot's money first, then the oldest first."""
    payments = select(Payment).where(Payment.deal_id == deal.id, Payment.state != PaymentState.RETURNED)
    known = [each for each in ctx.session.scalars(payments.order_by(Payment.number)) if each.received_minor]
    if lot is not None:
        own = select(Tranche.id).where(
            Tranche.deal_id == deal.id, Tranche.first_lot <= lot.number, Tranche.last_lot >= lot.number
        )
        tranche = ctx.session.scalar(own)
        known.sort(key=lambda payment: payment.tranche_id != tranche)
    return left_of(ctx, deal, known)


def left_of(ctx: Ctx, deal: Deal, payments: Sequence[Payment]) -> list[tuple[str, Money]]:
    """Return what is left of these payments of the deal.

    The buyer's credit, which is not the deal's, and what a bank has taken are not included.
    """
    kept = (
        select(Credit.payment_id, func.sum(Credit.amount_minor).label("minor"))
        .where(Credit.deal_id == deal.id, Credit.state == CREDIT.initial)
        .group_by(Credit.payment_id)
    )
    gone = (
        select(Disbursement.payment_id, func.sum(Disbursement.amount_minor).label("minor"))
        .where(
            Disbursement.subject == deal.id,
            Disbursement.kind != DisbursementKind.REVERSAL,
            Disbursement.chargeback_id.is_(None),
        )
        .group_by(Disbursement.payment_id)
    )
    called_back = (
        select(Chargeback.payment_id, func.sum(Chargeback.amount_minor).label("minor"))
        .where(Chargeback.subject == deal.id, Chargeback.state != ChargebackState.WON)
        .group_by(Chargeback.payment_id)
    )
    taken: Counter[str] = Counter()
    for row in (row for query in (gone, kept, called_back) for row in ctx.session.execute(query)):
        taken[row.payment_id] += int(row.minor)
    return [(each.id, each.received - Money(taken[each.id], each.currency)) for each in payments]


def unsent_refunds(ctx: Ctx, deal: Deal) -> Money:
    """Return what is due to the buyer and not yet on its way."""
    due = ledger.balance(ctx, refund_due(deal.id), deal.currency)
    under_way = select(func.coalesce(func.sum(Disbursement.amount_minor), 0)).where(
        Disbursement.subject == deal.id,
        Disbursement.kind == DisbursementKind.REFUND,
        Disbursement.state != DisbursementState.DONE,
        Disbursement.currency == deal.currency,
    )
    return max(due - Money(int(ctx.session.scalar(under_way) or 0), deal.currency), Money.zero(deal.currency))


def has_left(ctx: Ctx, payment: Payment, row: Disbursement) -> bool:
    """Return whether enough is left of a payment to send this disbursement out of it, too."""
    query = select(Disbursement).where(
        Disbursement.payment_id == payment.id, Disbursement.id != row.id, ~Disbursement.beside
    )
    given = Money.zero(payment.currency)
    for each in ctx.session.scalars(
        query.where(Disbursement.state.in_((DisbursementState.ASKED, DisbursementState.DONE)))
    ):
        if each.kind is not DisbursementKind.REVERSAL:
            given += each.amount
        elif each.state is DisbursementState.DONE:
            given -= each.amount
    return given + row.amount <= payment.counted
