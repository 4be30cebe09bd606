"""The consultant's own calendar on a card: its source, the times found, and any fault in reading it."""

from __future__ import annotations

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, Line
from core.advice.experts import external_calendars
from core.advice.experts.model import Expert


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
        turn=_turn(chat, expert),
        note=note,
        buttons=((follow_another, *((forget_it,) if expert.feed_url or known else ())),),
        as_new_message=chat.as_new_message,
    )


def _turn(chat: ChatContext, expert: Expert) -> str:
    words = chat.words
    if expert.feed_url is None:
        return words("calendar.not_followed")
    if expert.feed_fault is not None:
        return words(f"calendar.fault.{expert.feed_fault}")
    if expert.feed_read_at is None:
        return words("calendar.reading")
    return words("calendar.read_at", at=expert.feed_read_at)
