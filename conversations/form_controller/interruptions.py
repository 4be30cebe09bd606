"""What is typed where a form asks and is no answer, but a question to us: it is answered, and the form goes on."""

from __future__ import annotations

from typing import Final

from conversations.chat_context import ChatContext
from conversations.form_controller.sentence_answers import AS_WRITTEN
from conversations.forms.form import Field
from conversations.market_questions import LANGUAGE, question_asked
from core.catalogue.product_names import folded
from core.discovery.search.service import intent_of, parse

SPOKEN: Final = "languages"  # the field that asks for languages: "English" answers it


def aside(chat: ChatContext, asked: Field, text: str) -> tuple[str, str] | None:
    """The command that answers it, with its words: help, asked for by that word alone, how things are done here, or
    what our fee is, where any goods could be named. None: it is an answer, as all that is kept in its own words is."""
    if asked.kind in AS_WRITTEN:
        return None
    if folded(text.strip(" .,!?")) in {"help", folded(chat.words("command.help"))}:
        return "help", ""
    question = question_asked(chat, text)
    if question is not None and not (question == LANGUAGE and asked.name == SPOKEN):
        return question
    if not asked.open_choice:
        return None
    market_context = chat.market_context
    understood = parse(text, market_context.catalogue, market_context.places, chat.today, chat.words.language)
    return ("fee", text) if intent_of(text, understood, market_context.catalogue).asks_fee() else None
