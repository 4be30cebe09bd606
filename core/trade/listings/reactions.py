"""Reactions of listings to time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.trade.listings.model import LISTING
from core.trade.listings.service import expire_listing, forget_listing

BY_EVENT: Mapping[str, Callable[[Ctx, str], None]] = {
    "listing_expired": expire_listing,
    "listing_forgotten": forget_listing,
}


def handle_timer(ctx: Ctx, timer: Timer) -> None:
    BY_EVENT[timer.event](ctx, timer.subject)


timer_handlers: Mapping[str, TimerHandler] = {LISTING.name: handle_timer}
