"""What is typed where a form asks and is no answer, but a question to us: it is answered, and the form goes on."""

from __future__ import annotations

from conversations.filling.sentences import AS_WRITTEN
from conversations.forms.form import Field
from conversations.talk import Talk
from core.catalogue.names import folded
from core.search.price_question import asks_fee
from core.search.sentence.parse import parse


def aside(talk: Talk, asked: Field, text: str) -> tuple[str, str] | None:
    """The command that answers it, with its words: help, asked for by that word alone, or what our fee is, where any
    goods could be named. None: it is an answer, as whatever is kept in its own words always is."""
    if asked.kind in AS_WRITTEN:
        return None
    if folded(text.strip(" .,!?")) in {"help", folded(talk.words("command.help"))}:
        return "help", ""
    if not asked.open_choice:
        return None
    almanac = talk.almanac
    understood = parse(text, almanac.catalogue, almanac.places, talk.today, talk.words.language)
    return ("fee", text) if asks_fee(text, understood, almanac.catalogue) else None
