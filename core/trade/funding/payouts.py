"""Payouts and refunds of deals: what of each payment can still leave, and what follows when it has arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import count

from sqlalchemy import func, select

from core.kernel.compiled_statements import find_all
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.chargebacks.service import held_charged_back
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import UNSENT, Disbursement, DisbursementKind, DisbursementState
from core.money.disbursements.requests import make, send
from core.money.disbursements.subjects import Exposure, Parties, Payments, Subject, Title, plug
from core.money.ledger import service as ledger
from core.money.ledger.accounts import escrow, refund_due
from core.money.model import SubjectKind
from core.money.payees.model import Payee
from core.trade.deals import access, lifecycle
from core.trade.deals.model import UNBALANCED, Deal
from core.trade.delivery.model import Lot
from core.trade.funding import rules
from core.trade.funding.events import PayoutSent, RefundSent
from core.trade.funding.model import CREDIT, Credit, LotSettlement, Payment, PaymentState, Tranche
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.model import Rail
from core.trade.funding.rails.surplus import balance_to_leave


def pay_out(ctx: Ctx, deal: Deal, lot: Lot, amount: Money) -> None:
    """Send a lot's net amount to the seller once they can receive it, out of the payments that brought it."""
    known = select(Disbursement.id).where(Disbursement.lot_id == lot.id, Disbursement.kind == DisbursementKind.PAYOUT)
    if not amount or ctx.session.scalar(known.limit(1)) is not None:
        return
    for number, (payment_id, part) in enumerate(rules.drawn(amount, left(ctx, deal, lot)), 1):
        of, key = (SubjectKind.DEAL, deal.id, payment_id), f"transfer:{lot.id}:{number}"
        send(ctx, make(ctx, DisbursementKind.PAYOUT, of, part, key=key, lot_id=lot.id, payee=deal.seller))
    ctx.session.flush()


def refund(
    ctx: Ctx, deal: Deal, payment: Payment | None = None, amount: Money | None = None, *, lot: Lot | None = None
) -> None:
    """Refund `amount` of one payment, or else everything due to the buyer that is not on its way yet.

    The provider refunds each payment to where it came from, so there is one refund per payment.
    """
    if payment is not None and amount is not None:
        parts = [(payment.id, amount)]
    else:
        parts = rules.drawn(unsent_refunds(ctx, deal), left(ctx, deal, lot))
    for payment_id, part in parts:
        send(ctx, make_refund(ctx, ctx.session.get_one(Payment, payment_id), part))
        ctx.session.flush()


def make_refund(
    ctx: Ctx, payment: Payment, amount: Money, *, beside: bool = False, credit_id: str | None = None
) -> Disbursement:
    """Create one more refund of a payment, under the next free number.

    A number is free again if its refund served a claim.
    """
    used = set(ctx.session.scalars(select(Disbursement.key).where(Disbursement.subject == payment.deal_id)))
    keys = (f"refund:{payment.deal_id}:{number}" for number in count(1))
    free = next(key for key in keys if key not in used)
    of = (SubjectKind.DEAL, payment.deal_id, payment.id)
    return make(ctx, DisbursementKind.REFUND, of, amount, key=free, beside=beside, credit_id=credit_id)


def try_deal_again(ctx: Ctx, deal_id: str) -> None:
    """Retry the last disbursements of a deal after a day, as far as they can be sent."""
    for row in find_all(ctx.session, Disbursement, ("id",), subject=deal_id):
        payee = ctx.session.get(Payee, row.payee) if row.payee is not None else None
        reachable = row.kind is not DisbursementKind.PAYOUT or (payee is not None and payee.ready)
        if row.state in UNSENT and reachable:
            disbursements.retry(ctx, row.id)


def finish(ctx: Ctx, deal_id: str) -> None:
    """End a deal that is settling or unwinding once nothing is held for it and nothing is on its way."""
    deal = access.locked(ctx, deal_id)
    if deal.state not in lifecycle.ENDING or disbursements.is_under_way(ctx, deal_id):
        return
    if any(ledger.balance(ctx, account, deal.currency) for account in (escrow(deal_id), refund_due(deal_id))):
        return
    (lifecycle.paid_out if deal.state in lifecycle.SETTLING else lifecycle.refunded)(ctx, deal_id)


# --- what deals plug into the disbursement machine --------------------------------------------------------------------


def _lock(ctx: Ctx, deal_id: str) -> Parties:
    deal = access.locked(ctx, deal_id)
    is_unbalanced = UNBALANCED in (deal.frozen, deal.also_frozen)
    return Parties(payer=deal.buyer, seller=deal.seller, stopped=UNBALANCED if is_unbalanced else None)


def _title(ctx: Ctx, row: Disbursement) -> Title:
    deal, payment = ctx.session.get_one(Deal, row.subject), ctx.session.get_one(Payment, row.payment_id)
    # It leaves our balance if it was kept from another payment, or if this payment has nothing left.
    payout = row.kind is DisbursementKind.PAYOUT
    of_another = payout and row.chargeback_id is not None and not has_left(ctx, payment, row)
    way = rails.way_of(ctx, payment.id)
    by_transfer = way is not None and way.rail is Rail.BANK_TRANSFER
    return Title(
        ref=deal.ref,
        charge=None if of_another else payment.charge_ref,
        intent=payment.intent_ref,
        balance=balance_to_leave(ctx, row),
        email=rails.email_of(ctx, deal.buyer) if by_transfer else None,
        held_until=rails.kept_until(ctx, row),
    )


def _settled(ctx: Ctx, row: Disbursement) -> None:
    deal = ctx.session.get_one(Deal, row.subject)
    if row.state is DisbursementState.DONE and row.payee == deal.seller:
        ctx.announce(PayoutSent(deal.seller, deal.id, row.lot_id, row.amount))
    elif row.state is DisbursementState.DONE:
        ctx.announce(RefundSent(deal.id, row.amount, "" if row.credit_id is None else "too_much"))
    finish(ctx, deal.id)


def _exposure(ctx: Ctx, deal_id: str, payment_id: str) -> Exposure:
    deal, payment = ctx.session.get_one(Deal, deal_id), ctx.session.get_one(Payment, payment_id)
    sums = select(func.sum(LotSettlement.released_minor), func.sum(LotSettlement.fee_minor))
    released, fees = ctx.session.execute(sums.where(LotSettlement.deal_id == deal.id)).one()
    return Exposure(
        held=ledger.balance(ctx, escrow(deal.id), deal.currency) - _still_coming(ctx, payment),
        released=Money(int(released or 0), deal.currency),
        fees=Money(int(fees or 0), deal.currency),
        came=payment.received,
    )


def _still_coming(ctx: Ctx, disputed: Payment) -> Money:
    """Return what other payments of the deal have brought in part; it does not bear the chargeback.

    It stays in the buyer's balance at the provider until all has come. If the rest does not come, it is theirs again.
    """
    known = find_all(ctx.session, Payment, ("number",), deal_id=disputed.deal_id)
    others = (each for each in known if each.charge_ref is None and each.id != disputed.id)
    came = (each.held - held_charged_back(ctx, each.id, each.currency) for each in others)
    return Money.total(came, disputed.currency)


plug(
    SubjectKind.DEAL,
    Subject(_lock, _title, _settled),
    Payments(select(Payment.id.label("payment_id"), Payment.deal_id.label("subject"), Payment.intent_ref), _exposure),
)


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
    disputed = (
        select(Chargeback.payment_id, func.sum(Chargeback.amount_minor).label("minor"))
        .where(Chargeback.subject == deal.id, Chargeback.state != ChargebackState.WON)
        .group_by(Chargeback.payment_id)
    )
    gone_minor: Counter[str] = Counter()
    for row in (row for query in (gone, kept, disputed) for row in ctx.session.execute(query)):
        gone_minor[row.payment_id] += int(row.minor)
    return [(each.id, each.received - Money(gone_minor[each.id], each.currency)) for each in payments]


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
