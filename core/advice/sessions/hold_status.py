"""The hold of a session's price on the seeker's card: when it will be placed, and whether it ever was."""

from __future__ import annotations

from datetime import datetime

from core.advice.sessions import card_holds, rules
from core.advice.sessions.model import Booking, HoldPurpose, HoldState
from core.kernel.transaction import Ctx


def held_later(ctx: Ctx, booking: Booking) -> datetime | None:
    """Return when the price will be held on a card that is only saved for now, or about to be. None: it is held at
    once, or already.
    """
    own = [hold for hold in card_holds.holds_of(ctx, booking.id) if hold.purpose is HoldPurpose.SESSION]
    kept = own and own[-1].later and own[-1].state in (*card_holds.PENDING, HoldState.SAVED)
    return rules.authorise_at(booking.starts_at, ctx.now) if kept else None


def was_held(ctx: Ctx, booking: Booking) -> bool:
    """Return whether any amount was held for the session at any time."""
    return any(hold.was_held for hold in card_holds.holds_of(ctx, booking.id))
