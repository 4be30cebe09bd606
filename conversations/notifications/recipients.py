"""The recipients for each kind of subject: the people on all of its sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conversations.advice.aftercare.complaint import KIND as COMPLAINT
from conversations.advice.expert_search.question import KIND as QUESTION
from conversations.advice.expert_search.question import both_of_question
from conversations.advice.experts.notifications import EXPERT_CARDS, consultant, promoted_person
from conversations.advice.sessions.notifications import ASK, SESSION_CARDS, asker_of, sides_of
from conversations.books.chargebacks import KIND as CHARGEBACK_CARD
from conversations.books.chargebacks import who_watches
from conversations.moderation import told_of_report
from conversations.shop.purchase_notifications import concerned_by
from core.advice.sessions.complaints import who_decides
from core.kernel.transaction import MARKET as NOBODY_IN_PARTICULAR
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import members, operators
from core.trade.deals.access import deal_for
from core.trade.delivery.steps import lot_for
from core.trade.disputes.service import case_for
from core.trade.listings.service import seller_of
from core.trade.offers.inquiries.service import inquiry_for
from core.trade.offers.quotes.service import asked_of
from core.trade.offers.service import offer_for
from core.trade.requests.service import request_for

Concerned = Callable[[Ctx, str], list[Person]]  # the recipients for the subject with that id


def parties(ctx: Ctx, kind: str, subject: str) -> list[Person]:
    """Return all people on either side of a subject."""
    return CONCERNED[kind](ctx.seen_by(NOBODY_IN_PARTICULAR), subject)


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
