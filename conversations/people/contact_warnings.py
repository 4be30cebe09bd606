"""Warnings about contacts in free text that others read before they trade. The contact is then hidden."""

from __future__ import annotations

import hashlib
from typing import Final

from conversations.chat_context import ChatContext
from conversations.forms.form import Values
from core.kernel.chat_state.memory import Topic
from core.kernel.errors import Invalid
from core.people.blocking.rules import HIDDEN, has_contacts, masked

SHOWN: Final = 60  # characters around the first contact
WARNED: Final = "warned"
AROUND: Final = Topic("around", str)  # by the text's fingerprint: whether its writer was warned


def free_text(chat: ChatContext, text: str, _values: Values) -> str:
    """Return a field's answer unchanged. A text with a contact is refused with a warning once, and accepted after that.

    Raises Invalid.
    """
    if first_time(chat, text):
        raise Invalid("contacts.warned", shown=excerpt(text))
    return text


def first_time(chat: ChatContext, text: str) -> bool:
    """Return True if a contact is submitted for the first time.

    Text typed in a window is not submitted yet, and text already in a form is only read again. Neither gets a warning,
    which would be lost unseen.
    """
    if not chat.update.is_sent or not has_contacts(text):
        return False
    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:12]
    if chat.memory.get(AROUND, about=fingerprint) == WARNED:
        return False
    chat.memory.put(AROUND, WARNED, about=fingerprint)
    return True


def excerpt(text: str) -> str:
    """Return how the other side would read it, around the first contact, in whole words; "…" marks omitted text."""
    hidden = masked(text)
    contact = max(0, hidden.find(HIDDEN))
    first, last = max(0, contact - SHOWN // 2), min(len(hidden), contact + SHOWN // 2)
    if first:
        first = hidden.find(" ", first, contact) + 1 or contact
    if last < len(hidden):
        last = max(hidden.rfind(" ", contact, last), contact + len(HIDDEN))
    shown = hidden[first:last].strip()
    return f"{'… ' if first else ''}{shown}{' …' if last < len(hidden) else ''}"
