"""Reactions of the money to events of deals and lots, and the timer handlers."""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.money import Money
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.transaction import Ctx
from core.money.disbursements.events import DisbursementPutOff
from core.money.disbursements.service import send_stopped
from core.money.ledger.events import InvariantHolds
from core.money.model import SubjectKind
from core.money.payees.model import ACCOUNT
from core.trade.deals import events as deal_events
from core.trade.deals.lifecycle import money_stuck
from core.trade.deals.model import UNBALANCED
from core.trade.delivery.events import LotAccepted, LotAdjusted, LotDropped, LotsUnwound
from core.trade.delivery.model import Lot
from core.trade.funding import chargebacks
from core.trade.funding.model import CREDIT, TRANCHE
from core.trade.funding.overpayments import credit_kept_long
from core.trade.funding.payees import account_awaited
from core.trade.funding.payouts import finish, try_deal_again
from core.trade.funding.service import call_off_funding, plan_tranches, tranche_due, tranche_unpaid
from core.trade.funding.settlement import refund_unwound, settle_lot


def listen(reactions: Reactions) -> None:
    reactions.on(deal_events.DealReadyToFund, lambda ctx, fact: plan_tranches(ctx, fact.deal_id))
    for off in (deal_events.DealDirectAgreed, deal_events.DealUnwinding):
        reactions.on(off, lambda ctx, fact: call_off_funding(ctx, fact.deal_id))
    reactions.on(deal_events.DealSettling, _settling)
    reactions.on(deal_events.DealMoneyTried, _tried)
    reactions.on(
        LotAccepted, lambda ctx, fact: settle_lot(ctx, fact.lot_id, ctx.session.get_one(Lot, fact.lot_id).amount)
    )
    reactions.on(LotDropped, _dropped)
    reactions.on(LotAdjusted, _adjusted)
    reactions.on(LotsUnwound, lambda ctx, fact: refund_unwound(ctx, fact.deal_id))
    # What was kept back while the deal's money did not add up.
    reactions.on(InvariantHolds, lambda ctx, fact: send_stopped(ctx, fact.deal_id, UNBALANCED))
    reactions.on(DisbursementPutOff, _put_off)
    chargebacks.listen(reactions)


def _put_off(ctx: Ctx, fact: DisbursementPutOff) -> None:
    """Block a deal whose last money did not move, so that it is tried again."""
    if fact.subject_kind is SubjectKind.DEAL:
        money_stuck(ctx, fact.subject)


def _settling(ctx: Ctx, fact: deal_events.DealFact) -> None:
    call_off_funding(ctx, fact.deal_id)
    finish(ctx, fact.deal_id)


def _tried(ctx: Ctx, fact: deal_events.DealFact) -> None:
    try_deal_again(ctx, fact.deal_id)
    finish(ctx, fact.deal_id)


def _dropped(ctx: Ctx, fact: LotDropped) -> None:
    nothing = Money.zero(ctx.session.get_one(Lot, fact.lot_id).currency)
    disputed, at_once = fact.why == "recalled", fact.why != "drop_agreed"
    settle_lot(ctx, fact.lot_id, nothing, disputed=disputed, refund_now=at_once)


def _adjusted(ctx: Ctx, fact: LotAdjusted) -> None:
    lot = ctx.session.get_one(Lot, fact.lot_id)
    settle_lot(ctx, fact.lot_id, lot.pay - lot.test)


timer_handlers: Mapping[str, TimerHandler] = {
    ACCOUNT: lambda ctx, timer: account_awaited(ctx, timer.subject),
    TRANCHE.name: lambda ctx, timer: (tranche_due if timer.event == "fall_due" else tranche_unpaid)(ctx, timer.subject),
    CREDIT.name: lambda ctx, timer: credit_kept_long(ctx, timer.subject),
}
