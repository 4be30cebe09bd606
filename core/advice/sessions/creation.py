"""Writes down a new session with the price and the rules that its seeker was shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from core.advice.experts.model import Expert
from core.advice.sessions.model import Booking, BookSession, CallNow, Meeting, ProposeTimes, Terms
from core.advice.sessions.process import SESSION, SessionState
from core.kernel.process import enter
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting, has_traded

REF_LENGTH: Final = 6


def made(
    ctx: Ctx,
    expert: Expert,
    terms: Terms,
    command: BookSession | CallNow | ProposeTimes,
    starts_at: datetime,
    *,
    state: SessionState = SESSION.initial,
    deadlines: dict[str, datetime] | None = None,
    instant: bool = False,
    ask_id: str | None = None,
    times: Sequence[datetime] = (),
) -> Booking:
    """Create the acting person's session with this consultant, in its initial state."""
    person = acting(ctx)
    booking = Booking(
        id=ctx.new_id(),
        ref=ctx.ids.code(REF_LENGTH),
        expert_id=expert.id,
        consultant=expert.person_id,
        consultant_org=expert.organisation_id,
        seeker=person.id,
        seeker_org=person.organisation_id,
        made_at=ctx.now,
        instant=instant,
        starts_at=starts_at,
        length=command.length,
        problem=command.problem,
        room=expert.room,
        link=expert.own_link,
        ask_id=ask_id,
        proposed=[time.isoformat() for time in times],
        **_kept(terms),
    )
    enter(ctx, SESSION, booking, state, deadlines)
    ctx.session.add(booking)
    ctx.session.flush()
    ctx.session.add(Meeting(booking_id=booking.id))
    has_traded(ctx, person.organisation_id)
    return booking


def _kept(terms: Terms) -> dict[str, Any]:
    return {
        "price_minor": terms.price.minor,
        "rate_minor": terms.rate.minor,
        "basis": terms.basis,
        "currency": terms.price.currency,
        "commission_bp": terms.commission_bp,
        "policy": terms.policy,
        "free_until_minutes": int(terms.free_until.total_seconds()) // 60,
        "late_percent": terms.late_percent,
        "no_show_percent": terms.no_show_percent,
        "free_minutes": int(terms.free.total_seconds()) // 60,
    }
