"""Counts how often profiles are listed and opened: one row a profile and day, one statement a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from core.advice.promotion.model import WEEK, ProfileDay
from core.kernel.transaction import Ctx

INSERT: Final[Mapping[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def note_shown(ctx: Ctx, experts: Collection[str]) -> None:
    """Count these consultants as shown in a list."""
    _count(ctx, experts, shown=1, opened=0)


def note_opened(ctx: Ctx, expert_id: str) -> None:
    """Count this profile as opened."""
    _count(ctx, (expert_id,), shown=0, opened=1)


def shown_of(ctx: Ctx, experts: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return how often each was in a list: in all, and in the last week. Those never shown are left out."""
    this_week = ProfileDay.day > (ctx.now - WEEK).date()
    query = (
        select(
            ProfileDay.expert_id,
            func.sum(ProfileDay.shown),
            func.sum(case((this_week, ProfileDay.shown), else_=0)),
        )
        .where(ProfileDay.expert_id.in_(experts))
        .group_by(ProfileDay.expert_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in ctx.session.execute(query)}


def views_between(ctx: Ctx, expert_id: str, first: date, last: date) -> int:
    """Return how often the profile was opened from one day to another, both included."""
    query = select(func.sum(ProfileDay.opened)).where(
        ProfileDay.expert_id == expert_id, ProfileDay.day.between(first, last)
    )
    return int(ctx.session.scalar(query) or 0)


def all_views(ctx: Ctx, days: int) -> int:
    """Return how often any profile was opened in the last `days` days and today."""
    first = (ctx.now - timedelta(days=days)).date()
    return int(ctx.session.scalar(select(func.sum(ProfileDay.opened)).where(ProfileDay.day > first)) or 0)


def views_of(ctx: Ctx, expert_id: str, days: int) -> tuple[int, int]:
    """Return how often the profile was listed and opened, in the last `days` days and today."""
    query = select(func.sum(ProfileDay.shown), func.sum(ProfileDay.opened)).where(
        ProfileDay.expert_id == expert_id, ProfileDay.day > (ctx.now - timedelta(days=days)).date()
    )
    shown, opened = ctx.session.execute(query).one()
    return int(shown or 0), int(opened or 0)


def by_day(ctx: Ctx, expert_id: str, first: date, last: date) -> list[ProfileDay]:
    """Return how often the profile was listed and opened, for each day of the range, both ends included."""
    query = select(ProfileDay).where(ProfileDay.expert_id == expert_id, ProfileDay.day.between(first, last))
    return list(ctx.session.scalars(query.order_by(ProfileDay.day)))


def _count(ctx: Ctx, experts: Collection[str], *, shown: int, opened: int) -> None:
    if not experts:
        return
    today = ctx.now.date()
    # Everybody counts in one order, so that no two lists wait for each other.
    rows = [{"expert_id": each, "day": today, "shown": shown, "opened": opened} for each in sorted(set(experts))]
    statement = INSERT[ctx.session.connection().dialect.name](ProfileDay).values(rows)
    new = statement.excluded
    more = {"shown": ProfileDay.shown + new.shown, "opened": ProfileDay.opened + new.opened}
    ctx.session.execute(statement.on_conflict_do_update(index_elements=["expert_id", "day"], set_=more))
