"""A seeker's bank takes a session's charge back: what is held bears it, then the consultant, as a seller of goods does.

What a session has come to stays. Nothing of its money moves before the bank has decided, whoever rules meanwhile.
"""

from __future__ import annotations

from core.advice.sessions import payouts, settlement
from core.advice.sessions.model import Booking
from core.advice.sessions.process import SESSION, SessionState
from core.advice.sessions.service import booking_for
from core.kernel.process import step
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.events import ChargebackClosed, ChargebackThawed
from core.money.chargebacks.model import Chargeback
from core.money.ledger import service as ledger
from core.money.ledger.model import escrow
from core.money.model import SubjectKind


def listen(reactions: Reactions) -> None:
    reactions.on(ChargebackClosed, _closed)
    reactions.on(ChargebackThawed, _thawed)


def chargebacks_of(ctx: Ctx, booking_id: str) -> list[Chargeback]:
    """What a bank has called back of a session, the first first. Raises NotFound to strangers."""
    return chargebacks.of_subject(ctx, booking_for(ctx, booking_id).id)


def _closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    """A session of which the bank has kept all that was held is over; what it gives back after that is parted, too."""
    if fact.subject_kind is not SubjectKind.SESSION:
        return
    booking = ctx.session.get_one(Booking, fact.subject, with_for_update=True)
    if fact.won:
        settlement.part_again(ctx, booking, ctx.session.get_one(Chargeback, fact.chargeback_id))
        return
    held = ledger.balance(ctx, escrow(booking.id), booking.currency)
    if booking.state in (SessionState.REVIEW_WINDOW, SessionState.SESSION_DISPUTE) and not held:
        step(ctx, SESSION, booking, "recalled", ("system",))
        settlement.part(ctx, booking, 100)  # of nothing: all that was taken is the seller's again


def _thawed(ctx: Ctx, fact: ChargebackThawed) -> None:
    """What of the session's money had waited is on its way: it may be over."""
    if fact.subject_kind is SubjectKind.SESSION:
        payouts.finish(ctx, ctx.session.get_one(Booking, fact.subject, with_for_update=True))
