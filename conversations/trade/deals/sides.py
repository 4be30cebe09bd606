"""The reader's side of a deal. Their own acts are told with "you" and not by name."""

from __future__ import annotations

from typing import Literal

from conversations.chat_context import ChatContext
from core.trade.deals import access
from core.trade.deals.model import Deal
from core.trade.delivery.steps import lot_for
from core.trade.disputes.service import case_for

MySide = Literal["buyer", "seller", ""]  # "": an operator or an onlooker


def my_side(chat: ChatContext, deal: Deal) -> MySide:
    mine = access.sides(chat.ctx, deal)
    return "buyer" if "buyer" in mine else "seller" if "seller" in mine else ""


def side_of(chat: ChatContext, kind: str, subject: str) -> MySide:
    """Return the reader's side of the deal of a deal, delivery, claim or case; empty for other subjects."""
    match kind:
        case "deal":
            deal_id = subject
        case "lot" | "claim":
            deal_id = lot_for(chat.ctx, subject).deal_id
        case "case":
            deal_id = case_for(chat.ctx, subject).deal_id
        case _:
            return ""
    return my_side(chat, access.deal_for(chat.ctx, deal_id))


def as_settled(chat: ChatContext, code: str, deal: Deal) -> str:
    """Return the code of a sentence. If a deal is settled directly and has its own sentence, return that code."""
    own = f"{code}.direct"
    return own if deal.direct and chat.words.knows(own) else code


def own_or(chat: ChatContext, side: str, code: str, who: str) -> str:
    """Return the label of a finding, figure or proposal: `<code>_me` if it is the reader's own."""
    return chat.words(f"{code}_me" if who == side else f"{code}_{who}")
