"""Split a lot's money once when the lot has ended, and send the parts."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from core.kernel.compiled_statements import find_all, select_rows
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import set_off
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.ledger import service as ledger
from core.money.ledger.accounts import COMMISSION, credit, debit, escrow, payable, refund_due
from core.money.model import SubjectKind
from core.trade.deals import access
from core.trade.deals.model import Deal
from core.trade.delivery.model import Lot
from core.trade.funding import rules
from core.trade.funding.events import LotReleased
from core.trade.funding.model import DealMoney, LotSettlement
from core.trade.funding.payouts import finish, pay_out, refund
from core.trade.funding.service import funded_lot

_SPLIT = select(
    func.sum(LotSettlement.released_minor), func.sum(LotSettlement.fee_minor), func.sum(LotSettlement.back_minor)
).where(LotSettlement.deal_id == bindparam("deal"))


def settle_lot(ctx: Ctx, lot_id: str, released: Money, *, disputed: bool = False, refund_now: bool = True) -> None:
    """Split a lot's money, once: `released` to the seller's side, the rest back. A lot that was never paid has none.

    `disputed`: the buyer's bank has taken held money, so only what is left goes back. `refund_now=False`: more lots
    follow, and `refund_unwound` refunds them together.
    """
    lot = ctx.session.get_one(Lot, lot_id)
    deal = access.locked(ctx, lot.deal_id)
    if not funded_lot(ctx, deal.id, lot.number) or ctx.session.get(LotSettlement, lot.id) is not None:
        finish(ctx, deal.id)
        return
    amount = min(lot.amount, ledger.balance(ctx, escrow(deal.id), deal.currency)) if disputed else lot.amount
    released_so_far, fees, _ = split_so_far(ctx, deal)
    parting = rules.part(amount, released, released_so_far, fees, deal.commission_bp)
    ctx.session.add(
        LotSettlement(
            lot_id=lot.id,
            deal_id=deal.id,
            released_minor=parting.released.minor,
            fee_minor=parting.fee.minor,
            back_minor=parting.back.minor,
            at=ctx.now,
        )
    )
    ctx.session.flush()
    if amount:
        legs = [
            debit(escrow(deal.id), amount),
            credit(payable(deal.seller), parting.net),
            credit(COMMISSION, parting.fee),
            credit(refund_due(deal.id), parting.back),
        ]
        ledger.post(ctx, f"deal:{deal.id}:lot:{lot.id}", f"Lot {lot.number} {lot.state}", legs, deal=deal.id)
    ctx.announce(LotReleased(lot.id, deal.id, parting.net, parting.fee, parting.back))
    net = set_off(ctx, SubjectKind.DEAL, deal.id, deal.seller, parting.net, for_payout=lot.id)
    pay_out(ctx, deal, lot, net)
    if refund_now:
        refund(ctx, deal, lot=lot)
    finish(ctx, deal.id)


def refund_unwound(ctx: Ctx, deal_id: str) -> None:
    """Refund all lots that a cancelled deal has given up, in one refund."""
    deal = access.locked(ctx, deal_id)
    refund(ctx, deal)
    finish(ctx, deal.id)


def disbursements_of(ctx: Ctx, deal_id: str) -> list[Disbursement]:
    """Return a deal's payouts and refunds in the order they were made. Raises NotFound to strangers."""
    access.deal_for(ctx, deal_id)
    return find_all(ctx.session, Disbursement, ("id",), subject=deal_id)


def money_of(ctx: Ctx, deal_id: str) -> DealMoney:
    """Return where a deal's money is now. Raises NotFound to strangers."""
    deal = access.deal_for(ctx, deal_id)
    released, fees, back = split_so_far(ctx, deal)
    sent = {kind: Money.zero(deal.currency) for kind in DisbursementKind}
    for row in disbursements_of(ctx, deal_id):
        if row.state is DisbursementState.DONE and row.currency == deal.currency:
            sent[DisbursementKind.REFUND if row.payee == deal.buyer else row.kind] += row.amount
    return DealMoney(
        held=ledger.balance(ctx, escrow(deal.id), deal.currency),
        released=released,
        commission=fees,
        refunded=back,
        paid_out=sent[DisbursementKind.PAYOUT],
        paid_back=sent[DisbursementKind.REFUND],
    )


def settlement_of(ctx: Ctx, lot_id: str) -> LotSettlement | None:
    """Return the split of a lot's money; None while it is held, or if it was never paid."""
    return ctx.session.get(LotSettlement, lot_id)


def split_so_far(ctx: Ctx, deal: Deal) -> tuple[Money, Money, Money]:
    """Return what was released, taken as fees and given back so far."""
    ((released, fees, back),) = select_rows(ctx.session, _SPLIT, deal=deal.id)
    return (
        Money(int(released or 0), deal.currency),
        Money(int(fees or 0), deal.currency),
        Money(int(back or 0), deal.currency),
    )
