"""What a town is called in the words of a search: as its reader calls it, whoever has written it and how."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.forms.answers import show_town
from core.discovery.search.model import Query


def town_name(chat: ChatContext, query: Query) -> str:
    """The town that is asked for; empty where none is."""
    place = query.parsed.place
    return show_town(chat, place) if place is not None else ""
