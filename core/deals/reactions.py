"""What deals do when an offer is accepted, and when time has run out."""

from __future__ import annotations

from collections.abc import Mapping

from core.deals.model import DEAL
from core.deals.service import agree_deal, time_is_up
from core.kernel.events import Reactions
from core.kernel.sweep import Ring
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.offers.events import OfferAccepted


def listen(reactions: Reactions, *, commission_bp: int) -> None:
    """Every accepted offer becomes a deal; `commission_bp` is the market's share in basis points from now on."""

    def agree(ctx: Ctx, fact: OfferAccepted) -> None:
        agree_deal(ctx, fact.offer_id, commission_bp)

    reactions.on(OfferAccepted, agree)


def ring(ctx: Ctx, timer: Timer) -> None:
    time_is_up(ctx, timer.subject, timer.event)


rings: Mapping[str, Ring] = {DEAL.name: ring}
