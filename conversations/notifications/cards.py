"""The card for each kind of subject, redrawn whenever there is news of the subject."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from conversations.advice.aftercare.complaint import KIND as COMPLAINT
from conversations.advice.aftercare.complaint import complaint_card
from conversations.advice.expert_search.question import KIND as QUESTION
from conversations.advice.expert_search.question import question_notification_card
from conversations.advice.experts.notifications import EXPERT_CARDS, promotion_notification_card
from conversations.advice.sessions.group_requests import ask_card
from conversations.advice.sessions.notifications import ASK, SESSION_CARDS
from conversations.books.chargebacks import KIND as CHARGEBACK_CARD
from conversations.books.chargebacks import chargeback_card
from conversations.buttons import to_command
from conversations.chat_context import ChatContext
from conversations.moderation import report_notification_card
from conversations.reply import Card
from conversations.shop.purchase_notifications import purchase_notification_card
from conversations.trade.deals.card import deal_card
from conversations.trade.delivery.claim import claim_card
from conversations.trade.delivery.dispute import case_card
from conversations.trade.listings.my_listings import own_card
from conversations.trade.offers.inquiry import inquiry_card
from conversations.trade.offers.offer import offer_card
from conversations.trade.requests.card import request_card
from core.trade.deals.access import deal_for
from core.trade.delivery.steps import lot_for
from core.trade.disputes.service import case_for
from core.trade.listings.service import listing_for
from core.trade.offers.inquiries.service import inquiry_for
from core.trade.offers.service import offer_for
from core.trade.requests.service import request_for

log = structlog.get_logger(__name__)

DRAWING_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


def _offer(chat: ChatContext, subject: str, note: str) -> Card:
    return offer_card(chat, offer_for(chat.ctx, subject), note)


def _inquiry(chat: ChatContext, subject: str, note: str) -> Card:
    return inquiry_card(chat, inquiry_for(chat.ctx, subject), note)


def _request(chat: ChatContext, subject: str, note: str) -> Card:
    return request_card(chat, request_for(chat.ctx, subject), note)


def _deal(chat: ChatContext, subject: str, note: str) -> Card:
    return deal_card(chat, deal_for(chat.ctx, subject), note)


def _claim(chat: ChatContext, subject: str, note: str) -> Card:
    return claim_card(chat, lot_for(chat.ctx, subject), note)


def _case(chat: ChatContext, subject: str, note: str) -> Card:
    return case_card(chat, case_for(chat.ctx, subject), note)


def _listing(chat: ChatContext, subject: str, note: str) -> Card:
    renew = own_card(chat, listing_for(chat.ctx, subject), note)
    if not note:
        return renew
    mine = to_command(chat.words, "listings", said=chat.words("listing.mine"))
    return renew.model_copy(update={"buttons": (*renew.buttons, (mine,))})


CARDS: dict[str, Callable[[ChatContext, str, str], Card]] = {
    "offer": _offer,
    "inquiry": _inquiry,
    "request": _request,
    "deal": _deal,
    "claim": _claim,
    "case": _case,
    "listing": _listing,
    "purchase": purchase_notification_card,
    "promotion": promotion_notification_card,
    "report": report_notification_card,
    CHARGEBACK_CARD: chargeback_card,
    QUESTION: question_notification_card,
    **SESSION_CARDS,
    COMPLAINT: complaint_card,
    ASK: ask_card,
    **EXPERT_CARDS,
}
