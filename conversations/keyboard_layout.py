"""Sentences typed while the keyboard was set to the other letters: read as they were meant, and said so first."""

from __future__ import annotations

from functools import wraps

from conversations.chat_context import ChatContext
from conversations.reply import Say
from conversations.router import OnCommand
from core.discovery.search.service import correct_layout


def in_either_layout(command: OnCommand) -> OnCommand:
    """The command, which then hears "пелети біля Львова" where "gtktnb ,skz Kmdjdf" was typed."""

    @wraps(command)
    def hears(chat: ChatContext, sentence: str) -> None:
        command(chat, read_as(chat, sentence))

    return hears


def read_as(chat: ChatContext, sentence: str) -> str:
    """The sentence as it was meant. One that was typed in the other layout is shown as it is read."""
    meant = correct_layout(sentence, chat.market_context.catalogue, chat.market_context.places)
    if meant:
        chat.reply(Say(text=chat.words("find.read_as", sentence=meant)))
    return meant or sentence
