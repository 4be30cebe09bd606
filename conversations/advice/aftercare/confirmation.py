"""Confirmation of steps that cannot be undone.

The question says what the step means, beside a way back to the session.
"""

from __future__ import annotations

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Say
from core.advice.sessions.model import Booking


def ask_to_confirm(chat: ChatContext, booking: Booking, verb: str, *, asked: str, yes: str, no: str) -> None:
    """Ask for confirmation. The yes presses `<verb>_now`, on the session's current version."""
    sure = Button(label=yes, press=press(f"{verb}_now", booking.id, booking.version), style="danger")
    back = Button(label=no, press=press("session.show", booking.id))
    chat.reply(Say(text=asked, buttons=((sure, back),)))
