"""Questions to the market typed in place of an answer. They are answered, and the form goes on."""

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
    """Return the command that answers the text, with its words; None if the text is an answer.

    It may be help asked for by that word alone, or a question about the market. Where any goods could be named, it may
    be a question about the fee. A field that keeps a text as written takes all texts as answers.
    """
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
