"""What a buyer has paid too much: seen, given back when they want it, and by itself after a month."""

from __future__ import annotations

from core.deals import service as deals
from core.escrow.effects import give_back_credit
from core.escrow.model import CREDIT, Credit
from core.kernel.errors import NotFound, Stale
from core.kernel.process import step
from core.kernel.session import find_all
from core.kernel.transaction import Ctx


def give_back_paid_too_much(ctx: Ctx, credit_id: str, seen: int | None = None) -> Credit:
    """The buyer wants back what they have paid too much. Raises NotFound, NotAllowed, Stale."""
    kept = ctx.session.get(Credit, credit_id)
    if kept is None:
        raise NotFound
    deal = deals.deal_for(ctx, kept.deal_id)
    if seen is not None and seen != kept.version:
        raise Stale
    step(ctx, CREDIT, kept, "give_back", deals.sides(ctx, deal))
    return give_back_credit(ctx, kept)


def credit_kept_long(ctx: Ctx, credit_id: str) -> None:
    kept = ctx.session.get_one(Credit, credit_id)
    step(ctx, CREDIT, kept, "kept_long", ("time",))
    give_back_credit(ctx, kept)


def credits_of(ctx: Ctx, deal_id: str) -> list[Credit]:
    """What was paid too much on a deal and is still here. Raises NotFound to strangers."""
    deals.deal_for(ctx, deal_id)
    return find_all(ctx.session, Credit, ("id",), deal_id=deal_id, state=CREDIT.initial)
