"""Reactions of disputes: a disputed lot or deal opens a case, and its other end closes it.

Time moves a case up the ladder.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.transaction import Ctx
from core.trade.deals.events import DealDisputed, DealResumed, DealRuledByTime, DealSettling
from core.trade.delivery.events import LotAccepted, LotAdjusted, LotDisputed, LotDropped, LotShown
from core.trade.disputes.model import CASE
from core.trade.disputes.service import announce_finding, open_case, overtake_case, time_is_up


def listen(reactions: Reactions) -> None:
    reactions.on(LotDisputed, _lot_disputed)
    reactions.on(LotShown, lambda ctx, fact: announce_finding(ctx, fact.lot_id))
    reactions.on(DealDisputed, _deal_disputed)
    for over in (LotAccepted, LotAdjusted, LotDropped):
        reactions.on(over, lambda ctx, fact: overtake_case(ctx, fact.lot_id))
    for done in (DealResumed, DealRuledByTime, DealSettling):
        reactions.on(done, lambda ctx, fact: overtake_case(ctx, fact.deal_id))


def _lot_disputed(ctx: Ctx, fact: LotDisputed) -> None:
    open_case(ctx, "lot", fact.lot_id, fact.deal_id, fact.why)


def _deal_disputed(ctx: Ctx, fact: DealDisputed) -> None:
    open_case(ctx, "deal", fact.deal_id, fact.deal_id, fact.why)


timer_handlers: Mapping[str, TimerHandler] = {CASE.name: lambda ctx, timer: time_is_up(ctx, timer.subject, timer.event)}
