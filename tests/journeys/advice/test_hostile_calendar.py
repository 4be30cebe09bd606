"""A calendar that was written to stop the product keeps no chat waiting, and its consultant is told."""

from __future__ import annotations

import pytest

from tests.journeys.experts import advises
from tests.journeys.market import CHATS, Chat, World

# It has no repetition up to the year 9999, and takes as long as a reader lets it.
NEVER = "\r\n".join((
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "BEGIN:VEVENT",
    "UID:never",
    "DTSTART:20260101T000000Z",
    "DURATION:PT1M",
    "RRULE:FREQ=HOURLY;BYMONTH=13",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
))  # fmt: skip
# Its second event begins so far ahead that its repetitions once counted as less than none.
FAR_AHEAD = (
    NEVER.replace(
        "END:VCALENDAR",
        NEVER.partition("VERSION:2.0\r\n")[2].replace("20260101", "99990101").replace("UID:never", "UID:ahead"),
    )
    .replace("BYMONTH=13", "INTERVAL=1")
    .replace("20260101", "19000101")
)


@pytest.mark.parametrize("chat", CHATS)
async def test_a_hostile_calendar_is_given_up_and_all_others_are_answered_meanwhile(world: World, chat: Chat) -> None:
    world.browser.patience = 60  # the limit is of CPU time, which others may use too
    alex, tom = await world.on(chat, "Alex"), await world.on(chat, "Tom")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    kept = (await world.browser.put("/lab/calendars/alex", {"content": NEVER}))["url"]
    await alex.says(f"/calendar {kept}")
    for word in ("hello", "/deals", "/language"):
        await tom.says(word)
    await tom.sees("You have no deals yet")
    await tom.sees("Which language do you read best?")
    await alex.sees("Reading the calendar takes too long")
    kept = (await world.browser.put("/lab/calendars/other", {"content": FAR_AHEAD}))["url"]
    await alex.says(f"/calendar {kept}")
    await alex.sees("The calendar has more than 2,000 appointments")
