"""Reactions of open requests to time and our own downtime."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import update

from core.kernel.heartbeat import ClocksStopped
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer, later
from core.kernel.transaction import Ctx
from core.trade.requests.model import REQUEST, Request, RequestState
from core.trade.requests.service import time_is_up


def listen(reactions: Reactions) -> None:
    reactions.on(ClocksStopped, _clocks_stopped)


def _clocks_stopped(ctx: Ctx, fact: ClocksStopped) -> None:
    """Move the closing time of requests. Quotes are taken for as long as the request's timer runs, and it says so."""
    # a quote on an open request may be taken before it closes
    quotable = Request.state.in_((REQUEST.initial, RequestState.AWARDED))
    still_open = quotable & (Request.closes_at > fact.since)
    moved = update(Request).where(still_open).values(closes_at=later(ctx.session, Request.closes_at, fact.by))
    ctx.session.execute(moved, execution_options={"synchronize_session": False})


def handle_timer(ctx: Ctx, timer: Timer) -> None:
    time_is_up(ctx, timer.subject, timer.event)


timer_handlers: Mapping[str, TimerHandler] = {REQUEST.name: handle_timer}
