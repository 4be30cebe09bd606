"""Reactions of listings to time, and to the suspension of their sellers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting
from core.people.blocking.events import AccountSuspended, SuspensionLifted
from core.trade.listings.model import LISTING
from core.trade.listings.service import expire_listing, forget_listing, put_back_all, take_down_all

BY_EVENT: Mapping[str, Callable[[Ctx, str], None]] = {
    "listing_expired": expire_listing,
    "listing_forgotten": forget_listing,
}


def listen(reactions: Reactions) -> None:
    reactions.on(AccountSuspended, _suspended)
    reactions.on(SuspensionLifted, lambda ctx, fact: put_back_all(ctx, fact.suspension_id))


def _suspended(ctx: Ctx, fact: AccountSuspended) -> None:
    if ctx.actor.person is not None and acting(ctx).operator:
        take_down_all(ctx, fact.organisation_id, fact.reason, fact.suspension_id)


def handle_timer(ctx: Ctx, timer: Timer) -> None:
    BY_EVENT[timer.event](ctx, timer.subject)


timer_handlers: Mapping[str, TimerHandler] = {LISTING.name: handle_timer}
