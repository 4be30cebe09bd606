"""Reactions of lots to a deal's lifecycle and to time."""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.money.ledger.events import InvariantHolds
from core.trade.deals import events as deal_events
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
    for signed in (deal_events.DealReadyToFund, deal_events.DealReadyDirectly):
        reactions.on(signed, lambda ctx, fact: plan_lots(ctx, fact.deal_id))
    reactions.on(deal_events.DealDirectPaid, lambda ctx, fact: start_lots(ctx, fact.deal_id))
    reactions.on(deal_events.DealUnwinding, lambda ctx, fact: give_up_lots(ctx, fact.deal_id))
    reactions.on(deal_events.DealClosed, lambda ctx, fact: forget_lots(ctx, fact.deal_id))
    reactions.on(deal_events.DealRuledByTime, lambda ctx, fact: rule_by_proof(ctx, fact.deal_id))
    reactions.on(InvariantHolds, lambda ctx, fact: go_on(ctx, fact.deal_id))


def handle_deal_timer(ctx: Ctx, timer: Timer) -> None:
    """Handle a deal's timer here, as deals know no lots, and whether one is overdue depends on them."""
    late = timer.event == "delivery_overdue" and on_the_road(ctx, timer.subject)
    if timer.event == "idle" and not is_over_directly(ctx, timer.subject):
        return
    delivered = timer.event == "idle" and not ended_unpaid(lots_in(ctx, timer.subject))
    deal_time_is_up(ctx, timer.subject, timer.event, on_the_road=late, delivered=delivered)


timer_handlers: Mapping[str, TimerHandler] = {
    LOT.name: lambda ctx, timer: time_is_up(ctx, timer.subject, timer.event),
    DEAL.name: handle_deal_timer,
}
