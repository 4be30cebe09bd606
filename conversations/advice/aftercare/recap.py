"""The recap of a session. The consultant checks and sends the draft, the seeker reads it, and either side can delete
it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from conversations.advice.aftercare.confirmation import ask_to_confirm
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Flow, Router
from conversations.steps import enter_step
from conversations.wording import listed
from core.advice.recaps import events
from core.advice.recaps import service as recaps
from core.advice.recaps.model import RECAP, RECORDING, EditRecap, Recap, RecapState, RecordingState
from core.advice.recaps.rules import read_lines
from core.advice.sessions.model import SETTLED, Booking
from core.advice.sessions.service import booking_for
from core.kernel.errors import NotFound

KIND: Final = "recap"
PARTS: Final = ("topics", "decisions", "steps")

router = Router()

# The sentence for each event; "" redraws the card without a sentence.
RECAP_EVENTS: Final[dict[type[Any], str]] = {
    events.RecapDrafted: "notice.recap_drafted",
    events.RecapEdited: "",
    events.RecapSent: "notice.recap_sent",
}


# --- the consultant's part --------------------------------------------------------------------------------------------


def _part(name: str) -> Field:
    """Return one list of the recap, a line each."""
    return Field(
        name,
        "long_text",
        read=lambda _chat, text, _values: read_lines(text, name),
        write="\n".join,
        show=lambda chat, lines: listed(chat.words, lines),
        optional=True,
        max_length=2400,
    )


FORM = Form("edit_recap", tuple(map(_part, PARTS)))


def _edit(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = EditRecap(booking_id=str(defaults.subject), **{part: values.get(part, ()) for part in PARTS})
    recaps.edit_recap(chat.ctx, command, defaults.expected_version)


router.flow(Flow(FORM, finish=_edit))


@router.press("recap.edit")
def edit(chat: ChatContext, press: Press) -> None:
    recap = recaps.recap_of(chat.ctx, press.subject)
    if recap is None:
        raise NotFound
    chat.as_new_message = True
    known = {part: "\n".join(getattr(recap, part)) for part in PARTS}
    chat.open("edit_recap", FormDefaults({part: text for part, text in known.items() if text}, recap.id, recap.version))


enter_step(router, "recap.send", recaps.send_recap, "recap.sent_toast")


# --- the card ---------------------------------------------------------------------------------------------------------


@router.press("recap.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(recap_card(chat, press.subject))


def recap_card(chat: ChatContext, booking_id: str, note: str = "") -> Card:
    """Return the recap: a draft for its consultant alone, then for both once it is sent. Raises NotFound."""
    recap = recaps.recap_of(chat.ctx, booking_id)
    if recap is None:
        raise NotFound
    words, booking = chat.words, booking_for(chat.ctx, booking_id)
    lines = tuple(
        Line(label=words(f"recap.{part}"), value="\n".join(f"• {line}" for line in getattr(recap, part)))
        for part in PARTS
        if getattr(recap, part)
    )
    return Card(
        subject=f"{KIND}:{booking.id}",
        title=words("recap.card", ref=booking.ref, name=chat.name_of(booking.other_than(chat.person.id))),
        lines=lines,
        turn=_turn(chat, recap),
        note=note,
        buttons=_buttons(chat, booking, recap),
        as_new_message=chat.as_new_message,
    )


def _turn(chat: ChatContext, recap: Recap) -> str:
    until = recaps.kept_until(chat.ctx, RECAP.name, recap.id)
    day = "" if until is None else until.astimezone(chat.words.zone).date()
    return chat.words(f"recap.turn.{recap.state}", day=day)


def _buttons(chat: ChatContext, booking: Booking, recap: Recap) -> tuple[tuple[Button, ...], ...]:
    words = chat.words
    if recap.state == RecapState.DRAFT:
        return (
            (
                Button(
                    label=words("recap.send_button"),
                    press=press("recap.send", booking.id, recap.version),
                    style="primary",
                ),
                Button(label=words("recap.edit_button"), press=press("recap.edit", booking.id)),
            ),
        )
    return (forget_row(chat, booking),) if recap.state == RecapState.SENT and booking.state in SETTLED else ()


# --- deletion ---------------------------------------------------------------------------------------------------------


def forget_row(chat: ChatContext, booking: Booking) -> tuple[Button, ...]:
    return (Button(label=chat.words("recap.forget_button"), press=press("recap.forget", booking.id), style="danger"),)


@router.press("recap.forget")
def ask_to_forget(chat: ChatContext, press: Press) -> None:
    words, booking = chat.words, booking_for(chat.ctx, press.subject)
    asked = words("recap.forget_sure", ref=booking.ref)
    ask_to_confirm(chat, booking, press.verb, asked=asked, yes=words("recap.forget_yes"), no=words("recap.forget_no"))


@router.press("recap.forget_now")
def forget(chat: ChatContext, press: Press) -> None:
    recaps.forget(chat.ctx, press.subject)
    chat.reply(Toast(text=chat.words("recap.forgotten_toast")))


@router.command("recaps")
def my_recaps(chat: ChatContext, _rest: str) -> None:
    """Show the recaps and recordings kept of the person's sessions, until when, and a way to delete them."""
    words = chat.words
    kept = recaps.kept_for(chat.ctx, chat.person.id)
    if not kept:
        chat.reply(Say(text=words("recap.nothing_kept")))
        return
    items = tuple(_kept(chat, booking) for booking in kept)
    chat.reply(CardList(subject="recaps", title=words("recap.kept_title"), text=words("recap.kept_text"), items=items))


def _kept(chat: ChatContext, booking: Booking) -> Card:
    words, recap = chat.words, recaps.recap_of(chat.ctx, booking.id)
    recording = recaps.recording_of(chat.ctx, booking.id)
    lines, buttons = [], []
    if recap is not None and recap.state != RecapState.GONE:
        lines.append(_until(chat, "recap.kept_recap", recaps.kept_until(chat.ctx, RECAP.name, booking.id)))
        buttons.append(Button(label=words("recap.open_button"), press=press("recap.show", booking.id)))
    if recording is not None and recording.state == RecordingState.KEPT:
        lines.append(_until(chat, "recap.kept_words", recaps.kept_until(chat.ctx, RECORDING.name, booking.id)))
        buttons.append(Button(label=words("recording.read_button"), press=press("recording.read", booking.id)))
    elif recaps.line_count(chat.ctx, booking.id):
        lines.append(_until(chat, "recap.kept_words", recaps.kept_until(chat.ctx, recaps.LINES, booking.id)))
    rows = [tuple(buttons)] if buttons else []
    if booking.state in SETTLED:
        rows.append(forget_row(chat, booking))
    return Card(
        title=words("recap.card", ref=booking.ref, name=chat.name_of(booking.other_than(chat.person.id))),
        lines=tuple(lines),
        buttons=tuple(rows),
    )


def _until(chat: ChatContext, code: str, until: datetime | None) -> Line:
    words = chat.words
    if until is None:
        return Line(label=words(code), value=words("recap.until_over"))
    return Line(label=words(code), value=words("recap.until", day=until.astimezone(words.zone).date()))
