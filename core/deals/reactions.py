"""What deals do when an offer is accepted or a quote chosen, and when their money is in doubt.

Their timers are rung by delivery, which knows what has arrived.
"""

from __future__ import annotations

from collections.abc import Collection

from core.deals.model import IN_DOUBT, Deal, Settlement
from core.deals.service import agree_deal, agree_quote, freeze, thaw
from core.kernel.events import Reactions
from core.kernel.transaction import Ctx
from core.ledger.events import InvariantBroken, InvariantHolds
from core.offers.events import OfferAccepted
from core.offers.quotes.events import QuoteAwarded


def listen(
    reactions: Reactions,
    *,
    commission_bp: int,
    settlement: Settlement = "choice",
    held: Collection[str] | None = None,
) -> None:
    """Every accepted offer and every quote that is chosen becomes a deal.

    `commission_bp`: the market's share from now on, in basis points; `settlement`: who settles deals from now on, of
    those in the currencies that can be `held` (None: any); all others are settled directly.
    """

    def agree(ctx: Ctx, fact: OfferAccepted) -> None:
        agree_deal(ctx, fact.offer_id, commission_bp, settlement, held=held)

    def agree_on_quote(ctx: Ctx, fact: QuoteAwarded) -> None:
        agree_quote(ctx, fact.quote_id, fact.buyer, commission_bp, settlement, held=held)

    reactions.on(OfferAccepted, agree)
    reactions.on(QuoteAwarded, agree_on_quote)
    reactions.on(InvariantBroken, _stop)
    reactions.on(InvariantHolds, _go_on)


def _stop(ctx: Ctx, fact: InvariantBroken) -> None:
    """No money of it moves until a person has looked, and the books are right again."""
    if fact.deal_id is not None and ctx.session.get(Deal, fact.deal_id) is not None:
        freeze(ctx, fact.deal_id, IN_DOUBT)


def _go_on(ctx: Ctx, fact: InvariantHolds) -> None:
    if ctx.session.get(Deal, fact.deal_id) is not None:
        thaw(ctx, fact.deal_id, IN_DOUBT)
