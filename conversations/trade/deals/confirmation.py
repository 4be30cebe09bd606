"""What is asked before a step that gives something up: as its deal is settled, and where its goods came from."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.steps import Question
from conversations.trade.deals.sides import as_settled, my_side
from core.trade.deals.model import Deal
from core.trade.deals.service import deal_for
from core.trade.delivery.service import lot_for


def leaving(chat: ChatContext, deal_id: str) -> str:
    """Before anything is paid: back out of it."""
    return _with_goods(chat, chat.words("sure.deal.unsign"), deal_for(chat.ctx, deal_id))


def refusing(chat: ChatContext, deal_id: str) -> str:
    """What a colleague has signed."""
    return _with_goods(chat, chat.words("sure.deal.refuse"), deal_for(chat.ctx, deal_id))


def cancelling(chat: ChatContext, deal_id: str) -> str:
    """Before its money is there."""
    deal = deal_for(chat.ctx, deal_id)
    return _with_goods(chat, _of_money(chat, "sure.deal.cancel", deal), deal)


def asking_to_cancel(chat: ChatContext, deal_id: str) -> str:
    """Of a deal that is paid, or is to be paid directly."""
    direct = deal_for(chat.ctx, deal_id).direct
    return chat.words("sure.deal.cancel_asked.direct" if direct else "sure.deal.cancel_asked")


def agreeing_to_cancel(chat: ChatContext, deal_id: str) -> str:
    return _of_money(chat, "sure.deal.cancel_agreed", deal_for(chat.ctx, deal_id))


def dropping(chat: ChatContext, lot_id: str) -> str:
    """A lot that is late. What was paid for it elsewhere does not come back from here."""
    lot = lot_for(chat.ctx, lot_id)
    deal = deal_for(chat.ctx, lot.deal_id)
    if not deal.direct:
        return chat.words("sure.lot.drop")
    return chat.words("sure.lot.drop.direct", other=chat.party(deal.seller), amount=lot.amount)


def agreeing_to_drop(chat: ChatContext, lot_id: str) -> str:
    """A lot that the other side would rather not have delivered."""
    lot = lot_for(chat.ctx, lot_id)
    deal = deal_for(chat.ctx, lot.deal_id)
    if deal.direct:
        return _with_goods(chat, chat.words("sure.lot.drop_agreed.direct", amount=lot.amount), deal)
    return _with_goods(chat, _of_money(chat, "sure.lot.drop_agreed", deal), deal)


def of_lot(code: str) -> Question:
    """A question about a lot: of one that is paid directly, that nothing of it is held here."""

    def ask(chat: ChatContext, lot_id: str) -> str:
        lot = lot_for(chat.ctx, lot_id)
        return chat.words(as_settled(chat, code, deal_for(chat.ctx, lot.deal_id)), amount=lot.amount)

    return ask


def _of_money(chat: ChatContext, code: str, deal: Deal) -> str:
    """The question about the money: what is held goes back to the buyer, who reads "to you"."""
    own = f"{code}.{'direct' if deal.direct else my_side(chat, deal)}"
    return chat.words(own if chat.words.knows(own) else code)


def _with_goods(chat: ChatContext, question: str, deal: Deal) -> str:
    """Goods that were quoted on a request stood on no shelf, and are on none again."""
    return f"{question} {chat.words('deal.goods_back')}" if deal.listing_id is not None else question
