"""What deals do when an offer is accepted. Their timers are rung by delivery, which knows what has arrived."""

from __future__ import annotations

from core.deals.service import agree_deal
from core.kernel.events import Reactions
from core.kernel.transaction import Ctx
from core.offers.events import OfferAccepted


def listen(reactions: Reactions, *, commission_bp: int) -> None:
    """Every accepted offer becomes a deal; `commission_bp` is the market's share in basis points from now on."""

    def agree(ctx: Ctx, fact: OfferAccepted) -> None:
        agree_deal(ctx, fact.offer_id, commission_bp)

    reactions.on(OfferAccepted, agree)
