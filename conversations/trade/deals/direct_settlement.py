"""The card's part about direct settlement: the seller's account, and the buyer's word on the payment."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.reply import Line
from core.trade.deals.messages.service import account_told
from core.trade.deals.model import Deal, DealState, Side


def direct_lines(chat: ChatContext, deal: Deal, side: Side) -> list[Line]:
    """Return the lines of a direct payment. The sides told each other these facts, and they are not booked."""
    words, lines = chat.words, []
    if deal.state == DealState.FUNDED_DIRECT:
        told = account_told(chat.ctx, deal.id)
        if told is None and side == "buyer":
            told = words("deal.account.ask", other=chat.party(deal.seller))
        elif told is None:
            told = words("deal.account.tell", other=chat.party(deal.buyer))
        lines.append(Line(label=words("deal.account"), value=told))
    if deal.direct and deal.buyer_paid_at is not None:
        lines.append(Line(label=words("deal.buyer_paid"), value=words.show(deal.buyer_paid_at)))
    return lines
