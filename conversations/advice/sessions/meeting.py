"""The talk itself: "I'm here", what is said is brought to the other side, the yes to pay, more time, the end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial

from conversations.advice.session_price import continue_label
from conversations.advice.sessions.card import EARLY, session_card, stands_outside, way_in
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.forms.answers import nearest_town
from conversations.reply import Button, Say, Toast
from conversations.router import Router
from core.advice.sessions import final_charges, meeting, rules, service
from core.advice.sessions.model import LONGEST_LINE, Booking
from core.advice.sessions.process import TALKING, SessionState
from core.kernel.chat_state.service import focused_draft
from core.kernel.errors import Refusal
from core.people.files.model import Checked
from core.people.files.service import keep

router = Router()


@router.press("session.here")
def here(chat: ChatContext, pressed: Press) -> None:
    meeting.come_in(chat.ctx, pressed.subject)
    chat.reply(Toast(text=chat.words("session.here_toast")))


@router.press("session.out")
def out(chat: ChatContext, pressed: Press) -> None:
    meeting.go_out(chat.ctx, pressed.subject)
    chat.reply(Toast(text=chat.words("session.out_toast")))


@router.press("session.continue")
def go_on(chat: ChatContext, pressed: Press) -> None:
    """The yes to pay. The words on the button are kept with it, and where it was pressed."""
    booking = service.mine(chat.ctx, pressed.subject, None)
    shown = continue_label(chat, booking, early=pressed.choice == EARLY)
    meeting.go_on_paying(chat.ctx, booking.id, shown=shown, place=chat.place, expected_version=pressed.expected_version)
    chat.reply(Toast(text=chat.words("session.continued_toast")))


@router.press("session.end")
def end(chat: ChatContext, pressed: Press) -> None:
    """A free talk ends at once; of one that is paid for both are asked first, and told what is due and who gets it."""
    booking = service.mine(chat.ctx, pressed.subject, pressed.expected_version)
    if booking.state in final_charges.PAYING:
        _ask_end(chat, booking)
    else:
        end_now(chat, pressed)


def _ask_end(chat: ChatContext, booking: Booking, note: str = "") -> None:
    """The yes carries when this was told: that is what is taken, or it is asked again."""
    words, told_at = chat.words, int(chat.ctx.now.timestamp())
    yes = press("session.end_now", booking.id, booking.version, str(told_at))
    buttons = (
        Button(label=words("session.end_yes"), press=yes, style="danger"),
        Button(label=words("session.end_no"), press=press("session.show", booking.id)),
    )
    sure = _end_sure(chat, booking, datetime.fromtimestamp(told_at, UTC))
    chat.reply(session_card(chat, booking, note=f"{note} {sure}".strip(), buttons=(buttons,)))


@router.press("session.end_now")
def end_now(chat: ChatContext, pressed: Press) -> None:
    """No more is taken than was told: when it is more by now, it is asked again."""
    booking = service.mine(chat.ctx, pressed.subject, pressed.expected_version)
    told_at = datetime.fromtimestamp(int(pressed.choice), UTC) if pressed.choice.isdecimal() else None
    told = told_at is not None and final_charges.still_true(chat.ctx, booking, told_at)
    if booking.state in final_charges.PAYING and not told:
        _ask_end(chat, booking, chat.words("session.end_anew"))
        return
    meeting.end(chat.ctx, booking.id, pressed.expected_version, told_at)
    chat.reply(Toast(text=chat.words("session.ended_toast")))


def _end_sure(chat: ChatContext, booking: Booking, told_at: datetime) -> str:
    """What ending it now costs, and what the other side has of that."""
    charged = final_charges.if_ended(chat.ctx, booking, told_at)
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
def extend(chat: ChatContext, pressed: Press) -> None:
    meeting.offer_extension(chat.ctx, pressed.subject, min(meeting.EXTENSIONS), pressed.expected_version)
    chat.reply(Toast(text=chat.words("session.extension_toast")))


@router.press("session.take_more")
def take_more(chat: ChatContext, pressed: Press) -> None:
    booking = service.mine(chat.ctx, pressed.subject, None)
    asked = meeting.meeting_of(chat.ctx, booking).extension_asked
    price = final_charges.extension_price(chat.ctx, booking, asked)
    shown = chat.words("session.take_extension_button", minutes=asked, price=price)
    meeting.take_extension(
        chat.ctx, booking.id, shown=shown, place=chat.place, expected_version=pressed.expected_version
    )
    chat.reply(Toast(text=chat.words("session.extension_taken_toast")))


# --- what is said -----------------------------------------------------------------------------------------------------


@router.hears
def overhear(chat: ChatContext, text: str) -> bool:
    """In a session that runs, what is typed goes to the other side; a command is still a command.

    Who speaks before it begins is told that it waits for the talk; who has not come in, also how to.
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
    """A photo or a paper that is sent in a session goes to the other side too, unless an open form asks for it."""
    if focused_draft(chat.ctx, chat.person.id) is not None:
        return False
    booking = _spoken_in(chat)
    if booking is None:
        return False
    _say(chat, booking, "", [keep(chat.ctx, file).id])
    return True


@router.finds
def point_to(chat: ChatContext, latitude: float, longitude: float) -> bool:
    """A place that is shared in a session is shown to the other side: it is not where one's own company is."""
    booking = _spoken_in(chat)
    if booking is None:
        return False
    town = nearest_town(chat, latitude, longitude)
    at = f"{latitude:.5f}, {longitude:.5f}"
    where = f"mlat={latitude:.5f}&mlon={longitude:.5f}"
    _say(chat, booking, f"📍 {town.name} ({at}) https://www.openstreetmap.org/?{where}")
    return True


def _say(chat: ChatContext, booking: Booking, text: str, files: list[str] | None = None) -> None:
    """Into the room; before the talk begins it waits there, and who wrote it is told until when.

    Who has not come in finds the way in beside it; what they have said need not be said again.
    """
    meeting.say(chat.ctx, booking.id, text, files)
    words, at, runs = chat.words, booking.starts_at, booking.state in TALKING
    name = chat.name_of(booking.consultant if booking.seeker == chat.person.id else booking.seeker)
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


def _once(chat: ChatContext, said: Say) -> None:
    """Several photos are one answer."""
    if said not in chat.replies:
        chat.reply(said)


def _ahead(chat: ChatContext) -> list[Booking]:
    return service.bookings_of(chat.ctx, chat.person.id)


def current(chat: ChatContext) -> Booking | None:
    """The session that this person is in just now. Beside a video room the chat serves for notes."""
    return in_the_room(chat, TALKING)


def _spoken_in(chat: ChatContext) -> Booking | None:
    """The session for which what somebody says is meant: the one that they are in, else one that they could come in to.

    What is written in the room of a deal is for that deal.
    """
    entered = _entered(chat)
    if entered is not None or chat.room is not None:
        return entered
    return next(filter(partial(stands_outside, chat), _ahead(chat)), None)


def _entered(chat: ChatContext) -> Booking | None:
    """The session that this person is in, or else the one that they have come in to before it begins."""
    return current(chat) or in_the_room(chat, frozenset({SessionState.CONFIRMED}))


def in_the_room(chat: ChatContext, states: Collection[SessionState]) -> Booking | None:
    """The session in one of these states that this person has come in to."""
    for booking in _ahead(chat):
        if booking.state in states:
            side = service.side_of(chat.ctx, booking)
            there = meeting.meeting_of(chat.ctx, booking)
            if (there.seeker_here if side == "seeker" else there.consultant_here) is not None:
                return booking
    return None
