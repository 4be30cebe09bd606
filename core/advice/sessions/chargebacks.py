"""Chargebacks of sessions: held money bears it first, then the consultant, like a seller of goods.

The outcome of a session stays. None of its money moves before the bank has decided, even if an operator rules
meanwhile.
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
from core.money.ledger.accounts import escrow
from core.money.model import SubjectKind


def listen(reactions: Reactions) -> None:
    reactions.on(ChargebackClosed, _closed)
    reactions.on(ChargebackThawed, _thawed)


def chargebacks_of(ctx: Ctx, booking_id: str) -> list[Chargeback]:
    """Return the chargebacks of a session, the oldest first. Raises NotFound to strangers."""
    return chargebacks.of_subject(ctx, booking_for(ctx, booking_id).id)


def _closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    """End a session if the bank has kept all that was held. What the bank returns later is split, too."""
    if fact.subject_kind is not SubjectKind.SESSION:
        return
    booking = ctx.session.get_one(Booking, fact.subject, with_for_update=True)
    if fact.won:
        settlement.part_again(ctx, booking, ctx.session.get_one(Chargeback, fact.chargeback_id))
        return
    held = ledger.balance(ctx, escrow(booking.id), booking.currency)
    if booking.state in (SessionState.REVIEW_WINDOW, SessionState.SESSION_DISPUTE) and not held:
        step(ctx, SESSION, booking, "recalled", ("system",))
        settlement.part(ctx, booking, 100)  # there is nothing to split


def _thawed(ctx: Ctx, fact: ChargebackThawed) -> None:
    """Complete the session if nothing is on its way: the bank holds none of its money any more."""
    if fact.subject_kind is SubjectKind.SESSION:
        payouts.finish(ctx, ctx.session.get_one(Booking, fact.subject, with_for_update=True))
