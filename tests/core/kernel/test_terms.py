"""Rows that are only means have a term. What it says stands in one table of docs/monitoring.md."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from config import sweeps
from config.metrics import Gauges
from core.discovery.search import storage
from core.kernel import outbox
from core.kernel.chat_state.model import DRAFT_KEPT
from core.kernel.dispatcher import Dispatcher
from core.kernel.heartbeat import OutageRow
from core.kernel.inbox import InboxRow, take_in
from core.kernel.messages import Message, stored_as
from core.kernel.outbox import OutboxRow
from core.kernel.transaction import MARKET, Ctx
from tests.core.conftest import Market

PAGE = Path(__file__).parents[3] / "docs" / "monitoring.md"


@stored_as("chat", "given_up")
class Lost(Message):
    pass


@stored_as("payments", "given_up_money")
class LostMoney(Message):
    pass


async def test_rows_past_their_term_are_deleted_and_payments_stay(market: Market) -> None:
    """Messages to people who had blocked the bot stayed for ever."""

    def write(ctx: Ctx) -> None:
        take_in(ctx.session, f"tg:{ctx.now.isoformat()}", {}, ctx.now)
        ctx.session.add(OutageRow(id=ctx.new_id(), began_at=ctx.now - timedelta(hours=1), ended_at=ctx.now))
        ctx.enqueue("chat:1", Lost())
        ctx.enqueue("deal:1", LostMoney())

    def give_up(ctx: Ctx) -> None:
        for row in ctx.session.scalars(select(OutboxRow)):
            outbox.dead_letter(ctx.session, row.id, "blocked")

    market.transactions.deliver_by(lambda _batch: None)
    for _ in range(2):
        await market.run(MARKET, write)
        await market.run(MARKET, give_up)
        market.clock.advance(seconds=20 * 86_400)

    dispatcher = Dispatcher(market.transactions, market.clock, {})
    forgetting: Any = sweeps.Sweeps(market.transactions, dispatcher, None, Gauges(CollectorRegistry()), market.clock)  # type: ignore[arg-type]  # no provider is asked
    await forgetting.forget()

    def left(ctx: Ctx) -> tuple[int, list[str], int]:
        channels = sorted(ctx.session.scalars(select(OutboxRow.channel)))
        inputs, outages = (ctx.session.scalars(select(table)).all() for table in (InboxRow, OutageRow))
        return len(inputs), channels, len(outages)

    assert await market.run(MARKET, left) == (1, ["chat", "payments", "payments"], 2)
    market.clock.advance(seconds=366 * 86_400)
    await forgetting.forget()
    assert await market.run(MARKET, left) == (0, ["payments", "payments"], 0)


@pytest.mark.parametrize(
    ("row", "term"),
    [
        ("| `inbox` |", f"{sweeps.INBOX_KEPT.days} days"),
        ("| `outbox`, given up |", f"{sweeps.DEAD_KEPT.days} days"),
        ("| `draft` |", f"{DRAFT_KEPT.days} days"),
        ("| `search_log` |", f"{storage.CHANGES_AT_LEAST} changes, or {storage.CHANGED_SHARE * 100:.0f} %"),
        ("| `outage` |", f"{sweeps.OUTAGES_KEPT.days} days"),
    ],
)
def test_the_table_has_the_terms_of_the_code(row: str, term: str) -> None:
    line = next(each for each in PAGE.read_text("utf-8").splitlines() if each.startswith(row))
    assert re.search(rf"\b{term}", line)
