"""The transport of the channel "calendar": reads a consultant's calendar outside of any transaction, and stores the
result.
"""

from __future__ import annotations

import asyncio
from functools import partial

from bots.calendar.fetcher import fetched
from core.advice.availability.busy_times import Unreadable, busy_times
from core.advice.experts.external_calendars import calendar_read, calendar_unreadable
from core.advice.experts.messages import ReadCalendarFeed, ReadCalendarFile
from core.kernel.clock import Clock
from core.kernel.dispatcher import Delivered, Later, Never
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import MARKET, Transactions
from core.people.files.service import content_of


class CalendarReader:
    """`nearby`: whether calendars at private addresses are read, as where the lab simulates the world."""

    def __init__(self, transactions: Transactions, clock: Clock, *, nearby: bool) -> None:
        self._transactions = transactions
        self._clock = clock
        self._nearby = nearby

    async def carry(self, outbox_message: OutboxMessage) -> Delivered | Later | Never:
        """Read the busy times. A failure is not retried for this message: the next hour brings another one."""
        asked = outbox_message.message
        assert isinstance(asked, ReadCalendarFeed | ReadCalendarFile)
        expert, url = asked.expert, asked.url if isinstance(asked, ReadCalendarFeed) else None
        try:
            content = await self._content(asked)
            busy = await asyncio.to_thread(busy_times, content, self._clock.now(), asked.zone)
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
