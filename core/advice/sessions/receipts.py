"""Receipts for a seeker of their card's charges for sessions, whichever side writes the invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from core.advice.sessions.model import SESSION, Booking, CardHold, HoldState, Settlement
from core.kernel.money import Money
from core.kernel.process import StepRow
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting

CHARGED_BY: Final = ("captured", "paid_by_link")


@dataclass(frozen=True, slots=True)
class Receipt:
    """One session's receipt: the amount `taken`, the part that goes `back`, and when it was taken."""

    booking: Booking
    charged: Money
    back: Money
    at: datetime


def receipts_of(ctx: Ctx, subject: str | None = None, limit: int = 5) -> list[Receipt]:
    """Return the acting person's receipts, the latest session first, or the receipt of one session."""
    charged = select(CardHold.booking_id).where(CardHold.state == HoldState.CAPTURED, CardHold.captured_minor > 0)
    query = select(Booking).where(Booking.seeker == acting(ctx).id, Booking.id.in_(charged))
    if subject is not None:
        query = query.where(Booking.id == subject)
    found = ctx.session.scalars(query.order_by(Booking.id.desc()).limit(limit)).all()
    receipts = (_receipt(ctx, booking) for booking in found)
    return [each for each in receipts if each is not None]


def _receipt(ctx: Ctx, booking: Booking) -> Receipt | None:
    """Return None while a part of the amount due is still on its way."""
    took = select(func.max(StepRow.at)).where(
        StepRow.process == SESSION.name, StepRow.subject == booking.id, StepRow.event.in_(CHARGED_BY)
    )
    at = ctx.session.scalar(took)
    if at is None:
        return None
    sums = select(func.sum(CardHold.captured_minor)).where(
        CardHold.booking_id == booking.id, CardHold.state == HoldState.CAPTURED
    )
    settled = ctx.session.get(Settlement, booking.id)
    charged = Money(int(ctx.session.scalar(sums) or 0), booking.currency)
    return Receipt(booking, charged, Money(settled.back_minor if settled else 0, booking.currency), at)
