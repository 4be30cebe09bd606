"""Sentences typed in the wrong keyboard layout. They are read as meant, and the reader is told so first."""

from __future__ import annotations

from functools import wraps

from conversations.chat_context import ChatContext
from conversations.reply import Say
from conversations.router import OnCommand
from core.discovery.search.service import correct_layout


def in_either_layout(command: OnCommand) -> OnCommand:
    """Wrap a command so that it receives "пелети біля Львова" where "gtktnb ,skz Kmdjdf" was typed."""

    @wraps(command)
    def hears(chat: ChatContext, sentence: str) -> None:
        command(chat, read_as(chat, sentence))

    return hears


def read_as(chat: ChatContext, sentence: str) -> str:
    """Return the sentence as it was meant. If the layout was wrong, show how it was read."""
    meant = correct_layout(sentence, chat.market_context.catalogue, chat.market_context.places)
    if meant:
        chat.reply(Say(text=chat.words("find.read_as", sentence=meant)))
    return meant or sentence
