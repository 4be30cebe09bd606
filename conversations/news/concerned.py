"""Whom each kind of thing concerns: everybody on either side of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conversations.apart import told_of_report
from conversations.billing.recalled import KIND as RECALL
from conversations.billing.recalled import who_watches
from conversations.buying.purchase_notices import concerned_by
from conversations.consulting.after.complaint import KIND as COMPLAINT
from conversations.consulting.consultants.notices import EXPERT_CARDS, consultant
from conversations.consulting.consultants.promotion_notices import promoted_person
from conversations.consulting.seeking.question import KIND as QUESTION
from conversations.consulting.seeking.question import both_of_question
from conversations.consulting.sessions.notices import ASK, SESSION_CARDS, asker_of, sides_of
from core.deals.service import deal_for
from core.delivery.service import lot_for
from core.kernel.transaction import MARKET as NOBODY_IN_PARTICULAR
from core.kernel.transaction import Ctx
from core.listings.service import seller_of
from core.offers.inquiries.service import inquiry_for
from core.offers.quotes.service import asked_of
from core.offers.service import offer_for
from core.people.model import Person
from core.people.service import members, operators
from core.requests.service import request_for
from core.sessions.after.complaints import who_decides
from core.support.service import case_for

Concerned = Callable[[Ctx, str], list[Person]]  # who is concerned by the thing of that id


def parties(ctx: Ctx, kind: str, subject: str) -> list[Person]:
    """Everybody on either side of a thing."""
    return CONCERNED[kind](ctx.seen_by(NOBODY_IN_PARTICULAR), subject)


def _both_sides(thing_for: Callable[[Ctx, str], Any]) -> Concerned:
    def concerned(ctx: Ctx, subject: str) -> list[Person]:
        thing = thing_for(ctx, subject)
        return [*members(ctx, thing.buyer), *members(ctx, thing.seller)]

    return concerned


def _by_request(ctx: Ctx, request_id: str) -> list[Person]:
    """The buyer, and every seller who has quoted, on this one or on the earlier one that it asks again."""
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
    RECALL: who_watches,
    QUESTION: both_of_question,
    ASK: asker_of,
    **dict.fromkeys(EXPERT_CARDS, consultant),
    **dict.fromkeys(SESSION_CARDS, sides_of),
    COMPLAINT: who_decides,
}
