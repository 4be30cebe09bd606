"""Actions on quotes: give one, look at them when they may be seen, take one."""

from __future__ import annotations

from sqlalchemy import or_, select

from core.catalogue.model import Catalogue
from core.kernel.database import existing
from core.kernel.errors import NotFound, Refusal, Stale
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting, has_traded
from core.people.blocking.service import check_may_reach
from core.people.blocking.suspensions import check_not_suspended
from core.trade.offers.quality_formula import quality_of
from core.trade.offers.quotes import rules
from core.trade.offers.quotes.events import QuoteAwarded, QuoteFact, QuoteMade
from core.trade.offers.quotes.model import MakeQuote, Quote
from core.trade.requests import service as requests
from core.trade.requests.model import QUOTES_EACH_AT_MOST, REQUEST, Request, RequestState


def make_quote(ctx: Ctx, catalogue: Catalogue, command: MakeQuote) -> Quote:
    """Name a price for a request. A later one takes the place of an earlier one. Raises Refusal, Invalid, Stale."""
    person, request = acting(ctx), requests.request_for(ctx, command.request_id)
    check_may_reach(ctx, request.buyer, person.organisation_id)
    if command.edition is not None and command.edition < request.stands_from:
        raise Stale
    given = _quotes(ctx, request.id, person.organisation_id)
    quoted = len(rules.valid(request, given))
    terms = rules.terms_of(request, command, quality_of(catalogue, request.product_id, request.grade_id))
    rules.check_quote(request, terms, person.organisation_id, quoted, ctx.now.date())
    requests.count_quote(ctx, request, replaces=has_valid_quote(ctx, request, person.organisation_id))
    quote = Quote(
        id=ctx.new_id(),
        request_id=request.id,
        seller=person.organisation_id,
        number=len(given) + 1,
        edition=request.edition,
        person=person.id,
        at=ctx.now,
        terms_json=terms.as_json(),
    )
    ctx.session.add(quote)
    has_traded(ctx, person.organisation_id)
    return _tell(ctx, QuoteMade, request, quote)


def quotes_on(ctx: Ctx, request: Request) -> list[Quote]:
    """Return the quotes on a request that the actor may see. A seller sees their own last one.

    The buyer sees all that count, the cheapest first, but none of a sealed request before its cut-off.
    """
    organisation = acting(ctx).organisation_id
    if organisation != request.buyer:
        return rules.counting(_valid(ctx, request, organisation))
    if request.sealed and request.state == REQUEST.initial:
        return []
    return rules.counting(_valid(ctx, request))


def passed_quote(ctx: Ctx, request: Request) -> Quote | None:
    """Return the last quote of the actor's company on what the request asked before, while nothing newer stands.

    It may also be on the earlier request that this one asks again.
    """
    mine = acting(ctx).organisation_id
    given = _quotes(ctx, request.id, mine)
    if not given and request.again_of is not None:
        given = _quotes(ctx, request.again_of, mine)
    return given[-1] if given and not rules.valid(request, given) else None


def quotes_left(ctx: Ctx, request: Request) -> int:
    """Return how many more times the actor may quote."""
    return request.quotes_each - len(_valid(ctx, request, acting(ctx).organisation_id))


def quoted_by(ctx: Ctx, organisation_id: str, limit: int) -> list[Request]:
    """Return the running requests on which an organisation has quoted, the latest quote first."""
    query = select(Quote.request_id).join(Request, Request.id == Quote.request_id)
    running = query.where(Quote.seller == organisation_id, Request.state.not_in(REQUEST.final))
    known = dict.fromkeys(ctx.session.scalars(running.order_by(Quote.id.desc()).limit(limit * QUOTES_EACH_AT_MOST)))
    return [requests.request_for(ctx, request_id) for request_id in list(known)[:limit]]


def ended_for(ctx: Ctx, organisation_id: str, limit: int, skipping: int = 0) -> list[Request]:
    """Return the ended requests of an organisation and of those it has quoted to, the newest first."""
    quoted = select(Quote.request_id).where(Quote.seller == organisation_id)
    concern = or_(Request.buyer == organisation_id, Request.id.in_(quoted))
    query = select(Request).where(concern, Request.state.in_(REQUEST.final)).order_by(Request.id.desc())
    return list(ctx.session.scalars(query.offset(skipping).limit(limit)))


def sellers_of(ctx: Ctx, request_id: str) -> list[str]:
    """Return the organisations that have quoted."""
    return sorted({quote.seller for quote in _quotes(ctx, request_id)})


def asked_of(ctx: Ctx, request: Request) -> list[str]:
    """Return the organisations that have quoted on it, or on the earlier request that it asks again."""
    before = sellers_of(ctx, request.again_of) if request.again_of is not None else []
    return sorted({*sellers_of(ctx, request.id), *before})


def has_valid_quote(ctx: Ctx, request: Request, seller: str) -> bool:
    """Return whether an organisation has a quote on what the request asks now that has not become a deal."""
    return any(each.awarded_at is None for each in rules.counting(_valid(ctx, request, seller)))


def quote_for(ctx: Ctx, quote_id: str) -> Quote:
    """Return a quote for its seller, for its buyer when it may be seen, or for the market. Raises NotFound."""
    quote = existing(ctx.session, Quote, quote_id)
    if ctx.actor.person is not None:
        visible = quotes_on(ctx, requests.request_for(ctx, quote.request_id))
        if quote.seller != acting(ctx).organisation_id and quote.id not in {each.id for each in visible}:
            raise NotFound
    return quote


def award_quote(ctx: Ctx, quote_id: str, expected_version: int | None = None) -> Quote:
    """Award this quote for the buyer: the deal begins. Raises Refusal, Stale.

    `expected_version`: the request's version.
    """
    quote = existing(ctx.session, Quote, quote_id)
    request = requests.own_request(ctx, quote.request_id, expected_version)
    check_not_suspended(ctx, request.buyer, quote.seller)
    rules.check_counts(quote, _valid(ctx, request))
    if quote.terms.window_to < ctx.now.date():
        raise Refusal("offer.window_past", field="window_to", today=ctx.now.date())
    requests.award(ctx, request.id, expected_version)
    quote.awarded_at = ctx.now
    return _tell(ctx, QuoteAwarded, request, quote)


def quote_counts(ctx: Ctx, quote_id: str) -> None:
    """Conclude the request of a quote whose deal is signed by both, and approved where it had to be."""
    requests.conclude(ctx, ctx.session.get_one(Quote, quote_id).request_id)


def quote_fell_through(ctx: Ctx, quote_id: str) -> None:
    """Open the request of a quote whose deal ended before that. The buyer may choose among the other quotes."""
    quote = ctx.session.get_one(Quote, quote_id)
    others = rules.to_choose(_valid(ctx, requests.request_for(ctx, quote.request_id)), ctx.now.date())
    requests.open_again(ctx, quote.request_id, quote.seller, len(others))


def awarded_quote(ctx: Ctx, request: Request) -> Quote | None:
    """Return the quote whose deal counts, or is to be signed."""
    if request.state not in (RequestState.AWARDED, RequestState.SIGNED):
        return None
    awarded = [each for each in _quotes(ctx, request.id) if each.awarded_at is not None]
    return max(awarded, key=lambda each: each.id, default=None)


def _valid(ctx: Ctx, request: Request, seller: str | None = None) -> list[Quote]:
    return rules.valid(request, _quotes(ctx, request.id, seller))


def _quotes(ctx: Ctx, request_id: str, seller: str | None = None) -> list[Quote]:
    query = select(Quote).where(Quote.request_id == request_id)
    if seller is not None:
        query = query.where(Quote.seller == seller)
    return list(ctx.session.scalars(query.order_by(Quote.id)))


def _tell(ctx: Ctx, fact: type[QuoteFact], request: Request, quote: Quote) -> Quote:
    ctx.announce(fact(quote.id, request.id, request.buyer, quote.seller, ctx.actor.person))
    ctx.session.flush()
    return quote
