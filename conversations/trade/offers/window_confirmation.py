"""Asking back before an offer goes out for days that are far from those on the table: another year may be meant."""

from __future__ import annotations

from dataclasses import replace

from conversations.chat_context import ChatContext
from conversations.forms.delivery_window import Window, show_window
from conversations.router import Confirmation
from core.trade.offers.rules import is_far_from


def beside_dates(chat: ChatContext, window: Window, on_table: Window) -> Confirmation | None:
    """What is asked back of a delivery window that lies far from the listing's, or from that of the other side."""
    if not is_far_from(window, on_table):
        return None
    words = chat.words
    question = words("window.far", given=show_window(chat, window), known=show_window(chat, on_table))
    return Confirmation(question, words("price.far.yes"), words("window.far.change"), "window")


def together(first: Confirmation | None, second: Confirmation | None) -> Confirmation | None:
    """Both questions at once: who answers yes means all of it."""
    if first is None or second is None:
        return first or second
    return replace(first, question=f"{first.question}\n{second.question}")
