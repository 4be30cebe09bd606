"""A seeker's bank takes a session's charge back: what is held bears it, then the consultant, as a seller of goods does.

What a session has come to stays. Nothing of its money moves before the bank has decided, whoever rules meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core.escrow import chargebacks
from core.escrow.chargebacks import Called, Source, only_of
from core.escrow.effects import FROZEN
from core.escrow.events import ChargebackClosed, ChargebackTaken, ChargebackThawed, ChargebackWrittenOff
from core.escrow.model import Chargeback, EffectKind, EffectState, Matter
from core.kernel.errors import NotFound
from core.kernel.events import Reactions
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import escrow
from core.sessions import settlement
from core.sessions.events import SessionPaidOut
from core.sessions.model import Booking, CardHold, SessionPayout, Settlement
from core.sessions.process import SESSION
from core.sessions.service import booking_for

UNSENT = (EffectState.WAITING, EffectState.REFUSED)


def listen(reactions: Reactions) -> None:
    ours = Matter.SESSION
    reactions.on(ChargebackTaken, only_of(ours, lambda ctx, fact: _reverse(ctx, fact.chargeback_id)))
    reactions.on(ChargebackClosed, only_of(ours, _closed))
    reactions.on(ChargebackWrittenOff, only_of(ours, lambda ctx, fact: _give_up(ctx, fact.chargeback_id)))
    reactions.on(ChargebackThawed, only_of(ours, lambda ctx, fact: _thawed(ctx, fact.subject)))
    reactions.on(SessionPaidOut, _paid_out)


# --- what the provider tells ------------------------------------------------------------------------------------------


def owns(ctx: Ctx, intent_ref: str) -> bool:
    """Whether it is money on a card for a session."""
    return _hold(ctx, intent_ref) is not None


def chargeback_opened(
    ctx: Ctx, *, ref: str, intent_ref: str, taken: Money, fee: Money, reason: str, evidence_due: datetime | None
) -> Chargeback:
    """The seeker's bank disputes a charge (see `chargebacks.opened`). Raises NotFound for one that is not ours."""
    hold = _hold(ctx, intent_ref)
    if hold is None:
        raise NotFound
    booking = _locked(ctx, hold.booking_id)
    parted = ctx.session.get(Settlement, booking.id)
    net, fees = (0, 0) if parted is None else (parted.net_minor, parted.fee_minor)
    source = Source(
        matter=Matter.SESSION,
        subject=booking.id,
        payment_id=hold.id,
        seller=booking.consultant_org,
        held=ledger.balance(ctx, escrow(booking.id), booking.currency),
        released=Money(net + fees, booking.currency),
        fees=Money(fees, booking.currency),
    )
    return chargebacks.opened(ctx, source, Called(ref, taken, fee, reason, evidence_due))


def chargebacks_of(ctx: Ctx, booking_id: str) -> list[Chargeback]:
    """What a bank has called back of a session, the first first. Raises NotFound to strangers."""
    return chargebacks.of_subject(ctx, booking_for(ctx, booking_id).id)


def reversal_done(ctx: Ctx, payout_id: str, ref: str) -> None:
    """The provider has taken a payout, or a part of it, back from the consultant's account."""
    payout, booking = settlement.payout_locked(ctx, payout_id)
    if payout.state is EffectState.DONE:
        return
    found, claimed, legs = chargebacks.taken_back(ctx, payout)
    settlement.book(ctx, payout, "Taken back from the consultant", legs, ref)
    if claimed:
        chargebacks.recovered(ctx, found, payout.amount)
    else:
        _send_back(ctx, booking, found, payout.amount, f"reversal:{payout.id}")


# --- what follows -----------------------------------------------------------------------------------------------------


def _reverse(ctx: Ctx, chargeback_id: str) -> None:
    """Ask for the session's payouts back, as far as they cover the claim."""
    found = ctx.session.get_one(Chargeback, chargeback_id)
    booking = _locked(ctx, found.subject)
    for key, payout, part in chargebacks.to_take_back(found, _leaving(ctx, booking)):
        reversal = settlement.made(ctx, booking, EffectKind.REVERSAL, found.payment_id, part, key=key)
        reversal.chargeback_id, reversal.reverses = found.id, payout.provider_ref
        settlement.ask(ctx, booking, reversal)
    ctx.session.flush()


def _paid_out(ctx: Ctx, fact: SessionPaidOut) -> None:
    """A payout that was under way when the bank called arrived after all: it is asked back like the others."""
    for found in chargebacks.of_subject(ctx, fact.booking_id):
        if found.outstanding and found.state in chargebacks.OWING:
            _reverse(ctx, found.id)


def _closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    found = ctx.session.get_one(Chargeback, fact.chargeback_id)
    booking = _locked(ctx, found.subject)
    if fact.why == "won":
        _give_up(ctx, found.id)
        recovered = Money(found.recovered_minor, found.currency)
        if recovered:
            _send_back(ctx, booking, found, recovered, f"return:{found.id}")
        return
    waiting = [each for each in _leaving(ctx, booking) if each.state in UNSENT and each.kind is not EffectKind.REVERSAL]
    waiting.sort(key=lambda each: each.kind is EffectKind.TRANSFER)  # what the bank has given back already goes first
    chargebacks.cover(ctx, found, waiting, settlement.TIMER)
    held = ledger.balance(ctx, escrow(booking.id), booking.currency)
    if booking.state in ("review_window", "session_dispute") and not held:
        step(ctx, SESSION, booking, "recalled", ("system",))
        settlement.part(ctx, booking, 100)  # of nothing: all that was taken is the seeker's again


def _thawed(ctx: Ctx, booking_id: str) -> None:
    """Let the session's money move again."""
    booking = _locked(ctx, booking_id)
    for payout in _leaving(ctx, booking):
        if payout.why == FROZEN:
            settlement.send_again(ctx, payout.id)
    settlement.finish(ctx, booking)


def _send_back(ctx: Ctx, booking: Booking, found: Chargeback, amount: Money, key: str) -> None:
    payout = settlement.made(ctx, booking, EffectKind.TRANSFER, found.payment_id, amount, key=key)
    payout.chargeback_id = found.id
    settlement.ask(ctx, booking, payout)


def _give_up(ctx: Ctx, chargeback_id: str) -> None:
    found = ctx.session.get_one(Chargeback, chargeback_id)
    chargebacks.give_up_reversals(ctx, found, SessionPayout, settlement.TIMER)


def _leaving(ctx: Ctx, booking: Booking) -> list[SessionPayout]:
    query = select(SessionPayout).where(SessionPayout.booking_id == booking.id).order_by(SessionPayout.id)
    return list(ctx.session.scalars(query))


def _hold(ctx: Ctx, intent_ref: str) -> CardHold | None:
    query = select(CardHold).where(CardHold.intent_ref == intent_ref, CardHold.charge_ref.is_not(None))
    return ctx.session.scalars(query.order_by(CardHold.id)).first()


def _locked(ctx: Ctx, booking_id: str) -> Booking:
    return ctx.session.get_one(Booking, booking_id, with_for_update=True)
