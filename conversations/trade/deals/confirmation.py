"""Questions before a step that gives up a right, in the words of the deal's settlement and the goods' origin."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.steps import Question
from conversations.trade.deals.sides import as_settled, my_side
from core.trade.deals.access import deal_for
from core.trade.deals.model import Deal
from core.trade.delivery.steps import lot_for


def backing_out(chat: ChatContext, deal_id: str) -> str:
    """Return the question before leaving an unpaid deal."""
    return _with_goods(chat, chat.words("sure.deal.unsign"), deal_for(chat.ctx, deal_id))


def refusing(chat: ChatContext, deal_id: str) -> str:
    """Return the question before refusing an agreement that a colleague has signed."""
    return _with_goods(chat, chat.words("sure.deal.refuse"), deal_for(chat.ctx, deal_id))


def cancelling(chat: ChatContext, deal_id: str) -> str:
    """Return the question before cancelling while the payment is awaited."""
    deal = deal_for(chat.ctx, deal_id)
    return _with_goods(chat, _of_money(chat, "sure.deal.cancel", deal), deal)


def asking_to_cancel(chat: ChatContext, deal_id: str) -> str:
    """Return the question before cancelling a deal that is paid, or is to be paid directly."""
    direct = deal_for(chat.ctx, deal_id).direct
    return chat.words("sure.deal.cancel_asked.direct" if direct else "sure.deal.cancel_asked")


def agreeing_to_cancel(chat: ChatContext, deal_id: str) -> str:
    return _of_money(chat, "sure.deal.cancel_agreed", deal_for(chat.ctx, deal_id))


def dropping(chat: ChatContext, lot_id: str) -> str:
    """Return the question before dropping a late delivery. Money paid elsewhere is not refunded from here."""
    lot = lot_for(chat.ctx, lot_id)
    deal = deal_for(chat.ctx, lot.deal_id)
    if not deal.direct:
        return chat.words("sure.lot.drop")
    return chat.words("sure.lot.drop.direct", other=chat.party(deal.seller), amount=lot.amount)


def agreeing_to_drop(chat: ChatContext, lot_id: str) -> str:
    """Return the question before agreeing to drop a delivery."""
    lot = lot_for(chat.ctx, lot_id)
    deal = deal_for(chat.ctx, lot.deal_id)
    if deal.direct:
        return _with_goods(chat, chat.words("sure.lot.drop_agreed.direct", amount=lot.amount), deal)
    return _with_goods(chat, _of_money(chat, "sure.lot.drop_agreed", deal), deal)


def of_lot(code: str) -> Question:
    """Return a question about a delivery. If it is paid directly, it says that no money of it is held here."""

    def ask(chat: ChatContext, lot_id: str) -> str:
        lot = lot_for(chat.ctx, lot_id)
        return chat.words(as_settled(chat, code, deal_for(chat.ctx, lot.deal_id)), amount=lot.amount)

    return ask


def _of_money(chat: ChatContext, code: str, deal: Deal) -> str:
    """Return the question about the money: it goes back to the buyer, who reads "to you"."""
    own = f"{code}.{'direct' if deal.direct else my_side(chat, deal)}"
    return chat.words(own if chat.words.knows(own) else code)


def _with_goods(chat: ChatContext, question: str, deal: Deal) -> str:
    """Add where the goods go. Goods of a quote had no listing, so they return to none."""
    return f"{question} {chat.words('deal.goods_back')}" if deal.listing_id is not None else question
