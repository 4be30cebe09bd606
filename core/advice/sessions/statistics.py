"""A consultant's figures: sessions, free talks that were paid, earnings, and the time to answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from sqlalchemy import func, select

from core.advice.availability.local_times import local
from core.advice.sessions.model import (
    COMPLAINED,
    SESSION,
    Booking,
    Consent,
    ConsentKind,
    Meeting,
    SessionState,
    Settlement,
)
from core.kernel.money import Money
from core.kernel.process import StepRow
from core.kernel.transaction import Ctx

REPLIES: Final = ("accept", "decline", "other_time", "pick_time")
LATEST: Final = 20  # answers; those of a year ago tell little of today
LEAST: Final = 3  # answers; a single one is no habit
MONTHS: Final = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """A consultant's figures since the beginning; `months`: the first day of each of the last six, and its net."""

    requests: int
    begun: int  # that began
    free: int  # talks that began with free minutes
    paid: int  # the free talks that the seeker continued as paid
    earned: tuple[Money, ...]  # net, one of each currency
    kept: tuple[Money, ...]  # charged, and not parted yet
    months: Mapping[date, tuple[Money, ...]]
    reply_time: timedelta | None

    @property
    def conversion(self) -> int | None:
        """Return the percentage of talks with free minutes that went on after them; None before there was one."""
        return None if not self.free else round(100 * self.paid / self.free)


def figures_of(ctx: Ctx, expert_id: str, zone: str) -> Figures:
    """Return a consultant's own figures; months are those of their own calendar."""
    booked = Booking.expert_id == expert_id
    requests = ctx.session.scalar(select(func.count()).select_from(Booking).where(booked)) or 0
    began = select(func.count()).select_from(Booking).join(Meeting, Meeting.booking_id == Booking.id)
    began = began.where(booked, Meeting.began_at.is_not(None))
    free = Booking.free_minutes > 0
    went_on = select(func.count(Booking.id.distinct())).join(Consent, Consent.booking_id == Booking.id)
    went_on = went_on.where(booked, free, Consent.kind == ConsentKind.CONTINUE)
    query = select(Settlement.at, Settlement.net_minor, Booking.currency).join(
        Booking, Booking.id == Settlement.booking_id
    )
    waiting = select(Booking).where(booked, Booking.state.in_((SessionState.REVIEW_WINDOW, *COMPLAINED)))
    settled = [(at, Money(net, currency)) for at, net, currency in ctx.session.execute(query.where(booked))]
    return Figures(
        requests=requests,
        begun=ctx.session.scalar(began) or 0,
        free=ctx.session.scalar(began.where(free)) or 0,
        paid=ctx.session.scalar(went_on) or 0,
        earned=_totals([money for _, money in settled]),
        kept=_totals([booking.due for booking in ctx.session.scalars(waiting)]),
        months=_by_month(settled, ctx.now, zone),
        reply_time=answer_time(ctx, expert_id),
    )


def answer_time(ctx: Ctx, expert_id: str) -> timedelta | None:
    """Return how long seekers wait for this consultant's answer: the median of the latest; None while there are few."""
    query = (
        select(Booking.id, StepRow.at)
        .join(StepRow, StepRow.subject == Booking.id)
        .where(
            Booking.expert_id == expert_id,
            StepRow.process == SESSION.name,
            StepRow.actor == Booking.consultant,
            StepRow.event.in_(REPLIES),
        )
        .order_by(StepRow.id.desc())
        .limit(LATEST)
    )
    # The latest come first: of several answers to one request, the first is kept.
    answered: dict[str, datetime] = {booking: at for booking, at in ctx.session.execute(query)}  # noqa: C416 - rows
    if len(answered) < LEAST:
        return None
    asked = _asked_at(ctx, list(answered))
    return timedelta(seconds=median((at - asked[booking]).total_seconds() for booking, at in answered.items()))


def _asked_at(ctx: Ctx, bookings: list[str]) -> dict[str, datetime]:
    """Return when each request reached the consultant: with the card, or with the group request."""
    made = select(Booking.id, Booking.made_at).where(Booking.id.in_(bookings))
    card = select(StepRow.subject, StepRow.at).where(StepRow.subject.in_(bookings), StepRow.event == "card_ok")
    asked: dict[str, datetime] = {booking: at for booking, at in ctx.session.execute(made)}  # noqa: C416 - rows
    picked = set(ctx.session.scalars(select(Booking.id).where(Booking.id.in_(bookings), Booking.ask_id.is_not(None))))
    return asked | {booking: at for booking, at in ctx.session.execute(card) if booking not in picked}


def _totals(sums: list[Money]) -> tuple[Money, ...]:
    by_currency: dict[str, int] = defaultdict(int)
    for money in sums:
        by_currency[money.currency] += money.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(by_currency.items()))


def _by_month(settled: list[tuple[datetime, Money]], now: datetime, zone: str) -> dict[date, tuple[Money, ...]]:
    """Return the last six months, the earliest first, those without a session too."""
    month = local(now, zone).date().replace(day=1)
    months: list[date] = []
    for _ in range(MONTHS):
        months.insert(0, month)
        month = (month - timedelta(days=1)).replace(day=1)
    return {
        each: _totals([money for at, money in settled if local(at, zone).date().replace(day=1) == each])
        for each in months
    }
