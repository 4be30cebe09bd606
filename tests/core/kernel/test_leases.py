"""Leases of messages: the holder delivers while it lives, and any other process soon after its death or its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.kernel.dispatcher import Delivered, Dispatcher
from core.kernel.messages import Message, stored_as
from core.kernel.outbox import LEASE, RENEW_EVERY, OutboxMessage, OutboxRow, end_all_leases
from core.kernel.transaction import MARKET, Ctx
from tests.core.conftest import Market


@stored_as("chat", "leased")
class Note(Message):
    text: str


class Chat:
    """Delivers a message only when it is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.arrived: list[str] = []
        self.let_go = asyncio.Event()

    async def carry(self, queued: OutboxMessage) -> Delivered:
        assert isinstance(queued.message, Note)
        self.begun.append(queued.message.text)
        await self.let_go.wait()
        self.arrived.append(queued.message.text)
        return Delivered()


def say(*texts: str) -> Callable[[Ctx], None]:
    def unit(ctx: Ctx) -> None:
        for text in texts:
            ctx.enqueue("chat:1", Note(text=text))

    return unit


def leases(ctx: Ctx) -> list[bool]:
    return [row.leased_until is not None for row in ctx.session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


@pytest.fixture
def chat() -> Chat:
    return Chat()


def worker(market: Market, chat: Chat) -> Dispatcher:
    return Dispatcher(market.transactions, market.clock, {"chat": chat})


async def test_a_slow_delivery_stays_with_its_holder(market: Market, chat: Chat) -> None:
    """After a minute another worker took it as well, although its holder lived."""
    holder, other = worker(market, chat), worker(market, chat)
    market.transactions.deliver_by(holder.offer)
    await market.run(MARKET, say("one", "two"))
    for _ in range(10):
        market.clock.advance(seconds=RENEW_EVERY.total_seconds())
        await holder.keep_leases()
        assert await other.sweep() == 0
    chat.let_go.set()
    await holder.idle()
    assert chat.arrived == ["one", "two"]
    assert await market.run(MARKET, leases) == []


async def test_message_of_a_dead_process_is_free_after_a_lease(market: Market, chat: Chat) -> None:
    market.transactions.deliver_by(lambda _batch: None)  # the process dies right after its commit
    await market.run(MARKET, say("one"))
    other = worker(market, chat)
    assert await other.sweep() == 0
    market.clock.advance(seconds=LEASE.total_seconds() + 0.1)
    chat.let_go.set()
    assert await other.sweep() == 1
    await other.idle()
    assert chat.arrived == ["one"]


async def test_the_sole_user_of_a_database_need_not_wait_for_the_dead(market: Market, chat: Chat) -> None:
    market.transactions.deliver_by(lambda _batch: None)
    await market.run(MARKET, say("one"))
    await market.run(MARKET, lambda ctx: end_all_leases(ctx.session))
    chat.let_go.set()
    other = worker(market, chat)
    assert await other.sweep() == 1
    await other.idle()
    assert chat.arrived == ["one"]


async def test_a_worker_that_ends_finishes_one_message_and_gives_the_others_back(market: Market, chat: Chat) -> None:
    """The others waited for the end of their lease, a minute, on a market that had other workers."""
    holder, other = worker(market, chat), worker(market, chat)
    market.transactions.deliver_by(holder.offer)
    await market.run(MARKET, say("one", "two", "three"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(holder.close())
    await asyncio.sleep(0.05)
    await market.run(MARKET, say("four"))  # another unit commits while this worker ends
    chat.let_go.set()
    await closing
    assert chat.arrived == ["one"]
    assert await market.run(MARKET, leases) == [False, False, False]
    assert await other.sweep() == 3
    await other.idle()
    assert chat.arrived == ["one", "two", "three", "four"]


async def test_a_worker_that_ends_does_not_wait_for_ever(
    market: Market, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.kernel.dispatcher.CLOSING_SECONDS", 0.05)
    holder = worker(market, chat)
    market.transactions.deliver_by(holder.offer)
    await market.run(MARKET, say("one"))
    await asyncio.sleep(0)
    await holder.close()
    assert (chat.begun, chat.arrived) == (["one"], [])
    assert await market.run(MARKET, leases) == [False], "it is unknown whether it arrived, so it is sent under its id"
