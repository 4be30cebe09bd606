"""The messages of the channel "calendar". Names of kinds and fields are stored; a new field needs a default."""

from __future__ import annotations

from typing import Final

from core.kernel.messages import Message, stored_as

CALENDAR: Final = "calendar"
FEED, FILE = "feed", "file"  # where busy times came from; a new reading replaces those of its own source


@stored_as(CALENDAR, FEED)
class ReadCalendarFeed(Message):
    expert: str
    zone: str
    url: str


@stored_as(CALENDAR, FILE)
class ReadCalendarFile(Message):
    expert: str
    zone: str
    file: str
