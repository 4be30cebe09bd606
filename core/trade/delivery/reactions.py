"""Reactions of lots to a deal's lifecycle and to time."""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.money.ledger.events import InvariantHolds
from core.trade.deals.events import (
    DealClosed,
    DealDirectPaid,
    DealFact,
    DealReadyDirectly,
    DealReadyToFund,
    DealRuledByTime,
    DealUnwinding,
)
from core.trade.deals.lifecycle import time_is_up as deal_time_is_up
from core.trade.deals.model import DEAL
from core.trade.delivery.model import LOT
from core.trade.delivery.rules import ended_unpaid
from core.trade.delivery.service import (
    forget_lots,
    give_up_lots,
    go_on,
    is_over_directly,
    on_the_road,
    plan_lots,
    rule_by_proof,
    start_lots,
    time_is_up,
)
from core.trade.delivery.steps import lots_in


def listen(reactions: Reactions) -> None:
    reactions.on(DealReadyToFund, _signed)
    reactions.on(DealReadyDirectly, _signed)
    reactions.on(DealDirectPaid, _paid_directly)
    reactions.on(DealUnwinding, _unwinding)
    reactions.on(DealClosed, _closed)
    reactions.on(DealRuledByTime, _ruled_by_time)
    reactions.on(InvariantHolds, _in_doubt_no_more)


def _signed(ctx: Ctx, fact: DealFact) -> None:
    plan_lots(ctx, fact.deal_id)


def _paid_directly(ctx: Ctx, fact: DealFact) -> None:
    start_lots(ctx, fact.deal_id)


def _unwinding(ctx: Ctx, fact: DealFact) -> None:
    give_up_lots(ctx, fact.deal_id)


def _closed(ctx: Ctx, fact: DealFact) -> None:
    forget_lots(ctx, fact.deal_id)


def _ruled_by_time(ctx: Ctx, fact: DealFact) -> None:
    rule_by_proof(ctx, fact.deal_id)


def _in_doubt_no_more(ctx: Ctx, fact: InvariantHolds) -> None:
    go_on(ctx, fact.deal_id)


def handle_timer(ctx: Ctx, timer: Timer) -> None:
    time_is_up(ctx, timer.subject, timer.event)


def handle_deal_timer(ctx: Ctx, timer: Timer) -> None:
    """Handle a deal's timer here, as deals know no lots, and whether one is overdue depends on them."""
    late = timer.event == "delivery_overdue" and on_the_road(ctx, timer.subject)
    if timer.event == "idle" and not is_over_directly(ctx, timer.subject):
        return
    delivered = timer.event == "idle" and not ended_unpaid(lots_in(ctx, timer.subject))
    deal_time_is_up(ctx, timer.subject, timer.event, on_the_road=late, delivered=delivered)


timer_handlers: Mapping[str, TimerHandler] = {LOT.name: handle_timer, DEAL.name: handle_deal_timer}
