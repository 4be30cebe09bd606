"""The calendar entry of a session, by mail to who has proven an address, in their own words."""

from __future__ import annotations

from typing import Final

from conversations.talk import Talk
from core.people.service import person_of
from core.sessions.invites import Attendee, Method, invitation
from core.sessions.service import booking_for

__all__ = ["Method", "send_entry"]

ORGANISER: Final = Attendee("Parley", "sessions@parley.invalid")  # nobody is to answer it: the chat is the place


def send_entry(talk: Talk, booking_id: str, method: Method) -> None:
    """Ask for the letter. Sent again it is the same entry: one UID, and a higher sequence only after a change."""
    booking, person = booking_for(talk.ctx, booking_id), talk.person
    if person.email is None or person.email_proved_at is None or not booking.sequence:
        return
    other = person_of(talk.ctx, booking.consultant if person.id == booking.seeker else booking.seeker).name
    words, verb = talk.words, "invite" if method == "REQUEST" else "uninvite"
    calendar = invitation(
        booking,
        talk.ctx.now,
        method=method,
        organiser=ORGANISER,
        attendees=(Attendee(person.name, person.email),),
        summary=words("invite.summary", name=other),
        description=words("invite.text", ref=booking.ref, about=booking.problem),
        link=booking.link,
    )
    body = {
        "to": person.email,
        "subject": words(f"{verb}.subject", name=other, at=booking.starts_at),
        "text": words(f"{verb}.letter", name=other, at=booking.starts_at, ref=booking.ref),
        "calendar": calendar.decode(),
        "method": method,
    }
    talk.ctx.post("mail", f"mail:{person.email}", "letter", body)
