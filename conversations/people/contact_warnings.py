"""Free text that others read before they have business with each other: a contact in it is warned of, then hidden."""

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
AROUND: Final = Topic("around", str)  # by the text's fingerprint: whether its writer was warned of its contacts


def free_text(chat: ChatContext, text: str, _values: Values) -> str:
    """A field's answer as it is. With a contact in it, it is refused with a warning once; sent again, it is taken.

    Raises Invalid.
    """
    if first_time(chat, text):
        raise Invalid("contacts.warned", shown=excerpt(text))
    return text


def first_time(chat: ChatContext, text: str) -> bool:
    """Whether a contact is sent for the first time. What a window tells while it is typed is not sent yet, and what
    a form holds already is only read again: neither is warned of, or the warning would be spent unseen.
    """
    if not chat.update.is_sent or not has_contacts(text):
        return False
    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:12]
    if chat.memory.get(AROUND, about=fingerprint) == WARNED:
        return False
    chat.memory.put(AROUND, WARNED, about=fingerprint)
    return True


def excerpt(text: str) -> str:
    """How the other side would read it, around the first contact, in whole words; "…" for what is left out."""
    hidden = masked(text)
    contact = max(0, hidden.find(HIDDEN))
    first, last = max(0, contact - SHOWN // 2), min(len(hidden), contact + SHOWN // 2)
    if first:
        first = hidden.find(" ", first, contact) + 1 or contact
    if last < len(hidden):
        last = max(hidden.rfind(" ", contact, last), contact + len(HIDDEN))
    shown = hidden[first:last].strip()
    return f"{'… ' if first else ''}{shown}{' …' if last < len(hidden) else ''}"
