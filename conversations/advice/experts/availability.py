"""A consultant's availability: weekly hours and single days by one message, minus busy times of their own calendar."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Final

from conversations.advice.experts.card import hours_lines
from conversations.advice.experts.own_card import run_in_words, runs_of
from conversations.advice.experts.places import towns
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.dates import weekday_in_words
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, Line, Say
from conversations.router import Flow, Router
from conversations.wording import listed
from core.advice.availability.dates import dates_in
from core.advice.availability.local_times import local
from core.advice.availability.special_days import Change, is_bare_change, next_of, read_change
from core.advice.availability.weekly_hours import days_named
from core.advice.experts import external_calendars
from core.advice.experts import service as experts
from core.advice.experts.model import LONGEST_FEED, Expert
from core.advice.experts.rules import ABSENCE_AHEAD
from core.catalogue.product_names import folded
from core.kernel.chat_state.memory import Topic
from core.kernel.errors import Invalid, Refusal, Stale
from core.people.files.model import CALENDAR_MIME, Checked
from core.people.files.service import keep

LONGEST_CHANGE: Final = 120  # letters; a longer text does not change hours
WORD: Final = re.compile(r"[^\W\d_](?:'?[^\W\d_])*")
Week = dict[str, list[list[int]]]  # as an expert keeps it
WEEK_BEFORE: Final[Topic[Week | None]] = Topic("week_before", json.loads, json.dumps)  # what the last change replaced
FOR_DAYS: Final = "+"  # a run of days, as a button carries it: the first day, and how many there are
OFF: Final = frozenset({"off", "stop", "forget", "remove", "-"})

router = Router()


# --- hours and single days --------------------------------------------------------------------------------------------


def _read_sentence(chat: ChatContext, text: str, _values: Values) -> str:
    read_change(text, chat.words.language, chat.today, towns(chat))  # validates only
    return text


CHANGE = Form(
    "hours_change", (Field("sentence", read=_read_sentence, max_length=300, example="Fri 10-15"),), review=False
)


def _change(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    _keep(chat, values["sentence"])


router.flow(Flow(CHANGE, finish=_change))


@router.command("hours")
def hours(chat: ChatContext, sentence: str) -> None:
    """`/hours Fri 10-15` changes every Friday, `/hours 27 Nov 14-16` one day. Without words, show the hours."""
    expert = experts.own(chat.ctx)
    if sentence:
        _keep(chat, sentence)
    else:
        chat.reply(hours_card(chat, expert))


@router.hears
def change_in_passing(chat: ChatContext, text: str) -> bool:
    """Take "off on 24 Dec" or "change Friday to 10-15" from a consultant, if the text is all days and times."""
    if len(text) > LONGEST_CHANGE or not _names_days(chat, text):
        return False
    expert = experts.own_profile(chat.ctx)
    if expert is None:
        return False
    if is_bare_change(text, chat.words.language):
        chat.reply(hours_card(chat, expert, chat.words("hours.no_times")))
        return True
    try:
        read_change(text, chat.words.language, chat.today, towns(chat))
    except Refusal:
        return False
    _keep(chat, text)
    return True


def _names_days(chat: ChatContext, text: str) -> bool:
    plain, language = folded(text), chat.words.language
    if any(days_named(word, language) for word in WORD.findall(plain)):
        return True
    try:
        return bool(dates_in(plain, language, chat.today))
    except Refusal:
        return False


def _keep(chat: ChatContext, sentence: str) -> None:
    before = experts.own(chat.ctx).week
    change = experts.keep_hours(chat.ctx, sentence, towns(chat))
    expert, note = experts.own(chat.ctx), chat.words("expert.days_kept")
    if change.week is not None:
        chat.memory.put(WEEK_BEFORE, before)
        kept = {day: expert.hours[day] for day in change.week.days}
        note = chat.words("expert.hours_kept", hours=listed(chat.words, hours_lines(chat, kept, closed=True)))
    chat.reply(hours_card(chat, expert, note, _only_next(chat, expert, change)))


def _only_next(chat: ChatContext, expert: Expert, change: Change) -> tuple[tuple[Button, ...], ...]:
    """Offer to change the next Friday only, after every Friday was changed."""
    if change.week is None or change.week.zone is not None or change.days or len(change.week.days) != 1:
        return ()
    (weekday,) = change.week.days
    day = next_of(weekday, local(chat.ctx.now, expert.zone).date())
    label = chat.words("hours.only_next", day=weekday_in_words(day, chat.words.locale))
    return ((Button(label=label, press=press("hours.only", expert.id, expert.version, day.isoformat())),),)


@router.press("hours.only")
def mean_only(chat: ChatContext, press: Press) -> None:
    """Apply the change to one day only. The choice is the day."""
    if press.expected_version is None:
        raise Invalid("talk.unknown_button")
    try:
        day = date.fromisoformat(press.choice)
    except ValueError as fault:
        raise Invalid("talk.unknown_button") from fault
    before = chat.memory.get(WEEK_BEFORE)
    if before is None:
        raise Stale
    expert = experts.mean_only(chat.ctx, day, before, press.expected_version)
    chat.reply(hours_card(chat, expert, chat.words("expert.days_kept")))


def hours_card(chat: ChatContext, expert: Expert, note: str = "", first: tuple[tuple[Button, ...], ...] = ()) -> Card:
    """Return the week, then the exceptional days, each with a button that resets it to its weekday."""
    words, runs = chat.words, runs_of(experts.special_days(chat.ctx, expert))
    rows = [
        (
            Button(
                label=words("hours.as_usual", day=run_in_words(chat, run)),
                press=press("hours.as_usual", expert.id, choice=f"{run[0].day.isoformat()}{FOR_DAYS}{len(run)}"),
            ),
        )
        for run in runs
    ]
    change = Button(label=words("hours.change"), press=press("hours.change"), style="primary")
    calendar = Button(label=words("expert.item.calendar"), press=press("calendar.show"))
    profile = Button(label=words("hours.profile"), press=press("expert.mine"))
    return Card(
        subject="hours",
        title=words("hours.card"),
        text=words("hours.card_text"),
        lines=(
            Line(label=words("expert.hours"), value=listed(words, hours_lines(chat, expert.hours)) or "–"),
            Line(label=words("hours.zone"), value=words.clock_of(expert.zone)),
            *(Line(label=words("expert.special"), value=run_in_words(chat, run)) for run in runs),
        ),
        note=note,
        buttons=(*first, (change, calendar), *rows, (profile,)),
        as_new_message=chat.as_new_message,
    )


@router.press("hours.show")
def show_hours(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    chat.reply(hours_card(chat, experts.own(chat.ctx)))


@router.press("hours.change")
def change_hours(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    chat.open("hours_change")


@router.press("hours.as_usual")
def as_usual(chat: ChatContext, press: Press) -> None:
    first, _, days = press.choice.partition(FOR_DAYS)
    try:
        day, count = date.fromisoformat(first), int(days or 1)
    except ValueError as fault:
        raise Invalid("talk.unknown_button") from fault
    if not 0 < count <= ABSENCE_AHEAD.days + 2:
        raise Invalid("talk.unknown_button")
    expert = experts.forget_special_days(chat.ctx, day, count)
    chat.reply(hours_card(chat, expert, chat.words("expert.days_kept")))


# --- one's own calendar -----------------------------------------------------------------------------------------------

FOLLOW = Form(
    "calendar",
    (Field("address", max_length=LONGEST_FEED, example="https://calendar.example.com/mine.ics"),),
    review=False,
)


def _follow(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    external_calendars.follow_calendar(chat.ctx, values["address"])
    chat.reply(calendar_card(chat, experts.own(chat.ctx)))


router.flow(Flow(FOLLOW, finish=_follow, intro=lambda chat, _defaults: chat.words("calendar.intro")))


@router.command("calendar")
def calendar(chat: ChatContext, address: str) -> None:
    """`/calendar https://…` follows a calendar, `/calendar off` forgets it. Without words, show the current one."""
    expert = experts.own(chat.ctx)
    if address.lower() in OFF:
        expert = external_calendars.forget_calendar(chat.ctx)
    elif address:
        expert = external_calendars.follow_calendar(
            chat.ctx, address.strip("<>").partition("|")[0]
        )  # as some platforms write links
    chat.reply(calendar_card(chat, expert))


@router.press("calendar.show")
def show_calendar(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    chat.reply(calendar_card(chat, experts.own(chat.ctx)))


@router.press("calendar.follow")
def follow(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    chat.open("calendar")


@router.press("calendar.forget")
def forget(chat: ChatContext, _press: Press) -> None:
    chat.reply(calendar_card(chat, external_calendars.forget_calendar(chat.ctx)))


def calendar_card(chat: ChatContext, expert: Expert, note: str = "") -> Card:
    """Return the card of the followed calendar: its source, the times found, and when it was read."""
    words, known = chat.words, external_calendars.busy_ahead(chat.ctx, expert)
    follow_another = Button(label=words("calendar.follow"), press=press("calendar.follow"), style="primary")
    forget_it = Button(label=words("calendar.forget"), press=press("calendar.forget"))
    lines = [Line(label=words(f"calendar.from_{source}"), value=str(known[source])) for source in sorted(known)]
    return Card(
        subject=f"calendar:{expert.id}",
        title=words("calendar.card"),
        text=words("calendar.text"),
        lines=tuple(lines),
        turn=_calendar_turn(chat, expert),
        note=note,
        buttons=((follow_another, *((forget_it,) if expert.feed_url or known else ())),),
        as_new_message=chat.as_new_message,
    )


def _calendar_turn(chat: ChatContext, expert: Expert) -> str:
    words = chat.words
    if expert.feed_url is None:
        return words("calendar.not_followed")
    if expert.feed_fault is not None:
        return words(f"calendar.fault.{expert.feed_fault}")
    if expert.feed_read_at is None:
        return words("calendar.reading")
    return words("calendar.read_at", at=expert.feed_read_at)


@router.takes
def calendar_file(chat: ChatContext, file: Checked) -> bool:
    """Accept an .ics file with the sender's busy times. It is read outside, and only the times are kept."""
    if file.mime != CALENDAR_MIME or experts.own_profile(chat.ctx) is None:
        return False
    external_calendars.take_calendar_file(chat.ctx, keep(chat.ctx, file).id)
    chat.reply(Say(text=chat.words("calendar.reading")))
    return True
