"""Check every invariant, and announce each new break."""

from __future__ import annotations

from sqlalchemy import select

from core.books.audit.invariants import INVARIANTS
from core.books.audit.model import BrokenRow
from core.kernel.transaction import Ctx
from core.money.ledger.events import InvariantBroken, InvariantHolds
from core.money.ledger.invariants import Check, check


def invariants(ctx: Ctx) -> list[Check]:
    """Check all invariants and change nothing, for the doctor, the lights and the end of a test story."""
    return check(ctx, INVARIANTS)


def audit(ctx: Ctx) -> list[Check]:
    """Check all invariants, and announce each new break: the deal stops, and the operator is called.

    An invariant that holds again is announced and its row deleted, so that the next break is announced again.
    """
    found = invariants(ctx)
    known = {(row.invariant, row.deal_id): row for row in ctx.session.scalars(select(BrokenRow))}
    broken = {(each.name, row.deal_id or ""): row.detail for each in found for row in each.broken}
    healed = {key: row for key, row in known.items() if key not in broken}
    for row in healed.values():
        ctx.session.delete(row)
    for deal_id in sorted({deal for _, deal in healed} - {deal for _, deal in broken} - {""}):
        ctx.announce(InvariantHolds(deal_id))
    for (name, deal_id), detail in broken.items():
        if (name, deal_id) not in known:
            ctx.session.add(BrokenRow(invariant=name, deal_id=deal_id, detail=detail, found_at=ctx.now))
            ctx.announce(InvariantBroken(name, deal_id or None, detail))
    ctx.session.flush()
    return found
