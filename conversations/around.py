"""Free text that others read before they have business with each other: a contact in it is warned of, then hidden."""

from __future__ import annotations

import hashlib
from typing import Final

from conversations.forms.form import Values
from conversations.talk import Talk
from core.contacts.rules import has_contacts, masked
from core.kernel.errors import Invalid
from core.talks.service import recall, remember

SHOWN: Final = 60  # characters around the first contact
WARNED: Final = "warned"


def free_text(talk: Talk, text: str, _values: Values) -> str:
    """A field's answer as it is. With a contact in it, it is refused with a warning once; sent again, it is taken.

    Raises Invalid.
    """
    if has_contacts(text):
        topic = f"around:{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        if recall(talk.ctx, talk.person.id, topic) != WARNED:
            remember(talk.ctx, talk.person.id, topic, WARNED)
            raise Invalid("contacts.warned", shown=_excerpt(masked(text)))
    return text


def _excerpt(hidden: str) -> str:
    at = max(0, hidden.find("•") - SHOWN // 2)
    return hidden[at : at + SHOWN].strip()
