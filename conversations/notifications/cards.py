"""The card for each kind of subject, and the people on all of its sides. News of the subject redraws the card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from conversations.advice.aftercare.complaint import KIND as COMPLAINT
from conversations.advice.aftercare.complaint import complaint_card
from conversations.advice.expert_search.question import KIND as QUESTION
from conversations.advice.expert_search.question import both_of_question, question_notification_card
from conversations.advice.experts.notifications import (
    EXPERT_CARDS,
    consultant,
    promoted_person,
    promotion_notification_card,
)
from conversations.advice.sessions.group_requests import ask_card
from conversations.advice.sessions.notifications import ASK, SESSION_CARDS, asker_of, sides_of
from conversations.books.chargebacks import KIND as CHARGEBACK_CARD
from conversations.books.chargebacks import chargeback_card, who_watches
from conversations.buttons import to_command
from conversations.chat_context import ChatContext
from conversations.moderation import report_notification_card, told_of_report
from conversations.outgoing_replies import send
from conversations.reply import Card
from conversations.shop.purchase_notifications import concerned_by, purchase_notification_card
from conversations.trade.deals.card import deal_card
from conversations.trade.deals.contract_terms import terms_card
from conversations.trade.delivery.claim import claim_card
from conversations.trade.delivery.dispute import case_card
from conversations.trade.listings.my_listings import own_card
from conversations.trade.offers.inquiry import inquiry_card
from conversations.trade.offers.offer import offer_card
from conversations.trade.requests.card import request_card
from core.advice.sessions.complaints import who_decides
from core.kernel.chat_state.service import shown
from core.kernel.transaction import MARKET as ON_BEHALF_OF_MARKET
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import members, operators
from core.trade.deals.access import deal_for
from core.trade.delivery.steps import lot_for
from core.trade.disputes.service import case_for
from core.trade.listings.service import listing_for, seller_of
from core.trade.offers.inquiries.service import inquiry_for
from core.trade.offers.quotes.service import asked_of
from core.trade.offers.service import offer_for
from core.trade.requests.service import request_for


def redraw_beside(chat: ChatContext, kind: str, subject: str) -> None:
    """Redraw the terms of a deal, which say who has signed. If they are not open, send nothing."""
    where = chat.chat_address
    if kind != "deal" or not shown(chat.ctx, where.platform, where.workspace, where.address, f"terms:{subject}"):
        return
    terms = terms_card(chat, deal_for(chat.ctx, subject))
    send(chat.ctx, where, [terms.model_copy(update={"as_new_message": False})], words=chat.words)


Concerned = Callable[[Ctx, str], list[Person]]  # the recipients for the subject with that id


def parties(ctx: Ctx, kind: str, subject: str) -> list[Person]:
    return CONCERNED[kind](ctx.acting_as(ON_BEHALF_OF_MARKET), subject)


def _both_sides(thing_for: Callable[[Ctx, str], Any]) -> Concerned:
    def concerned(ctx: Ctx, subject: str) -> list[Person]:
        thing = thing_for(ctx, subject)
        return [*members(ctx, thing.buyer), *members(ctx, thing.seller)]

    return concerned


def _by_request(ctx: Ctx, request_id: str) -> list[Person]:
    """Return the buyer, and each seller who quoted on this request or on the earlier one that it repeats."""
    asked = request_for(ctx, request_id)
    companies = [asked.buyer, *(each for each in asked_of(ctx, asked) if each != asked.buyer)]
    return [person for each in companies for person in members(ctx, each)]


_by_deal = _both_sides(deal_for)
CONCERNED: dict[str, Concerned] = {
    "offer": _both_sides(offer_for),
    "inquiry": _both_sides(inquiry_for),
    "request": _by_request,
    "deal": _by_deal,
    "claim": lambda ctx, lot_id: _by_deal(ctx, lot_for(ctx, lot_id).deal_id),
    "case": lambda ctx, case_id: [*_by_deal(ctx, case_for(ctx, case_id).deal_id), *operators(ctx)],
    "listing": lambda ctx, listing_id: members(ctx, seller_of(ctx, listing_id)),
    "purchase": concerned_by,
    "promotion": promoted_person,
    "report": told_of_report,
    CHARGEBACK_CARD: who_watches,
    QUESTION: both_of_question,
    ASK: asker_of,
    **dict.fromkeys(EXPERT_CARDS, consultant),
    **dict.fromkeys(SESSION_CARDS, sides_of),
    COMPLAINT: who_decides,
}


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
    mine = to_command(chat.words, "listings", label=chat.words("listing.mine"))
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
