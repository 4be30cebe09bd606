"""Notifications about requests. No seller ever learns of another's quote."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from conversations.differences import told_of
from conversations.event_sentences import Sentences, notifications
from core.kernel.transaction import MARKET, Ctx
from core.trade.deals import events as deal
from core.trade.deals.access import deal_for
from core.trade.offers.quotes import events as quote
from core.trade.offers.quotes.service import asked_of, has_valid_quote, quote_for, sellers_of
from core.trade.requests import events as request
from core.trade.requests.service import bound_until, request_for

PUBLISHED_EVENTS: Sentences = {request.RequestPublished: "notice.request_published"}
REQUEST_EVENTS: Sentences = {
    request.RequestCutOff: "notice.request_cut_off",
    request.RequestWithdrawn: "notice.request_withdrawn",
    request.RequestLapsed: "notice.request_lapsed",
    request.RequestQuotesExpired: "",  # the end of their validity was announced, and the cards show it
}
CHANGED_EVENTS: Sentences = {request.RequestChanged: "notice.request_changed"}
QUOTE_EVENTS: Sentences = {quote.QuoteMade: "notice.quote_made"}
AWARDED_EVENTS: Sentences = {quote.QuoteAwarded: "notice.quote_awarded.to_another"}
REOPENED_EVENTS: Sentences = {request.RequestReopened: "notice.request_reopened"}
SIGNED_EVENTS: Sentences = {request.RequestSigned: "notice.request_signed"}
DEAL_EVENTS: Sentences = {deal.DealApprovalNeeded: ""}  # the deal says it


def listener(hear: Callable[[str, Ctx, Any], None]) -> Callable[[str], Callable[[Ctx, Any], None]]:
    """Make a listener that is still to be given the code of its sentence."""
    return lambda code: partial(hear, code)


@listener
def _on_request(code: str, ctx: Ctx, fact: Any) -> None:
    notifications(ctx).say("request", fact.request_id, code, by=fact.by_person, why=getattr(fact, "why", ""))


@listener
def _on_published(code: str, ctx: Ctx, fact: request.RequestPublished) -> None:
    """Tell the buyer's people, and sellers who quoted on the same request before."""
    asked = request_for(ctx, fact.request_id)
    say = partial(notifications(ctx).say, "request", asked.id, by=fact.by_person)
    say(code, only=fact.buyer)
    for seller in asked_of(ctx, asked):
        say("notice.request_asked_again", only=seller, due=asked.closes_at)


@listener
def _on_changed(code: str, ctx: Ctx, fact: request.RequestChanged) -> None:
    """Tell the buyer's people and each seller who quoted: the changes, and if their quote counts."""
    by, asked = fact.by_person, request_for(ctx, fact.request_id)
    say = partial(notifications(ctx).say, "request", asked.id, by=by, what=told_of(fact.changes, "request"))
    say(code, only=fact.buyer, name=lambda chat: chat.name_of(by), why="anew" if fact.quotes_passed else "")
    for seller in sellers_of(ctx, asked.id):
        stands = has_valid_quote(ctx, asked, seller)
        say("notice.request_changed_quoted", only=seller, due=asked.closes_at, why="" if stands else "anew")


@listener
def _on_quote(code: str, ctx: Ctx, fact: quote.QuoteMade) -> None:
    """Tell the two sides of a quote, and no other seller.

    The buyer reads neither the seller nor the price before the closing date.
    """
    say = partial(notifications(ctx).say, "request", fact.request_id)
    count = request_for(ctx, fact.request_id).quotes
    say(code, by=None, only=fact.buyer, count=count)
    say(f"{code}.you", by=None, only=fact.seller, count=count)


@listener
def _on_awarded(code: str, ctx: Ctx, fact: quote.QuoteAwarded) -> None:
    """Tell the other sellers, who stay bound in case that deal fails. The deal tells its own two sides."""
    asked = request_for(ctx, fact.request_id)
    say = partial(notifications(ctx).say, "request", asked.id)
    say("", by=fact.by_person)
    for seller in sellers_of(ctx, asked.id):
        if seller != fact.seller:
            why = "" if has_valid_quote(ctx, asked, seller) else "anew"
            say(code, by=None, only=seller, due=bound_until(ctx, asked), why=why)


@listener
def _on_reopened(code: str, ctx: Ctx, fact: request.RequestReopened) -> None:
    """Tell the buyer of the choice again, and each seller whose quote can be accepted."""
    asked = request_for(ctx, fact.request_id)
    say = partial(notifications(ctx).say, "request", asked.id, by=None, due=fact.until)
    why = fact.why if fact.why == "quoting_goes_on" else ""
    say("")  # the seller of the accepted quote reads it on the deal; here the card is updated
    say(code, only=fact.buyer, why=why, **({} if why else {"count": asked.quotes}))
    for seller in sellers_of(ctx, asked.id):
        if has_valid_quote(ctx, asked, seller):
            say("notice.request_reopened_quoted", only=seller, why=why)


@listener
def _on_signed(code: str, ctx: Ctx, fact: request.RequestSigned) -> None:
    """Release the other sellers, who were bound until now."""
    asked = request_for(ctx, fact.request_id)
    say = partial(notifications(ctx).say, "request", asked.id, by=None)
    say("")
    for seller in sellers_of(ctx, asked.id):
        if fact.freed and has_valid_quote(ctx, asked, seller):
            say(code, only=seller)


@listener
def _on_deal(code: str, ctx: Ctx, fact: deal.DealApprovalNeeded) -> None:
    """Update the request's card while its deal is not yet in force."""
    as_market = ctx.acting_as(MARKET)
    quote_id = deal_for(as_market, fact.deal_id).quote_id
    if quote_id is not None:
        notifications(ctx).say("request", quote_for(as_market, quote_id).request_id, code, by=None)


REQUEST_LISTENERS: Final[tuple[tuple[Sentences, Callable[[str], Callable[[Ctx, Any], None]]], ...]] = (
    (PUBLISHED_EVENTS, _on_published),
    (REQUEST_EVENTS, _on_request),
    (CHANGED_EVENTS, _on_changed),
    (QUOTE_EVENTS, _on_quote),
    (AWARDED_EVENTS, _on_awarded),
    (REOPENED_EVENTS, _on_reopened),
    (SIGNED_EVENTS, _on_signed),
    (DEAL_EVENTS, _on_deal),
)
