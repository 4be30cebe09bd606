"""An open complaint between the two themselves: the consultant answers in words, the seeker can take it back."""

from __future__ import annotations

from core.advice.sessions.events import ComplaintAnswered
from core.advice.sessions.model import Booking, Complaint
from core.advice.sessions.process import SESSION
from core.advice.sessions.service import mine, sides
from core.advice.sessions.settlement import WORDS_LEAST, WORDS_MOST, part
from core.kernel.errors import Invalid, Refusal
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import frozen

ALL = 100  # percent of the charge that the consultant keeps of a complaint that is taken back


def answer_complaint(ctx: Ctx, booking_id: str, words: str, expected_version: int | None = None) -> Booking:
    """Record the consultant's answer for the seeker and the operators; the last answer counts.

    Raises Invalid, NotAllowed, Stale.
    """
    booking, words = mine(ctx, booking_id, expected_version), words.strip()
    if not WORDS_LEAST <= len(words) <= WORDS_MOST:
        raise Invalid("session.complaint_words", field="words", least=WORDS_LEAST, most=WORDS_MOST)
    step(ctx, SESSION, booking, "answer", sides(ctx, booking))
    ctx.session.get_one(Complaint, booking.id).answer = words
    ctx.session.flush()
    ctx.announce(ComplaintAnswered(booking.id, ctx.actor.person))
    return booking


def take_back(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Booking:
    """Withdraw the seeker's complaint: the consultant gets all, as if none had been made. Raises Refusal, Stale."""
    booking = mine(ctx, booking_id, expected_version)
    if frozen(ctx, booking.id):
        raise Refusal("session.called_back")
    step(ctx, SESSION, booking, "take_back", sides(ctx, booking))
    ctx.session.get_one(Complaint, booking.id).ruled = ALL
    part(ctx, booking, ALL)
    return booking
