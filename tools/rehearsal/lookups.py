"""Database reads for what the play needs and no screen shows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from conversations.turn import PaidStars
from core.advice.sessions.model import Booking, SessionState
from core.kernel.transaction import Ctx
from core.people.accounts.model import LinkCode
from core.people.companies.model import Invitation
from core.shop.purchases.model import Purchase


def last_link_code(ctx: Ctx) -> str:
    return ctx.session.scalars(select(LinkCode.code).order_by(LinkCode.expires_at.desc())).first() or ""


def last_invitation(ctx: Ctx) -> str:
    return ctx.session.scalars(select(Invitation.code).order_by(Invitation.expires_at.desc())).first() or ""


def in_stars(ctx: Ctx) -> PaidStars:
    """Return Telegram's notice that the only purchase has been paid."""
    purchase = ctx.session.scalars(select(Purchase)).one()
    return PaidStars(purchase.id, f"charge-{purchase.id}", purchase.price_minor)


def next_start(ctx: Ctx) -> datetime:
    """Return when the agreed session begins."""
    return ctx.session.scalars(select(Booking.starts_at).where(Booking.state == SessionState.CONFIRMED)).one()
