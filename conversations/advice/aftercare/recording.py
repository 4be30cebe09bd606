"""Recording of a session's messages word for word.

One side asks, the other agrees, the seeker pays, and both can read it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from babel.dates import format_time

from conversations.advice.aftercare.recap import forget_row
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, Say, Toast
from conversations.router import Router
from conversations.shop.purchases import Ware, offer, price_here
from conversations.steps import enter_step
from conversations.wording import labelled
from core.advice.recaps import events
from core.advice.recaps import service as recaps
from core.advice.recaps.model import PRICE_CARD, PRICE_STARS, RECAP_KEPT, RECORDING, Recording, RecordingState
from core.advice.sessions.model import SETTLED, TALKING, Booking
from core.advice.sessions.service import booking_for, mine
from core.kernel.errors import NotFound, Refusal
from core.shop.purchases.model import Thing

KIND: Final = "recording"
A_PAGE: Final = 15  # lines of the talk

router = Router()

# The sentence for each event; "" redraws the card without a sentence.
RECORDING_EVENTS: Final[dict[type[Any], str]] = {
    events.RecordingAsked: "notice.recording_asked",
    events.RecordingAgreed: "notice.recording_agreed",
    events.RecordingForSale: "notice.recording_for_sale",
    events.RecordingKept: "notice.recording_kept",
    events.RecordingGone: "notice.recording_gone",
}


# --- both must agree --------------------------------------------------------------------------------------------------


@router.press("recording.ask")
def ask(chat: ChatContext, press: Press) -> None:
    """Ask for a recording. The request is a consent too, so the text on the card is kept with it."""
    shown = chat.words("recording.ask_shown", days=RECAP_KEPT.days)
    recaps.ask_recording(chat.ctx, press.subject, shown=shown, place=chat.place)
    chat.reply(Toast(text=chat.words("recording.asked_toast")))


@router.press("recording.agree")
def agree(chat: ChatContext, press: Press) -> None:
    shown = chat.words("recording.ask_shown", days=RECAP_KEPT.days)
    recaps.agree_recording(
        chat.ctx, press.subject, shown=shown, place=chat.place, expected_version=press.expected_version
    )
    chat.reply(Toast(text=chat.words("recording.agreed_toast")))


enter_step(router, "recording.refuse", recaps.refuse_recording, "recording.refused_toast")


def may_ask(chat: ChatContext, booking: Booking) -> bool:
    """Return True if the session on this card can be recorded and no recording was requested yet."""
    return booking.state in TALKING and booking.room == "chat" and recaps.recording_of(chat.ctx, booking.id) is None


# --- bought and read --------------------------------------------------------------------------------------------------


@router.press("recording.buy")
def buy(chat: ChatContext, press: Press) -> None:
    booking = mine(chat.ctx, press.subject, None)
    if not recaps.may_buy(chat.ctx, booking.id):
        raise Refusal("recording.not_for_sale")
    offer(chat, _ware(chat, booking))


def _ware(chat: ChatContext, booking: Booking) -> Ware:
    words, name = chat.words, chat.name_of(booking.other_than(chat.person.id))
    return Ware(
        thing=Thing.RECAP,
        subject=booking.id,
        title=words("recording.ware", ref=booking.ref),
        description=words("recording.ware_text", name=name, days=RECAP_KEPT.days),
        stars=PRICE_STARS,
        card=PRICE_CARD,
        lasts_days=RECAP_KEPT.days,  # deleting it earlier refunds the money
    )


@router.press("recording.read")
def read(chat: ChatContext, button: Press) -> None:
    """Show the recorded messages to both sides, one page at a time."""
    words, booking = chat.words, booking_for(chat.ctx, button.subject)
    lines = recaps.words_of(chat.ctx, booking.id)
    at = int(button.choice) if button.choice.isascii() and button.choice.isdigit() else 0
    if not 0 <= at < max(len(lines), 1):
        raise Refusal("talk.unknown_button")
    names = {side: chat.name_of(person) for person, side in booking.sides.items()}
    file, page = words("session.file_line"), lines[at : at + A_PAGE]
    shown = "\n".join(
        labelled(words, f"{_clock(chat, line.at)} {names[line.side]}", line.text or file) for line in page
    )
    steps = [
        Button(label=words(code), press=press("recording.read", booking.id, choice=str(start)))
        for code, start in (("recording.earlier", at - A_PAGE), ("recording.later", at + A_PAGE))
        if 0 <= start < len(lines)
    ]
    rows = ((*steps,),) if steps else ()
    chat.reply(Say(text=shown or words("recording.nothing_said"), buttons=rows))


def _clock(chat: ChatContext, moment: datetime) -> str:
    return format_time(moment.astimezone(chat.words.zone), "HH:mm", locale=chat.words.locale)


# --- the card ---------------------------------------------------------------------------------------------------------


@router.press("recording.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(recording_card(chat, press.subject))


def recording_card(chat: ChatContext, booking_id: str, note: str = "") -> Card:
    """Return a recording's card: its state, each side's answer, and until when it is kept. Raises NotFound."""
    recording = recaps.recording_of(chat.ctx, booking_id)
    if recording is None:
        raise NotFound
    words, booking = chat.words, booking_for(chat.ctx, booking_id)
    return Card(
        subject=f"{KIND}:{booking.id}",
        title=words("recording.card", ref=booking.ref),
        turn=_turn(chat, booking, recording),
        note=note,
        buttons=_buttons(chat, booking, recording),
        as_new_message=chat.as_new_message,
    )


def _turn(chat: ChatContext, booking: Booking, recording: Recording) -> str:
    words = chat.words
    until = recaps.kept_until(chat.ctx, RECORDING.name, recording.id)
    code = f"recording.turn.{recording.state}"
    if recording.state == RecordingState.ASKED:
        code += ".mine" if recording.asked_by == chat.person.id else ".yours"
    elif recaps.may_buy(chat.ctx, booking.id):
        code += ".for_sale"
    return words(
        code,
        name=chat.name_of(booking.other_than(chat.person.id)),
        day="" if until is None else until.astimezone(words.zone).date(),
        days=RECAP_KEPT.days,
    )


def _buttons(chat: ChatContext, booking: Booking, recording: Recording) -> tuple[tuple[Button, ...], ...]:
    words = chat.words

    def button(verb: str, style: Any = "plain") -> Button:
        label = words(f"recording.{verb}_button")
        return Button(label=label, press=press(f"recording.{verb}", booking.id, recording.version), style=style)

    if recording.state == RecordingState.ASKED:
        answers = recording.asked_by != chat.person.id
        return ((button("agree", "primary"), button("refuse")),) if answers else ((button("refuse"),),)
    if recaps.may_buy(chat.ctx, booking.id):
        price = price_here(chat, _ware(chat, booking))
        label = words("recording.buy_button", price=price)
        return ((Button(label=label, press=press("recording.buy", booking.id), style="primary"),),)
    if recording.state == RecordingState.KEPT:
        reading = (Button(label=words("recording.read_button"), press=press("recording.read", booking.id)),)
        return (reading, forget_row(chat, booking)) if booking.state in SETTLED else (reading,)
    return ()
