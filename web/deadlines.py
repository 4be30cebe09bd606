"""The next deadlines: those of every process that people wait for, soonest first."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from core.advice.promotion.model import PROMOTION
from core.advice.recaps.model import RECAP, RECORDING
from core.advice.reviews.model import SESSION_REVIEW
from core.advice.sessions.model import SESSION, Booking
from core.advice.sessions.service import MOVE, REMINDER
from core.kernel.timers import TimerRow
from core.kernel.transaction import Ctx
from core.shop.purchases.model import PURCHASE, REFUND_REQUEST
from core.trade.deals.model import DEAL, Deal
from core.trade.delivery.model import LOT, Lot
from core.trade.disputes.model import CASE, Case
from core.trade.funding.model import CREDIT, TRANCHE, Tranche
from core.trade.listings.model import LISTING
from core.trade.offers.inquiries.model import INQUIRY
from core.trade.offers.model import OFFER
from core.trade.requests.model import REQUEST
from core.trade.reviews.model import REVIEW

MONEY: Final = (TRANCHE.name, CREDIT.name, PURCHASE.name, REFUND_REQUEST, PROMOTION.name)
SESSIONS: Final = (SESSION.name, MOVE, REMINDER, SESSION_REVIEW.name, RECAP.name, RECORDING.name)
TRADE: Final = (DEAL.name, LOT.name, OFFER.name, INQUIRY.name, REQUEST.name, CASE.name, REVIEW.name)
SHOWN: Final = (*TRADE, *MONEY, *SESSIONS)  # our own chores keep their times to themselves
QUIET: Final = (LISTING.name, "draft")  # they run out in their own time, the market's own many listings among them
NEXT: Final = 8
NEXT_QUIET: Final = 2


def next_deadlines(ctx: Ctx) -> list[dict[str, Any]]:
    """Return `[{at, kind, event, of, quiet}]`; `of` is the deal or session, by the name its parties know."""
    rows = [*_soonest(ctx, SHOWN, NEXT), *_soonest(ctx, QUIET, NEXT_QUIET)]
    return [
        {
            "at": row.due_at.isoformat(),
            "kind": row.kind,
            "event": row.event,
            "of": _of(ctx, row.kind, row.subject),
            "quiet": row.kind in QUIET,
        }
        for row in sorted(rows, key=lambda row: row.due_at)
    ]


def _soonest(ctx: Ctx, kinds: tuple[str, ...], most: int) -> list[TimerRow]:
    """Read apart: the expiry of a hundred listings would fill every row there is."""
    soonest = select(TimerRow).where(TimerRow.kind.in_(kinds)).order_by(TimerRow.due_at).limit(most)
    return list(ctx.session.scalars(soonest))


def _of(ctx: Ctx, kind: str, subject: str) -> str | None:
    if kind in SESSIONS:
        booking = ctx.session.get(Booking, subject)
        return booking.ref if booking else None
    match kind:
        case LOT.name:
            owned: Lot | Tranche | Case | None = ctx.session.get(Lot, subject)
        case TRANCHE.name:
            owned = ctx.session.get(Tranche, subject)
        case CASE.name:
            owned = ctx.session.get(Case, subject)
        case _:
            owned = None
    deal = ctx.session.get(Deal, owned.deal_id if owned else subject)  # a window for reviews has its deal's name
    return deal.ref if deal else None
