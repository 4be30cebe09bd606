"""What time does to consultants."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.experts.service import BACK, FREE_OVER, TIMERS, free_over, holiday_over
from core.kernel.sweep import Ring
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx

BY_EVENT: Mapping[str, Callable[[Ctx, str], None]] = {BACK: holiday_over, FREE_OVER: free_over}


def ring(ctx: Ctx, timer: Timer) -> None:
    BY_EVENT[timer.event](ctx, timer.subject)


rings: Mapping[str, Ring] = {TIMERS: ring}
