"""Reactions of disputes: a disputed lot or deal opens a case, and its other end closes it.

Time moves a case up the ladder.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.trade.deals.events import DealDisputed, DealFact, DealResumed, DealRuledByTime, DealSettling
from core.trade.delivery.events import LotAccepted, LotAdjusted, LotDisputed, LotDropped, LotFact, LotShown
from core.trade.disputes.model import CASE
from core.trade.disputes.service import open_case, overtake_case, tell_shown, time_is_up


def listen(reactions: Reactions) -> None:
    reactions.on(LotDisputed, _lot_disputed)
    reactions.on(LotShown, _lot_shown)
    reactions.on(DealDisputed, _deal_disputed)
    for over in (LotAccepted, LotAdjusted, LotDropped):
        reactions.on(over, _lot_over)
    for done in (DealResumed, DealRuledByTime, DealSettling):
        reactions.on(done, _deal_over)


def _lot_disputed(ctx: Ctx, fact: LotDisputed) -> None:
    open_case(ctx, "lot", fact.lot_id, fact.deal_id, fact.why)


def _lot_shown(ctx: Ctx, fact: LotFact) -> None:
    tell_shown(ctx, fact.lot_id)


def _deal_disputed(ctx: Ctx, fact: DealDisputed) -> None:
    open_case(ctx, "deal", fact.deal_id, fact.deal_id, fact.why)


def _lot_over(ctx: Ctx, fact: LotFact) -> None:
    overtake_case(ctx, fact.lot_id)


def _deal_over(ctx: Ctx, fact: DealFact) -> None:
    overtake_case(ctx, fact.deal_id)


def handle_timer(ctx: Ctx, timer: Timer) -> None:
    time_is_up(ctx, timer.subject, timer.event)


timer_handlers: Mapping[str, TimerHandler] = {CASE.name: handle_timer}
