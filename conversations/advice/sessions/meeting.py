"""The running session: coming in, messages passed between the sides, consent to pay, more time, and the end."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from conversations.advice.session_price import continue_label
from conversations.advice.sessions.card import EARLY, session_card, stands_outside, way_in
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.forms.answers import nearest_town
from conversations.reply import Button, Say, Toast
from conversations.router import Router
from core.advice.sessions import final_charges, meeting, rules, service
from core.advice.sessions.model import LONGEST_LINE, TALKING, Booking, SessionState
from core.kernel.chat_state.service import focused_draft
from core.kernel.errors import Refusal, Stale
from core.kernel.money import Money
from core.people.files.model import Checked
from core.people.files.service import keep

router = Router()

GAP: Final = "."
CLOCK: Final = re.compile(r"[0-9]{1,10}\.[0-9]{1,6}")


@router.press("session.here", reversible=True)
def here(chat: ChatContext, press: Press) -> None:
    meeting.come_in(chat.ctx, press.subject)
    chat.reply(Toast(text=chat.words("session.here_toast")))


@router.press("session.out")
def out(chat: ChatContext, press: Press) -> None:
    meeting.go_out(chat.ctx, press.subject)
    chat.reply(Toast(text=chat.words("session.out_toast")))


@router.press("session.continue")
def ask_to_go_on(chat: ChatContext, button: Press) -> None:
    """Say what going on costs. The yes is the consent, with the words of the button that asked for it."""
    booking = service.mine(chat.ctx, button.subject, button.expected_version)
    if "continue" not in service.may(chat.ctx, booking):
        raise Stale
    label = continue_label(chat, booking, early=button.choice == EARLY)
    by_minute = booking.basis == "minute"
    price = booking.terms.rate if by_minute else booking.price
    asked = chat.words("sure.session.continue_minute" if by_minute else "sure.session.continue", price=price)
    _ask_to_pay(chat, booking, button, asked, label)


def _ask_to_pay(chat: ChatContext, booking: Booking, button: Press, asked: str, label: str) -> None:
    """Ask before a person agrees to pay. The yes presses `<verb>_now` and bears the same words."""
    yes = Button(
        label=label, press=press(f"{button.verb}_now", booking.id, booking.version, button.choice), style="primary"
    )
    no = Button(label=chat.words("sure.no"), press=press("session.show", booking.id))
    chat.reply(session_card(chat, booking, note=asked, buttons=((yes,), (no,))))


@router.press("session.continue_now")
def go_on(chat: ChatContext, press: Press) -> None:
    """Agree to pay. The button's words and its message are kept with the consent."""
    booking = service.mine(chat.ctx, press.subject, None)
    shown = continue_label(chat, booking, early=press.choice == EARLY)
    meeting.go_on_paying(chat.ctx, booking.id, shown=shown, place=chat.place, expected_version=press.expected_version)
    chat.reply(Toast(text=chat.words("session.continued_toast")))


@router.press("session.end")
def end(chat: ChatContext, press: Press) -> None:
    """End the session: a free one at once, a paid one after a question that says what is due."""
    booking = service.mine(chat.ctx, press.subject, press.expected_version)
    if booking.state in final_charges.PAYING:
        _ask_end(chat, booking)
    else:
        end_now(chat, press)


def _ask_end(chat: ChatContext, booking: Booking, note: str = "") -> None:
    """Ask before the end. The yes names the sum and carries the clock, so that no larger sum is charged unasked.

    It belongs to no version of the session, and stands beside its card. So a pause or an offer meanwhile neither
    changes what it named nor takes it away.
    """
    words, told = chat.words, final_charges.snapshot(chat.ctx, booking)
    due, end = final_charges.if_ended(chat.ctx, booking, told), words("session.end_button")
    label = words("sure.yes_sum", what=end, amount=due) if due else words("sure.yes", what=end)
    yes = press("session.end_now", booking.id, choice=_written(told))
    buttons = (
        Button(label=label, press=yes, style="danger"),
        Button(label=words("session.end_no"), press=press("session.show", booking.id)),
    )
    sure = _end_sure(chat, booking, due)
    chat.reply(Say(text=f"{note} {sure}".strip(), buttons=(buttons,)))


@router.press("session.end_now")
def end_now(chat: ChatContext, press: Press) -> None:
    """End the session for the sum that was shown. If it is more by now, ask again."""
    booking = service.mine(chat.ctx, press.subject, press.expected_version)
    told = _read_told(press.choice)
    true = told is not None and final_charges.still_true(chat.ctx, booking, told)
    if booking.state in final_charges.PAYING and not true:
        _ask_end(chat, booking, chat.words("session.end_anew"))
        return
    meeting.end(chat.ctx, booking.id, press.expected_version, told)
    chat.reply(Toast(text=chat.words("session.ended_toast")))


def _written(told: final_charges.PriceSnapshot) -> str:
    """Return the clock by which an amount was told, for a button: the moment, and the seconds since the yes."""
    return f"{int(told.at.timestamp())}{GAP}{int(told.since_yes.total_seconds())}"


def _read_told(text: str) -> final_charges.PriceSnapshot | None:
    """Read what `_written` gave; None for other text. Payloads of buttons are never trusted."""
    if CLOCK.fullmatch(text) is None:
        return None
    at, since_yes = map(int, text.split(GAP))
    return final_charges.PriceSnapshot(datetime.fromtimestamp(at, UTC), timedelta(seconds=since_yes))


def _end_sure(chat: ChatContext, booking: Booking, charged: Money) -> str:
    """Return what ending the session now costs, and the consultant's net of it."""
    if not charged:
        return chat.words("session.end_sure.nothing")
    how = "minute" if booking.basis == "minute" else str(service.side_of(chat.ctx, booking))
    return chat.words(
        f"session.end_sure.{how}",
        due=charged,
        net=rules.net_of(charged, booking.terms),
        price=booking.price,
        name=chat.name_of(booking.consultant),
    )


@router.press("session.extend")
def extend(chat: ChatContext, press: Press) -> None:
    meeting.offer_extension(chat.ctx, press.subject, min(meeting.EXTENSIONS), press.expected_version)
    chat.reply(Toast(text=chat.words("session.extension_toast")))


@router.press("session.take_more")
def ask_to_take_more(chat: ChatContext, button: Press) -> None:
    """Say what more time costs. The yes is the consent."""
    booking = service.mine(chat.ctx, button.subject, button.expected_version)
    minutes, price, label = _more(chat, booking)
    if not minutes:
        raise Stale
    _ask_to_pay(chat, booking, button, chat.words("sure.session.take_more", minutes=minutes, price=price), label)


def _more(chat: ChatContext, booking: Booking) -> tuple[int, Money, str]:
    """Return the minutes that the consultant has offered, their price, and the words of the button for them."""
    minutes = meeting.meeting_of(chat.ctx, booking).extension_asked
    price = final_charges.extension_price(chat.ctx, booking, minutes)
    return minutes, price, chat.words("session.take_extension_button", minutes=minutes, price=price)


@router.press("session.take_more_now")
def take_more(chat: ChatContext, press: Press) -> None:
    booking = service.mine(chat.ctx, press.subject, None)
    _, _, shown = _more(chat, booking)
    meeting.take_extension(chat.ctx, booking.id, shown=shown, place=chat.place, expected_version=press.expected_version)
    chat.reply(Toast(text=chat.words("session.extension_taken_toast")))


# --- messages ---------------------------------------------------------------------------------------------------------


@router.hears
def overhear(chat: ChatContext, text: str) -> bool:
    """Pass text that is typed in a running session to the other side; a command stays a command.

    Before the session, tell the writer that the text waits for it. If they have not come in, show how to.
    """
    booking = _spoken_in(chat)
    if booking is None:
        return False
    if len(text) > LONGEST_LINE:
        raise Refusal("session.line_too_long", most=LONGEST_LINE)
    _say(chat, booking, text)
    return True


@router.takes
def pass_on(chat: ChatContext, file: Checked) -> bool:
    """Pass a photo or document sent in a session to the other side, unless an open form asks for it."""
    if focused_draft(chat.ctx, chat.person.id) is not None:
        return False
    booking = _spoken_in(chat)
    if booking is None:
        return False
    _say(chat, booking, "", [keep(chat.ctx, file).id])
    return True


@router.finds
def point_to(chat: ChatContext, latitude: float, longitude: float) -> bool:
    """Pass a place shared in a session to the other side. It is not taken as the company's location."""
    booking = _spoken_in(chat)
    if booking is None:
        return False
    town = nearest_town(chat, latitude, longitude)
    at = f"{latitude:.5f}, {longitude:.5f}"
    where = f"mlat={latitude:.5f}&mlon={longitude:.5f}"
    _say(chat, booking, f"📍 {town.name} ({at}) https://www.openstreetmap.org/?{where}")
    return True


def _say(chat: ChatContext, booking: Booking, text: str, files: list[str] | None = None) -> None:
    """Post a line to the session. Before the session begins the line waits there, and the writer is told until when.

    If the writer has not come in, show the way in beside it. The line need not be written again.
    """
    meeting.say(chat.ctx, booking.id, text, files)
    words, at, runs = chat.words, booking.starts_at, booking.state in TALKING
    name = chat.name_of(booking.other_than(chat.person.id))
    if stands_outside(chat, booking):
        button = way_in(chat, booking)
        outside = words("session.said_outside", name=name, button=button.label)
        waits = words("session.kept_outside", name=name, button=button.label)
        _once(chat, Say(text=outside if runs else waits, buttons=((button,),)))
    elif not runs:
        there = meeting.meeting_of(chat.ctx, booking)
        both = there.seeker_here is not None and there.consultant_here is not None
        kept = (
            words("session.not_begun.both", at=at, name=name) if both else words("session.not_begun", at=at, name=name)
        )
        _once(chat, Say(text=kept))


def _once(chat: ChatContext, reply: Say) -> None:
    """Reply once to several photos."""
    if reply not in chat.replies:
        chat.reply(reply)


def current(chat: ChatContext) -> Booking | None:
    """Return the session that this person is in now. Beside a video room the chat serves for notes."""
    return in_the_room(chat, TALKING)


def _spoken_in(chat: ChatContext) -> Booking | None:
    """Return the session that a message is meant for. It is the one the person is in, or else one they could enter.

    A message in a deal's room is for that deal.
    """
    entered = _entered(chat)
    if entered is not None or chat.room is not None:
        return entered
    return next(filter(partial(stands_outside, chat), service.bookings_of(chat.ctx, chat.person.id)), None)


def _entered(chat: ChatContext) -> Booking | None:
    """Return the session that this person is in, or the one they have come in to before it begins."""
    return current(chat) or in_the_room(chat, frozenset({SessionState.CONFIRMED}))


def in_the_room(chat: ChatContext, states: Collection[SessionState]) -> Booking | None:
    """Return the session in one of these states that this person has come in to."""
    for booking in service.bookings_of(chat.ctx, chat.person.id):
        if booking.state in states:
            side = str(service.side_of(chat.ctx, booking))
            if meeting.meeting_of(chat.ctx, booking).here(side) is not None:
                return booking
    return None
