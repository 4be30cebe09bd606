"""Reactions of deals to accepted offers, chosen quotes, and doubts about their money.

Delivery fires their timers, as it knows what has arrived.
"""

from __future__ import annotations

from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.money.ledger.events import InvariantBroken, InvariantHolds
from core.trade.deals.commission import PlatformTerms
from core.trade.deals.events import DealClosed, DealFact, DealReadyDirectly, DealReadyToFund
from core.trade.deals.lifecycle import freeze, thaw
from core.trade.deals.model import NEVER_COUNTED, UNBALANCED, Deal
from core.trade.deals.service import agree_deal, agree_quote
from core.trade.offers.events import OfferAccepted
from core.trade.offers.quotes import service as quotes
from core.trade.offers.quotes.events import QuoteAwarded


def listen(reactions: Reactions, platform_terms: PlatformTerms) -> None:
    """Make a deal of every accepted offer and chosen quote, on the market's terms from now on."""

    def agree(ctx: Ctx, fact: OfferAccepted) -> None:
        agree_deal(ctx, fact.offer_id, platform_terms)

    def agree_on_quote(ctx: Ctx, fact: QuoteAwarded) -> None:
        agree_quote(ctx, fact.quote_id, fact.buyer, platform_terms)

    reactions.on(OfferAccepted, agree)
    reactions.on(QuoteAwarded, agree_on_quote)
    for counts in (DealReadyToFund, DealReadyDirectly):
        reactions.on(counts, _quote_counts)
    reactions.on(DealClosed, _quote_fell_through)
    reactions.on(InvariantBroken, _stop)
    reactions.on(InvariantHolds, _go_on)


def _quote_counts(ctx: Ctx, fact: DealFact) -> None:
    """Close the request of a quote whose deal both have signed, when no approval is needed."""
    deal = ctx.session.get_one(Deal, fact.deal_id)
    if deal.quote_id is not None:
        quotes.quote_counts(ctx, deal.quote_id)


def _quote_fell_through(ctx: Ctx, fact: DealClosed) -> None:
    """Let the buyer choose again, as the deal ended before it counted."""
    deal = ctx.session.get_one(Deal, fact.deal_id)
    if deal.quote_id is not None and fact.why in NEVER_COUNTED:
        quotes.quote_fell_through(ctx, deal.quote_id)


def _stop(ctx: Ctx, fact: InvariantBroken) -> None:
    """Stop all money of a deal until a person has looked, and the books are right again."""
    if fact.deal_id is not None and ctx.session.get(Deal, fact.deal_id) is not None:
        freeze(ctx, fact.deal_id, UNBALANCED)


def _go_on(ctx: Ctx, fact: InvariantHolds) -> None:
    if ctx.session.get(Deal, fact.deal_id) is not None:
        thaw(ctx, fact.deal_id, UNBALANCED)
