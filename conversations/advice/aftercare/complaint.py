"""Complaints about a session: the seeker complains, the consultant answers or refunds it all, an operator decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conversations.advice.aftercare.confirmation import ask_to_confirm
from conversations.advice.aftercare.review import session_reputation
from conversations.advice.session_price import talked_in_words
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.event_sentences import notifications
from conversations.forms.answers import read_whole_number
from conversations.forms.form import Field, Form, Values, own_words
from conversations.reply import Button, Card, Line, Say
from conversations.router import Flow, Router
from conversations.steps import enter_step
from conversations.wording import labelled
from core.advice.sessions import complaints, rules, service, settlement
from core.advice.sessions.complaints import Brief
from core.advice.sessions.events import ComplaintAnswered, SessionComplained, SessionSettled
from core.advice.sessions.model import SESSION, Booking, Complaint, SessionState
from core.kernel.process import StepRow
from core.kernel.timers import deadline_of
from core.kernel.transaction import Ctx
from core.people.files.service import kept_files

KIND: Final = "complaint"
STEPS_SHOWN: Final = 12  # latest steps of the timeline
LINES_SHOWN: Final = 40  # latest lines of the session
LONGEST_LINE: Final = 90  # characters of each

router = Router()

# The label that an operator reads for each step of a session with a complaint.
STEPS: Final = {
    "pick_time": "agreed",
    "card_ok": "card",
    "accept": "agreed",
    "other_time": "proposed",
    "take_time": "agreed",
    "propose_move": "proposed",
    "take_move": "moved",
    "leave_move": "stays",
    "move_lapsed": "stays",
    "auth_failed": "card_no",
    "cancel_late_seeker": "called_off",
    "noshow_seeker": "no_show",
    "both_joined": "both",
    "both_joined_paying": "both",
    "continue": "yes",
    "drop": "away",
    "rejoin": "back",
    "extend": "more",
    "hang_up": "ended",
    "time_up": "over",
    "rejoin_limit": "over",
    "captured": "charged",
    "capture_failed": "not_charged",
    "paid_by_link": "charged",
    "complain": "complained",
    "answer": "answered",
    "take_back": "taken_back",
    "give_back": "given_back",
    "rule": "decided",
    "session_final_rule": "decided",
    "recalled": "recalled",
    "paid_out": "paid_out",
}

# Notifications to operators. The two sides read theirs on the session's card, a settlement only after a complaint.
COMPLAINT_EVENTS: Final[dict[type[Any], str]] = {
    SessionComplained: "notice.complaint_came",
    ComplaintAnswered: "notice.complaint_answered",
    SessionSettled: "notice.complaint_settled",
}


def on_complaint(code: str) -> Any:
    def hear(ctx: Ctx, fact: SessionComplained | ComplaintAnswered | SessionSettled) -> None:
        if ctx.session.get(Complaint, fact.booking_id) is not None:
            notifications(ctx).say(KIND, fact.booking_id, code, by=None)

    return hear


# --- the two sides ----------------------------------------------------------------------------------------------------

COMPLAINT: Final = own_words("complaint")
ANSWER: Final = own_words("complaint_answer")

Tell = Callable[[Ctx, str, str, int | None], Any]  # session id, words, version the person saw


def _in_own_words(verb: str, form: Form, tell: Tell) -> None:
    """Register a button that opens a form with one long answer. It belongs to one version of the session."""

    def begin(chat: ChatContext, press: Press) -> None:
        booking = service.mine(chat.ctx, press.subject, press.expected_version)
        chat.as_new_message = True
        chat.open(form.name, FormDefaults({}, booking.id, booking.version))

    def finish(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
        tell(chat.ctx, str(defaults.subject), values["words"], defaults.expected_version)

    router.press(verb)(begin)
    router.flow(Flow(form, finish=finish))


_in_own_words("session.complain", COMPLAINT, complaints.complain)
_in_own_words("session.answer", ANSWER, complaints.answer_complaint)


@router.press("session.give_back")
def ask_to_give_back(chat: ChatContext, press: Press) -> None:
    words, booking = chat.words, service.mine(chat.ctx, press.subject, press.expected_version)
    asked = words("session.give_back_sure", due=booking.due, ref=booking.ref)
    yes, no = words("session.give_back_yes", due=booking.due), words("session.give_back_no")
    ask_to_confirm(chat, booking, press.verb, asked=asked, yes=yes, no=no)


enter_step(router, "session.give_back_now", settlement.give_back, "session.given_back_toast")
enter_step(router, "session.take_back_now", complaints.take_back, "session.taken_back_toast")


@router.press("session.take_back")
def ask_to_take_back(chat: ChatContext, press: Press) -> None:
    words, booking = chat.words, service.mine(chat.ctx, press.subject, press.expected_version)
    asked = words("session.take_back_sure", due=booking.due, name=chat.name_of(booking.consultant))
    yes, no = words("session.take_back_yes"), words("session.take_back_no")
    ask_to_confirm(chat, booking, press.verb, asked=asked, yes=yes, no=no)


# --- operators --------------------------------------------------------------------------------------------------------


def _percent(_chat: ChatContext, text: str, _values: Values) -> int:
    return read_whole_number(0, 100, text.strip().removesuffix("%").strip())


SHARE = Field(
    "share",
    "number",
    read=_percent,
    show=lambda chat, value: f"{chat.words.show(value)} %",
    max_length=6,
    example="50",
)
RULING = Form("session_ruling", (SHARE, Field("reason", "long_text", max_length=1000)))


def _rule(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    complaints.rule(chat.ctx, str(defaults.subject), values["share"], values["reason"], defaults.expected_version)


def _at_stake(chat: ChatContext, defaults: FormDefaults) -> str:
    booking = complaints.complaint_case(chat.ctx, str(defaults.subject))
    return chat.words("complaint.at_stake", amount=booking.due)


router.flow(Flow(RULING, finish=_rule, intro=_at_stake))


@router.press("complaint.rule")
def open_ruling(chat: ChatContext, press: Press) -> None:
    booking = complaints.complaint_case(chat.ctx, press.subject)
    chat.as_new_message = True
    chat.open("session_ruling", FormDefaults({}, booking.id, booking.version))


@router.press("complaint.said")
def show_messages(chat: ChatContext, press: Press) -> None:
    """Show the session's messages to the operator who decides, as the complaint's form says."""
    brief = complaints.brief_of(chat.ctx, press.subject)
    names = _names(chat, brief.booking)
    file = chat.words("session.file_line")
    messages = [
        labelled(chat.words, names[line.side], line.text[:LONGEST_LINE] or file) for line in brief.lines[-LINES_SHOWN:]
    ]
    chat.reply(Say(text="\n".join(messages) or chat.words("complaint.nothing_said")))
    sent = kept_files(chat.ctx, [each for line in brief.lines[-LINES_SHOWN:] for each in line.files])
    if sent:  # as many as were shown
        pictures = tuple(each.id for each in sent if each.mime.startswith("image/"))
        others = tuple(each.id for each in sent if not each.mime.startswith("image/"))
        chat.reply(Card(title=chat.words("complaint.card", ref=brief.booking.ref), pictures=pictures, documents=others))


@router.press("complaint.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(complaint_card(chat, press.subject))


def complaint_card(chat: ChatContext, booking_id: str, note: str = "") -> Card:
    """Return the complaint as an operator sees it: its words, the session's clock, and the amount at stake."""
    words, brief = chat.words, complaints.brief_of(chat.ctx, booking_id)
    booking = brief.booking
    timer = deadline_of(chat.ctx.session, SESSION.name, booking.id)
    is_open = booking.state == SessionState.SESSION_DISPUTE
    half = rules.unruled_back(booking.due)
    turn = words("complaint.decide", until="" if timer is None else timer.due_at, half=half)
    decide = Button(label=words("complaint.rule"), press=press("complaint.rule", booking.id), style="primary")
    messages = Button(label=words("complaint.said"), press=press("complaint.said", booking.id))
    return Card(
        subject=f"{KIND}:{booking.id}",
        title=words("complaint.card", ref=booking.ref),
        lines=tuple(_case_lines(chat, brief)),
        turn=turn if is_open else words("complaint.closed"),
        note=note,
        buttons=((decide, messages),) if is_open else ((messages,),),
        as_new_message=chat.as_new_message,
    )


def brief_card(chat: ChatContext, booking: Booking) -> Card:
    """Return a complaint in the list of open ones."""
    words = chat.words
    timer = deadline_of(chat.ctx.session, SESSION.name, booking.id)
    half = rules.unruled_back(booking.due)
    return Card(
        title=words("complaint.card", ref=booking.ref),
        lines=(Line(label=words("case.at_stake"), value=words.show(booking.due)),),
        turn=words("complaint.decide", until="" if timer is None else timer.due_at, half=half),
        buttons=((Button(label=words("session.open"), press=press("complaint.show", booking.id)),),),
    )


def _case_lines(chat: ChatContext, brief: Brief) -> list[Line]:
    words, booking = chat.words, brief.booking
    names, clock = _names(chat, booking), brief.meeting
    lines = [
        Line(label=words("party.seeker"), value=f"{names['seeker']} · {session_reputation(chat, booking.seeker)}"),
        Line(
            label=words("party.consultant"),
            value=f"{names['consultant']} · {session_reputation(chat, booking.consultant)}",
        ),
        Line(label=words("session.gross"), value=words.show(booking.due)),
        *complaint_lines(chat, brief.complaint),
        Line(
            label=words("complaint.clock"),
            value=talked_in_words(chat, booking, clock),
        ),
    ]
    lines += [
        Line(
            label=words("complaint.consent"),
            value=f"{words.show(consent.at)} · {chat.name_of(consent.person_id)} · {consent.shown}",
        )
        for consent in brief.consents
    ]
    shown = brief.steps[-STEPS_SHOWN:]
    happened = "\n".join(labelled(words, words.show(row.at), _happened(chat, names, booking, row)) for row in shown)
    lines.append(Line(label=words("case.timeline"), value=happened))
    return [*lines, *ruling_lines(chat, booking)]


def _happened(chat: ChatContext, names: dict[str, str], booking: Booking, row: StepRow) -> str:
    """Return a step of the session in words, with the side that took it."""
    happened = chat.words(f"complaint.step.{STEPS[row.event]}")
    by = names.get(booking.sides.get(row.actor, ""))
    return happened if by is None else f"{happened} · {by}"


def complaint_lines(chat: ChatContext, complaint: Complaint) -> list[Line]:
    """Return the seeker's complaint and the consultant's answer to it."""
    lines = [Line(label=chat.words("session.complaint"), value=complaint.words)]
    if complaint.answer:
        lines.append(Line(label=chat.words("complaint.answer"), value=complaint.answer))
    return lines


def ruling_lines(chat: ChatContext, booking: Booking) -> list[Line]:
    """Return how a complaint ended, for the cards of everyone concerned: the shares and the reason."""
    words, complaint = chat.words, complaints.complaint_of(chat.ctx, booking.id)
    if complaint is None or complaint.ruled is None:
        return []
    if complaint.reason is None:
        return [Line(label=words("complaint.ruling"), value=words("complaint.taken_back"))]
    kept = rules.share(booking.due, complaint.ruled)
    parts = words("complaint.shares", kept=kept, back=booking.due - kept)
    return [Line(label=words("complaint.ruling"), value=f"{parts} {complaint.reason or words('complaint.by_time')}")]


def _names(chat: ChatContext, booking: Booking) -> dict[str, str]:
    return {side: chat.name_of(person) for person, side in booking.sides.items()}
