"""The card of a session: the other side, time in both zones, price, whose turn it is and by when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from conversations.advice.aftercare import recording
from conversations.advice.aftercare.complaint import TURNS, complaint_lines, ruling_lines
from conversations.advice.aftercare.review import session_reputation
from conversations.advice.expert_search.expert_search import next_free_now
from conversations.advice.experts.card import slot_in_words, slots_in_words
from conversations.advice.moment import written
from conversations.advice.session_price import (
    continue_label,
    net_in_words,
    price_in_words,
    says_early,
    so_far_in_words,
    talked_in_words,
)
from conversations.books.chargebacks import chargeback_lines
from conversations.books.invoices import invoices_button, invoices_row
from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.fees import fee_lines
from conversations.reply import Button, Card, Line, Style
from core.advice.sessions import card_holds, complaints, final_charges, rules, service, settlement
from core.advice.sessions.meeting import meeting_of
from core.advice.sessions.model import CHARGED, COMPLAINED, SESSION, SETTLED, TALKING, Booking, SessionState
from core.advice.sessions.slot_checks import NOT_AGREED
from core.kernel.money import Money
from core.kernel.timers import deadline_of
from core.money.chargebacks.model import CHARGEBACK, CHARGEBACK_SILENT, Chargeback
from core.people.accounts.model import ERASED_NAME
from core.people.accounts.service import person_of
from core.people.blocking.rules import masked
from core.trade.funding.payees import payee_of

EARLY: Final = "early"  # payload of the yes to pay while free minutes are left
# States before any charge.
UNCHARGED: Final = frozenset({*NOT_AGREED, SessionState.CONFIRMED, *TALKING})
LEFT, GONE = "●", "○"  # one free minute

# The steps of the table that have buttons, in this order, with their style. A press of some steps asks first.
BUTTONS: Final[dict[str, tuple[str, Style]]] = {
    "accept": ("session.accept", "primary"),
    "take_time": ("session.take_time", "primary"),
    "take_move": ("session.take_move", "primary"),
    "other_time": ("session.other", "plain"),
    "propose_move": ("session.move", "plain"),
    "leave_move": ("session.leave_move", "plain"),
    "decline": ("session.decline", "danger"),
    "withdraw": ("session.withdraw", "danger"),
    "abandon": ("session.abandon", "danger"),
    "cancel_early": ("session.cancel", "danger"),
    "drop": ("session.out", "plain"),
    "end_early": ("session.end", "danger"),
    "hang_up": ("session.end", "danger"),
    "complain": ("session.complain", "plain"),
    "answer": ("session.answer", "primary"),
    "take_back": ("session.take_back", "plain"),
    "give_back": ("session.give_back", "danger"),
}


def session_card(
    chat: ChatContext,
    booking: Booking,
    note: str = "",
    *,
    buttons: tuple[tuple[Button, ...], ...] | None = None,
    brief: bool = False,
) -> Card:
    """A session as this person sees it now."""
    words = chat.words
    side = service.side_of(chat.ctx, booking)
    other = booking.other_than(chat.person.id)
    name = chat.name_of(other)
    disputed = settlement.chargebacks_of(chat.ctx, booking.id) if booking.state not in UNCHARGED else []
    lines = [
        *(
            (Line(label=words("session.when"), value=_when(chat, booking)),)
            if booking.state != SessionState.PROPOSED
            else ()
        ),
        Line(label=words("session.with"), value=f"{name} · {session_reputation(chat, other)}"),
    ]
    if brief:
        lines += _charged_lines(chat, booking, str(side))
    else:
        lines += _particulars(chat, booking, str(side), disputed)
    if buttons is None:
        buttons = _open(chat, booking) if brief else _buttons(chat, booking, str(side))
    return Card(
        subject=None if brief else f"session:{booking.id}",
        title=words("session.card", ref=booking.ref, name=name),
        lines=tuple(lines),
        turn=turn_of(chat, booking, str(side), name, disputed),
        note=note,
        buttons=buttons,
        as_new_message=chat.as_new_message,
    )


def waits_for_me(chat: ChatContext, booking: Booking) -> bool:
    """Return True if the next step is this person's: an answer, a card, a proposal, or coming in."""
    side = str(service.side_of(chat.ctx, booking))
    if booking.move_to is not None and booking.state != SessionState.CARD_TROUBLE:
        return booking.move_by != side
    if booking.state == SessionState.SESSION_DISPUTE:
        return side == "consultant" and not _answered(chat, booking)
    answers = {
        "seeker": (SessionState.SLOT_HELD, SessionState.CARD_TROUBLE, SessionState.FREE_WINDOW, SessionState.DEBT),
        "consultant": (SessionState.PROPOSED, SessionState.REQUESTED),
    }
    return booking.state in answers[side] or _may_come_in(chat, booking, side)


def _answered(chat: ChatContext, booking: Booking) -> bool:
    """Return True if the consultant has answered an open complaint."""
    complaint = None if booking.state != SessionState.SESSION_DISPUTE else complaints.complaint_of(chat.ctx, booking.id)
    return complaint is not None and bool(complaint.answer)


def turn_of(chat: ChatContext, booking: Booking, side: str, name: str, disputed: Sequence[Chargeback]) -> str:
    """Return whose turn it is, what comes next, and by when."""
    words = chat.words
    timer = deadline_of(chat.ctx.session, SESSION.name, booking.id)
    code = f"session.turn.{booking.state}{'.answered' if _answered(chat, booking) else ''}"
    held_at = card_holds.held_later(chat.ctx, booking) if booking.state == SessionState.SLOT_HELD else None
    if booking.state == SessionState.CONFIRMED and _is_open(chat, booking):
        code = _coming_in(chat, booking, side)
    free_first = final_charges.free_first(chat.ctx, booking)
    if booking.state == SessionState.BILLABLE and free_first:
        code = "session.turn.billable.free_first"
    moving_on = booking.move_to is not None and booking.state == SessionState.CONFIRMED
    if moving_on:
        code = "session.turn.moving_yours" if booking.move_by != side else "session.turn.moving_theirs"
    if booking.state == SessionState.SLOT_HELD and side == "seeker":
        ready = card_holds.page_of(chat.ctx, booking) is not None
        code = "session.turn.slot_held.seeker" if ready else "session.turn.slot_held.coming"
        code = "session.turn.slot_held.later" if ready and held_at is not None else code
    if booking.state == SessionState.PAYING_OUT and _waits_for_account(chat, booking, side):
        code = "session.turn.paying_out.waits"
    elif booking.state == SessionState.PAYING_OUT and side == "seeker" and not _goes_back(chat, booking):
        code = "session.turn.completed"  # what is still on its way is the consultant's
    decided_elsewhere = _bank_or_appeal(chat, booking, side, disputed)
    if decided_elsewhere:
        return decided_elsewhere
    if booking.state == SessionState.CLOSED_FREE and not card_holds.was_held(chat.ctx, booking):
        code = "session.turn.closed_free.consultant"  # without a hold, there is nothing to say about the bank
    if booking.state in SESSION.final and booking.why and words.knows(f"session.turn.over.{booking.why}"):
        code = f"session.turn.over.{booking.why}"
    code = f"{code}.{side}" if words.knows(f"{code}.{side}") else code
    at = chat.ctx.now + free_first if free_first else booking.move_to or booking.starts_at
    return words(
        code,
        name=name,
        until=service.move_answer_by(chat.ctx, booking) if moving_on else "" if timer is None else timer.due_at,
        at=held_at or at,
        price=booking.price,
        due=booking.due,
        net=rules.net_of(booking.due, booking.terms),
        half=rules.unruled_back(_asked_back(chat, booking)),
        days=rules.BANK_SHOWS_WITHIN.days,
    )


def _bank_or_appeal(chat: ChatContext, booking: Booking, side: str, disputed: Sequence[Chargeback]) -> str:
    """Return until when a bank or an appeal decides; empty if neither does."""
    chargeback = next((each for each in disputed if each.state == CHARGEBACK.initial), None)
    if chargeback is not None:
        answered = chargeback.evidence_due or chargeback.opened_at + CHARGEBACK_SILENT
        return chat.words(f"session.turn.recalled.{side}", until=answered)
    if booking.state not in TURNS:
        return ""
    timer = deadline_of(chat.ctx.session, SESSION.name, booking.id)
    return chat.words(f"{TURNS[booking.state]}.party", due="" if timer is None else timer.due_at)


def _goes_back(chat: ChatContext, booking: Booking) -> bool:
    settled = settlement.settlement_of(chat.ctx, booking.id)
    return settled is not None and bool(settled.back_minor)


def _is_open(chat: ChatContext, booking: Booking) -> bool:
    """Return True if both sides can come in already."""
    return chat.ctx.now >= booking.starts_at - rules.CHECK_IN_BEFORE


def _coming_in(chat: ChatContext, booking: Booking, side: str) -> str:
    """Return the code for which side has come in and which is awaited."""
    meeting = meeting_of(chat.ctx, booking)
    mine, theirs = meeting.here(side), meeting.here("consultant" if side == "seeker" else "seeker")
    if mine and theirs:
        return "session.turn.confirmed.both"
    return f"session.turn.confirmed.{'here' if mine else 'awaited' if theirs else 'open'}"


def _waits_for_account(chat: ChatContext, booking: Booking, side: str) -> bool:
    """Return True if the consultant has to set up payouts before their share can be sent."""
    payee = payee_of(chat.ctx, booking.consultant_org)
    return side == "consultant" and (payee is None or not payee.ready)


def _when(chat: ChatContext, booking: Booking) -> str:
    words = chat.words
    was = words("session.minutes", count=booking.length)
    return f"{words.moment(booking.starts_at)}, {was}"


def _problem(booking: Booking) -> str:
    """Return the problem. Contacts in it are hidden until the session is agreed."""
    problem = booking.problem[:300]
    return masked(problem) if booking.state in NOT_AGREED else problem


def _particulars(chat: ChatContext, booking: Booking, side: str, disputed: Sequence[Chargeback]) -> list[Line]:
    words = chat.words
    meeting = meeting_of(chat.ctx, booking)
    lines = [
        Line(label=words("session.about"), value=_problem(booking)),
        Line(label=words("session.price"), value=price_in_words(chat, booking)),
    ]
    if side == "consultant" and booking.state in UNCHARGED:
        lines.append(Line(label=words("session.net"), value=net_in_words(chat, booking)))
    if side == "seeker":
        lines += _hold_lines(chat, booking)
    if booking.state == SessionState.PROPOSED:
        lines.append(Line(label=words("ask.times"), value=slots_in_words(chat, booking.times)))
    if booking.move_to is not None:
        lines.append(Line(label=words("session.proposed"), value=words.moment(booking.move_to)))
    if booking.state in (SessionState.CONFIRMED, *TALKING):
        lines.append(Line(label=words("session.room"), value=_room(chat, booking)))
    lines += [*_clock(chat, booking), *_ended_by(chat, booking)]
    if booking.state in (SessionState.FREE_PAUSED, SessionState.PAID_PAUSED):
        here = [chat.name_of(person) for person, one in booking.sides.items() if meeting.here(one) is not None]
        lines.append(Line(label=words("session.here"), value=", ".join(here) or "–"))
    if more := card_holds.extended(chat.ctx, booking):
        lines.append(Line(label=words("session.more_time"), value=words.show(more)))
    complaint = complaints.complaint_of(chat.ctx, booking.id)
    if complaint is not None:
        lines += complaint_lines(chat, booking, complaint)
        lines += ruling_lines(chat, booking)
    lines += _charged_lines(chat, booking, side)
    return [*lines, *_statement_lines(chat, booking, side), *chargeback_lines(chat, disputed)]


def _clock(chat: ChatContext, booking: Booking) -> list[Line]:
    """Return the server's clock: the free minutes left as a bar, and later the session's time and cost."""
    words, meeting = chat.words, meeting_of(chat.ctx, booking)
    if booking.state in (SessionState.FREE_WINDOW, SessionState.FREE_PAUSED) or final_charges.free_first(
        chat.ctx, booking
    ):
        left = rules.free_minutes_left(final_charges.free_time(chat.ctx, booking), booking.terms)
        gone = int(booking.terms.free.total_seconds()) // 60 - left
        bar = LEFT * left + GONE * gone
        return [Line(label=words("session.free_left"), value=f"{bar} {words('session.minutes', count=left)}")]
    if booking.state in final_charges.PAYING:
        return [Line(label=words("session.talked"), value=so_far_in_words(chat, booking))]
    if meeting.ended_at is None or meeting.began_at is None:
        return []
    return [Line(label=words("session.talked"), value=talked_in_words(chat, booking, meeting))]


def _ended_by(chat: ChatContext, booking: Booking) -> list[Line]:
    """Return which side ended the session, for the other side that may have pressed at the same moment."""
    person = service.ended_by(chat.ctx, booking) if booking.why else None
    if person is None:
        return []
    words = chat.words
    label = words("session.called_off_by") if booking.why == "cancelled" else words("session.ended_by")
    return [Line(label=label, value=words("party.you") if person == chat.person.id else chat.name_of(person))]


def _room(chat: ChatContext, booking: Booking) -> str:
    """Return where the session takes place; a consultant's own link only where we cannot sign a link to it."""
    words, rooms = chat.words, chat.market_context.rooms
    if booking.room == "own" and booking.link is not None:
        return booking.link if rooms is None else words("session.room.own")
    by_video = booking.room == "video" and rooms is not None and rooms.video is not None
    return words("session.room.video" if by_video else "session.room.chat")


def way_in(chat: ChatContext, booking: Booking) -> Button:
    """Return "I am here", or the person's own link into the room, by which coming in and leaving are noticed."""
    words, rooms = chat.words, chat.market_context.rooms
    if booking.room == "chat" or rooms is None:
        return Button(label=words("session.here_button"), press=press("session.here", booking.id), style="primary")
    link = rooms.link(booking, chat.person.id)
    return Button(label=words("session.room_button"), url=link, style="primary")


def _open(chat: ChatContext, booking: Booking) -> tuple[tuple[Button, ...], ...]:
    return ((Button(label=chat.words("session.open"), press=press("session.show", booking.id)),),)


def _buttons(chat: ChatContext, booking: Booking, side: str) -> tuple[tuple[Button, ...], ...]:
    words, rows = chat.words, []
    if side == "seeker" and booking.state in (SessionState.SLOT_HELD, SessionState.CARD_TROUBLE, SessionState.DEBT):
        rows.append(_card_button(chat, booking))
    if _may_come_in(chat, booking, side):
        rows.append((way_in(chat, booking),))
    rows += _extension(chat, booking, side)
    if side == "consultant" and booking.state == SessionState.PROPOSED:
        rows += _time_rows(chat, booking)
    rows += _continue_row(chat, booking)
    made = [*_after_complaint(chat, booking), *_step_buttons(chat, booking)]
    rows += [tuple(made[i : i + 2]) for i in range(0, len(made), 2)]
    if booking.state == SessionState.PAYING_OUT and _waits_for_account(chat, booking, side):
        rows.append((Button(label=words("payout.set_up"), press=press("payout.set_up"), style="primary"),))
    beside = []
    if booking.sequence and (booking.state == SessionState.CONFIRMED or booking.why == "cancelled"):
        file = press("session.calendar", booking.id)
        beside.append(Button(label=words("session.calendar_button"), press=file))
    if booking.state not in (SessionState.SLOT_HELD, *TALKING):
        blocking = press("apart.ask", booking.id, choice="session")
        beside.append(Button(label=words("apart.button"), press=blocking))
    if booking.state in CHARGED:  # a charged session has a receipt at least
        paid = side == "seeker"
        beside += (invoices_button(chat, booking.id),) if paid else invoices_row(chat, booking.id, of_session=True)
    if recording.may_ask(chat, booking):
        rows.append((Button(label=words("recording.ask_button"), press=press("recording.ask", booking.id)),))
    rows += _call_instead(chat, booking, side)
    gone = person_of(chat.ctx, booking.consultant).name == ERASED_NAME
    if side == "seeker" and not gone and booking.state in (*SETTLED, SessionState.REVIEW_WINDOW):
        again, name = press("seek.show", booking.expert_id), chat.name_of(booking.consultant)
        rows.append((Button(label=words("session.again_button", name=name), press=again),))
    return tuple(rows) if not beside else (*rows, tuple(beside))


def _time_rows(chat: ChatContext, booking: Booking) -> list[tuple[Button, ...]]:
    """Return a button for each of the seeker's times, with which the consultant accepts."""
    return [
        (
            Button(
                label=slot_in_words(chat, time),
                press=press("session.pick", booking.id, booking.version, written(time)),
                style="primary",
            ),
        )
        for time in booking.times
        if time > chat.ctx.now
    ]


def _continue_row(chat: ChatContext, booking: Booking) -> list[tuple[Button, ...]]:
    """Return the yes to pay as a row of its own, so that its long label can be read."""
    if "continue" not in service.may(chat.ctx, booking):
        return []
    early = says_early(chat.ctx, booking)
    load = press("session.continue", booking.id, booking.version, EARLY if early else "")
    return [(Button(label=continue_label(chat, booking, early=early), press=load, style="primary"),)]


def _step_buttons(chat: ChatContext, booking: Booking) -> list[Button]:
    """Return a button for each step that the process table opens to this person now."""
    may = service.may(chat.ctx, booking)
    steps = [BUTTONS[event] for event in BUTTONS if event in may]
    moving = booking.move_to is not None
    hidden = {"session.move"} if moving else {"session.take_move", "session.leave_move"}
    return [
        Button(
            label=chat.words(f"{verb}_button"),
            press=press(verb, booking.id, booking.version),
            style=style,
        )
        for verb, style in dict.fromkeys(steps)
        if verb not in hidden
    ]


def _after_complaint(chat: ChatContext, booking: Booking) -> list[Button]:
    """Return the buttons to appeal against a ruling, and to give back the part that a complaint asks for."""
    words, buttons, may = chat.words, [], service.may(chat.ctx, booking) if booking.state in COMPLAINED else []
    if "appeal" in may:
        load = press("session.appeal", booking.id, booking.version)
        buttons.append(Button(label=words("case.appeal"), press=load))
    asked = _asked_back(chat, booking)
    if "grant" in may and asked != booking.due:  # there is another button for all of it
        load = press("session.grant", booking.id, booking.version)
        buttons.append(Button(label=words("session.give_back_yes", due=asked), press=load, style="danger"))
    return buttons


def _asked_back(chat: ChatContext, booking: Booking) -> Money:
    """Return the sum that an open complaint asks back; all of the charge if there is none."""
    return settlement.asked_back(chat.ctx, booking) if booking.state in COMPLAINED else booking.due


def _call_instead(chat: ChatContext, booking: Booking, side: str) -> list[tuple[Button, ...]]:
    """Return a button to the next consultant who is free, after a failed instant call."""
    if side != "seeker" or not booking.instant or booking.why not in ("declined", "expired"):
        return []
    other = next_free_now(chat, booking.problem, booking.expert_id)
    if other is None:
        return []
    label = chat.words("session.call_instead", name=chat.name_of(other.person_id))
    return [(Button(label=label, press=press("book.now", other.id, choice=booking.id), style="primary"),)]


def stands_outside(chat: ChatContext, booking: Booking) -> bool:
    """Return True if the session is open for coming in and this person has not come in."""
    return _may_come_in(chat, booking, str(service.side_of(chat.ctx, booking)))


def _may_come_in(chat: ChatContext, booking: Booking, side: str) -> bool:
    if booking.state not in (SessionState.CONFIRMED, SessionState.FREE_PAUSED, SessionState.PAID_PAUSED):
        return False
    if chat.ctx.now < booking.starts_at - rules.CHECK_IN_BEFORE:
        return False  # the reminder ten minutes before redraws the card with the button
    return meeting_of(chat.ctx, booking).here(side) is None


def _extension(chat: ChatContext, booking: Booking, side: str) -> list[tuple[Button, ...]]:
    """Return the buttons to extend the session: the consultant offers more time, the seeker accepts it."""
    if booking.state != SessionState.BILLABLE:
        return []
    words, asked = chat.words, meeting_of(chat.ctx, booking).extension_asked
    if side == "consultant":
        if asked:
            return []  # it is the other side's turn
        offer = press("session.extend", booking.id, booking.version)
        return [(Button(label=words("session.extend_button"), press=offer),)]
    if not asked:
        return []
    price = final_charges.extension_price(chat.ctx, booking, asked)
    label = words("session.take_extension_button", minutes=asked, price=price)
    return [(Button(label=label, press=press("session.take_more", booking.id, booking.version), style="primary"),)]


# --- money ------------------------------------------------------------------------------------------------------------


def _hold_lines(chat: ChatContext, booking: Booking) -> list[Line]:
    """Return when the price will be held, if the payment card is only kept for now."""
    words, at = chat.words, card_holds.held_later(chat.ctx, booking)
    if at is None or booking.state not in (SessionState.REQUESTED, SessionState.COUNTERED, SessionState.CONFIRMED):
        return []
    return [Line(label=words("session.hold"), value=words("session.hold_later", price=booking.price, at=at))]


def _charged_lines(chat: ChatContext, booking: Booking, side: str) -> list[Line]:
    """Return what was charged, for good; and what for, if it is not plainly the price of a talk."""
    words = chat.words
    settled = settlement.settlement_of(chat.ctx, booking.id) if booking.state in SETTLED else None
    charged = booking.due
    if settled is not None:
        charged = Money(settled.net_minor + settled.fee_minor + settled.back_minor, booking.currency)
    elif booking.state not in (SessionState.REVIEW_WINDOW, *COMPLAINED):
        return []
    reason = f"session.charged_for.{booking.why}"
    reason = f"{reason}.{side}" if words.knows(f"{reason}.{side}") else reason
    if not words.knows(reason):
        if settled is None:
            return []  # the line about the turn says the sum
        return [Line(label=words("session.gross"), value=words.show(charged))] if charged else []
    return [Line(label=words("session.gross"), value=words(reason, amount=charged))]


def _statement_lines(chat: ChatContext, booking: Booking, side: str) -> list[Line]:
    """Return how the money was split: the refund, and for the consultant also gross, fee, its VAT and net."""
    words = chat.words
    settled = settlement.settlement_of(chat.ctx, booking.id) if booking.state in SETTLED else None
    if settled is None:
        return []
    net, fee, back = (
        Money(minor, booking.currency) for minor in (settled.net_minor, settled.fee_minor, settled.back_minor)
    )
    goes_back = [Line(label=words(f"session.back.{side}"), value=words.show(back))] if back else []
    if side == "seeker":
        return goes_back
    deducted = fee_lines(chat, booking.consultant_org, fee)
    return [*goes_back, *deducted, Line(label=words("session.net"), value=words.show(net))]


def _card_button(chat: ChatContext, booking: Booking) -> tuple[Button, ...]:
    page = card_holds.page_of(chat.ctx, booking)
    if page is None:
        return (Button(label=chat.words("session.card_button"), press=press("session.card", booking.id)),)
    if booking.state == SessionState.DEBT:
        return (Button(label=chat.words("session.pay_button", price=booking.due), url=page, style="primary"),)
    if card_holds.held_later(chat.ctx, booking) is not None:
        return (Button(label=chat.words("session.keep_card_button"), url=page, style="primary"),)
    return (Button(label=chat.words("session.add_card_button", price=booking.price), url=page, style="primary"),)
