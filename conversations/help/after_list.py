"""What is said after a list of goods, of consultants or of requests: a part of whichever was shown last."""

from __future__ import annotations

from conversations.consulting.seeking.refining import refines_advice
from conversations.search.refining import said_after_list
from conversations.search.wanting import refines_wanted
from conversations.talk import Talk


def said_of_last_list(talk: Talk, text: str) -> str | None:
    """The command that these words are after it; None where they are not said of it."""
    if refines_advice(talk, text):
        return "advise"
    return "wanted_more" if refines_wanted(talk, text) else said_after_list(talk, text)
