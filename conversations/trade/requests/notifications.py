"""Notifications about requests. No seller ever learns of another's quote."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from conversations.differences import told_of
from conversations.event_sentences import Sentences, notifications
from core.kernel.transaction import MARKET as NOBODY_IN_PARTICULAR
from core.kernel.transaction import Ctx
from core.trade.deals import events as deal
from core.trade.deals.access import deal_for
from core.trade.offers.quotes import events as quote
from core.trade.offers.quotes.service import asked_of, has_standing, quote_for, sellers_of
from core.trade.requests import events as request
from core.trade.requests.service import bound_until, request_for

PUBLISHED_FACTS: Sentences = {request.RequestPublished: "notice.request_published"}
REQUEST_FACTS: Sentences = {
    request.RequestCutOff: "notice.request_cut_off",
    request.RequestWithdrawn: "notice.request_withdrawn",
    request.RequestLapsed: "notice.request_lapsed",
    request.RequestQuotesExpired: "",  # the end of their validity was announced, and the cards show it
}
CHANGED_EVENTS: Sentences = {request.RequestChanged: "notice.request_changed"}
QUOTE_FACTS: Sentences = {quote.QuoteMade: "notice.quote_made"}
AWARDED_FACTS: Sentences = {quote.QuoteAwarded: "notice.quote_awarded.to_another"}
REOPENED_FACTS: Sentences = {request.RequestReopened: "notice.request_reopened"}
SIGNED_FACTS: Sentences = {request.RequestSigned: "notice.request_signed"}
DEAL_EVENTS: Sentences = {deal.DealApprovalNeeded: ""}  # the deal says it


def _on_request(code: str) -> Callable[[Ctx, Any], None]:
    def hear(ctx: Ctx, fact: Any) -> None:
        notifications(ctx).say("request", fact.request_id, code, by=fact.by_person, why=getattr(fact, "why", ""))

    return hear


def _on_published(code: str) -> Callable[[Ctx, request.RequestPublished], None]:
    """Return a listener that tells the buyer's people. Sellers who quoted on the same request before are told too."""

    def hear(ctx: Ctx, fact: request.RequestPublished) -> None:
        asked = request_for(ctx, fact.request_id)
        say = partial(notifications(ctx).say, "request", asked.id, by=fact.by_person)
        say(code, only=fact.buyer)
        for seller in asked_of(ctx, asked):
            say("notice.request_asked_again", only=seller, due=asked.closes_at)

    return hear


def _on_changed(code: str) -> Callable[[Ctx, request.RequestChanged], None]:
    """Return a listener that tells the buyer's people and each seller who quoted: the changes, and if their quote
    counts.
    """

    def hear(ctx: Ctx, fact: request.RequestChanged) -> None:
        by, asked = fact.by_person, request_for(ctx, fact.request_id)
        say = partial(notifications(ctx).say, "request", asked.id, by=by, what=told_of(fact.changes, "request"))
        say(code, only=fact.buyer, name=lambda chat: chat.name_of(by), why="anew" if fact.quotes_passed else "")
        for seller in sellers_of(ctx, asked.id):
            stands = has_standing(ctx, asked, seller)
            say("notice.request_changed_quoted", only=seller, due=asked.closes_at, why="" if stands else "anew")

    return hear


def _on_quote(code: str) -> Callable[[Ctx, quote.QuoteMade], None]:
    """Return a listener that tells its two sides of a quote, and no other seller.

    The buyer reads neither the seller nor the price before the closing date.
    """

    def hear(ctx: Ctx, fact: quote.QuoteMade) -> None:
        say, count = (
            partial(notifications(ctx).say, "request", fact.request_id),
            request_for(ctx, fact.request_id).quotes,
        )
        say(code, by=None, only=fact.buyer, count=count)
        say(f"{code}.you", by=None, only=fact.seller, count=count)

    return hear


def _on_awarded(code: str) -> Callable[[Ctx, quote.QuoteAwarded], None]:
    """Return a listener for the other sellers, who stay bound in case that deal fails.

    The deal tells its own two sides.
    """

    def hear(ctx: Ctx, fact: quote.QuoteAwarded) -> None:
        asked = request_for(ctx, fact.request_id)
        say = partial(notifications(ctx).say, "request", asked.id)
        say("", by=fact.by_person)
        for seller in sellers_of(ctx, asked.id):
            if seller != fact.seller:
                why = "" if has_standing(ctx, asked, seller) else "anew"
                say(code, by=None, only=seller, due=bound_until(ctx, asked), why=why)

    return hear


def _on_reopened(code: str) -> Callable[[Ctx, request.RequestReopened], None]:
    """Return a listener that tells the buyer of the choice again, and each seller whose quote can be accepted."""

    def hear(ctx: Ctx, fact: request.RequestReopened) -> None:
        asked = request_for(ctx, fact.request_id)
        say = partial(notifications(ctx).say, "request", asked.id, by=None, due=fact.until)
        why = fact.why if fact.why == "quoting_goes_on" else ""
        say("")  # the seller of the accepted quote reads it on the deal; here the card is updated
        say(code, only=fact.buyer, why=why, **({} if why else {"count": asked.quotes}))
        for seller in sellers_of(ctx, asked.id):
            if has_standing(ctx, asked, seller):
                say("notice.request_reopened_quoted", only=seller, why=why)

    return hear


def _on_signed(code: str) -> Callable[[Ctx, request.RequestSigned], None]:
    """Return a listener that releases the other sellers, who were bound until now."""

    def hear(ctx: Ctx, fact: request.RequestSigned) -> None:
        asked = request_for(ctx, fact.request_id)
        say = partial(notifications(ctx).say, "request", asked.id, by=None)
        say("")
        for seller in sellers_of(ctx, asked.id):
            if fact.freed and has_standing(ctx, asked, seller):
                say(code, only=seller)

    return hear


def _on_deal(code: str) -> Callable[[Ctx, deal.DealApprovalNeeded], None]:
    """Return a listener that updates the request's card while its deal is not yet in force."""

    def hear(ctx: Ctx, fact: deal.DealApprovalNeeded) -> None:
        expected_version = ctx.seen_by(NOBODY_IN_PARTICULAR)
        quote_id = deal_for(expected_version, fact.deal_id).quote_id
        if quote_id is not None:
            notifications(ctx).say("request", quote_for(expected_version, quote_id).request_id, code, by=None)

    return hear


REQUEST_LISTENERS: Final[tuple[tuple[Sentences, Callable[[str], Callable[[Ctx, Any], None]]], ...]] = (
    (PUBLISHED_FACTS, _on_published),
    (REQUEST_FACTS, _on_request),
    (CHANGED_EVENTS, _on_changed),
    (QUOTE_FACTS, _on_quote),
    (AWARDED_FACTS, _on_awarded),
    (REOPENED_FACTS, _on_reopened),
    (SIGNED_FACTS, _on_signed),
    (DEAL_EVENTS, _on_deal),
)
