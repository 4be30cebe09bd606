"""Payouts and refunds of deals: which payment each comes from, and what follows when it has arrived."""

from __future__ import annotations

from itertools import count

from sqlalchemy import func, select

from core.kernel.compiled_statements import find_all
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import held_taken
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import UNSENT, Disbursement, DisbursementKind, DisbursementState
from core.money.disbursements.requests import make, send
from core.money.disbursements.subjects import Exposure, Parties, Payments, Subject, Title, plug
from core.money.ledger import service as ledger
from core.money.ledger.accounts import escrow, refund_due
from core.money.model import SubjectKind
from core.money.payees.model import Payee
from core.trade.deals import service as deals
from core.trade.deals.model import IN_DOUBT, Deal
from core.trade.delivery.model import Lot
from core.trade.funding import rules
from core.trade.funding.events import PayoutSent, RefundSent
from core.trade.funding.model import LotSettlement, Payment
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.model import Rail
from core.trade.funding.rails.surplus import balance_to_leave
from core.trade.funding.sources import has_left, left, unsent_refunds


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
    deal = deals.locked(ctx, deal_id)
    if deal.state not in deals.ENDING or disbursements.is_under_way(ctx, deal_id):
        return
    if any(ledger.balance(ctx, account, deal.currency) for account in (escrow(deal_id), refund_due(deal_id))):
        return
    (deals.paid_out if deal.state in deals.SETTLING else deals.refunded)(ctx, deal_id)


# --- what deals plug into the disbursement machine --------------------------------------------------------------------


def _lock(ctx: Ctx, deal_id: str) -> Parties:
    deal = deals.locked(ctx, deal_id)
    doubted = IN_DOUBT in (deal.frozen, deal.also_frozen)
    return Parties(payer=deal.buyer, seller=deal.seller, stopped=IN_DOUBT if doubted else None)


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
    came = (each.held - held_taken(ctx, each.id, each.currency) for each in others)
    return Money.total(came, disputed.currency)


plug(
    SubjectKind.DEAL,
    Subject(_lock, _title, _settled),
    Payments(select(Payment.id.label("payment_id"), Payment.deal_id.label("subject"), Payment.intent_ref), _exposure),
)
