"""What time will do next: the deadlines of offers, deals, lots and listings, soonest first."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from core.deals.model import DEAL, Deal
from core.delivery.model import LOT, Lot
from core.kernel.timers import TimerRow
from core.kernel.transaction import Ctx
from core.listings.model import LISTING
from core.offers.model import OFFER

SEEN: Final = (DEAL.name, LOT.name, OFFER.name, LISTING.name, "draft")  # our own chores keep their times to themselves
NEXT: Final = 8


def next_deadlines(ctx: Ctx) -> list[dict[str, Any]]:
    """`[{at, kind, event, of}]`; `of` is the deal that it belongs to, by the name that its parties know it by."""
    soonest = select(TimerRow).where(TimerRow.kind.in_(SEEN)).order_by(TimerRow.due_at).limit(NEXT)
    return [
        {"at": row.due_at.isoformat(), "kind": row.kind, "event": row.event, "of": _deal(ctx, row)}
        for row in ctx.session.scalars(soonest)
    ]


def _deal(ctx: Ctx, row: TimerRow) -> str | None:
    lot = ctx.session.get(Lot, row.subject) if row.kind == LOT.name else None
    deal = ctx.session.get(Deal, lot.deal_id if lot else row.subject) if row.kind in (DEAL.name, LOT.name) else None
    return deal.ref if deal else None
