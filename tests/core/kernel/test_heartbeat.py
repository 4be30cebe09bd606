"""Our own downtime stops other people's clocks: their deadlines move by its length."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from core.kernel.events import Event
from core.kernel.heartbeat import ClocksStopped, beat, outages
from core.kernel.timer_sweep import run_due_timers
from core.kernel.timers import Timer, deadline_of, set_timer
from core.kernel.transaction import MARKET, Ctx
from core.trade.offers.model import OfferState
from core.trade.offers.reactions import timer_handlers
from core.trade.offers.service import offer_for
from tests.core.conftest import Market
from tests.core.trade.offers.test_offers import trade

OURS = frozenset({"retry"})
MACHINE = datetime(2026, 1, 1, 12, tzinfo=UTC)  # the machine's clock need not be the market's


async def plan(market: Market, kind: str, subject: str, **after: float) -> datetime:
    due = market.clock.now() + timedelta(**after)
    await market.run(MARKET, lambda ctx: set_timer(ctx.session, Timer(kind, subject, "over", due)))
    return due


async def due_at(market: Market, kind: str, subject: str) -> datetime:
    timer = await market.run(MARKET, lambda ctx: deadline_of(ctx.session, kind, subject))
    assert timer is not None
    return timer.due_at


async def beats(market: Market, **after: float) -> timedelta | None:
    """Begin a sweep this long after the first one, on both clocks."""
    at = MACHINE + timedelta(**after)
    return await market.run(MARKET, lambda ctx: beat(ctx, at, OURS))


async def test_deadlines_move_by_the_time_without_a_sweep(market: Market) -> None:
    market.watch(ClocksStopped)
    rung: list[str] = []
    assert await beats(market) is None
    soon = await plan(market, "deal", "soon", hours=2)
    late = await plan(market, "deal", "late", days=30, microseconds=123_000)
    ours = await plan(market, "retry", "ours", hours=2)
    overdue = await plan(market, "deal", "overdue", hours=-1)  # its time was up before we went away
    never = datetime(9999, 12, 31, tzinfo=UTC)
    await market.run(MARKET, lambda ctx: set_timer(ctx.session, Timer("deal", "never", "over", never)))

    market.clock.advance(hours=5)
    assert await beats(market, hours=5) == timedelta(hours=5)
    assert await due_at(market, "deal", "soon") == soon + timedelta(hours=5)
    assert await due_at(market, "deal", "late") == late + timedelta(hours=5)
    assert await due_at(market, "retry", "ours") == ours
    assert await due_at(market, "deal", "overdue") == overdue
    assert await due_at(market, "deal", "never") == never

    def run_timers(_ctx: Ctx, timer: Timer) -> None:
        rung.append(timer.subject)

    await run_due_timers(market.transactions, {"deal": run_timers, "retry": run_timers})
    assert sorted(rung) == ["ours", "overdue"]
    market.clock.advance(hours=2)
    assert await beats(market, hours=5, seconds=20) is None
    await run_due_timers(market.transactions, {"deal": run_timers, "retry": run_timers})
    assert sorted(rung) == ["ours", "overdue", "soon"]
    told: list[Event] = [ClocksStopped(soon - timedelta(hours=2), timedelta(hours=5))]
    assert market.facts == told
    (kept,) = await market.run(MARKET, outages)
    assert kept.ended_at - kept.began_at == timedelta(hours=5)


async def test_only_the_first_worker_that_comes_back_moves_them(market: Market) -> None:
    await beats(market)
    due = await plan(market, "deal", "d", hours=2)
    back = await asyncio.gather(*(beats(market, hours=1) for _ in range(4)))
    assert [each for each in back if each is not None] == [timedelta(hours=1)]
    assert await due_at(market, "deal", "d") == due + timedelta(hours=1)


async def test_a_restart_is_no_outage(market: Market) -> None:
    due = await plan(market, "deal", "d", hours=2)
    for second in range(0, 200, 25):
        assert await beats(market, seconds=second) is None
    assert await due_at(market, "deal", "d") == due


async def test_an_offer_says_until_when_it_really_stands(market: Market) -> None:
    at = await trade(market)
    offer = await at.offer()
    await beats(market)
    market.clock.advance(days=10)  # longer than any offer stands
    await beats(market, days=10)
    moved = await market.run(MARKET, lambda ctx: offer_for(ctx, offer.id))
    assert moved.valid_until == offer.valid_until + timedelta(days=10)
    assert await due_at(market, "offer", offer.id) == moved.valid_until
    await market.run_timers(dict(timer_handlers))
    assert (await market.run(MARKET, lambda ctx: offer_for(ctx, offer.id))).state == OfferState.OPEN
