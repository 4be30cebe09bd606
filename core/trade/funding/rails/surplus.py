"""A buyer's money in their balance at the provider, as our books know it.

It was transferred without being asked for, came only in part, or was refunded and not claimed.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from core.kernel.money import Money
from core.kernel.process import enter
from core.kernel.transaction import Ctx
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.trade.deals.model import Deal
from core.trade.funding.events import CreditKept
from core.trade.funding.model import CREDIT, Credit, Payment
from core.trade.funding.rails.model import Payer, PaymentWay, Rail


def last_transfer(ctx: Ctx, organisation_id: str, currency: str) -> Payment | None:
    query = (
        select(Payment)
        .join(PaymentWay, PaymentWay.payment_id == Payment.id)
        .join(Deal, Deal.id == Payment.deal_id)
        .where(Deal.buyer == organisation_id, PaymentWay.rail == Rail.BANK_TRANSFER, Payment.currency == currency)
    )
    return ctx.session.scalar(query.order_by(Payment.id.desc()).limit(1))


def known_of(ctx: Ctx, organisation_id: str, currency: str) -> Money:
    """Return what our books know of the balance: open credits, and refunds that have not left yet."""
    going = _going_back(
        ctx, organisation_id, currency, Disbursement.state != DisbursementState.DONE, _leaves_their_balance()
    )
    return transferred_too_much(ctx, organisation_id, currency) + Money.total((each.amount for each in going), currency)


def still_there(ctx: Ctx, organisation_id: str, currency: str) -> list[Disbursement]:
    """Return the waiting refunds out of a buyer's balance. Other payments may have used their money."""
    unsent = Disbursement.state.in_((DisbursementState.WAITING, DisbursementState.REFUSED))
    there = or_(Disbursement.beside, and_(Payment.charge_ref.is_(None), PaymentWay.over))
    return _going_back(ctx, organisation_id, currency, unsent, there)


def _going_back(ctx: Ctx, organisation_id: str, currency: str, *which: ColumnElement[bool]) -> list[Disbursement]:
    query = (
        select(Disbursement)
        .join(Payment, Payment.id == Disbursement.payment_id)
        .join(PaymentWay, PaymentWay.payment_id == Disbursement.payment_id)
        .join(Deal, Deal.id == Disbursement.subject)
        .where(
            Deal.buyer == organisation_id,
            PaymentWay.rail == Rail.BANK_TRANSFER,
            Disbursement.kind == DisbursementKind.REFUND,
            Disbursement.currency == currency,
            *which,
        )
    )
    return list(ctx.session.scalars(query.order_by(Disbursement.id)))


def transferred_too_much(ctx: Ctx, organisation_id: str, currency: str) -> Money:
    """Return the buyer's credit at the provider, which pays for their next bank transfer as far as it goes."""
    return Money.total((each.amount for each in kept_of(ctx, organisation_id, currency)), currency)


def kept_of(ctx: Ctx, organisation_id: str, currency: str) -> list[Credit]:
    """Return the credits that the provider holds as transfers, the oldest first; not those that came by a payment."""
    query = (
        select(Credit)
        .join(Payment, Payment.id == Credit.payment_id)
        .join(PaymentWay, PaymentWay.payment_id == Credit.payment_id)
        .where(
            Credit.organisation_id == organisation_id,
            Credit.currency == currency,
            Credit.state == CREDIT.initial,
            PaymentWay.rail == Rail.BANK_TRANSFER,
            or_(Credit.beside, Payment.charge_ref.is_(None)),
        )
    )
    return list(ctx.session.scalars(query.order_by(Credit.id)))


def brought_by_others(ctx: Ctx, deal: Deal, after: datetime | None = None) -> bool:
    """Return whether the provider would use the buyer's money from other deals for a transfer of this one.

    `after`: count only money that came there later.
    """
    kept, waiting = kept_of(ctx, deal.buyer, deal.currency), still_there(ctx, deal.buyer, deal.currency)
    moments = [each.state_since for each in kept if each.deal_id != deal.id]
    moments += [each.made_at or datetime.min.replace(tzinfo=UTC) for each in waiting if each.subject != deal.id]
    return any(after is None or at > after for at in moments)


def balance_to_leave(ctx: Ctx, row: Disbursement) -> tuple[str, Money] | None:
    """Return the payer whose balance a refund leaves from, and the amount that must stay in it.

    Return None if the payment itself is refunded. A complete payment was taken out of that balance. A refund from the
    balance would use the buyer's credit, which would look spent.
    """
    query = (
        select(Payer)
        .join(Deal, Deal.buyer == Payer.organisation_id)
        .join(Disbursement, Disbursement.subject == Deal.id)
        .join(Payment, Payment.id == Disbursement.payment_id)
        .join(PaymentWay, PaymentWay.payment_id == Payment.id)
        .where(Disbursement.id == row.id, PaymentWay.rail == Rail.BANK_TRANSFER, _leaves_their_balance())
    )
    payer = ctx.session.scalar(query)
    if payer is None:
        return None
    return payer.ref, transferred_too_much(ctx, payer.organisation_id, row.currency)


def _leaves_their_balance() -> ColumnElement[bool]:
    """Return the condition for refunds of money outside the payment, or of a payment that came only in part."""
    return or_(Disbursement.beside, Payment.charge_ref.is_(None))


def keep_credit(ctx: Ctx, organisation_id: str, payment: Payment, surplus: Money, *, beside: bool = False) -> Credit:
    """Create a credit for an overpayment: by a payment, or outside of it."""
    kept = Credit(
        id=ctx.new_id(),
        organisation_id=organisation_id,
        deal_id=payment.deal_id,
        payment_id=payment.id,
        amount_minor=surplus.minor,
        currency=surplus.currency,
        beside=beside,
    )
    enter(ctx, CREDIT, kept, CREDIT.initial)
    ctx.session.add(kept)
    ctx.announce_change(CreditKept(organisation_id, payment.deal_id, kept.id, surplus))
    return kept
