"""On which side of a deal its reader stands: of what is theirs they read "you", and not who they are."""

from __future__ import annotations

from typing import Literal

from conversations.chat_context import ChatContext
from core.trade.deals import service as deals
from core.trade.deals.model import Deal
from core.trade.delivery.service import lot_for
from core.trade.disputes.service import case_for

MySide = Literal["buyer", "seller", ""]  # "": of an operator, and of who only looks on


def my_side(chat: ChatContext, deal: Deal) -> MySide:
    mine = deals.sides(chat.ctx, deal)
    return "buyer" if "buyer" in mine else "seller" if "seller" in mine else ""


def side_of(chat: ChatContext, kind: str, subject: str) -> MySide:
    """The reader's side of the deal that the id of a deal, lot, claim or case belongs to; none of other things."""
    match kind:
        case "deal":
            deal_id = subject
        case "lot" | "claim":
            deal_id = lot_for(chat.ctx, subject).deal_id
        case "case":
            deal_id = case_for(chat.ctx, subject).deal_id
        case _:
            return ""
    return my_side(chat, deals.deal_for(chat.ctx, deal_id))


def as_settled(chat: ChatContext, code: str, deal: Deal) -> str:
    """The code of a sentence; of a deal that the two settle without us that of its own, where it has one."""
    own = f"{code}.direct"
    return own if deal.direct and chat.words.knows(own) else code


def own_or(chat: ChatContext, side: str, code: str, who: str) -> str:
    """What stands before somebody's finding, figure or proposal: `<code>_me` where it is the reader's own."""
    return chat.words(f"{code}_me" if who == side else f"{code}_{who}")
