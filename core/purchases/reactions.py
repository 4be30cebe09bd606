"""What time does to purchases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.kernel.sweep import Ring
from core.purchases import refunds, service
from core.purchases.model import PURCHASE

rings: Final[Mapping[str, Ring]] = {
    PURCHASE.name: lambda ctx, timer: service.time_is_up(ctx, timer.subject, timer.event),
    refunds.TIMER: lambda ctx, timer: refunds.ask_again(ctx, timer.subject),
}
