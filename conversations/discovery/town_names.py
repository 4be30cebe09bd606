"""The name of a town as the reader calls it, however the listing spells it."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.forms.answers import show_town
from core.discovery.search.model import Query


def town_name(chat: ChatContext, query: Query) -> str:
    """Return the town of the query; empty if there is none."""
    place = query.parsed.place
    return show_town(chat, place) if place is not None else ""
