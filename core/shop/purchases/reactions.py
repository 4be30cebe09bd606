"""Reactions of purchases to chargebacks, and the timer handlers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.shop.purchases import chargebacks, service
from core.shop.purchases.model import PURCHASE, WISH


def listen(reactions: Reactions) -> None:
    chargebacks.listen(reactions)


timer_handlers: Final[Mapping[str, TimerHandler]] = {
    PURCHASE.name: lambda ctx, timer: service.time_is_up(ctx, timer.subject, timer.event),
    WISH: lambda ctx, timer: service.wish_is_due(ctx, timer.subject),
}
