"""Consultants' own actions: offer their expertise, set their hours, pause and return."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from core.advice.availability.local_times import Interval, local
from core.advice.availability.slots import Calendar
from core.advice.availability.special_days import Change, read_change
from core.advice.availability.weekly_hours import Hours, Towns, read_hours
from core.advice.experts import rules
from core.advice.experts.events import ExpertChanged, ExpertListed, ExpertPaused, RequestMissed
from core.advice.experts.model import (
    FREE_NOW_AT_MOST,
    FREE_NOW_FOR,
    MISSES_BEFORE_PAUSE,
    ChangeExpertise,
    Expert,
    ExpertBusy,
    ExpertDay,
    OfferExpertise,
    PausedWhy,
    SpecialDay,
)
from core.catalogue.model import Catalogue
from core.kernel.errors import NotFound, Refusal, Stale
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import ZONE_UNKNOWN, acting, has_traded, person_of
from core.people.blocking.suspensions import check_not_suspended

BACK = "expert_back"
FREE_OVER = "free_over"
TIMERS = "expert"

# --- the profile ------------------------------------------------------------------------------------------------------


def offer_expertise(ctx: Ctx, catalogue: Catalogue, command: OfferExpertise, towns: Towns | None = None) -> Expert:
    """Create or replace the acting person's profile, visible to seekers from now on. The account goes on buying and
    selling.

    `towns`: zones of places that no zone is named after. Raises Invalid.
    """
    person = acting(ctx)
    check_not_suspended(ctx, person.organisation_id)
    rules.check_fields(catalogue, command.fields)
    rules.check_rate(command.rate, command.lengths)
    rules.check_room(command.room, command.own_link)
    hours = read_hours(command.hours, person.locale, towns)
    expert = own_profile(ctx)
    if expert is None:
        expert = Expert(id=ctx.new_id(), person_id=person.id, organisation_id=person.organisation_id)
    expert.own_link = None
    _apply(expert, command)
    expert.lengths = sorted(set(command.lengths))
    expert.zone = hours.zone or person.zone
    _keep_time_of(person, hours)
    expert.week = rules.week_kept(hours.days)
    _list(ctx, expert)
    has_traded(ctx, person.organisation_id)
    return expert


def change_expertise(
    ctx: Ctx, catalogue: Catalogue, command: ChangeExpertise, expected_version: int | None = None
) -> Expert:
    """Change the given fields. Sessions already booked keep their price and policy. Raises Invalid, Stale."""
    expert = own(ctx, expected_version)
    if command.fields is not None:
        rules.check_fields(catalogue, command.fields)
    _apply(expert, command)
    rules.check_rate(expert.rate, expert.lengths)
    rules.check_room(expert.room, expert.own_link)
    return changed(ctx, expert)


def _apply(expert: Expert, command: OfferExpertise | ChangeExpertise) -> None:
    """Write the given fields to the profile."""
    given = command.model_dump(exclude_none=True, exclude={"rate", "own_link", "hours"})
    for name, value in given.items():
        setattr(expert, name, list(value) if isinstance(value, tuple) else value)
    if command.rate is not None:
        expert.basis, expert.rate_minor, expert.currency = command.rate.basis, command.rate.minor, command.rate.currency
    if command.own_link is not None:
        expert.own_link = str(command.own_link)


def _keep_time_of(person: Person, hours: Hours) -> None:
    """Set an unknown time zone to that of the place that the hours name. Some chats do not tell a person's zone."""
    if person.zone == ZONE_UNKNOWN and hours.zone is not None:
        person.zone = hours.zone


def own_profile(ctx: Ctx) -> Expert | None:
    """Return the acting person's profile; None when they are no consultant."""
    return expert_of(ctx, acting(ctx).id)


def expert_for(ctx: Ctx, expert_id: str) -> Expert:
    """Return a consultant as everybody may see them, paused ones too. Raises NotFound."""
    expert = ctx.session.get(Expert, expert_id)
    if expert is None:
        raise NotFound
    return expert


def expert_of(ctx: Ctx, person_id: str) -> Expert | None:
    return ctx.session.scalar(select(Expert).where(Expert.person_id == person_id))


# --- hours ------------------------------------------------------------------------------------------------------------


def keep_hours(ctx: Ctx, sentence: str, towns: Towns | None = None) -> Change:
    """Change the days that the sentence names, weekdays for good and dates once. Raises Invalid."""
    expert, person = own(ctx), acting(ctx)
    change = read_change(sentence, person.locale, local(ctx.now, expert.zone).date(), towns)
    if change.week is not None:
        _keep_time_of(person, change.week)
        expert.week = rules.week_kept({**expert.hours, **change.week.days})
        expert.zone = change.week.zone or expert.zone
    for day, spans in change.days.items():
        keep_special_day(ctx, SpecialDay(day=day, spans=tuple((span.start, span.end) for span in spans)))
    changed(ctx, expert)
    return change


def mean_only(ctx: Ctx, day: date, before: dict[str, list[list[int]]], expected_version: int) -> Expert:
    """Restrict a change just made for every such weekday to one day; the week is again as before."""
    expert = own(ctx, expected_version)
    spans = expert.hours[day.weekday()]
    expert.week = before
    return keep_special_day(ctx, SpecialDay(day=day, spans=tuple((span.start, span.end) for span in spans)))


def keep_special_day(ctx: Ctx, command: SpecialDay) -> Expert:
    """Set other hours for one day, or close it. Raises Invalid for a day that is over or too far ahead."""
    expert = own(ctx)
    rules.check_special_day(command, ctx.now, expert.zone)
    ctx.session.merge(ExpertDay(expert_id=expert.id, day=command.day, spans=[list(span) for span in command.spans]))
    return changed(ctx, expert)


def close_days(ctx: Ctx, first: date, last: date) -> Expert:
    """Close the days from the first to the last to bookings; agreed sessions stand. Raises Invalid."""
    expert = own(ctx)
    rules.check_absence(first, last, local(ctx.now, expert.zone).date())
    for number in range((last - first).days + 1):
        ctx.session.merge(ExpertDay(expert_id=expert.id, day=first + timedelta(days=number), spans=[]))
    return changed(ctx, expert)


def forget_special_days(ctx: Ctx, first: date, count: int = 1) -> Expert:
    """Reset `count` days from the first one on to the hours of their weekdays."""
    expert, last = own(ctx), first + timedelta(days=count - 1)
    ctx.session.execute(delete(ExpertDay).where(ExpertDay.expert_id == expert.id, ExpertDay.day.between(first, last)))
    return changed(ctx, expert)


def special_days(ctx: Ctx, expert: Expert) -> list[ExpertDay]:
    """Return the overrides that are not over yet, in order."""
    today = (ctx.now - timedelta(days=1)).date()
    query = select(ExpertDay).where(ExpertDay.expert_id == expert.id, ExpertDay.day >= today)
    return list(ctx.session.scalars(query.order_by(ExpertDay.day)))


def calendar_of(ctx: Ctx, expert: Expert, sessions: Sequence[Interval], elsewhere: Sequence[Interval] = ()) -> Calendar:
    """Return a consultant's time with their sessions, for slots; `elsewhere`: those that they do not give."""
    busy = select(ExpertBusy.starts_at, ExpertBusy.ends_at).where(
        ExpertBusy.expert_id == expert.id, ExpertBusy.ends_at > ctx.now
    )
    return Calendar(
        week=expert.hours,
        zone=expert.zone,
        overrides={each.day: rules.spans(each.spans) for each in special_days(ctx, expert)},
        busy=[*sessions, *elsewhere, *(Interval(row.starts_at, row.ends_at) for row in ctx.session.execute(busy))],
        booked=[session.start for session in sessions],
        air=timedelta(minutes=expert.air_minutes),
        notice=timedelta(minutes=expert.notice_minutes),
        per_day=expert.per_day,
        away_until=expert.away_until,
    )


# --- coming and going -------------------------------------------------------------------------------------------------


def say_free_now(ctx: Ctx, until: datetime | None = None) -> Expert:
    """Take instant calls until then, or for the next hour. Raises Refusal for a time too far ahead."""
    expert = own(ctx)
    if not expert.live:
        raise Refusal("expert.paused")
    if until is not None and until > ctx.now + FREE_NOW_AT_MOST:
        raise Refusal("expert.free_too_long", hours=FREE_NOW_AT_MOST // timedelta(hours=1))
    expert.free_until = until or ctx.now + FREE_NOW_FOR
    set_timer(ctx.session, Timer(TIMERS, expert.id, FREE_OVER, expert.free_until))
    return changed(ctx, expert)


def say_busy(ctx: Ctx) -> Expert:
    """Stop taking instant calls."""
    return _no_longer_free(ctx, own(ctx))


def pause(ctx: Ctx, until: datetime | None = None, expected_version: int | None = None) -> Expert:
    """Hide the profile until a day, or until the consultant returns. Sessions already booked stand."""
    expert = own(ctx, expected_version)
    if until is not None and until <= ctx.now:
        raise Refusal("expert.holiday_past", field="days")
    expert.away_until = until
    clear_timers(ctx.session, TIMERS, expert.id)
    if until is not None:
        set_timer(ctx.session, Timer(TIMERS, expert.id, BACK, until))
    return _pause(ctx, expert, "own" if until is None else "holiday")


def come_back(ctx: Ctx, expected_version: int | None = None) -> Expert:
    """Show the profile again. Raises Refusal if the account is suspended."""
    expert = own(ctx, expected_version)
    check_not_suspended(ctx, expert.organisation_id)
    if not expert.live:
        _list(ctx, expert)
    return expert


def request_missed(ctx: Ctx, expert_id: str) -> None:
    """Count a request that ran out. The second in a row pauses the consultant: seekers do not wait in vain."""
    expert = expert_for(ctx, expert_id)
    expert.missed += 1
    expert.free_until = None
    if not expert.live:
        return
    if expert.missed >= MISSES_BEFORE_PAUSE:
        _pause(ctx, expert, "missed")
    else:
        ctx.announce_change(RequestMissed(expert.id, None))


def request_answered(ctx: Ctx, expert_id: str) -> None:
    """Reset the count of missed requests after an answer: yes, no or another time."""
    expert = expert_for(ctx, expert_id)
    if expert.missed:
        expert.missed = 0


def holiday_over(ctx: Ctx, expert_id: str) -> None:
    expert = expert_for(ctx, expert_id)
    if expert.paused_why == "holiday":
        _list(ctx, expert)


def free_over(ctx: Ctx, expert_id: str) -> None:
    """End the time for which the consultant said that they are free."""
    expert = expert_for(ctx, expert_id)
    if expert.free_until is not None and expert.free_until <= ctx.now:
        _no_longer_free(ctx, expert)


def suspended(ctx: Ctx, organisation_id: str) -> None:
    """Hide the profiles of a suspended account. Its consultants come back by themselves when that is lifted."""
    shown = Expert.live | Expert.away_until.is_not(None)
    query = select(Expert).where(Expert.organisation_id == organisation_id, shown)
    for expert in ctx.session.scalars(query).all():
        expert.away_until = None
        clear_timers(ctx.session, TIMERS, expert.id)
        _pause(ctx, expert, "own")


def left_company(ctx: Ctx, person_id: str) -> None:
    """Move a consultant who left a company to their own organisation, which is paid for sessions booked from now on.

    Sessions already booked stay the company's, in whose name they were promised.
    """
    expert = expert_of(ctx, person_id)
    if expert is not None:
        expert.organisation_id = person_of(ctx, person_id).organisation_id
        has_traded(ctx, expert.organisation_id)
        changed(ctx, expert)


# --- steps that more than one of them take ----------------------------------------------------------------------------


def own(ctx: Ctx, expected_version: int | None = None) -> Expert:
    expert = own_profile(ctx)
    if expert is None:
        raise NotFound("expert.not_one")
    if expected_version is not None and expected_version != expert.version:
        raise Stale
    return expert


def _list(ctx: Ctx, expert: Expert) -> None:
    expert.live, expert.paused_why, expert.away_until, expert.missed = True, None, None, 0
    expert.listed_at = ctx.now
    ctx.session.add(expert)
    clear_timers(ctx.session, TIMERS, expert.id)
    ctx.announce_change(ExpertListed(expert.id, ctx.actor.person))


def _pause(ctx: Ctx, expert: Expert, why: PausedWhy) -> Expert:
    expert.live, expert.paused_why, expert.free_until = False, why, None
    ctx.announce_change(ExpertPaused(expert.id, ctx.actor.person, why))
    return expert


def changed(ctx: Ctx, expert: Expert) -> Expert:
    ctx.announce_change(ExpertChanged(expert.id, ctx.actor.person))
    return expert


def _no_longer_free(ctx: Ctx, expert: Expert) -> Expert:
    expert.free_until = None
    return changed(ctx, expert)
