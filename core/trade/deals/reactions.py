"""What deals do when an offer is accepted or a quote chosen, and for it; and when their money is in doubt.

Their timers are rung by delivery, which knows what has arrived.
"""

from __future__ import annotations

from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.money.ledger.events import InvariantBroken, InvariantHolds
from core.trade.deals.events import DealClosed, DealFact, DealReadyDirectly, DealReadyToFund
from core.trade.deals.model import IN_DOUBT, NEVER_COUNTED, Deal, PlatformTerms
from core.trade.deals.service import agree_deal, agree_quote, freeze, thaw
from core.trade.offers.events import OfferAccepted
from core.trade.offers.quotes import service as quotes
from core.trade.offers.quotes.events import QuoteAwarded


def listen(reactions: Reactions, platform_terms: PlatformTerms) -> None:
    """Every accepted offer and every quote that is chosen becomes a deal, on the terms of the house from now on."""

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
    """Both have signed it, and nobody has to approve it: the request that it answers is over."""
    deal = ctx.session.get_one(Deal, fact.deal_id)
    if deal.quote_id is not None:
        quotes.quote_counts(ctx, deal.quote_id)


def _quote_fell_through(ctx: Ctx, fact: DealClosed) -> None:
    """It ended before it counted: its buyer chooses again."""
    deal = ctx.session.get_one(Deal, fact.deal_id)
    if deal.quote_id is not None and fact.why in NEVER_COUNTED:
        quotes.quote_fell_through(ctx, deal.quote_id)


def _stop(ctx: Ctx, fact: InvariantBroken) -> None:
    """No money of it moves until a person has looked, and the books are right again."""
    if fact.deal_id is not None and ctx.session.get(Deal, fact.deal_id) is not None:
        freeze(ctx, fact.deal_id, IN_DOUBT)


def _go_on(ctx: Ctx, fact: InvariantHolds) -> None:
    if ctx.session.get(Deal, fact.deal_id) is not None:
        thaw(ctx, fact.deal_id, IN_DOUBT)
