"""Days that are otherwise, holidays, and a consultant's own calendar: no time is offered at which they are taken."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.advice.availability.local_times import Interval
from core.advice.availability.slots import free_slots
from core.advice.experts import external_calendars, service
from core.advice.experts.events import CalendarRead, CalendarUnreadable, ExpertPaused, RequestMissed
from core.advice.experts.model import Expert
from core.advice.sessions.slot_checks import calendar_of
from core.kernel.errors import Invalid
from core.kernel.events import Event
from core.kernel.transaction import MARKET, Ctx
from tests.core.advice.sessions.session_steps import TIMER_HANDLERS, Counsel, counsel
from tests.core.conftest import Market

TUESDAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 7, tzinfo=UTC)  # in Vilnius, where Alex is open until five
AFTER_THREE = ["15:15", "15:30", "15:45", "16:00"]
ADDRESS = "https://calendar.example.com/alex.ics"


@pytest.fixture
async def they(market: Market) -> Counsel:
    return await counsel(market)


async def free(they: Counsel, day: date) -> list[str]:
    """Return the local times at which an hour may begin on that day."""

    def look(ctx: Ctx) -> list[str]:
        calendar = calendar_of(ctx, ctx.session.get_one(Expert, they.expert_id))
        slots = free_slots(calendar, ctx.now, timedelta(hours=1))
        local = (slot.astimezone(ZoneInfo(calendar.zone)) for slot in slots)
        return [f"{slot:%H:%M}" for slot in local if slot.date() == day]

    return await they.run(MARKET, look)


def heard(they: Counsel, kind: type[Event]) -> list[Event]:
    facts: list[Event] = []
    they.market.reactions.on(kind, lambda _ctx, fact: facts.append(fact))
    return facts


async def test_one_day_is_otherwise_and_as_usual_again(they: Counsel) -> None:
    await they.run(they.alex, service.keep_hours, "Tue 24 Nov 18-20; Wed 25 Nov off; Thu 10-11")
    assert await free(they, TUESDAY) == ["18:00", "18:15", "18:30", "18:45", "19:00"]
    assert await free(they, TUESDAY + timedelta(days=1)) == []
    assert await free(they, TUESDAY + timedelta(days=2)) == ["10:00"]
    await they.run(they.alex, service.forget_special_days, TUESDAY)
    assert (await free(they, TUESDAY))[0] == "09:00"


@pytest.mark.parametrize("sentence", ["23 Oct 2026 9-12", "2 Feb 2027 9-12"])
async def test_a_day_that_is_over_or_too_far_ahead_is_refused(they: Counsel, sentence: str) -> None:
    with pytest.raises(Invalid, match=r"expert\.day_out_of_reach"):
        await they.run(they.alex, service.keep_hours, sentence)


async def test_a_holiday_ends_by_itself(they: Counsel) -> None:
    await they.run(they.alex, service.pause, NINE + timedelta(days=2))
    assert await free(they, TUESDAY) == []
    await they.until(NINE + timedelta(days=2, minutes=1))
    expert = await they.run(they.alex, service.own_profile)
    assert expert is not None
    assert expert.live


async def test_a_followed_calendar_takes_its_times_and_gives_them_back(they: Counsel) -> None:
    """cal.com 1271, 5749, 11688: what another calendar has is not offered, also when it was put there later."""
    read, failed = heard(they, CalendarRead), heard(they, CalendarUnreadable)
    await they.run(they.alex, external_calendars.follow_calendar, "webcal://calendar.example.com/alex.ics")
    assert [(post.kind, post.body["url"]) for post in they.market.posts] == [("feed", ADDRESS)]
    taken = [Interval(NINE, NINE + timedelta(hours=6))]
    await they.run(MARKET, external_calendars.calendar_read, they.expert_id, "feed", taken, ADDRESS)
    assert await free(they, TUESDAY) == AFTER_THREE, "with ten minutes of air after what is taken, on the quarter hour"
    await they.later(hours=1, minutes=1)
    assert len(they.market.posts) == 2, "it is read every hour"
    await they.run(MARKET, external_calendars.calendar_unreadable, they.expert_id, "feed", "refused", ADDRESS)
    await they.run(MARKET, external_calendars.calendar_unreadable, they.expert_id, "feed", "refused", ADDRESS)
    assert await free(they, TUESDAY) == AFTER_THREE, "what was known stays"
    await they.run(
        MARKET, external_calendars.calendar_read, they.expert_id, "feed", [], "https://calendar.example.com/old.ics"
    )
    assert await free(they, TUESDAY) == AFTER_THREE, "an address that was given up says nothing any more"
    await they.run(they.alex, external_calendars.forget_calendar)
    assert (await free(they, TUESDAY))[0] == "09:00"
    assert (len(read), len(failed)) == (1, 1), "told once each, and not every hour"


@pytest.mark.parametrize("address", ["calendar", "file:///etc/passwd", f"https://example.com/{'x' * 1000}"])
async def test_text_that_is_no_address_is_refused(they: Counsel, address: str) -> None:
    with pytest.raises(Invalid, match=r"calendar\.no_address"):
        await they.run(they.alex, external_calendars.follow_calendar, address)


async def test_the_second_request_missed_in_a_row_pauses_and_each_is_told(they: Counsel) -> None:
    missed, paused = heard(they, RequestMissed), heard(they, ExpertPaused)
    for _ in range(2):
        await they.books(NINE + timedelta(days=2))
        await they.adds_card()
        await they.until(they.market.clock.moment + timedelta(days=2))
    assert (len(missed), len(paused)) == (1, 1)
    await they.run(they.alex, service.come_back)
    expert = await they.run(they.alex, service.own_profile)
    assert expert is not None
    assert (expert.live, expert.missed) == (True, 0)


def test_all_that_time_does_is_answered_for() -> None:
    assert external_calendars.TIMER in TIMER_HANDLERS
