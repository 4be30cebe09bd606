"""Booking a session: the price and the rules before the yes, the card, the answer, another time, the way out."""

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
from conversations.chat_context import Opening, Talk
from conversations.dates import weekday_in_words
from conversations.forms.form import Field, Form, Values
from conversations.people.contact_warnings import free_text
from conversations.reply import Button, Card, CardList, Say, Toast
from conversations.router import Book, Flow
from core.advice.availability.slots import free_slots, nearest, through_the_day
from core.advice.experts import service as experts
from core.advice.experts.model import Expert
from core.advice.sessions import card_holds, group_requests, rescheduling, service
from core.advice.sessions import slot_checks as session_slots
from core.advice.sessions.model import Booking, BookSession, CallNow, Terms
from core.kernel.errors import Invalid, Refusal, Stale
from core.people.accounts.service import person_of

CHOICES: Final = 12
PAST: Final = 5  # sessions that are over, in the list of one's own

book = Book()


# --- the form: one line to write, and all the conditions above it -----------------------------------------------------


def _read_slot(_talk: Talk, text: str, _values: Values) -> tuple[datetime, int]:
    """ "abc123.30": the moment and the minutes, as the button had them; "now.30" for an instant call."""
    moment, _, minutes = text.partition(".")
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 4):
        raise Invalid("talk.unknown_button")
    return (read_moment(moment), int(minutes))


SLOT = Field(
    "slot",
    read=_read_slot,
    write=lambda slot: f"{written(slot[0])}.{slot[1]}",
    show=lambda talk, slot: talk.words.moment(slot[0]),
    fixed=True,
)
PROBLEM = Field("problem", "long_text", read=free_text, max_length=1000)

TERMS = Field("terms", fixed=True, optional=True)  # as they stood when the form was opened

BOOKING = Form("booking", (SLOT, TERMS, PROBLEM))
CALLING = Form("calling", (SLOT, TERMS, PROBLEM))


def _conditions(talk: Talk, opening: Opening) -> str:
    """Who, when in both zones, what it costs, what is free, and what happens when plans change."""
    words = talk.words
    expert = experts.expert_for(talk.ctx, str(opening.subject))
    slot, length = _read_slot(talk, opening.answers["slot"], {})
    terms = service.terms_for(talk.ctx, expert, length, talk.almanac.session_bp)
    name = person_of(talk.ctx, expert.person_id).name
    return "\n".join(
        (
            words("booking.who_when", name=name, at=slot, minutes=length, there=there(talk, expert.zone, slot)),
            f"{words('booking.costs', price=terms.price)} {free_minutes_in_words(talk, expert)}",
            card_in_words(talk),
            policy_in_words(talk, terms, slot),
        )
    )


def card_in_words(talk: Talk, *, after_yes: bool = False) -> str:
    """Whether a card is asked for, on the next page or once somebody has said yes; or which one is taken, by the
    session that it was added for."""
    known = card_holds.card_of(talk.ctx, talk.person.id)
    if known is None:
        return talk.words("asking.card_after" if after_yes else "booking.card_kept")
    return talk.words("booking.card_again", ref=talk.ctx.session.get_one(Booking, known.booking_id).ref)


def free_minutes_in_words(talk: Talk, expert: Expert) -> str:
    """Whether the first minutes are free; if not, where the free ones have gone or go."""
    words = talk.words
    spent = session_slots.free_minutes_spent(talk.ctx, talk.person.id, expert.id)
    if spent is None:
        return words("booking.free_minutes")
    if spent.at is not None:
        return words("booking.free_minutes_promised", at=spent.at)
    return words("booking.free_minutes_week" if spent.why == "week" else "booking.no_free_minutes")


def policy_in_words(talk: Talk, terms: Terms, slot: datetime, price: str = "") -> str:
    """What calling off costs; of a time that is so near that it costs at once, that is what is said. `price`: in these
    words, where it is told of several at once."""
    hours = int(terms.free_until.total_seconds()) // 3600
    near = slot - terms.free_until <= talk.ctx.now
    return talk.words(
        "booking.policy_free" if not terms.late_percent else "booking.policy_near" if near else "booking.policy",
        hours=hours,
        late=terms.late_percent,
        no_show=terms.no_show_percent,
        price=price or terms.price,
    )


def there(talk: Talk, zone: str, moment: datetime) -> str:
    """The consultant's own clock at that moment, with its town; and the day, where it is another one there."""
    here, local = moment.astimezone(talk.words.zone), moment.astimezone(ZoneInfo(zone))
    day = "" if here.date() == local.date() else f"{weekday_in_words(local.date(), talk.words.locale)} "
    return f"{day}{local:%H:%M} {talk.words.clock_of(zone)}"


def _book(talk: Talk, opening: Opening, values: Values) -> None:
    slot, length = values["slot"]
    command = BookSession(expert_id=str(opening.subject), starts_at=slot, length=length, problem=values["problem"])
    try:
        with talk.ctx.trial():
            service.book_session(talk.ctx, command, talk.almanac.session_bp, shown=values.get("terms"))
    except Stale as changed:
        expert = experts.expert_for(talk.ctx, command.expert_id)
        keep_problem(talk, command.problem, expert.id)
        _show_anew(talk, changed, slot_button(talk, expert, slot, length))
    except Refusal as refusal:
        if refusal.code != "session.slot_taken":
            raise
        _offer_nearest(talk, command, refusal)


def _call(talk: Talk, opening: Opening, values: Values) -> None:
    _, length = values["slot"]
    command = CallNow(expert_id=str(opening.subject), length=length, problem=values["problem"])
    try:
        with talk.ctx.trial():
            service.call_now(talk.ctx, command, talk.almanac.session_bp, shown=values.get("terms"))
    except Stale as changed:
        keep_problem(talk, command.problem, command.expert_id)
        again = Button(label=talk.words("seek.call_now"), press=press("book.now", command.expert_id), style="primary")
        _show_anew(talk, changed, again)


def _show_anew(talk: Talk, changed: Stale, again: Button) -> None:
    """It costs something else by now, or the free minutes are used: a tap shows the conditions that hold."""
    talk.reply(Say(text=talk.words.refusal(changed), buttons=((again,),)))


def _offer_nearest(talk: Talk, command: BookSession, refusal: Refusal) -> None:
    """Somebody was faster: the three nearest, a tap each; what was written is kept for them."""
    expert = experts.expert_for(talk.ctx, command.expert_id)
    keep_problem(talk, command.problem, expert.id)
    near = nearest(
        session_slots.calendar_of(talk.ctx, expert),
        talk.ctx.now,
        command.starts_at,
        timedelta(minutes=command.length),
    )
    buttons = tuple((slot_button(talk, expert, slot, command.length),) for slot in near)
    talk.reply(Say(text=talk.words.refusal(refusal), buttons=buttons))


book.flow(Flow(BOOKING, finish=_book, intro=_conditions))
book.flow(Flow(CALLING, finish=_call, intro=_conditions))


@book.press("book.slot")
def book_slot(talk: Talk, pressed: Press) -> None:
    """From a profile: the slot is in the form, and so is the problem when it was told before."""
    talk.fresh = True
    expert = experts.expert_for(talk.ctx, pressed.subject)
    talk.open("booking", Opening(_known(talk, expert, pressed.choice), expert.id))


@book.press("book.now")
def book_now(talk: Talk, pressed: Press) -> None:
    """Call at once. The choice: the call that came to nothing, whose words go on to this one."""
    expert = experts.expert_for(talk.ctx, pressed.subject)
    talk.fresh = True
    known = _known(talk, expert, f"{written(talk.ctx.now)}.{min(expert.lengths)}")
    if pressed.choice:
        known["problem"] = service.booking_for(talk.ctx, pressed.choice).problem
    talk.open("calling", Opening(known, expert.id))


def _known(talk: Talk, expert: Expert, slot: str) -> dict[str, str]:
    problem, (_, length) = problem_told(talk, expert.id), _read_slot(talk, slot, {})
    terms = service.terms_for(talk.ctx, expert, length, talk.almanac.session_bp)
    return {"slot": slot, "terms": terms.mark} | ({"problem": problem} if problem else {})


# --- buttons of the session's card ------------------------------------------------------------------------------------


@book.press("session.show")
def show(talk: Talk, pressed: Press) -> None:
    talk.reply(session_card(talk, service.booking_for(talk.ctx, pressed.subject)))


@book.press("session.abandon")
def abandon(talk: Talk, pressed: Press) -> None:
    service.abandon(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("session.abandoned_toast")))


@book.press("session.withdraw")
def withdraw(talk: Talk, pressed: Press) -> None:
    service.withdraw(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("session.abandoned_toast")))


@book.press("session.card")
def new_page(talk: Talk, pressed: Press) -> None:
    """The page to add a card has lapsed: another one comes."""
    booking = service.booking_for(talk.ctx, pressed.subject)
    if service.side_of(talk.ctx, booking) != "seeker":
        raise Refusal("refused.not_yours")
    card_holds.open_page_again(talk.ctx, booking)
    talk.reply(Toast(text=talk.words("session.page_coming")))


@book.press("session.accept")
def accept(talk: Talk, pressed: Press) -> None:
    service.accept(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("session.accepted_toast")))


@book.press("session.decline")
def decline(talk: Talk, pressed: Press) -> None:
    only_asked = service.booking_for(talk.ctx, pressed.subject).only_asked
    (group_requests.say_no if only_asked else service.decline)(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("session.declined_toast")))


@book.press("session.calendar")
def calendar_file(talk: Talk, pressed: Press) -> None:
    """The entry as a file; the same one anew after each change, so that a calendar replaces what it has."""
    booking = service.booking_for(talk.ctx, pressed.subject)
    if not booking.sequence:
        raise Stale
    file = entry_file(talk, booking)
    talk.reply(Card(title=talk.words("session.calendar_file", ref=booking.ref), documents=(file.id,)))


@book.press("session.cancel")
def ask_to_cancel(talk: Talk, pressed: Press) -> None:
    """What it would cost is said before it is done."""
    booking = service.mine(talk.ctx, pressed.subject, pressed.seen)
    fee = service.cancellation_fee(talk.ctx, booking)
    costs = talk.words("session.cancel_costs", fee=fee) if fee else talk.words("session.cancel_free")
    yes = Button(
        label=talk.words("session.cancel_yes"),
        press=press("session.cancel_now", booking.id, booking.version, str(fee.minor)),
        style="danger",
    )
    no = Button(label=talk.words("session.cancel_no"), press=press("session.show", booking.id))
    talk.reply(session_card(talk, booking, note=costs, buttons=((yes, no),)))


@book.press("session.cancel_now")
def cancel(talk: Talk, pressed: Press) -> None:
    """For what was said before: the hour from which it costs may have come between the two presses."""
    shown = int(pressed.choice) if pressed.choice.isascii() and pressed.choice.isdigit() else 0
    service.cancel(talk.ctx, pressed.subject, pressed.seen, shown=shown)
    talk.reply(Toast(text=talk.words("session.cancelled_toast")))


# --- another time -----------------------------------------------------------------------------------------------------


@book.press("session.other")
@book.press("session.move")
def choose_other_time(talk: Talk, pressed: Press) -> None:
    """The consultant's free slots, a tap each. What the tap means depends on where the session stands."""
    booking = service.mine(talk.ctx, pressed.subject, pressed.seen)
    hindrance = service.not_to_be_moved(talk.ctx, booking)
    if booking.state == "confirmed" and hindrance is not None:
        raise hindrance
    expert = experts.expert_for(talk.ctx, booking.expert_id)
    calendar = session_slots.calendar_of(talk.ctx, expert, but=booking.id)
    length = timedelta(minutes=booking.length)
    others = (slot for slot in free_slots(calendar, talk.ctx.now, length) if slot != booking.starts_at)
    ahead = through_the_day(others, calendar.zone, CHOICES)
    buttons = [
        Button(
            label=slot_in_words(talk, slot),
            press=press("session.at", booking.id, booking.version, choice=written(slot)),
        )
        for slot in ahead
    ]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    zone = str(booking.starts_at.astimezone(talk.words.zone).tzname())
    back = Button(label=talk.words("session.keep_time"), press=press("session.show", booking.id))
    talk.reply(session_card(talk, booking, note=talk.words("session.choose_time", zone=zone), buttons=(*rows, (back,))))


@book.press("session.at")
def at_other_time(talk: Talk, pressed: Press) -> None:
    booking = service.mine(talk.ctx, pressed.subject, pressed.seen)
    at = read_moment(pressed.choice)
    if booking.state == "requested":
        service.offer_other_time(talk.ctx, booking.id, at, pressed.seen)
    else:
        rescheduling.propose_move(talk.ctx, booking.id, at, pressed.seen)
    talk.reply(Toast(text=talk.words("session.time_proposed_toast")))


@book.press("session.take_time")
def take_time(talk: Talk, pressed: Press) -> None:
    service.take_other_time(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("session.accepted_toast")))


@book.press("session.take_move")
def take_move(talk: Talk, pressed: Press) -> None:
    rescheduling.take_move(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("session.moved_toast")))


@book.press("session.leave_move")
def leave_move(talk: Talk, pressed: Press) -> None:
    rescheduling.leave_move(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("session.stays_toast")))


@book.command("sessions")
def my_sessions(talk: Talk, _rest: str) -> None:
    """The sessions that are not over, the next first; then the last ones that are."""
    words = talk.words
    ahead = service.bookings_of(talk.ctx, talk.person.id)[:CHOICES]
    mine = [*ahead, *service.past_bookings_of(talk.ctx, talk.person.id, PAST)]
    if not mine:
        button = to_command(words, "experts", "primary")
        talk.reply(Say(text=words("session.none_yet"), buttons=((button,),)))
        return
    items: tuple[Card, ...] = tuple(session_card(talk, booking, brief=True) for booking in mine)
    talk.reply(CardList(subject="sessions", title=words("session.mine"), items=items))
