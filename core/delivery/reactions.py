"""What a deal's course and time do to its lots."""

from __future__ import annotations

from collections.abc import Mapping

from core.deals.events import DealFact, DealFunded, DealReadyToFund, DealUnwinding
from core.delivery.model import LOT
from core.delivery.service import give_up_lots, plan_lots, start_lots, time_is_up
from core.kernel.events import Reactions
from core.kernel.sweep import Ring
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx


def listen(reactions: Reactions) -> None:
    reactions.on(DealReadyToFund, _signed)
    reactions.on(DealFunded, _funded)
    reactions.on(DealUnwinding, _unwinding)


def _signed(ctx: Ctx, fact: DealFact) -> None:
    plan_lots(ctx, fact.deal_id)


def _funded(ctx: Ctx, fact: DealFact) -> None:
    start_lots(ctx, fact.deal_id)


def _unwinding(ctx: Ctx, fact: DealFact) -> None:
    give_up_lots(ctx, fact.deal_id)


def ring(ctx: Ctx, timer: Timer) -> None:
    time_is_up(ctx, timer.subject, timer.event)


rings: Mapping[str, Ring] = {LOT.name: ring}
