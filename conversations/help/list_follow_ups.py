"""Follow-ups after a list of goods, consultants or requests: they refine the list that was shown last."""

from __future__ import annotations

from conversations.advice.expert_search.refinement import refines_advice
from conversations.chat_context import ChatContext
from conversations.discovery.refinement import said_after_list
from conversations.discovery.request_search import refines_wanted


def said_of_last_list(chat: ChatContext, text: str) -> str | None:
    """Return the command that these words are after the last list; None if they do not refer to it."""
    if refines_advice(chat, text):
        return "advise"
    return "wanted_more" if refines_wanted(chat, text) else said_after_list(chat, text)
