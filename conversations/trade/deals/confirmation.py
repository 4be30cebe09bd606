"""Questions before a step that gives up a right, in the words of the deal's settlement and the goods' origin."""

from __future__ import annotations

from typing import get_args

from conversations.chat_context import ChatContext
from conversations.steps import Question
from conversations.trade.deals.sides import as_settled, my_side
from core.kernel.errors import Stale
from core.trade.deals.access import deal_for, has_signed, sides
from core.trade.deals.model import Deal, DealState, Side
from core.trade.deals.service import check_undecided
from core.trade.delivery.steps import lot_for


def signing(chat: ChatContext, deal_id: str) -> str:
    """Return the question before signing. Raises Stale if this side has signed, or the deal is past it."""
    deal = deal_for(chat.ctx, deal_id)
    if deal.state != DealState.AGREED:
        raise Stale
    mine = [side for side in get_args(Side) if side in sides(chat.ctx, deal)]
    if any(has_signed(deal, side) for side in mine):
        raise Stale
    code = f"sure.deal.sign.{'seller' if 'seller' in mine else 'buyer'}"
    return chat.words(as_settled(chat, code, deal), amount=deal.amount)


def approving(chat: ChatContext, deal_id: str) -> str:
    """Return the question before approving what a colleague has signed. Raises Stale if it is decided."""
    deal = deal_for(chat.ctx, deal_id)
    check_undecided(chat.ctx, deal)
    return chat.words("sure.deal.approve", name=chat.name_of(deal.buyer_signed_by or ""), amount=deal.amount)


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
