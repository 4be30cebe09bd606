"""The calendar entry of a session in its reader's language: by mail to a confirmed address, and as a file."""

from __future__ import annotations

from typing import Final

from conversations.chat_context import ChatContext
from core.advice.sessions.calendar_invites import Attendee, Method, invitation
from core.advice.sessions.model import Booking
from core.advice.sessions.service import booking_for
from core.people.accounts.letters import Letter
from core.people.files.model import CALENDAR_MIME, KeptFile
from core.people.files.rules import checked
from core.people.files.service import keep

ORGANISER: Final = Attendee("Parley", "sessions@parley.invalid")  # replies are not read; the chat is the place


def send_entry(chat: ChatContext, booking_id: str, method: Method) -> None:
    """Order the mail. The entry always has the same UID, and a higher sequence only after a change."""
    booking, person = booking_for(chat.ctx, booking_id), chat.person
    if person.email is None or person.email_proved_at is None or not booking.sequence:
        return
    if not chat.market_context.sends_mail:
        return
    words, verb = chat.words, "invite" if method == "REQUEST" else "uninvite"
    other = chat.name_of(booking.other_than(person.id))
    letter = Letter(
        to=person.email,
        subject=words(f"{verb}.subject", name=other, at=booking.starts_at),
        text=words(f"{verb}.letter", name=other, at=booking.starts_at, ref=booking.ref),
        calendar=_entry(chat, booking, method, (Attendee(person.name, person.email),)).decode(),
        method=method,
    )
    chat.ctx.enqueue(f"mail:{person.email}", letter)


def entry_file(chat: ChatContext, booking: Booking) -> KeptFile:
    """Return the calendar entry as a file for the chat. The file of a cancelled session removes the entry."""
    method: Method = "REQUEST" if booking.why is None else "CANCEL"
    content = _entry(chat, booking, method, ())
    return keep(chat.ctx, checked(f"session-{booking.ref}.ics", CALENDAR_MIME, content))


def _entry(chat: ChatContext, booking: Booking, method: Method, attendees: tuple[Attendee, ...]) -> bytes:
    words = chat.words
    return invitation(
        booking,
        chat.ctx.now,
        method=method,
        organiser=ORGANISER,
        attendees=attendees,
        summary=words("invite.summary", name=chat.name_of(booking.other_than(chat.person.id))),
        description=words("invite.text", ref=booking.ref, about=booking.problem),
        link=_way_in(chat, booking),
    )


def _way_in(chat: ChatContext, booking: Booking) -> str | None:
    """Return the person's own link into the room, by which coming in is noticed; a chat needs none."""
    rooms = chat.market_context.rooms
    if booking.room == "chat" or rooms is None:
        return booking.link
    return rooms.link(booking, chat.person.id)
