"""The payment provider's results about a card: in any order, possibly repeated, and compared with our request."""

from __future__ import annotations

from datetime import datetime

from core.advice.sessions import card_holds, rules, service
from core.advice.sessions.events import CardPageLapsed, CardPageReady
from core.advice.sessions.model import SESSION, TALKING, HoldPurpose, HoldState, SessionState
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.model import PROVIDER, PROVIDER_FEES, credit, debit, escrow

WAITS_FOR_CARD = (SessionState.SLOT_HELD, SessionState.CARD_TROUBLE, SessionState.DEBT)


def page_opened(ctx: Ctx, hold_id: str, *, payer: str, session: str, url: str, expires_at: datetime) -> None:
    """Record the page where the seeker adds their card. A page that is no longer needed is closed at once."""
    hold, booking = card_holds.locked(ctx, hold_id)
    if hold.session_ref is not None:
        return
    hold.session_ref, hold.url, hold.expires_at, hold.payer_ref = session, url, expires_at, payer
    if hold.state is not HoldState.ASKED:
        card_holds.close_page(ctx, booking, hold, hold.state)
        return
    hold.state = HoldState.OPEN
    ctx.announce_change(CardPageReady(booking.id, None))


def page_lapsed(ctx: Ctx, hold_id: str) -> None:
    """Record that the page has expired; the seeker may ask for another while the session waits."""
    hold, booking = card_holds.locked(ctx, hold_id)
    if hold.state in card_holds.PENDING:
        hold.state = HoldState.LAPSED
        ctx.session.flush()
        if booking.state in WAITS_FOR_CARD:
            ctx.announce(CardPageLapsed(booking.id, None))


def card_saved(ctx: Ctx, hold_id: str, *, card: str) -> None:
    """Record that the card is saved; no money is held before the day."""
    hold, booking = card_holds.locked(ctx, hold_id)
    if hold.state not in (*card_holds.PENDING, HoldState.LAPSED):
        return
    needed = card_holds.is_needed(ctx, booking, hold)
    hold.state, hold.card_ref = HoldState.SAVED, card
    ctx.session.flush()
    if not needed:
        card_holds.let_go(ctx, booking, hold)
    elif booking.state == SessionState.SLOT_HELD:
        card_holds.card_is_good(ctx, booking)
    elif booking.state == SessionState.CARD_TROUBLE:
        card_holds.hold_saved(ctx, booking, hold)
    else:
        card_holds.let_go(ctx, booking, hold)
    card_holds.close_unwanted(ctx, booking)


def held(ctx: Ctx, hold_id: str, *, intent: str, until: datetime, card: str | None) -> None:
    """Record that the money is held until `until`. A hold that is no longer needed is released at once."""
    hold, booking = card_holds.locked(ctx, hold_id)
    if hold.state in (HoldState.HELD, HoldState.CAPTURING, HoldState.CAPTURED) or (
        hold.state is HoldState.RELEASED and hold.intent_ref == intent
    ):
        return
    needed = hold.state not in (HoldState.RELEASING, HoldState.RELEASED) and card_holds.is_needed(ctx, booking, hold)
    hold.state, hold.intent_ref, hold.capture_before = HoldState.HELD, intent, until
    hold.card_ref = card or hold.card_ref
    ctx.session.flush()
    if not needed:
        card_holds.release(ctx, booking, hold)
    elif hold.purpose is HoldPurpose.EXTENSION:
        card_holds.extend(ctx, booking)
    elif hold.purpose is HoldPurpose.DEBT:
        card_holds.capture(ctx, booking, hold, hold.amount)
    elif booking.state == SessionState.SLOT_HELD:
        card_holds.card_is_good(ctx, booking)
    elif booking.state == SessionState.CARD_TROUBLE:
        deadlines = rules.confirmed_deadlines(booking.starts_at, ctx.now)
        step(ctx, SESSION, booking, "card_ok", ("provider",), deadlines=deadlines)
        # If both are here already, they have waited for the card alone.
        set_timer(ctx.session, Timer(service.REMINDER, booking.id, "start", max(booking.starts_at, ctx.now)))
        ctx.session.flush()
    card_holds.close_unwanted(ctx, booking)


def hold_refused(ctx: Ctx, hold_id: str, why: str) -> None:
    """Record that the bank refused the hold: the seeker is asked for another card, or to confirm with their bank."""
    hold, booking = card_holds.locked(ctx, hold_id)
    if hold.state is HoldState.RELEASING:
        hold.state = HoldState.RELEASED
        card_holds.finish(ctx, booking)
        return
    if hold.state is not HoldState.HOLDING:
        return
    hold.state, hold.why = HoldState.REFUSED, why
    ctx.session.flush()
    if not card_holds.is_needed(ctx, booking, hold) or (
        booking.state in TALKING and hold.purpose is HoldPurpose.SESSION
    ):
        return  # no card is added during a talk: an amount due then is owed
    if booking.state == SessionState.CONFIRMED and hold.purpose is HoldPurpose.SESSION:
        service.card_fails(ctx, booking, why)
    card_holds.open_page(ctx, booking, card_holds.create_hold(ctx, booking, hold.purpose, hold.amount, later=False))


def captured(ctx: Ctx, hold_id: str, *, amount: Money, fee: Money, charge: str) -> None:
    """Record the capture of the amount due; the rest of the hold is free."""
    hold, booking = card_holds.locked(ctx, hold_id)
    if hold.state is HoldState.CAPTURED:
        return
    hold.state, hold.captured_minor, hold.charge_ref = HoldState.CAPTURED, amount.minor, charge
    legs = [
        debit(PROVIDER, amount),
        debit(PROVIDER_FEES, fee),
        credit(PROVIDER, fee),
        credit(escrow(booking.id), amount),
    ]
    ledger.post(ctx, f"session:{booking.id}:captured:{hold.number}", "Taken from the card", legs, deal=booking.id)
    ctx.session.flush()
    card_holds.finish(ctx, booking)


def capture_refused(ctx: Ctx, hold_id: str, why: str) -> None:
    """Record that the hold was gone: the amount is owed now, and the seeker gets a link."""
    hold, booking = card_holds.locked(ctx, hold_id)
    if hold.state is not HoldState.CAPTURING:
        return
    owed = Money(hold.captured_minor, hold.currency)
    hold.state, hold.why, hold.captured_minor = HoldState.LAPSED, why, 0
    ctx.session.flush()
    if booking.state in (SessionState.CHARGING, SessionState.DEBT):
        card_holds.into_debt(ctx, booking, owed)


def released(ctx: Ctx, hold_id: str) -> None:
    """Record that the hold is released, without a capture."""
    hold, booking = card_holds.locked(ctx, hold_id)
    if hold.state in (HoldState.CAPTURED, HoldState.RELEASED):
        return
    hold.state = HoldState.RELEASED
    ctx.session.flush()
    card_holds.finish(ctx, booking)


def hold_gone(ctx: Ctx, hold_id: str, why: str) -> None:
    """Record that a hold is gone. One that is still needed is placed again, or becomes a debt."""
    hold, booking = card_holds.locked(ctx, hold_id)
    if hold.state is HoldState.CAPTURING:
        capture_refused(ctx, hold_id, why)
    elif hold.state is HoldState.HELD:
        hold.state, hold.why = HoldState.LAPSED, why
        if card_holds.is_needed(ctx, booking, hold) and hold.card_ref is not None:
            again = card_holds.create_hold(ctx, booking, hold.purpose, hold.amount, later=False)
            again.payer_ref, again.card_ref = hold.payer_ref, hold.card_ref
            card_holds.hold_saved(ctx, booking, again)
        ctx.session.flush()
    else:
        released(ctx, hold_id)
