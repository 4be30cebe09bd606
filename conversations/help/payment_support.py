"""`/paysupport`: help with a payment for a deal, a session, or a purchase from the market."""

from __future__ import annotations

from typing import Final

from conversations.advice.sessions.card import session_card
from conversations.chat_context import ChatContext
from conversations.reply import CardList, Say
from conversations.router import Router
from conversations.shop.purchases import purchase_card
from conversations.trade.deals.card import brief_card
from core.advice.sessions import service as sessions
from core.shop.purchases import service
from core.shop.purchases.model import MAY_COME_BACK
from core.trade.deals import service as deals
from core.trade.deals.model import Deal

SHOWN: Final = 8  # per kind: the newest deals and the next sessions

router = Router()


@router.command("paysupport")
def pay_support(chat: ChatContext, _rest: str) -> None:
    """Show the payments, each with the way to its support. Platforms require it of every bot that takes Stars."""
    words = chat.words
    bought = service.purchases_of(chat.ctx, chat.person.id)
    kept = service.stars_kept(chat.ctx, chat.person.id)
    signed = [deal for deal in deals.deals_of(chat.ctx, chat.organisation) if _counts(deal)][:SHOWN]
    booked = sessions.bookings_of(chat.ctx, chat.person.id)[:SHOWN]
    told = [words("paysupport.deals")] if signed or booked else []
    told += [words("paysupport.text", days=MAY_COME_BACK.days)] if bought else []
    told += [words("paysupport.kept", amount=kept)] if kept else []
    items = (
        *(brief_card(chat, deal) for deal in signed),
        *(session_card(chat, booking, brief=True) for booking in booked),
        *(purchase_card(chat, each) for each in bought),
    )
    if not items:
        chat.reply(Say(text=" ".join((words("paysupport.nothing"), *told))))
        return
    items = tuple(item.model_copy(update={"subject": None}) for item in items)
    chat.reply(CardList(subject="purchases", title=words("command.paysupport"), text=" ".join(told), items=items))


def _counts(deal: Deal) -> bool:
    """Return True if both sides have signed, so that there is or was a payment."""
    return deal.buyer_signed_at is not None and deal.seller_signed_at is not None
