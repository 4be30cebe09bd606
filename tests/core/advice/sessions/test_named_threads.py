"""Faults that other booking systems had for years, each by the number of the thread in which people reported it.

The numbers are those of github.com/calcom/cal.diy (cal.com).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar as Entry
from icalendar import Event

from core.advice.availability.local_times import Interval, local
from core.advice.availability.slots import Calendar, free_slots, is_free
from core.advice.availability.weekly_hours import Span
from core.advice.experts.model import ChangeExpertise
from core.advice.experts.service import change_expertise
from core.advice.sessions import card_results, events, service
from core.advice.sessions.calendar_invites import Attendee, Method, invitation
from core.advice.sessions.model import SESSION
from core.kernel.errors import Refusal
from core.kernel.timers import deadline_of
from core.kernel.transaction import MARKET, PROVIDER
from tests.core.advice.sessions.session_steps import COMMISSION_BP, TUESDAY_TEN, Counsel, agreed
from tests.core.advice.sessions.test_sessions import command
from tests.core.goods import catalogue

NEW_YORK = "America/New_York"
WORKDAY = (Span(9 * 60, 17 * 60),)
NOW = datetime(2026, 10, 26, 12, tzinfo=UTC)  # a Monday; the clocks go back on Sunday, 1 November
HOUR, HALF_HOUR = timedelta(hours=1), timedelta(minutes=30)


def walls(calendar: Calendar, now: datetime, length: timedelta = HOUR) -> dict[date, list[str]]:
    """Return the offered times by day, by the consultant's local clock."""
    found: dict[date, list[str]] = {}
    for slot in free_slots(calendar, now, length, until=now + timedelta(days=21)):
        local = slot.astimezone(ZoneInfo(calendar.zone))
        if local.date() not in found:
            assert is_free(calendar, now, slot, length), "what is shown can be booked"
        found.setdefault(local.date(), []).append(f"{local:%H:%M}")
    return found


# --- times ------------------------------------------------------------------------------------------------------------


def test_4702_10517_hours_stay_where_they_are_when_the_clocks_change() -> None:
    """cal.com 4702, 10517: slots of November began an hour early, and could not be booked."""
    shown = walls(Calendar(dict.fromkeys(range(7), WORKDAY), NEW_YORK), NOW)

    assert {times[0] for times in list(shown.values())[1:]} == {"09:00"}
    assert {times[-1] for times in list(shown.values())[1:-1]} == {"16:00"}


def test_6217_a_single_half_hour_a_week_is_offered_at_its_time_on_the_very_day_of_the_change() -> None:
    """cal.com 6217: on the day of the change, 12:30 every Sunday was shown as 13:30. It was refused when booked."""
    shown = walls(Calendar({6: (Span(12 * 60 + 30, 13 * 60),)}, NEW_YORK), NOW, HALF_HOUR)

    assert shown == {date(2026, 11, day): ["12:30"] for day in (1, 8, 15)}


def test_6844_the_first_hour_of_each_day_after_the_change_can_be_booked() -> None:
    """cal.com 6844: from 26 March on, what was shown between eight and nine was refused."""
    calendar = Calendar(dict.fromkeys(range(7), (Span(8 * 60, 10 * 60),)), "Europe/Paris")
    before = datetime(2027, 3, 20, 12, tzinfo=UTC)  # the clocks go forward on Sunday, 28 March
    early = [slot for slot in free_slots(calendar, before, HOUR, before + timedelta(days=14)) if slot.hour < 7]

    assert {f"{local(slot, calendar.zone):%H:%M}" for slot in early} == {"08:00", "08:15", "08:30", "08:45"}
    assert len(early) == 4 * 7, "in summer eight is six of UTC: 28 March to 3 April"
    assert all(is_free(calendar, before, slot, HOUR) for slot in early)


@pytest.mark.parametrize("days", [5, 6, 7])
def test_12137_a_notice_that_ends_on_the_day_of_the_change_moves_no_slot(days: int) -> None:
    """cal.com 12137: with seven days of notice, all of November was offset."""
    shown = walls(Calendar(dict.fromkeys(range(7), WORKDAY), NEW_YORK, notice=timedelta(days=days)), NOW)

    assert {times[0] for times in list(shown.values())[1:]} == {"09:00"}
    assert min(shown) == (NOW + timedelta(days=days)).date()


def test_30104_a_law_about_clocks_that_a_machine_has_not_heard_of_is_known_everywhere() -> None:
    """cal.com 30104: British Columbia keeps its summer time since November 2026, and letters were an hour early."""
    december, zone = datetime(2026, 12, 1, tzinfo=UTC), "America/Vancouver"
    slot = next(free_slots(Calendar(dict.fromkeys(range(7), WORKDAY), zone), december, HOUR))

    assert slot == december.replace(hour=16)  # nine o'clock is seven hours behind UTC
    assert f"{local(slot, zone):%H:%M}" == "09:00"


@pytest.mark.parametrize("change", [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2027, 3, 14, 6, 30, tzinfo=UTC)])
async def test_1092_7747_the_entry_lasts_as_long_as_the_session_over_the_change(
    they: Counsel, change: datetime
) -> None:
    """cal.com 1092, 7747: bookings came into calendars an hour early, or ended before they began."""
    await agreed(they)
    booking = await they.booking()
    booking.starts_at, booking.length = change, 90
    event = event_of(booking, "REQUEST")

    assert (event.start, event.end - event.start) == (change, timedelta(minutes=90))


def test_6622_days_of_their_own_and_the_limit_of_a_day_hold_when_it_is_booked() -> None:
    """cal.com 6622: the booking did not know what the page knew (an override, a full day)."""
    special, tomorrow = date(2026, 11, 1), NOW + timedelta(days=1)
    calendar = Calendar(
        dict.fromkeys(range(5), WORKDAY), NEW_YORK, overrides={special: (Span(600, 660),)}, booked=[tomorrow], per_day=1
    )
    shown = walls(calendar, NOW)

    assert shown[special] == ["10:00"]
    assert tomorrow.date() not in shown


def test_6622_a_session_over_midnight_that_is_offered_can_be_booked() -> None:
    """cal.com 6622 again: the second look left out the hours of the day on which the session ends."""
    calendar = Calendar(dict.fromkeys(range(7), (Span(0, 24 * 60),)), NEW_YORK)
    late = datetime(2026, 10, 29, 3, 30, tzinfo=UTC)  # half past eleven in the evening

    assert late in free_slots(calendar, NOW, HOUR)
    assert is_free(calendar, NOW, late, HOUR)


def test_107_a_slot_whose_end_runs_into_an_appointment_is_not_offered() -> None:
    """cal.com 107: free at 12:30 was enough, though something began at 12:50."""
    noon = datetime(2026, 10, 27, 16, 50, tzinfo=UTC)
    shown = walls(
        Calendar({1: (Span(720, 840),)}, NEW_YORK, busy=[Interval(noon, noon + timedelta(minutes=10))]), NOW, HALF_HOUR
    )

    assert shown[date(2026, 10, 27)] == ["12:00", "12:15", "13:00", "13:15", "13:30"]


@pytest.mark.parametrize(
    "at", [TUESDAY_TEN - timedelta(hours=5), TUESDAY_TEN + timedelta(minutes=7), TUESDAY_TEN + timedelta(days=90)]
)
async def test_244_no_time_is_believed_because_it_was_sent(they: Counsel, at: datetime) -> None:
    """cal.com 244: any time could be booked by a change of the page's address."""
    expected = (await command(they)).model_copy(update={"starts_at": at})
    with pytest.raises(Refusal, match=r"session\.slot_taken") as refused:
        await they.run(they.sarah, service.book_session, expected, COMMISSION_BP)

    near = refused.value.parts["nearest"]
    assert isinstance(near, list)
    assert len(near) == 3


# --- money ------------------------------------------------------------------------------------------------------------


async def test_1720_2170_a_slot_counts_with_its_card_and_is_free_again_without(they: Counsel) -> None:
    """cal.com 1720, 16208, 2170: unpaid bookings blocked the calendar for good."""
    await they.books(TUESDAY_TEN)
    assert (await they.state(), await they.run(they.alex, service.may, await they.booking())) == ("slot_held", [])
    await they.later(minutes=16)
    assert (await they.state(), await they.holds_states()) == ("closed", ["released"])
    await they.books(TUESDAY_TEN)


async def test_11264_14040_a_no_is_over_only_when_the_bank_has_let_go(they: Counsel) -> None:
    """cal.com 11264, 14040: people were charged for requests that the host refused."""
    they.silent = {"hold.cancel"}
    await they.books(TUESDAY_TEN)
    await they.adds_card()
    await they.does(they.alex, service.decline)
    assert (await they.state(), await they.holds_states()) == ("releasing", ["releasing"])
    for hold in await they.holds():
        await they.run(PROVIDER, card_results.released, hold.id)
    assert (await they.state(), await they.money()) == ("closed_free", NOTHING)


async def test_2481_10121_another_time_asks_for_no_other_card(they: Counsel) -> None:
    """cal.com 2481, 10121: a person who moved a paid booking had to pay again."""
    await agreed(they)
    held = await they.holds_states()
    await they.does(they.alex, service.propose_move, TUESDAY_TEN + HOUR)
    await they.does(they.sarah, service.take_move)
    assert (await they.booking()).starts_at == TUESDAY_TEN + HOUR
    assert await they.holds_states() == held == ["held"]


async def test_18011_money_that_comes_after_the_end_goes_back(they: Counsel) -> None:
    """cal.com 18011, 15294: a paid booking was cancelled because the news of its payment came late."""
    await they.books(TUESDAY_TEN)
    (hold,) = await they.holds()
    await they.later(minutes=16)
    until = they.market.clock.moment + timedelta(days=7)
    await they.run(PROVIDER, card_results.held, hold.id, intent="pi_late", until=until, card="pm_1")
    await they.bank()
    assert (await they.state(), await they.holds_states(), await they.money()) == ("closed", ["released"], NOTHING)


async def test_11272_no_reminder_of_what_is_done_or_off(they: Counsel) -> None:
    """cal.com 11272: "complete your booking" came after the payment."""
    reminded: list[Any] = []
    they.market.reactions.on(events.SessionReminder, lambda _ctx, fact: reminded.append(fact))
    await agreed(they, TUESDAY_TEN + timedelta(days=2))
    due = await they.run(MARKET, lambda ctx: deadline_of(ctx.session, SESSION.name, they.booking_id, "hold_expired"))
    assert due is None
    await they.does(they.sarah, service.cancel)
    await they.later(days=3)
    assert reminded == []


async def test_12371_a_booking_whose_card_failed_is_not_announced(they: Counsel) -> None:
    """cal.com 12371: webhooks and figures counted bookings that were never paid."""
    told: list[Any] = []
    for kind in (events.SessionRequested, events.SessionConfirmed):
        they.market.reactions.on(kind, lambda _ctx, fact: told.append(fact))
    await they.books(TUESDAY_TEN)
    await they.later(minutes=16)
    assert told == []


async def test_16858_the_policy_is_the_one_that_was_shown(they: Counsel) -> None:
    """cal.com 16858, 14992: a consultant's own policy holds as it was at the time of booking."""
    await agreed(they)
    stricter = ChangeExpertise(policy="strict")
    await they.run(they.alex, lambda ctx: change_expertise(ctx, catalogue(), stricter))
    assert (await they.booking()).terms.late_percent == 50
    await they.does(they.sarah, service.cancel)
    assert (await they.booking()).due.minor == 4500


async def test_every_change_is_a_later_version_of_the_same_entry(they: Counsel) -> None:
    """RFC 5545, 3.8.7.4: one UID for good, and a higher SEQUENCE with each change, the cancellation included."""
    seen = []
    await agreed(they, TUESDAY_TEN + timedelta(days=2))
    seen.append(version(await they.booking(), "REQUEST"))
    await they.does(they.alex, service.propose_move, TUESDAY_TEN + timedelta(days=3))
    await they.does(they.sarah, service.take_move)
    seen.append(version(await they.booking(), "REQUEST"))
    await they.does(they.sarah, service.cancel)
    seen.append(version(await they.booking(), "CANCEL"))

    assert len({uid for uid, _ in seen}) == 1
    assert [sequence for _, sequence in seen] == [1, 2, 3]


NOTHING = {"held": 0, "consultant": 0, "commission": 0, "ours": 0}


def entry(booking: Any, method: Method) -> bytes:
    organiser = Attendee("Parley", "sessions@example.com")
    return invitation(
        booking, NOW, method=method, organiser=organiser, attendees=(), summary="A session", description="It is booked."
    )


def event_of(booking: Any, method: Method) -> Event:
    (event,) = Entry.from_ical(entry(booking, method)).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def version(booking: Any, method: Method) -> tuple[str, int]:
    event = event_of(booking, method)
    return str(event["UID"]), int(str(event["SEQUENCE"]))
