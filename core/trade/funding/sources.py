"""What of a deal's payments can still leave: each gives no more than it has brought, and nobody is given it twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select

from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.model import refund_due
from core.trade.deals.model import Deal
from core.trade.delivery.model import Lot
from core.trade.funding.model import (
    CREDIT,
    Chargeback,
    ChargebackState,
    Credit,
    Effect,
    EffectKind,
    EffectState,
    Payment,
    PaymentState,
    Tranche,
)


def left(ctx: Ctx, deal: Deal, lot: Lot | None) -> list[tuple[str, Money]]:
    """What of each payment has not gone anywhere yet: those that brought this lot's money first, then as they came."""
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
    """The same of these payments of the deal.

    What is kept of them as the buyer's credit is not the deal's; what a bank has taken of them nobody can give back.
    """
    kept = (
        select(Credit.payment_id, func.sum(Credit.amount_minor).label("minor"))
        .where(Credit.deal_id == deal.id, Credit.state == CREDIT.initial)
        .group_by(Credit.payment_id)
    )
    gone = (
        select(Effect.payment_id, func.sum(Effect.amount_minor).label("minor"))
        .where(Effect.deal_id == deal.id, Effect.kind != EffectKind.REVERSAL, Effect.chargeback_id.is_(None))
        .group_by(Effect.payment_id)
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
    """What is due to the buyer and not yet on its way."""
    due = ledger.balance(ctx, refund_due(deal.id), deal.currency)
    under_way = select(func.coalesce(func.sum(Effect.amount_minor), 0)).where(
        Effect.deal_id == deal.id,
        Effect.kind == EffectKind.REFUND,
        Effect.state != EffectState.DONE,
        Effect.currency == deal.currency,
    )
    return max(due - Money(int(ctx.session.scalar(under_way) or 0), deal.currency), Money.zero(deal.currency))


def has_left(ctx: Ctx, payment: Payment, effect: Effect) -> bool:
    """Whether a payment has not given so much yet that this cannot be sent out of it, too."""
    query = select(Effect).where(Effect.payment_id == payment.id, Effect.id != effect.id, ~Effect.beside)
    given = Money.zero(payment.currency)
    for each in ctx.session.scalars(query.where(Effect.state.in_((EffectState.ASKED, EffectState.DONE)))):
        if each.kind is not EffectKind.REVERSAL:
            given += each.amount
        elif each.state is EffectState.DONE:
            given -= each.amount
    return given + effect.amount <= payment.counted
