"""One question to several consultants on a card: the consultants asked, their answers, and the result."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.advice.experts.card import slot_in_words, slots_in_words
from conversations.advice.moment import written
from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, Line
from core.advice.sessions import group_requests
from core.advice.sessions.model import SESSION, Booking, SessionState
from core.kernel.timers import deadline_of


def ask_card(chat: ChatContext, ask_id: str, note: str = "") -> Card:
    """Return the card of the seeker's question in its current state."""
    words, asked = chat.words, group_requests.ask_for(chat.ctx, ask_id)
    first = asked[0]
    return Card(
        subject=f"ask:{ask_id}",
        title=words("ask.card", count=len(asked)),
        text=first.problem[:300],
        lines=(
            Line(label=words("ask.times"), value=slots_in_words(chat, first.times)),
            *(Line(label=_name(chat, booking), value=_answer(chat, booking)) for booking in asked),
        ),
        turn=_turn(chat, asked),
        note=note,
        buttons=_buttons(chat, ask_id, asked),
        as_new_message=chat.as_new_message,
    )


def time_rows(chat: ChatContext, booking: Booking) -> list[tuple[Button, ...]]:
    """Return a button for each of the seeker's times, with which the consultant accepts."""
    return [
        (
            Button(
                label=slot_in_words(chat, time),
                press=press("session.pick", booking.id, booking.version, written(time)),
                style="primary",
            ),
        )
        for time in booking.times
        if time > chat.ctx.now
    ]


def _name(chat: ChatContext, booking: Booking) -> str:
    return chat.name_of(booking.consultant)


def _answer(chat: ChatContext, booking: Booking) -> str:
    """Return "€90.00 · is asked", "€90.00 · yes to Tue 24 Nov 10:00"."""
    words = chat.words
    if booking.picked_at is not None:
        said = words("ask.said_yes", at=booking.starts_at)
    elif booking.state == SessionState.PROPOSED:
        said = words("ask.is_asked")
    else:
        said = words(f"ask.{booking.why}")
    return f"{words.show(booking.price)} · {said}"


def _turn(chat: ChatContext, asked: Sequence[Booking]) -> str:
    words = chat.words
    winner = next((booking for booking in asked if booking.picked_at is not None), None)
    if winner is not None:
        return words("ask.won", name=_name(chat, winner), at=winner.starts_at)
    waiting = next((booking for booking in asked if booking.state == SessionState.PROPOSED), None)
    if waiting is None:
        return words("ask.nobody")
    timer = deadline_of(chat.ctx.session, SESSION.name, waiting.id)
    return words("ask.waiting", until="" if timer is None else timer.due_at)


def _buttons(chat: ChatContext, ask_id: str, asked: Sequence[Booking]) -> tuple[tuple[Button, ...], ...]:
    words = chat.words
    winner = next((booking for booking in asked if booking.picked_at is not None), None)
    if winner is not None:
        return ((Button(label=words("session.open"), press=press("session.show", winner.id), style="primary"),),)
    if any(booking.state == SessionState.PROPOSED for booking in asked):
        return ((Button(label=words("ask.take_back"), press=press("ask.take_back", ask_id), style="danger"),),)
    return ((Button(label=words("ask.again"), press=press("ask.again", ask_id), style="primary"),),)
