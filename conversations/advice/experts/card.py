"""A consultant on a card, as seekers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from conversations.advice.aftercare.review import session_reputation
from conversations.chat_context import ChatContext
from conversations.dates import weekday_in_words
from conversations.reply import Button, Card, Line
from conversations.wording import listed
from core.advice.availability.weekly_hours import Span
from core.advice.experts.model import Expert, Rate
from core.advice.promotion.service import is_promoted
from core.advice.sessions.slot_checks import are_booked
from core.advice.sessions.statistics import answer_time
from core.people.accounts.service import person_of
from core.people.blocking.rules import masked


def expert_card(
    chat: ChatContext,
    expert: Expert,
    slots: Sequence[datetime] = (),
    *,
    reasons: Sequence[tuple[str, str]] = (),
    buttons: tuple[tuple[Button, ...], ...] = (),
    brief: bool = False,
) -> Card:
    """Return a consultant as a seeker sees them: name, fields, rate, reviews, and free times in the seeker's zone."""
    words = chat.words
    shown = str if are_booked(chat.ctx, expert, chat.person.id) else masked
    lines = [Line(label=words("expert.rate"), value=rate_in_words(chat, expert.rate, expert.lengths))]
    if reasons:
        lines.append(Line(label=words("seek.why"), value=reasons_in_words(chat, reasons)))
    lines.append(Line(label=words("expert.languages"), value=languages_in_words(chat, expert)))
    lines.append(Line(label=words("party.standing"), value=session_reputation(chat, expert.person_id)))
    if not brief:
        lines.append(Line(label=words("expert.fields"), value=fields_in_words(chat, expert)))
        if expert.skills:
            lines.append(Line(label=words("expert.skills"), value=shown(", ".join(expert.skills))))
        answers_in = answer_time(chat.ctx, expert.id)
        if answers_in is not None:
            lines.append(Line(label=words("expert.answers"), value=lasting(chat, answers_in)))
        lines.append(Line(label=words("expert.policy"), value=words(f"expert.policy.{expert.policy}")))
    if slots:
        lines.append(Line(label=words("expert.next"), value=slots_in_words(chat, slots)))
    free = expert.is_free_at(chat.ctx.now)
    name = person_of(chat.ctx, expert.person_id).name
    promoted = f"{words('expert.promoted')} · " if is_promoted(chat.ctx, expert.id) else ""
    return Card(
        subject=None if brief else f"expert:{expert.id}",
        title=f"{promoted}{name} · {shown(expert.headline)}",
        text="" if brief else shown(expert.bio),
        lines=tuple(lines),
        turn=words("expert.is_free_now") if free else "" if expert.live else words("expert.is_away"),
        buttons=buttons,
        as_new_message=chat.as_new_message,
    )


# --- words ------------------------------------------------------------------------------------------------------------


def rate_in_words(chat: ChatContext, rate: Rate, lengths: Sequence[int] = ()) -> str:
    words = chat.words
    if rate.basis == "minute":
        return words("expert.rate_minute", amount=rate.amount)
    if lengths:
        return words("expert.rate_session_of", amount=rate.amount, minutes=words.one_of(lengths))
    return words("expert.rate_session", amount=rate.amount)


def fields_in_words(chat: ChatContext, expert: Expert) -> str:
    table = chat.market_context.catalogue.expertise
    return ", ".join(table[field].title(chat.words.language) for field in expert.fields if field in table)


def reasons_in_words(chat: ChatContext, reasons: Sequence[tuple[str, str]]) -> str:
    """Return "advises in fuel quality; knows slagging; free now"."""
    words, table = chat.words, chat.market_context.catalogue.expertise
    told = []
    for kind, part in reasons[:3]:
        shown = part
        if kind == "field":
            shown = table[part].title(words.language)
        elif kind == "language":
            shown = words.locale.languages.get(part, part)
        elif kind == "country":
            shown = words.locale.territories.get(part, part)
        told.append(words(f"seek.why_{kind}", part=shown))
    return listed(words, told)


def hours_lines(chat: ChatContext, hours: Mapping[int, Sequence[Span]], *, closed: bool = False) -> list[str]:
    """Return "Mon–Thu 09:00–12:00, 14:00–17:00", with equal consecutive days on one line.

    `closed`: include days without hours.
    """
    names = chat.words.locale.days["format"]["abbreviated"]
    lines = []
    for _, group in groupby(sorted(hours), key=lambda day: (tuple(hours[day]), day - _runs_before(hours, day))):
        days = list(group)
        spans = ", ".join(str(span) for span in hours[days[0]])
        if not spans and closed:
            spans = chat.words("expert.closed")
        if not spans:
            continue
        named = names[days[0]] if len(days) == 1 else f"{names[days[0]]}–{names[days[-1]]}"
        lines.append(f"{named} {spans}")
    return lines


def _runs_before(hours: Mapping[int, Sequence[Span]], day: int) -> int:
    """Return how many consecutive days before this one have the same hours."""
    count = 0
    while hours.get(day - count - 1) == hours[day]:
        count += 1
    return count


def slot_in_words(chat: ChatContext, moment: datetime) -> str:
    """Return "Tue 24 Nov 10:00" in the reader's zone, for a button; the zone is named beside it."""
    local = moment.astimezone(chat.words.zone)
    return f"{weekday_in_words(local.date(), chat.words.locale)} {local:%H:%M}"


def slots_in_words(chat: ChatContext, slots: Sequence[datetime]) -> str:
    """Return "Tue 24 Nov 10:00; Wed 25 Nov 10:00 (EET)", with the zone of each time across a clock change."""
    zones = {slot.astimezone(chat.words.zone).tzname() for slot in slots}
    if len(zones) > 1:
        return listed(chat.words, [chat.words.moment(slot) for slot in slots])
    return f"{listed(chat.words, [slot_in_words(chat, slot) for slot in slots])} ({', '.join(map(str, zones))})"


def languages_in_words(chat: ChatContext, expert: Expert) -> str:
    names = chat.words.locale.languages
    return ", ".join(names.get(code, code) for code in expert.languages)


def lasting(chat: ChatContext, time: timedelta) -> str:
    """Return a rough duration: minutes up to an hour and a half, then hours, then days."""
    minutes = max(round(time.total_seconds() / 60), 1)
    if minutes <= 90:
        return chat.words("stats.minutes", count=minutes)
    if minutes <= 36 * 60:
        return chat.words("stats.hours", count=round(minutes / 60))
    return chat.words("stats.days", count=round(minutes / 60 / 24))
