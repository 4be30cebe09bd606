"""Reactions of the books to time: an unused hold is released."""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.money.ledger.model import HOLD
from core.money.ledger.service import expire_hold


def handle_timer(ctx: Ctx, timer: Timer) -> None:
    expire_hold(ctx, timer.subject)


timer_handlers: Mapping[str, TimerHandler] = {HOLD: handle_timer}
