"""When the price of a session is held on its seeker's card, and whether it ever was: what its card says of that."""

from __future__ import annotations

from datetime import datetime

from core.advice.sessions import card_holds, rules
from core.advice.sessions.model import Booking, HoldPurpose, HoldState
from core.kernel.transaction import Ctx


def held_later(ctx: Ctx, booking: Booking) -> datetime | None:
    """When it is held on a card that is only kept for now, or asked for to be kept; None: at once, or it is already."""
    own = [hold for hold in card_holds.holds_of(ctx, booking.id) if hold.purpose is HoldPurpose.SESSION]
    kept = own and own[-1].later and own[-1].state in (*card_holds.PENDING, HoldState.SAVED)
    return rules.authorise_at(booking.starts_at, ctx.now) if kept else None


def was_held(ctx: Ctx, booking: Booking) -> bool:
    """Whether anything was held for it at any time."""
    return any(hold.was_held for hold in card_holds.holds_of(ctx, booking.id))
