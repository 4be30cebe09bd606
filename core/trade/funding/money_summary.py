"""The money of a deal as its card shows it: what is held, what has moved, and how to pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, exists, func, select

from core.kernel.compiled_statements import select_rows
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback
from core.money.chargebacks.service import of_subject
from core.money.disbursements.model import Disbursement, DisbursementState
from core.money.ledger import service as ledger
from core.money.ledger.accounts import escrow
from core.money.payees.model import Payee
from core.trade.deals.model import Deal
from core.trade.funding.model import CREDIT, TRANCHE, Credit, LotSettlement, Payment, Tranche, TrancheState
from core.trade.funding.overpayments import credits_of
from core.trade.funding.rails.model import PaymentWay
from core.trade.funding.rails.service import way_of
from core.trade.funding.service import payment_of, tranches_of


@dataclass(frozen=True, slots=True)
class MoneySummary:
    """`released` is the seller's now, less the `fee` in it; `refunded` is the buyer's. Both may still be on their way.

    `payment` and `way` belong to the awaited tranche. `account`: the seller can receive money. `buyer_to_say`:
    something waits for the buyer's account, because it cannot be refunded the way it came. `credit_there`: the
    buyer has paid too much for some deal.
    """

    held: Money
    released: Money
    fee: Money
    refunded: Money
    tranches: Sequence[Tranche] = ()
    credits: Sequence[Credit] = ()
    chargebacks: Sequence[Chargeback] = ()
    payment: Payment | None = None
    way: PaymentWay | None = None
    account: bool = False
    buyer_to_say: bool = False
    credit_there: bool = False

    @property
    def awaited(self) -> Tranche | None:
        """Return the tranche that has to be paid next, if one is due."""
        return next((tranche for tranche in self.tranches if tranche.state == TrancheState.AWAITED), None)


_DEAL: BindParameter[str] = bindparam("deal")
_MOVED = select(
    select(func.sum(LotSettlement.released_minor)).where(LotSettlement.deal_id == _DEAL).scalar_subquery(),
    select(func.sum(LotSettlement.fee_minor)).where(LotSettlement.deal_id == _DEAL).scalar_subquery(),
    select(func.sum(LotSettlement.back_minor)).where(LotSettlement.deal_id == _DEAL).scalar_subquery(),
    exists().where(Credit.deal_id == _DEAL, Credit.state == CREDIT.initial),
    exists().where(Credit.organisation_id == bindparam("buyer"), Credit.state == CREDIT.initial),
    exists().where(Chargeback.subject == _DEAL),
    exists().where(Payee.organisation_id == bindparam("seller"), Payee.ready),
    exists().where(
        Disbursement.subject == _DEAL,
        Disbursement.payee == bindparam("buyer"),
        Disbursement.state == DisbursementState.WAITING,
    ),
)


def money_summary(ctx: Ctx, deal: Deal) -> MoneySummary:
    """Return the summary. The number of statements does not depend on the lots; it is one before anything is to be
    paid.

    The actor may see the deal: this was checked when the deal was read.
    """
    nothing = Money.zero(deal.currency)
    tranches = tranches_of(ctx, deal.id)
    if not tranches:
        return MoneySummary(nothing, nothing, nothing, nothing)
    ((released, fee, back, too_much, credit_there, has_chargeback, account, buyer_to_say),) = select_rows(
        ctx.session, _MOVED, deal=deal.id, seller=deal.seller, buyer=deal.buyer
    )
    is_awaited = any(tranche.state == TrancheState.AWAITED for tranche in tranches)
    payment = payment_of(ctx, deal.id) if is_awaited else None
    has_come = any(tranche.held_minor or tranche.state in TRANCHE.final for tranche in tranches)
    return MoneySummary(
        held=ledger.balance(ctx, escrow(deal.id), deal.currency) if has_come else nothing,
        released=Money(int(released or 0), deal.currency),
        fee=Money(int(fee or 0), deal.currency),
        refunded=Money(int(back or 0), deal.currency),
        tranches=tranches,
        credits=credits_of(ctx, deal.id) if too_much else (),
        chargebacks=of_subject(ctx, deal.id) if has_chargeback else (),
        payment=payment,
        way=way_of(ctx, payment.id) if payment is not None else None,
        account=bool(account),
        buyer_to_say=bool(buyer_to_say),
        credit_there=bool(credit_there),
    )
