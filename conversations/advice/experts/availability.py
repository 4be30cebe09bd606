"""When a consultant can: weekly hours and single days by one message, and what their own calendar says is taken."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Final

from conversations.advice.experts.calendar_card import calendar_card
from conversations.advice.experts.card import hours_lines
from conversations.advice.experts.own_card import run_in_words, runs_of
from conversations.advice.experts.places import towns
from conversations.buttons import Press, press
from conversations.chat_context import Opening, Talk
from conversations.dates import weekday_in_words
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, Line, Say
from conversations.router import Book, Flow
from conversations.wording import listed
from core.advice.availability.dates import dates_in
from core.advice.availability.local_times import local
from core.advice.availability.special_days import Change, asks_for_change, next_of, read_change
from core.advice.availability.weekly_hours import days_named
from core.advice.experts import external_calendars
from core.advice.experts import service as experts
from core.advice.experts.model import LONGEST_FEED, Expert
from core.advice.experts.rules import ABSENCE_AHEAD
from core.catalogue.product_names import folded
from core.kernel.chat_state.service import recall, remember
from core.kernel.errors import Invalid, NotFound, Refusal, Stale
from core.people.files.model import CALENDAR_MIME, Checked
from core.people.files.service import keep

LONGEST_SAID: Final = 120  # letters; who writes more than that is not changing their hours
WORD: Final = re.compile(r"[^\W\d_](?:'?[^\W\d_])*")
WEEK_BEFORE: Final = "week_before"  # under which is kept what the last change of the week has replaced
FOR_DAYS: Final = "+"  # a run of days, as a button carries it: the first day, and how many there are
OFF: Final = frozenset({"off", "stop", "forget", "remove", "-"})

book = Book()


# --- hours and single days --------------------------------------------------------------------------------------------


def _read_sentence(talk: Talk, text: str, _values: Values) -> str:
    read_change(text, talk.words.language, talk.today, towns(talk))  # only whether it can be read
    return text


CHANGE = Form(
    "hours_change", (Field("sentence", read=_read_sentence, max_length=300, example="Fri 10-15"),), review=False
)


def _change(talk: Talk, _opening: Opening, values: Values) -> None:
    _keep(talk, values["sentence"])


book.flow(Flow(CHANGE, finish=_change))


@book.command("hours")
def hours(talk: Talk, sentence: str) -> None:
    """`/hours Fri 10-15` changes every Friday, `/hours 27 Nov 14-16` that day; without words, what is kept."""
    expert = _own(talk)
    if sentence:
        _keep(talk, sentence)
    else:
        talk.reply(hours_card(talk, expert))


@book.hears
def said_in_passing(talk: Talk, text: str) -> bool:
    """ "off on 24 Dec", "change Friday to 10-15": from a consultant, when all of it is days and times."""
    if len(text) > LONGEST_SAID or not _names_days(talk, text):
        return False
    expert = experts.own_profile(talk.ctx)
    if expert is None:
        return False
    if asks_for_change(text, talk.words.language):
        talk.reply(hours_card(talk, expert, talk.words("hours.no_times")))
        return True
    try:
        read_change(text, talk.words.language, talk.today, towns(talk))
    except Refusal:
        return False
    _keep(talk, text)
    return True


def _names_days(talk: Talk, text: str) -> bool:
    plain, language = folded(text), talk.words.language
    if any(days_named(word, language) for word in WORD.findall(plain)):
        return True
    try:
        return bool(dates_in(plain, language, talk.today))
    except Refusal:
        return False


def _keep(talk: Talk, sentence: str) -> None:
    before = _own(talk).week
    change = experts.keep_hours(talk.ctx, sentence, towns(talk))
    expert, note = _own(talk), talk.words("expert.days_kept")
    if change.week is not None:
        remember(talk.ctx, talk.person.id, WEEK_BEFORE, json.dumps(before))
        kept = {day: expert.hours[day] for day in change.week.days}
        note = talk.words("expert.hours_kept", hours=listed(talk.words, hours_lines(talk, kept, closed=True)))
    talk.reply(hours_card(talk, expert, note, _only_next(talk, expert, change)))


def _only_next(talk: Talk, expert: Expert, change: Change) -> tuple[tuple[Button, ...], ...]:
    """Every Friday was changed; perhaps the next one was meant."""
    if change.week is None or change.week.zone is not None or change.days or len(change.week.days) != 1:
        return ()
    (weekday,) = change.week.days
    day = next_of(weekday, local(talk.ctx.now, expert.zone).date())
    label = talk.words("hours.only_next", day=weekday_in_words(day, talk.words.locale))
    return ((Button(label=label, press=press("hours.only", expert.id, expert.version, day.isoformat())),),)


@book.press("hours.only")
def mean_only(talk: Talk, pressed: Press) -> None:
    """The choice: the day that alone was meant."""
    if pressed.seen is None:
        raise Invalid("talk.unknown_button")
    try:
        day = date.fromisoformat(pressed.choice)
    except ValueError as fault:
        raise Invalid("talk.unknown_button") from fault
    before = json.loads(recall(talk.ctx, talk.person.id, WEEK_BEFORE) or "null")
    if before is None:
        raise Stale
    expert = experts.mean_only(talk.ctx, day, before, pressed.seen)
    talk.reply(hours_card(talk, expert, talk.words("expert.days_kept")))


def hours_card(talk: Talk, expert: Expert, note: str = "", first: tuple[tuple[Button, ...], ...] = ()) -> Card:
    """The week, then the days that are otherwise, each with a button that makes it like its weekday again."""
    words, runs = talk.words, runs_of(experts.special_days(talk.ctx, expert))
    rows = [
        (
            Button(
                label=words("hours.as_usual", day=run_in_words(talk, run)),
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
            Line(label=words("expert.hours"), value=listed(words, hours_lines(talk, expert.hours)) or "–"),
            Line(label=words("hours.zone"), value=words.clock_of(expert.zone)),
            *(Line(label=words("expert.special"), value=run_in_words(talk, run)) for run in runs),
        ),
        note=note,
        buttons=(*first, (change, calendar), *rows, (profile,)),
        fresh=talk.fresh,
    )


@book.press("hours.show")
def show_hours(talk: Talk, _pressed: Press) -> None:
    talk.fresh = True
    talk.reply(hours_card(talk, _own(talk)))


@book.press("hours.change")
def change_hours(talk: Talk, _pressed: Press) -> None:
    talk.fresh = True
    talk.open("hours_change")


@book.press("hours.as_usual")
def as_usual(talk: Talk, pressed: Press) -> None:
    first, _, days = pressed.choice.partition(FOR_DAYS)
    try:
        day, count = date.fromisoformat(first), int(days or 1)
    except ValueError as fault:
        raise Invalid("talk.unknown_button") from fault
    if not 0 < count <= ABSENCE_AHEAD.days + 2:
        raise Invalid("talk.unknown_button")
    expert = experts.forget_special_days(talk.ctx, day, count)
    talk.reply(hours_card(talk, expert, talk.words("expert.days_kept")))


# --- one's own calendar -----------------------------------------------------------------------------------------------

FOLLOW = Form(
    "calendar",
    (Field("address", max_length=LONGEST_FEED, example="https://calendar.example.com/mine.ics"),),
    review=False,
)


def _follow(talk: Talk, _opening: Opening, values: Values) -> None:
    external_calendars.follow_calendar(talk.ctx, values["address"])
    talk.reply(calendar_card(talk, _own(talk)))


book.flow(Flow(FOLLOW, finish=_follow, intro=lambda talk, _opening: talk.words("calendar.intro")))


@book.command("calendar")
def calendar(talk: Talk, address: str) -> None:
    """`/calendar https://…` follows it, `/calendar off` forgets it; without words, what is known."""
    expert = _own(talk)
    if address.lower() in OFF:
        expert = external_calendars.forget_calendar(talk.ctx)
    elif address:
        expert = external_calendars.follow_calendar(
            talk.ctx, address.strip("<>").partition("|")[0]
        )  # as Slack writes links
    talk.reply(calendar_card(talk, expert))


@book.press("calendar.show")
def show_calendar(talk: Talk, _pressed: Press) -> None:
    talk.fresh = True
    talk.reply(calendar_card(talk, _own(talk)))


@book.press("calendar.follow")
def follow(talk: Talk, _pressed: Press) -> None:
    talk.fresh = True
    talk.open("calendar")


@book.press("calendar.forget")
def forget(talk: Talk, _pressed: Press) -> None:
    talk.reply(calendar_card(talk, external_calendars.forget_calendar(talk.ctx)))


@book.takes
def calendar_file(talk: Talk, file: Checked) -> bool:
    """An .ics file says when its sender is taken; what is in it is read outside, and nothing but the times is kept."""
    if file.mime != CALENDAR_MIME or experts.own_profile(talk.ctx) is None:
        return False
    external_calendars.take_calendar_file(talk.ctx, keep(talk.ctx, file).id)
    talk.reply(Say(text=talk.words("calendar.reading")))
    return True


def _own(talk: Talk) -> Expert:
    expert = experts.own_profile(talk.ctx)
    if expert is None:
        raise NotFound("expert.not_one")
    return expert
