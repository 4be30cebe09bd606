"""The transport of the channel "calendar": reads a consultant's calendar outside of any transaction, and stores the
result.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bots.calendar.fetcher import fetched
from core.advice.availability.busy_times import Unreadable, busy_times
from core.advice.availability.local_times import Interval
from core.advice.experts.external_calendars import calendar_read, calendar_unreadable
from core.advice.experts.messages import ReadCalendarFeed, ReadCalendarFile
from core.kernel.clock import Clock
from core.kernel.dispatcher import Delivered, Later, Never
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import MARKET, Transactions
from core.kernel.worker_pool import WorkEnded, WorkerPool
from core.people.files.service import content_of


async def read_in_worker(pool: WorkerPool, content: bytes, now: datetime, zone: str) -> list[Interval]:
    """Return the busy times of a calendar, read in a process that ends when it takes too long. Raises Unreadable."""
    try:
        return await pool.run(busy_times, content, now, zone)
    except WorkEnded as ended:
        raise Unreadable("too_slow") from ended


class CalendarReader:
    """`pool`: where calendars are read. `nearby`: whether they may lie at private addresses, as those of the lab do."""

    def __init__(self, transactions: Transactions, clock: Clock, pool: WorkerPool, *, nearby: bool) -> None:
        self._transactions = transactions
        self._clock = clock
        self._pool = pool
        self._nearby = nearby

    async def carry(self, outbox_message: OutboxMessage) -> Delivered | Later | Never:
        """Read the busy times. A failure is not retried for this message: the next hour brings another one."""
        asked = outbox_message.message
        assert isinstance(asked, ReadCalendarFeed | ReadCalendarFile)
        expert, url = asked.expert, asked.url if isinstance(asked, ReadCalendarFeed) else None
        try:
            content = await self._content(asked)
            busy = await read_in_worker(self._pool, content, self._clock.now(), asked.zone)
        except Unreadable as fault:
            return Delivered(
                partial(calendar_unreadable, expert_id=expert, source=outbox_message.kind, why=fault.why, url=url)
            )
        return Delivered(partial(calendar_read, expert_id=expert, source=outbox_message.kind, busy=busy, url=url))

    async def _content(self, asked: ReadCalendarFeed | ReadCalendarFile) -> bytes:
        if isinstance(asked, ReadCalendarFeed):
            return await fetched(asked.url, nearby=self._nearby)
        file_id = asked.file
        kept = await self._transactions.run(MARKET, lambda ctx: content_of(ctx, file_id))
        return kept.content
