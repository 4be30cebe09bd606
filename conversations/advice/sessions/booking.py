"""Booking a session: the price and the rules before the yes, the card, the answer, another time, the cancellation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from conversations.advice.expert_search.free_times import slot_button
from conversations.advice.expert_search.problem_statement import keep_problem, problem_told
from conversations.advice.experts.card import slot_in_words
from conversations.advice.moment import read_moment, written
from conversations.advice.sessions.calendar_entry import entry_file
from conversations.advice.sessions.card import session_card
from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext, FormDefaults
from conversations.dates import weekday_in_words
from conversations.forms.form import Field, Form, Values
from conversations.people.contact_warnings import free_text
from conversations.reply import Button, Card, CardList, Say, Toast
from conversations.router import Flow, Router
from conversations.steps import enter_step
from core.advice.availability.slots import free_slots, nearest, through_the_day
from core.advice.experts import service as experts
from core.advice.experts.model import Expert
from core.advice.sessions import card_holds, group_requests, service
from core.advice.sessions import slot_checks as session_slots
from core.advice.sessions.model import Booking, BookSession, CallNow, SessionState, Terms
from core.kernel.errors import Invalid, Refusal, Stale
from core.people.accounts.service import person_of

CHOICES: Final = 12
PAST: Final = 5  # past sessions in the list of one's own

router = Router()


# --- the form: one line to write, and all the conditions above it -----------------------------------------------------


def _read_slot(_chat: ChatContext, text: str, _values: Values) -> tuple[datetime, int]:
    """Read "abc123.30", the moment and the minutes of a button, or "now.30" for an instant call."""
    moment, _, minutes = text.partition(".")
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 4):
        raise Invalid("talk.unknown_button")
    return (read_moment(moment), int(minutes))


SLOT = Field(
    "slot",
    read=_read_slot,
    write=lambda slot: f"{written(slot[0])}.{slot[1]}",
    show=lambda chat, slot: chat.words.moment(slot[0]),
    fixed=True,
)
PROBLEM = Field("problem", "long_text", read=free_text, max_length=1000)

TERMS = Field("terms", fixed=True, optional=True)  # as they stood when the form was opened

BOOKING = Form("booking", (SLOT, TERMS, PROBLEM))
CALLING = Form("calling", (SLOT, TERMS, PROBLEM))


def _conditions(chat: ChatContext, defaults: FormDefaults) -> str:
    """Return the conditions: consultant, time in both zones, price, free minutes, and cancellation terms."""
    words = chat.words
    expert = experts.expert_for(chat.ctx, str(defaults.subject))
    slot, length = _read_slot(chat, defaults.answers["slot"], {})
    terms = service.terms_for(chat.ctx, expert, length, chat.market_context.session_bp)
    name = person_of(chat.ctx, expert.person_id).name
    return "\n".join(
        (
            words("booking.who_when", name=name, at=slot, minutes=length, there=there(chat, expert.zone, slot)),
            f"{words('booking.costs', price=terms.price)} {free_minutes_in_words(chat, expert)}",
            card_in_words(chat),
            policy_in_words(chat, terms, slot),
        )
    )


def card_in_words(chat: ChatContext, *, after_yes: bool = False) -> str:
    """Say whether a card is asked for, and if so when: on the next page, or after a consultant's yes.

    If a card is known, name the session that it was added for.
    """
    known = card_holds.card_of(chat.ctx, chat.person.id)
    if known is None:
        return chat.words("asking.card_after" if after_yes else "booking.card_kept")
    return chat.words("booking.card_again", ref=chat.ctx.session.get_one(Booking, known.booking_id).ref)


def free_minutes_in_words(chat: ChatContext, expert: Expert) -> str:
    """Say whether the first minutes are free. If not, say where the free minutes were used or promised."""
    words = chat.words
    spent = session_slots.free_minutes_spent(chat.ctx, chat.person.id, expert.id)
    if spent is None:
        return words("booking.free_minutes")
    if spent.at is not None:
        return words("booking.free_minutes_promised", at=spent.at)
    return words("booking.free_minutes_week" if spent.why == "week" else "booking.no_free_minutes")


def policy_in_words(chat: ChatContext, terms: Terms, slot: datetime, price: str = "") -> str:
    """Return what a cancellation costs. If the session is so near that it already costs, say that.

    `price`: these words, where several sessions are described at once.
    """
    hours = int(terms.free_until.total_seconds()) // 3600
    near = slot - terms.free_until <= chat.ctx.now
    return chat.words(
        "booking.policy_free" if not terms.late_percent else "booking.policy_near" if near else "booking.policy",
        hours=hours,
        late=terms.late_percent,
        no_show=terms.no_show_percent,
        price=price or terms.price,
    )


def there(chat: ChatContext, zone: str, moment: datetime) -> str:
    """Return the consultant's local time with its town, and the day if it differs there."""
    here, local = moment.astimezone(chat.words.zone), moment.astimezone(ZoneInfo(zone))
    day = "" if here.date() == local.date() else f"{weekday_in_words(local.date(), chat.words.locale)} "
    return f"{day}{local:%H:%M} {chat.words.clock_of(zone)}"


def _submit_booking(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    slot, length = values["slot"]
    command = BookSession(expert_id=str(defaults.subject), starts_at=slot, length=length, problem=values["problem"])
    try:
        with chat.ctx.trial():
            service.book_session(chat.ctx, command, chat.market_context.session_bp, shown=values.get("terms"))
    except Stale as changed:
        expert = experts.expert_for(chat.ctx, command.expert_id)
        keep_problem(chat, command.problem, expert.id)
        _offer_again(chat, changed, slot_button(chat, expert, slot, length))
    except Refusal as refusal:
        if refusal.code != "session.slot_taken":
            raise
        _offer_nearest(chat, command, refusal)


def _submit_call(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    _, length = values["slot"]
    command = CallNow(expert_id=str(defaults.subject), length=length, problem=values["problem"])
    try:
        with chat.ctx.trial():
            service.call_now(chat.ctx, command, chat.market_context.session_bp, shown=values.get("terms"))
    except Stale as changed:
        keep_problem(chat, command.problem, command.expert_id)
        again = Button(label=chat.words("seek.call_now"), press=press("book.now", command.expert_id), style="primary")
        _offer_again(chat, changed, again)


def _offer_again(chat: ChatContext, changed: Stale, again: Button) -> None:
    """Offer to show the current conditions, because the price or the free minutes have changed."""
    chat.reply(Say(text=chat.words.refusal(changed), buttons=((again,),)))


def _offer_nearest(chat: ChatContext, command: BookSession, refusal: Refusal) -> None:
    """Offer the nearest free slots after another seeker took this one. The written problem is kept for them."""
    expert = experts.expert_for(chat.ctx, command.expert_id)
    keep_problem(chat, command.problem, expert.id)
    near = nearest(
        session_slots.calendar_of(chat.ctx, expert),
        chat.ctx.now,
        command.starts_at,
        timedelta(minutes=command.length),
    )
    buttons = tuple((slot_button(chat, expert, slot, command.length),) for slot in near)
    chat.reply(Say(text=chat.words.refusal(refusal), buttons=buttons))


router.flow(Flow(BOOKING, finish=_submit_booking, intro=_conditions))
router.flow(Flow(CALLING, finish=_submit_call, intro=_conditions))


@router.press("book.slot")
def choose_slot(chat: ChatContext, press: Press) -> None:
    """Open the booking's form from a profile, with the slot and the known problem."""
    chat.as_new_message = True
    expert = experts.expert_for(chat.ctx, press.subject)
    chat.open("booking", FormDefaults(_known(chat, expert, press.choice), expert.id))


@router.press("book.now")
def choose_call(chat: ChatContext, press: Press) -> None:
    """Open the form of an instant call. The choice is a failed call, whose problem is kept for this one."""
    expert = experts.expert_for(chat.ctx, press.subject)
    chat.as_new_message = True
    known = _known(chat, expert, f"{written(chat.ctx.now)}.{min(expert.lengths)}")
    if press.choice:
        known["problem"] = service.booking_for(chat.ctx, press.choice).problem
    chat.open("calling", FormDefaults(known, expert.id))


def _known(chat: ChatContext, expert: Expert, slot: str) -> dict[str, str]:
    problem, (_, length) = problem_told(chat, expert.id), _read_slot(chat, slot, {})
    terms = service.terms_for(chat.ctx, expert, length, chat.market_context.session_bp)
    return {"slot": slot, "terms": terms.fingerprint} | ({"problem": problem} if problem else {})


# --- buttons of the session's card ------------------------------------------------------------------------------------


@router.press("session.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(session_card(chat, service.booking_for(chat.ctx, press.subject)))


enter_step(router, "session.abandon", service.abandon, "session.abandoned_toast")
enter_step(router, "session.withdraw", service.withdraw, "session.abandoned_toast")
enter_step(router, "session.accept", service.accept, "session.accepted_toast")
enter_step(router, "session.take_time", service.take_other_time, "session.accepted_toast")
enter_step(router, "session.take_move", service.take_move, "session.moved_toast")
enter_step(router, "session.leave_move", service.leave_move, "session.stays_toast")


@router.press("session.card")
def new_page(chat: ChatContext, press: Press) -> None:
    """Request a new page to add a card, because the old one has expired."""
    booking = service.booking_for(chat.ctx, press.subject)
    if service.side_of(chat.ctx, booking) != "seeker":
        raise Refusal("refused.not_yours")
    card_holds.open_page_again(chat.ctx, booking)
    chat.reply(Toast(text=chat.words("session.page_coming")))


@router.press("session.decline")
def decline(chat: ChatContext, press: Press) -> None:
    only_asked = service.booking_for(chat.ctx, press.subject).only_asked
    (group_requests.say_no if only_asked else service.decline)(chat.ctx, press.subject, press.expected_version)
    chat.reply(Toast(text=chat.words("session.declined_toast")))


@router.press("session.calendar")
def calendar_file(chat: ChatContext, press: Press) -> None:
    """Send the calendar entry as a file. After a change the file replaces the entry in the calendar."""
    booking = service.booking_for(chat.ctx, press.subject)
    if not booking.sequence:
        raise Stale
    file = entry_file(chat, booking)
    chat.reply(Card(title=chat.words("session.calendar_file", ref=booking.ref), documents=(file.id,)))


@router.press("session.cancel")
def ask_to_cancel(chat: ChatContext, button: Press) -> None:
    """Ask for confirmation of a cancellation and say what it would cost."""
    booking = service.mine(chat.ctx, button.subject, button.expected_version)
    fee = service.cancellation_fee(chat.ctx, booking)
    costs = chat.words("session.cancel_costs", fee=fee) if fee else chat.words("session.cancel_free")
    yes = Button(
        label=chat.words("session.cancel_yes"),
        press=press("session.cancel_now", booking.id, booking.version, str(fee.minor)),
        style="danger",
    )
    no = Button(label=chat.words("session.cancel_no"), press=press("session.show", booking.id))
    chat.reply(session_card(chat, booking, note=costs, buttons=((yes, no),)))


@router.press("session.cancel_now")
def cancel(chat: ChatContext, press: Press) -> None:
    """Cancel for the fee that was shown, because the price may have changed between the two presses."""
    shown = int(press.choice) if press.choice.isascii() and press.choice.isdigit() else 0
    service.cancel(chat.ctx, press.subject, press.expected_version, shown=shown)
    chat.reply(Toast(text=chat.words("session.cancelled_toast")))


# --- another time -----------------------------------------------------------------------------------------------------


@router.press("session.other")
@router.press("session.move")
def choose_other_time(chat: ChatContext, button: Press) -> None:
    """Show the consultant's free slots, a tap each. The effect of a tap depends on the session's state."""
    booking = service.mine(chat.ctx, button.subject, button.expected_version)
    hindrance = service.not_to_be_moved(chat.ctx, booking)
    if booking.state == SessionState.CONFIRMED and hindrance is not None:
        raise hindrance
    expert = experts.expert_for(chat.ctx, booking.expert_id)
    calendar = session_slots.calendar_of(chat.ctx, expert, but=booking.id)
    length = timedelta(minutes=booking.length)
    others = (slot for slot in free_slots(calendar, chat.ctx.now, length) if slot != booking.starts_at)
    ahead = through_the_day(others, calendar.zone, CHOICES)
    buttons = [
        Button(
            label=slot_in_words(chat, slot),
            press=press("session.at", booking.id, booking.version, choice=written(slot)),
        )
        for slot in ahead
    ]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    zone = str(booking.starts_at.astimezone(chat.words.zone).tzname())
    back = Button(label=chat.words("session.keep_time"), press=press("session.show", booking.id))
    chat.reply(session_card(chat, booking, note=chat.words("session.choose_time", zone=zone), buttons=(*rows, (back,))))


@router.press("session.at")
def at_other_time(chat: ChatContext, press: Press) -> None:
    booking = service.mine(chat.ctx, press.subject, press.expected_version)
    at = read_moment(press.choice)
    if booking.state == SessionState.REQUESTED:
        service.offer_other_time(chat.ctx, booking.id, at, press.expected_version)
    else:
        service.propose_move(chat.ctx, booking.id, at, press.expected_version)
    chat.reply(Toast(text=chat.words("session.time_proposed_toast")))


@router.command("sessions")
def my_sessions(chat: ChatContext, _rest: str) -> None:
    """Show the open sessions, the next first, then the last past ones."""
    words = chat.words
    ahead = service.bookings_of(chat.ctx, chat.person.id)[:CHOICES]
    mine = [*ahead, *service.past_bookings_of(chat.ctx, chat.person.id, PAST)]
    if not mine:
        button = to_command(words, "experts", "primary")
        chat.reply(Say(text=words("session.none_yet"), buttons=((button,),)))
        return
    items: tuple[Card, ...] = tuple(session_card(chat, booking, brief=True) for booking in mine)
    chat.reply(CardList(subject="sessions", title=words("session.mine"), items=items))
