"""Confirmation of an offer's days that are far from those proposed before, as another year may be meant."""

from __future__ import annotations

from dataclasses import replace

from conversations.chat_context import ChatContext
from conversations.forms.delivery_window import Window, show_window
from conversations.router import Confirmation
from core.trade.offers.rules import is_far_from


def beside_dates(chat: ChatContext, window: Window, on_table: Window) -> Confirmation | None:
    """Return the question about a window far from the listing's, or from the other side's proposal."""
    if not is_far_from(window, on_table):
        return None
    words = chat.words
    question = words("window.far", given=show_window(chat, window), known=show_window(chat, on_table))
    return Confirmation(question, words("price.far.yes"), words("window.far.change"), "window")


def together(first: Confirmation | None, second: Confirmation | None) -> Confirmation | None:
    """Return both questions as one. A yes answers both."""
    if first is None or second is None:
        return first or second
    return replace(first, question=f"{first.question}\n{second.question}")
