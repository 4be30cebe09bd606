"""What time does to purchases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.kernel.timer_sweep import TimerHandler
from core.shop.purchases import refunds, service
from core.shop.purchases.model import PURCHASE, WISH

timer_handlers: Final[Mapping[str, TimerHandler]] = {
    PURCHASE.name: lambda ctx, timer: service.time_is_up(ctx, timer.subject, timer.event),
    WISH: lambda ctx, timer: service.wish_is_due(ctx, timer.subject),
    refunds.TIMER: lambda ctx, timer: refunds.ask_again(ctx, timer.subject),
}
