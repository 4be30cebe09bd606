"""The seeker's card: a page to add it, money held on it, the capture, and the release.

Every outside call is first a row, then an outbox message; `card_results` receives the provider's results. When a
session is over, all its remaining holds are released.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core.advice.sessions import events, rules
from core.advice.sessions.model import (
    SESSION,
    TALKING,
    Booking,
    CardHold,
    HoldPurpose,
    HoldState,
    Meeting,
    SessionState,
)
from core.kernel.errors import NotFound
from core.kernel.messages import Message
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import Timer, clear_timers, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.money.messages import CancelHold, CaptureHold, CloseCardPage, OpenCardPage, OpenHoldPage, PlaceHold
from core.people.accounts.service import person_of

TIMER: Final = "card_hold"
AUTHORISE: Final = "authorise"
LATE: Final = "late"
REPLY_WITHIN: Final = timedelta(hours=1)  # a provider mostly takes seconds; after this time people are told
PAGE_FOR: Final = timedelta(minutes=35)  # the provider's shortest is thirty minutes; ours is closed after fifteen
DEBT_PAGE_FOR: Final = timedelta(hours=23)
HELD_BEYOND: Final = timedelta(days=1)  # added to the end of the session, for delays of that day

# States before the talk.
BEFORE = (
    SessionState.SLOT_HELD,
    SessionState.REQUESTED,
    SessionState.COUNTERED,
    SessionState.CONFIRMED,
    SessionState.CARD_TROUBLE,
)
PENDING = (HoldState.ASKED, HoldState.OPEN)
GOOD = (HoldState.SAVED, HoldState.HOLDING, HoldState.HELD)  # there is a card, and it has not failed
CAPTURES = (HoldState.CAPTURING, HoldState.CAPTURED)

# --- asking -----------------------------------------------------------------------------------------------------------


def ask_hold(ctx: Ctx, booking: Booking) -> CardHold:
    """Hold the price on the card the seeker used last, or open a page where they add one."""
    later = rules.hold_later(ctx.now, booking.ends_at)
    known = card_of(ctx, booking.seeker)
    hold = create_hold(ctx, booking, HoldPurpose.SESSION, booking.price, later=later)
    if known is None:
        open_page(ctx, booking, hold)
        return hold
    hold.payer_ref, hold.card_ref = known.payer_ref, known.card_ref
    if later:
        hold.state = HoldState.SAVED
        card_is_good(ctx, booking)
    else:
        hold_saved(ctx, booking, hold)
    return hold


def ask_extension(ctx: Ctx, booking: Booking, price: Money) -> None:
    """Hold the price of the extension on the same card; the seeker is there and has just said yes.

    The page of an earlier try is closed: a payment made there at this very moment is released.
    """
    for earlier in holds_of(ctx, booking.id):
        if earlier.purpose is HoldPurpose.EXTENSION and earlier.state in PENDING:
            let_go(ctx, booking, earlier)
    main = _main(ctx, booking)
    hold = create_hold(ctx, booking, HoldPurpose.EXTENSION, price, later=False)
    hold.payer_ref, hold.card_ref = main.payer_ref, main.card_ref
    if main.card_ref is None:
        open_page(ctx, booking, hold)
    else:
        hold_saved(ctx, booking, hold)


def open_page_again(ctx: Ctx, booking: Booking) -> CardHold:
    """Open a new page where the old one has lapsed. Raises NotFound when the session waits for no card."""
    waiting = _waiting(ctx, booking)
    if waiting is None:
        raise NotFound
    if waiting.state in PENDING and waiting.expires_at is not None and waiting.expires_at > ctx.now:
        return waiting
    close_page(ctx, booking, waiting, HoldState.LAPSED)
    hold = create_hold(ctx, booking, waiting.purpose, waiting.amount, later=waiting.later)
    open_page(ctx, booking, hold)
    return hold


def keep_until(ctx: Ctx, booking: Booking) -> bool:
    """Make sure that the price is held when a session with an agreed time ends; return False without a card.

    A hold that would expire before then is released, and the card is held again a day before the start.
    """
    hold = _main(ctx, booking)
    clear_timers(ctx.session, TIMER, hold.id)
    gone_too_soon = hold.capture_before is not None and hold.capture_before < booking.ends_at + HELD_BEYOND
    if hold.state is HoldState.HELD and gone_too_soon and hold.card_ref is not None:
        release(ctx, booking, hold)
        again = create_hold(ctx, booking, HoldPurpose.SESSION, booking.price, later=True)
        again.payer_ref, again.card_ref, again.state = hold.payer_ref, hold.card_ref, HoldState.SAVED
        hold = again
    if hold.state is HoldState.SAVED:
        due = rules.authorise_at(booking.starts_at, ctx.now)
        set_timer(ctx.session, Timer(TIMER, hold.id, AUTHORISE, due))
    ctx.session.flush()
    return hold.state in GOOD


def authorise(ctx: Ctx, hold_id: str) -> None:
    """Hold the price on the saved card, a day before the start."""
    hold, booking = locked(ctx, hold_id)
    if hold.state is HoldState.SAVED and booking.state == SessionState.CONFIRMED:
        hold_saved(ctx, booking, hold)


def time_is_up(ctx: Ctx, hold_id: str, event: str) -> None:
    """Handle a timer: a day before the start, or an hour without an answer of the provider."""
    if event == AUTHORISE:
        authorise(ctx, hold_id)
        return
    hold, _ = locked(ctx, hold_id)
    if hold.state in (HoldState.RELEASING, HoldState.CAPTURING):
        why = "release" if hold.state is HoldState.RELEASING else "capture"
        until = hold.capture_before or ctx.now + rules.BANK_SHOWS_WITHIN
        ctx.announce(events.MoneyDelayed(hold.booking_id, None, why, until))


def settle(ctx: Ctx, booking: Booking) -> None:
    """Capture the amount due and release the rest, when the session is over or cancelled."""
    due = booking.due
    for hold in holds_of(ctx, booking.id):
        clear_timers(ctx.session, TIMER, hold.id)
        if booking.state == SessionState.CHARGING and hold.state is HoldState.HELD and due:
            amount = min(due, hold.amount)
            due -= amount
            capture(ctx, booking, hold, amount)
        else:
            let_go(ctx, booking, hold)
    ctx.session.flush()
    if booking.state == SessionState.CHARGING and due:
        into_debt(ctx, booking, due)
    finish(ctx, booking)


# --- queries ----------------------------------------------------------------------------------------------------------


def holds_of(ctx: Ctx, booking_id: str) -> list[CardHold]:
    query = select(CardHold).where(CardHold.booking_id == booking_id).order_by(CardHold.number)
    return list(ctx.session.scalars(query))


def extended(ctx: Ctx, booking: Booking) -> Money:
    """Return the price of the secured extensions, including those whose hold the bank has released since."""
    secured = (HoldState.HELD, HoldState.LAPSED, *CAPTURES)
    more = (hold for hold in holds_of(ctx, booking.id) if hold.purpose is HoldPurpose.EXTENSION and hold.intent_ref)
    return Money.total((hold.amount for hold in more if hold.state in secured), booking.currency)


def being_extended(ctx: Ctx, booking: Booking) -> bool:
    """Return whether the bank is being asked to hold the price of an extension."""
    more = (hold for hold in holds_of(ctx, booking.id) if hold.purpose is HoldPurpose.EXTENSION)
    return any(hold.state is HoldState.HOLDING for hold in more)


def is_capturing(ctx: Ctx, booking: Booking) -> bool:
    """Return whether a capture is under way that the bank has not answered yet."""
    return any(hold.state is HoldState.CAPTURING for hold in holds_of(ctx, booking.id))


def page_of(ctx: Ctx, booking: Booking) -> str | None:
    """Return the address where the seeker adds a card now; None when there is no page, or none yet."""
    waiting = _waiting(ctx, booking)
    if waiting is None or waiting.state is not HoldState.OPEN:
        return None
    return waiting.url if waiting.expires_at is None or waiting.expires_at > ctx.now else None


def held_later(ctx: Ctx, booking: Booking) -> datetime | None:
    """Return when the price will be held on a card that is only saved for now. None: at once, or it is held already."""
    own = [hold for hold in holds_of(ctx, booking.id) if hold.purpose is HoldPurpose.SESSION]
    kept = own and own[-1].later and own[-1].state in (*PENDING, HoldState.SAVED)
    return rules.authorise_at(booking.starts_at, ctx.now) if kept else None


def was_held(ctx: Ctx, booking: Booking) -> bool:
    """Return whether any amount was held for the session at any time."""
    return any(hold.was_held for hold in holds_of(ctx, booking.id))


# --- steps that more than one of them take ----------------------------------------------------------------------------


def create_hold(ctx: Ctx, booking: Booking, purpose: HoldPurpose, amount: Money, *, later: bool) -> CardHold:
    known = holds_of(ctx, booking.id)
    hold = CardHold(
        id=ctx.new_id(),
        booking_id=booking.id,
        number=len(known) + 1,
        purpose=purpose,
        state=HoldState.ASKED,
        later=later,
        amount_minor=amount.minor,
        currency=amount.currency,
        captured_minor=0,
        attempt=1,
    )
    ctx.session.add(hold)
    ctx.session.flush()
    return hold


def locked(ctx: Ctx, hold_id: str) -> tuple[CardHold, Booking]:
    """Return the hold and its session, which is locked first, as everywhere."""
    booking_id = ctx.session.scalar(select(CardHold.booking_id).where(CardHold.id == hold_id))
    if booking_id is None:
        raise NotFound
    booking = ctx.session.get_one(Booking, booking_id, with_for_update=True)
    return ctx.session.get_one(CardHold, hold_id), booking


def _main(ctx: Ctx, booking: Booking) -> CardHold:
    """Return the hold of the session itself: the latest good one, or the latest of all."""
    own = [hold for hold in holds_of(ctx, booking.id) if hold.purpose is HoldPurpose.SESSION]
    return next((hold for hold in reversed(own) if hold.state in GOOD), own[-1])


def _waiting(ctx: Ctx, booking: Booking) -> CardHold | None:
    """Return the hold that waits for the seeker to add a card."""
    waiting = [hold for hold in holds_of(ctx, booking.id) if hold.state in (*PENDING, HoldState.LAPSED)]
    return next((hold for hold in reversed(waiting) if is_needed(ctx, booking, hold)), None)


def card_of(ctx: Ctx, person: str) -> CardHold | None:
    """Return the hold on the seeker's last card, if it was a good one."""
    query = (
        select(CardHold)
        .join(Booking, Booking.id == CardHold.booking_id)
        .where(
            Booking.seeker == person,
            CardHold.card_ref.is_not(None),
            CardHold.state.in_((HoldState.CAPTURED, HoldState.RELEASED, HoldState.HELD, HoldState.SAVED)),
        )
        .order_by(CardHold.id.desc())
        .limit(1)
    )
    return ctx.session.scalar(query)


def is_needed(ctx: Ctx, booking: Booking, hold: CardHold) -> bool:
    """Return whether the session still needs this hold: not when the same amount is secured or paid already."""
    others = [each for each in holds_of(ctx, booking.id) if each.id != hold.id]
    match hold.purpose:
        case HoldPurpose.SESSION:
            secured = any(each.purpose is HoldPurpose.SESSION and each.state in GOOD for each in others)
            return booking.state in (*BEFORE, *TALKING) and not secured
        case HoldPurpose.EXTENSION:
            offered = booking.state in (SessionState.BILLABLE, SessionState.PAID_PAUSED) and hold.intent_ref is None
            return offered and hold.amount == _offered(ctx, booking)
        case HoldPurpose.DEBT:
            captured = (each.captured for each in others if each.state in CAPTURES)
            return booking.state == SessionState.DEBT and hold.amount <= booking.due - Money.total(
                captured, booking.currency
            )


def _offered(ctx: Ctx, booking: Booking) -> Money:
    """Return the price of the extension that the consultant offers; zero when none is open."""
    meeting = ctx.session.get_one(Meeting, booking.id)
    return rules.price_of_more(booking.terms, booking.length - meeting.extended, meeting.extension_asked)


def close_unwanted(ctx: Ctx, booking: Booking) -> None:
    """Close the pages whose money another hold has secured, or that are no longer needed."""
    for hold in holds_of(ctx, booking.id):
        if hold.state in PENDING and not is_needed(ctx, booking, hold):
            let_go(ctx, booking, hold)
    ctx.session.flush()


def card_is_good(ctx: Ctx, booking: Booking) -> None:
    due = rules.answer_by(ctx.now, booking.starts_at, instant=booking.instant)
    step(ctx, SESSION, booking, "card_ok", ("provider",), deadlines={"request_expired": due})
    ctx.session.flush()
    # After the consultant has picked the time, no further request is sent.
    ctx.announce((events.SessionRequested if booking.picked_at is None else events.PickSecured)(booking.id, None))


def extend(ctx: Ctx, booking: Booking) -> None:
    """Apply a secured extension: there are more minutes, and the end moves by them."""
    meeting = ctx.session.get_one(Meeting, booking.id)
    minutes, meeting.extension_asked = meeting.extension_asked, 0
    meeting.extensions += 1
    meeting.extended += minutes
    step(ctx, SESSION, booking, "extend", ("system",))
    booking.length += minutes
    ctx.session.flush()
    end = deadline_of(ctx.session, SESSION.name, booking.id, "time_up")
    if end is not None:  # a step that stays in its state leaves the timers as they are
        set_timer(ctx.session, Timer(end.kind, end.subject, end.event, end.due_at + timedelta(minutes=minutes)))
    ctx.announce(events.SessionExtended(booking.id, None, minutes))


def into_debt(ctx: Ctx, booking: Booking, owed: Money) -> None:
    if booking.state == SessionState.CHARGING:
        step(ctx, SESSION, booking, "capture_failed", ("provider",))
    ctx.session.flush()
    open_page(ctx, booking, create_hold(ctx, booking, HoldPurpose.DEBT, owed, later=False))
    ctx.announce(events.SessionUnpaid(booking.id, None, owed))


def let_go(ctx: Ctx, booking: Booking, hold: CardHold) -> None:
    """Release a hold that is no longer needed, in whatever state it is."""
    match hold.state:
        case HoldState.ASKED | HoldState.OPEN:
            close_page(ctx, booking, hold, HoldState.RELEASED)
        case HoldState.SAVED:
            hold.state = HoldState.RELEASED
        case HoldState.HOLDING:
            hold.state = HoldState.RELEASING  # its result is on its way; the money held then is released
        case HoldState.HELD:
            release(ctx, booking, hold)
        case _:
            pass  # it is being taken or set free already, or is over


def finish(ctx: Ctx, booking: Booking) -> None:
    """Go on when the last of the session's holds is over."""
    holds = holds_of(ctx, booking.id)
    if any(hold.state in (HoldState.CAPTURING, HoldState.RELEASING, HoldState.HOLDING) for hold in holds):
        return
    captured = Money.total((hold.captured for hold in holds if hold.state is HoldState.CAPTURED), booking.currency)
    if booking.state == SessionState.RELEASING:
        step(ctx, SESSION, booking, "voided", ("system",))
        ctx.announce_change(events.NothingCharged(booking.id, None, "" if was_held(ctx, booking) else "never_held"))
    elif booking.state in (SessionState.CHARGING, SessionState.DEBT) and captured >= booking.due:
        event = "captured" if booking.state == SessionState.CHARGING else "paid_by_link"
        step(ctx, SESSION, booking, event, ("provider",))
        ctx.announce_change(events.SessionCharged(booking.id, None, captured, rest=any(hold.freed for hold in holds)))


# --- outbox messages --------------------------------------------------------------------------------------------------


def open_page(ctx: Ctx, booking: Booking, hold: CardHold) -> None:
    in_debt = booking.state in (SessionState.DEBT, SessionState.CARD_TROUBLE)
    hold.expires_at = expires_at = ctx.now + (DEBT_PAGE_FOR if in_debt else PAGE_FOR)
    person = person_of(ctx, booking.seeker)
    page = (OpenCardPage if hold.later else OpenHoldPage)(
        hold=hold.id,
        person=booking.seeker,
        name=person.name,
        email=person.email,
        ref=booking.ref,
        what=f"{person_of(ctx, booking.consultant).name}, {booking.length} min",
        amount=hold.amount_minor,
        currency=hold.currency,
        expires=expires_at,
    )
    _send(ctx, booking, page)


def close_page(ctx: Ctx, booking: Booking, hold: CardHold, state: HoldState) -> None:
    hold.state = state
    if hold.session_ref is not None:
        _send(ctx, booking, CloseCardPage(hold=hold.id, session=hold.session_ref))


def hold_saved(ctx: Ctx, booking: Booking, hold: CardHold) -> None:
    hold.state = HoldState.HOLDING
    payer, card, amount = hold.payer_ref, hold.card_ref, hold.amount
    assert payer is not None, "a card is kept for a payer"
    assert card is not None, "a hold is placed on a card"
    placed = PlaceHold(
        hold=hold.id, attempt=hold.attempt, payer=payer, card=card, amount=amount.minor, currency=amount.currency
    )
    _send(ctx, booking, placed)


def capture(ctx: Ctx, booking: Booking, hold: CardHold, amount: Money) -> None:
    hold.state, hold.captured_minor = HoldState.CAPTURING, amount.minor
    _expect_answer(ctx, hold)
    intent = _intent(hold)
    _send(ctx, booking, CaptureHold(hold=hold.id, intent=intent, amount=amount.minor, currency=amount.currency))


def release(ctx: Ctx, booking: Booking, hold: CardHold) -> None:
    hold.state = HoldState.RELEASING
    _expect_answer(ctx, hold)
    _send(ctx, booking, CancelHold(hold=hold.id, intent=_intent(hold)))


def _intent(hold: CardHold) -> str:
    assert hold.intent_ref is not None, "only what was held is captured or released"
    return hold.intent_ref


def _expect_answer(ctx: Ctx, hold: CardHold) -> None:
    set_timer(ctx.session, Timer(TIMER, hold.id, LATE, ctx.now + REPLY_WITHIN))


def _send(ctx: Ctx, booking: Booking, message: Message) -> None:
    ctx.session.flush()
    ctx.enqueue(f"session:{booking.id}", message)
