"""Asks every invariant, and tells of each that is newly broken."""

from __future__ import annotations

from sqlalchemy import select

from core.books.audit.invariants import INVARIANTS
from core.books.audit.model import BrokenRow
from core.kernel.transaction import Ctx
from core.money.ledger.events import InvariantBroken, InvariantHolds
from core.money.ledger.invariants import Check, check


def invariants(ctx: Ctx) -> list[Check]:
    """What holds and what does not, for whoever looks: the doctor, the lights, the end of a story. Changes nothing."""
    return check(ctx, INVARIANTS)


def audit(ctx: Ctx) -> list[Check]:
    """The same, and whoever listens is told of what was not known to be broken: the deal stops, the operator is called.

    What holds again is told and forgotten, so that the next break of it is told anew.
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
