"""A consultant's own calendar, followed at an address or sent as a file; only its busy times are used.

Fetching and reading take time, so an outbox message has them done outside. This module only applies the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from pydantic import HttpUrl, TypeAdapter, ValidationError
from sqlalchemy import delete, func, insert, select

from core.advice.availability.local_times import Interval
from core.advice.experts.events import CalendarRead, CalendarUnreadable
from core.advice.experts.messages import FEED, FILE, ReadCalendarFeed, ReadCalendarFile
from core.advice.experts.model import LONGEST_FEED, Expert, ExpertBusy
from core.advice.experts.service import changed, expert_for, own
from core.kernel.errors import Invalid
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx

TIMER: Final = "expert_feed"
READ_AGAIN: Final = "read_again"
READ_EVERY: Final = timedelta(hours=1)
URL: Final = TypeAdapter(HttpUrl)


def follow_calendar(ctx: Ctx, url: str) -> Expert:
    """Read the calendar at this address now, and every hour from now on. Raises Invalid for an invalid address."""
    expert = own(ctx)
    address = _address(url)
    expert.feed_url, expert.feed_read_at, expert.feed_fault = address, None, None
    _ask(ctx, expert, address)
    return changed(ctx, expert)


def forget_calendar(ctx: Ctx) -> Expert:
    """Stop following a calendar; the busy times from an address or a file are deleted."""
    expert = own(ctx)
    expert.feed_url = expert.feed_read_at = expert.feed_fault = None
    clear_timers(ctx.session, TIMER, expert.id)
    ctx.session.execute(delete(ExpertBusy).where(ExpertBusy.expert_id == expert.id))
    return changed(ctx, expert)


def take_calendar_file(ctx: Ctx, file_id: str) -> Expert:
    """Read a kept file, in place of an earlier one."""
    expert = own(ctx)
    ctx.enqueue(f"calendar:{expert.id}", ReadCalendarFile(expert=expert.id, zone=expert.zone, file=file_id))
    return expert


def busy_ahead(ctx: Ctx, expert: Expert) -> dict[str, int]:
    """Return how many appointments are known from each source."""
    query = select(ExpertBusy.source, func.count()).where(
        ExpertBusy.expert_id == expert.id, ExpertBusy.ends_at > ctx.now
    )
    return {source: int(count) for source, count in ctx.session.execute(query.group_by(ExpertBusy.source))}


# --- results of the reading -------------------------------------------------------------------------------------------


def calendar_read(ctx: Ctx, expert_id: str, source: str, busy: Sequence[Interval], url: str | None = None) -> None:
    """Replace the known busy times. A result from an address that was changed meanwhile is dropped."""
    expert = expert_for(ctx, expert_id)
    if url != (expert.feed_url if source == FEED else None):
        return
    tell = source == FILE or expert.feed_read_at is None or expert.feed_fault is not None
    if source == FEED:
        expert.feed_read_at, expert.feed_fault = ctx.now, None
    _replace(ctx, expert, source, busy)
    if tell:
        ctx.announce(CalendarRead(expert.id, None, source, len(busy)))
    changed(ctx, expert)


def calendar_unreadable(ctx: Ctx, expert_id: str, source: str, why: str, url: str | None = None) -> None:
    """Record that the calendar could not be read. Known busy times stay; the consultant is told once."""
    expert = expert_for(ctx, expert_id)
    if url != (expert.feed_url if source == FEED else None):
        return
    known = source == FEED and expert.feed_fault is not None
    if source == FEED:
        expert.feed_fault = why
        ctx.session.flush()
    if not known:
        ctx.announce(CalendarUnreadable(expert.id, None, source, why))


def read_again(ctx: Ctx, expert_id: str) -> None:
    """Read the calendar again after an hour."""
    expert = expert_for(ctx, expert_id)
    if expert.feed_url is not None:
        _ask(ctx, expert, expert.feed_url)


def _ask(ctx: Ctx, expert: Expert, url: str) -> None:
    ctx.enqueue(f"calendar:{expert.id}", ReadCalendarFeed(expert=expert.id, zone=expert.zone, url=url))
    set_timer(ctx.session, Timer(TIMER, expert.id, READ_AGAIN, ctx.now + READ_EVERY))


def _address(url: str) -> str:
    """Return the address with `https:`, which calendar programs write as `webcal:`."""
    given = url.strip()
    if given.lower().startswith("webcal:"):
        given = f"https:{given[len('webcal:') :]}"
    try:
        read = str(URL.validate_python(given))
    except ValidationError as fault:
        raise Invalid("calendar.no_address", given=url[:60]) from fault
    if len(read) > LONGEST_FEED:
        raise Invalid("calendar.no_address", given=url[:60])
    return read


def _replace(ctx: Ctx, expert: Expert, source: str, busy: Sequence[Interval]) -> None:
    ctx.session.execute(delete(ExpertBusy).where(ExpertBusy.expert_id == expert.id, ExpertBusy.source == source))
    if busy:
        rows = [
            {"id": ctx.new_id(), "expert_id": expert.id, "source": source, "starts_at": each.start, "ends_at": each.end}
            for each in busy
        ]
        ctx.session.execute(insert(ExpertBusy), rows)
