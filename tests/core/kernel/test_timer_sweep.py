"""The sweep: one thing that cannot be done delays nothing behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from core.kernel.dispatcher import Delivered, Dispatcher, Later
from core.kernel.messages import Message, stored_as
from core.kernel.outbox import OutboxMessage, OutboxRow
from core.kernel.timer_sweep import run_due_timers
from core.kernel.timers import Timer, due_timers, set_timer
from core.kernel.transaction import MARKET, Ctx
from tests.core.conftest import Market


async def test_failing_timer_does_not_hold_up_others(market: Market) -> None:
    rung: list[str] = []

    def run_timers(_ctx: Ctx, timer: Timer) -> None:
        if timer.subject.startswith("broken"):
            raise ZeroDivisionError
        rung.append(timer.subject)

    def plan(ctx: Ctx) -> None:
        for number in range(120):  # more than one sweep takes
            set_timer(ctx.session, Timer("thing", f"broken{number}", "over", ctx.now - timedelta(hours=2)))
        set_timer(ctx.session, Timer("thing", "whole", "over", ctx.now - timedelta(hours=1)))
        set_timer(ctx.session, Timer("unheard_of", "other", "over", ctx.now - timedelta(hours=1)))

    await market.run(MARKET, plan)
    for _ in range(2):
        await run_due_timers(market.transactions, {"thing": run_timers})
    assert rung == ["whole"]
    left = await market.run(MARKET, lambda ctx: due_timers(ctx.session, ctx.now))
    assert left == []
    market.clock.advance(days=1)
    assert len(await market.run(MARKET, lambda ctx: due_timers(ctx.session, ctx.now, 200))) == 121  # kept, and tried


@stored_as("chat", "say")
class Count(Message):
    n: int


def say(n: int, ctx: Ctx) -> None:
    ctx.enqueue("chat:1", Count(n=n))


class Chat:
    """Carries everything, except what it is told to put off, and writes down what arrived."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.away = False
        self.noted = Delivered()

    async def carry(self, post: OutboxMessage) -> Delivered | Later:
        if self.away:
            return Later("asked to wait", seconds=30)
        assert isinstance(post.message, Count)
        self.arrived.append(str(post.message.n))
        return self.noted


async def test_later_message_never_overtakes_a_delayed_one(market: Market) -> None:
    chat = Chat()
    dispatcher = Dispatcher(market.transactions, market.clock, {"chat": chat})
    market.transactions.deliver_by(dispatcher.offer)
    chat.away = True
    await market.run(MARKET, partial(say, 1))
    await dispatcher.idle()
    chat.away = False
    for n in (2, 3):
        await market.run(MARKET, partial(say, n))
        await dispatcher.idle()
    assert chat.arrived == []
    market.clock.advance(seconds=31)
    await dispatcher.sweep()
    await dispatcher.idle()
    assert chat.arrived == ["1", "2", "3"]
    await market.run(MARKET, partial(say, 4))
    await dispatcher.idle()
    assert chat.arrived == ["1", "2", "3", "4"]


async def test_a_message_whose_arrival_cannot_be_noted_is_not_sent_for_ever(market: Market) -> None:
    chat = Chat()

    def broken(_ctx: Ctx) -> None:
        raise ZeroDivisionError

    chat.noted = Delivered(broken)
    dispatcher = Dispatcher(market.transactions, market.clock, {"chat": chat})
    market.transactions.deliver_by(dispatcher.offer)
    await market.run(MARKET, partial(say, 1))
    await dispatcher.idle()
    waits: list[timedelta] = []
    while due := await market.run(MARKET, due_next):
        waits.append(due - market.clock.now())
        market.clock.advance(seconds=waits[-1].total_seconds())
        await dispatcher.sweep()
        await dispatcher.idle()
    assert len(chat.arrived) == 12
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=1), timedelta(hours=6))


def due_next(ctx: Ctx) -> datetime | None:
    """Return when the post is tried again. None: never."""
    return ctx.session.scalar(select(OutboxRow.due_at).where(~OutboxRow.dead))
