"""Hours without notifications: `/quiet 22-7`, or asked for one after the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from functools import lru_cache
from typing import Final

from babel.dates import format_time

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Say
from conversations.router import Flow, Router
from core.catalogue.language.patterns import any_of
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.discovery.alerts import service as alerts
from core.discovery.alerts.model import ChooseQuietHours
from core.discovery.alerts.notification_hours import quiet_hours_of
from core.kernel.errors import Invalid

SPAN: Final = re.compile(r"\s*[-–—]\s*")
NOON: Final = 12
HALVES: Final = ("in_the_evening", "in_the_morning")

router = Router()


def quiet_hours_text(chat: ChatContext) -> str:
    """Return the hours on the person's own clock, with its time zone."""
    hours, words = quiet_hours_of(chat.ctx, chat.person), chat.words
    if hours.begins == hours.ends:
        return words("alert.never_quiet", zone=words.clock_of(hours.zone.key))
    begins, ends = (format_time(each, "short", locale=words.locale) for each in (hours.begins, hours.ends))
    return words("alert.quiet_between", begins=begins, ends=ends, zone=words.clock_of(hours.zone.key))


def quiet_button(chat: ChatContext) -> Button:
    return Button(label=chat.words("alert.quiet_hours"), press=press("alert.quiet_hours"))


def clock_in(text: str, catalogue: Catalogue) -> time | None:
    """Read a time of day: "21", "21:30", "9.15", "10 pm", "10 wieczorem"; return None for anything else."""
    found = _clock(catalogue).fullmatch(folded(text.strip()))
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    evening, morning = (found[half] is not None for half in HALVES)
    if (evening or morning) and hour > NOON:
        return None if morning else _time(hour, minute)
    if evening:  # "12 at night" is midnight
        hour = (hour + NOON) % 24
    return _time(hour % NOON if morning else hour, minute)


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None


@lru_cache(maxsize=4)
def _clock(catalogue: Catalogue) -> re.Pattern[str]:
    words = catalogue.words
    before, behind = any_of(words.all("at_oclock")), any_of(words.all("oclock"))
    halves = "|".join(rf"(?P<{half}>{any_of(words.all(half))})" for half in HALVES)
    minute = r"[:.]?(?P<minute>(?<=[:.])[0-9]{2})?"
    return re.compile(rf"(?:{before}\s+)?(?P<hour>[0-9]{{1,2}}){minute}\s*(?:{behind}\.?)?\s*(?:{halves})?")


def _read_clock(chat: ChatContext, text: str, _values: Values) -> time:
    clock = clock_in(text, chat.market_context.catalogue)
    if clock is None:
        raise Invalid("alert.no_clock", given=text[:20])
    return clock


def _both(chat: ChatContext, text: str, _values: Values) -> Mapping[str, str]:
    """Read "22-7", "22:00 – 7 rano": both ends at once."""
    parts = SPAN.split(text)
    clocks = [clock_in(part, chat.market_context.catalogue) for part in parts] if len(parts) == 2 else []
    return (
        {name: f"{at:%H:%M}" for name, at in zip(("begins", "ends"), clocks, strict=False) if at} if all(clocks) else {}
    )


QUIET = Form(
    "quiet",
    tuple(
        Field(
            name,
            read=_read_clock,
            write=lambda value: f"{value:%H:%M}",
            show=lambda chat, value: format_time(value, "short", locale=chat.words.locale),
            max_length=20,
            example=example,
        )
        for name, example in (("begins", "22:00"), ("ends", "7:00"))
    ),
    review=False,
)


def _keep_quiet(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    alerts.choose_quiet_hours(chat.ctx, ChooseQuietHours(begins=values["begins"], ends=values["ends"]))
    chat.reply(Say(text=quiet_hours_text(chat)))


def _as_it_is(chat: ChatContext, _defaults: FormDefaults) -> str:
    return chat.words("line.joined", label=chat.words("alert.quiet"), value=quiet_hours_text(chat))


router.flow(Flow(QUIET, finish=_keep_quiet, intro=_as_it_is, reads=_both))


@router.command("quiet")
def quiet(chat: ChatContext, hours: str) -> None:
    """`/quiet 22-7`: set the hours; without words, ask for them."""
    chat.open("quiet", FormDefaults(_both(chat, hours, {})))


@router.press("alert.quiet_hours")
def quiet_hours(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    chat.open("quiet")
