"""A consultant's own profile on a card, with a button for each missing part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from conversations.advice.aftercare.review import session_reputation
from conversations.advice.experts.card import fields_in_words, hours_lines, languages_in_words, rate_in_words
from conversations.buttons import press, to_command
from conversations.chat_context import ChatContext
from conversations.dates import weekday_in_words
from conversations.reply import Button, Card, Line
from conversations.wording import listed
from core.advice.experts import external_calendars, rules
from core.advice.experts import service as experts
from core.advice.experts.messages import FILE
from core.advice.experts.model import Expert, ExpertDay
from core.people.accounts.service import person_of
from core.trade.funding.service import payee_of

IN_A_ROW = 2
A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the check list. `load`: the payload of its button while it is not done."""

    code: str
    done: bool
    load: str


def own_card(chat: ChatContext, expert: Expert, note: str = "") -> Card:
    """Return the profile with suggestions. It is found even if parts are missing."""
    words = chat.words
    items = tuple(check_list(chat, expert))
    lines = (
        Line(label=words("expert.fields"), value=fields_in_words(chat, expert)),
        Line(label=words("expert.languages"), value=languages_in_words(chat, expert)),
        Line(label=words("expert.rate"), value=rate_in_words(chat, expert.rate, expert.lengths)),
        Line(
            label=words("expert.hours"),
            value=f"{listed(words, hours_lines(chat, expert.hours))} ({words.clock_of(expert.zone)})",
        ),
        *_special(chat, expert),
        Line(label=words("expert.policy"), value=words(f"expert.policy.{expert.policy}")),
        Line(label=words("expert.room"), value=words(f"expert.room.{expert.room}")),
        Line(label=words("party.standing"), value=session_reputation(chat, expert.person_id)),
        *_link(chat, expert),
        *(_item(chat, expert, item) for item in items if not (item.code == "hours" and item.done)),  # they stand above
    )
    return Card(
        subject=f"expert:{expert.id}",
        title=words("expert.own_title", headline=expert.headline),
        text=expert.bio,
        lines=lines,
        turn=_turn(chat, expert),
        note=note,
        buttons=(*_coming_and_going(chat, expert), *_missing(chat, items), *_page(chat, expert)),
        as_new_message=chat.as_new_message,
    )


def check_list(chat: ChatContext, expert: Expert) -> Iterator[Item]:
    """Yield the possible parts of a profile, the most useful first."""
    person, payee = person_of(chat.ctx, expert.person_id), payee_of(chat.ctx, expert.organisation_id)
    calendar = expert.feed_url is not None or FILE in external_calendars.busy_ahead(chat.ctx, expert)
    yield Item("hours", any(expert.hours.values()), press("hours.change"))
    yield Item("skills", bool(expert.skills), press("expert.edit", expert.id))
    yield Item("calendar", calendar and expert.feed_fault is None, press("calendar.show"))
    yield Item("email", person.email_proved_at is not None, press("command", choice="email"))
    yield Item("payout", payee is not None and payee.ready, press("payout.set_up"))


def _item(chat: ChatContext, expert: Expert, item: Item) -> Line:
    """Return "Payouts: ✓", or the benefit of a missing part; skills are named."""
    words = chat.words
    label = words(f"expert.item.{item.code}")
    if item.code == "calendar" and expert.feed_fault is not None:
        return Line(label=label, value=words(f"calendar.fault.{expert.feed_fault}"))
    done = ", ".join(expert.skills) if item.code == "skills" else "✓"
    return Line(label=label, value=done if item.done else words(f"expert.item.{item.code}.why"))


def _missing(chat: ChatContext, items: Sequence[Item]) -> tuple[tuple[Button, ...], ...]:
    buttons = [
        Button(label=chat.words(f"expert.item.{item.code}.button"), press=item.load) for item in items if not item.done
    ]
    return tuple(tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW))


def _special(chat: ChatContext, expert: Expert) -> tuple[Line, ...]:
    runs = runs_of(experts.special_days(chat.ctx, expert))
    if not runs:
        return ()
    return (
        Line(label=chat.words("expert.special"), value=listed(chat.words, [run_in_words(chat, run) for run in runs])),
    )


def runs_of(days: Sequence[ExpertDay]) -> list[list[ExpertDay]]:
    """Group equal consecutive days, in their order."""
    runs: list[list[ExpertDay]] = []
    for day in days:
        last = runs[-1][-1] if runs else None
        if last is not None and day.day - last.day == A_DAY and day.spans == last.spans:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def run_in_words(chat: ChatContext, run: Sequence[ExpertDay]) -> str:
    """Return "Fri 27 Nov 14:00–16:00", "Sun 20 Dec – Tue 5 Jan closed"."""
    ends = (run[0].day, run[-1].day)
    named = " – ".join(weekday_in_words(day, chat.words.locale) for day in dict.fromkeys(ends))
    spans = ", ".join(str(span) for span in rules.spans(run[0].spans))
    return f"{named} {spans or chat.words('expert.closed')}"


def _link(chat: ChatContext, expert: Expert) -> tuple[Line, ...]:
    """Return the link that the consultant can share. It opens the chat at this profile."""
    link = chat.market_context.start_link
    if not link:
        return ()
    return (Line(label=chat.words("expert.link"), value=link.format(start=f"e_{expert.id}"), leads=True),)


def _page(chat: ChatContext, expert: Expert) -> tuple[tuple[Button, ...], ...]:
    """Return the button to the public page of the profile, for readers who use neither chat."""
    home = chat.market_context.home
    return ((Button(label=chat.words("link.page"), url=f"{home}/e/{expert.id}"),),) if home and expert.live else ()


def _turn(chat: ChatContext, expert: Expert) -> str:
    words = chat.words
    if not expert.live:
        code = "expert.paused_holiday" if expert.away_until is not None else f"expert.paused_{expert.paused_why}"
        return words(code, until=expert.away_until)
    if expert.is_free_at(chat.ctx.now):
        return words("expert.free_until", until=expert.free_until)
    return words("expert.live")


def _coming_and_going(chat: ChatContext, expert: Expert) -> tuple[tuple[Button, ...], ...]:
    words = chat.words

    def button(verb: str) -> Button:
        return Button(label=words(f"expert.{verb}_button"), press=press(f"expert.{verb}", expert.id, expert.version))

    if not expert.live:
        first = (Button(label=words("expert.back_button"), press=press("expert.back", expert.id), style="primary"),)
    elif expert.is_free_at(chat.ctx.now):
        first = (button("busy"),)
    else:
        first = (Button(label=words("expert.free_button"), press=press("expert.free", expert.id), style="primary"),)
    hours = Button(label=words("expert.hours_button"), press=press("hours.show"))
    figures = to_command(words, "stats", said=words("expert.stats_button"))
    coming = ((button("holiday"), button("pause")),) if expert.live else ()
    return (first, (button("edit"), button("rules")), (hours, figures), *coming)
