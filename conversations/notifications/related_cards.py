"""Updates of cards beside a card with news, where they show data of the same subject."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.outgoing.sender import send
from conversations.trade.deals.contract_terms import terms_card
from core.kernel.chat_state.service import shown
from core.trade.deals.access import deal_for


def redraw_beside(chat: ChatContext, kind: str, subject: str) -> None:
    """Redraw the terms of a deal, which say who has signed. If they are not open, send nothing."""
    where = chat.chat_address
    if kind != "deal" or not shown(chat.ctx, where.platform, where.workspace, where.address, f"terms:{subject}"):
        return
    terms = terms_card(chat, deal_for(chat.ctx, subject))
    send(chat.ctx, where, [terms.model_copy(update={"as_new_message": False})], words=chat.words)
