"""When something was wrong: the seeker says it, the consultant answers or gives it all back, an operator decides."""

from __future__ import annotations

from typing import Any, Final

from conversations.book import Book, Flow
from conversations.buttons import Press, press
from conversations.consulting.after.review import session_standing
from conversations.consulting.session_price import talked_in_words
from conversations.facts import gathered
from conversations.forms.answers import read_whole_number
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, Line, Say, Toast
from conversations.talk import Opening, Talk
from conversations.wording import labelled
from core.kernel.timers import deadline_of
from core.kernel.transaction import Ctx
from core.sessions import answering, complaints, rules, service, settlement
from core.sessions.complaints import Brief
from core.sessions.events import ComplaintAnswered, SessionComplained, SessionSettled
from core.sessions.model import Booking, Complaint
from core.sessions.process import SESSION

KIND: Final = "complaint"
STEPS_SHOWN: Final = 12  # of the timeline, the latest
LINES_SHOWN: Final = 40  # of what was said, the latest
LONGEST_LINE: Final = 90  # characters of each

book = Book()

# What operators hear; the two sides hear it on the session's card. A settlement concerns them only after a complaint.
COMPLAINT_FACTS: Final[dict[type[Any], str]] = {
    SessionComplained: "notice.complaint_came",
    ComplaintAnswered: "notice.complaint_answered",
    SessionSettled: "notice.complaint_settled",
}


def on_complaint(code: str) -> Any:
    def hear(ctx: Ctx, fact: SessionComplained | ComplaintAnswered | SessionSettled) -> None:
        if ctx.session.get(Complaint, fact.booking_id) is not None:
            gathered(ctx).say(KIND, fact.booking_id, code, by=None)

    return hear


# --- the two sides ----------------------------------------------------------------------------------------------------

COMPLAINT = Form("complaint", (Field("words", "long_text", max_length=1000),), review=False)


def _complain(talk: Talk, opening: Opening, values: Values) -> None:
    settlement.complain(talk.ctx, str(opening.subject), values["words"], opening.seen)


book.flow(Flow(COMPLAINT, finish=_complain))


@book.press("session.complain")
def complain(talk: Talk, pressed: Press) -> None:
    booking = service.mine(talk.ctx, pressed.subject, pressed.seen)
    talk.fresh = True
    talk.open("complaint", Opening({}, booking.id, booking.version))


@book.press("session.give_back")
def ask_to_give_back(talk: Talk, pressed: Press) -> None:
    """It cannot be undone, so the sum is said once more."""
    words, booking = talk.words, service.mine(talk.ctx, pressed.subject, pressed.seen)
    now = press("session.give_back_now", booking.id, booking.version)
    yes = Button(label=words("session.give_back_yes", due=booking.due), press=now, style="danger")
    no = Button(label=words("session.give_back_no"), press=press("session.show", booking.id))
    talk.reply(Say(text=words("session.give_back_sure", due=booking.due, ref=booking.ref), buttons=((yes, no),)))


@book.press("session.give_back_now")
def give_back(talk: Talk, pressed: Press) -> None:
    settlement.give_back(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("session.given_back_toast")))


ANSWER: Final = Form("complaint_answer", (Field("words", "long_text", max_length=1000),), review=False)


def _answer(talk: Talk, opening: Opening, values: Values) -> None:
    answering.answer_complaint(talk.ctx, str(opening.subject), values["words"], opening.seen)


book.flow(Flow(ANSWER, finish=_answer))


@book.press("session.answer")
def answer(talk: Talk, pressed: Press) -> None:
    booking = service.mine(talk.ctx, pressed.subject, pressed.seen)
    talk.fresh = True
    talk.open("complaint_answer", Opening({}, booking.id, booking.version))


@book.press("session.take_back")
def ask_to_take_back(talk: Talk, pressed: Press) -> None:
    words, booking = talk.words, service.mine(talk.ctx, pressed.subject, pressed.seen)
    now = press("session.take_back_now", booking.id, booking.version)
    yes = Button(label=words("session.take_back_yes"), press=now, style="danger")
    no = Button(label=words("session.take_back_no"), press=press("session.show", booking.id))
    asked = words("session.take_back_sure", due=booking.due, name=talk.name_of(booking.consultant))
    talk.reply(Say(text=asked, buttons=((yes, no),)))


@book.press("session.take_back_now")
def take_back(talk: Talk, pressed: Press) -> None:
    answering.take_back(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("session.taken_back_toast")))


# --- operators --------------------------------------------------------------------------------------------------------


def _percent(_talk: Talk, text: str, _values: Values) -> int:
    return read_whole_number(0, 100, text.strip().removesuffix("%").strip())


SHARE = Field(
    "share",
    "number",
    read=_percent,
    show=lambda talk, value: f"{talk.words.show(value)} %",
    max_length=6,
    example="50",
)
RULING = Form("session_ruling", (SHARE, Field("reason", "long_text", max_length=1000)))


def _rule(talk: Talk, opening: Opening, values: Values) -> None:
    settlement.rule(talk.ctx, str(opening.subject), values["share"], values["reason"], opening.seen)


def _at_stake(talk: Talk, opening: Opening) -> str:
    booking = complaints.complaint_case(talk.ctx, str(opening.subject))
    return talk.words("complaint.at_stake", amount=booking.due)


book.flow(Flow(RULING, finish=_rule, intro=_at_stake))


@book.press("complaint.rule")
def open_ruling(talk: Talk, pressed: Press) -> None:
    booking = complaints.complaint_case(talk.ctx, pressed.subject)
    talk.fresh = True
    talk.open("session_ruling", Opening({}, booking.id, booking.version))


@book.press("complaint.said")
def what_was_said(talk: Talk, pressed: Press) -> None:
    """The talk itself, for whoever decides; that an operator may read it stands in the complaint's own form."""
    brief = complaints.brief_of(talk.ctx, pressed.subject)
    names = _names(talk, brief.booking)
    file = talk.words("session.file_line")
    said = [
        labelled(talk.words, names[line.side], line.text[:LONGEST_LINE] or file) for line in brief.lines[-LINES_SHOWN:]
    ]
    talk.reply(Say(text="\n".join(said) or talk.words("complaint.nothing_said")))


@book.press("complaint.show")
def show(talk: Talk, pressed: Press) -> None:
    talk.reply(complaint_card(talk, pressed.subject))


def complaint_card(talk: Talk, booking_id: str, note: str = "") -> Card:
    """A complaint as an operator sees it: what was said of the session, what its clock says, and what is at stake."""
    words, brief = talk.words, complaints.brief_of(talk.ctx, booking_id)
    booking = brief.booking
    timer = deadline_of(talk.ctx.session, SESSION.name, booking.id)
    is_open = booking.state == "session_dispute"
    half = rules.unruled_back(booking.due)
    turn = words("complaint.decide", until="" if timer is None else timer.due_at, half=half)
    decide = Button(label=words("complaint.rule"), press=press("complaint.rule", booking.id), style="primary")
    said = Button(label=words("complaint.said"), press=press("complaint.said", booking.id))
    return Card(
        subject=f"{KIND}:{booking.id}",
        title=words("complaint.card", ref=booking.ref),
        lines=tuple(_course(talk, brief)),
        turn=turn if is_open else words("complaint.closed"),
        note=note,
        buttons=((decide, said),) if is_open else ((said,),),
        fresh=talk.fresh,
    )


def brief_card(talk: Talk, booking: Booking) -> Card:
    """One of several that wait."""
    words = talk.words
    timer = deadline_of(talk.ctx.session, SESSION.name, booking.id)
    half = rules.unruled_back(booking.due)
    return Card(
        title=words("complaint.card", ref=booking.ref),
        lines=(Line(label=words("case.at_stake"), value=words.show(booking.due)),),
        turn=words("complaint.decide", until="" if timer is None else timer.due_at, half=half),
        buttons=((Button(label=words("session.open"), press=press("complaint.show", booking.id)),),),
    )


def _course(talk: Talk, brief: Brief) -> list[Line]:
    words, booking = talk.words, brief.booking
    names, clock = _names(talk, booking), brief.meeting
    lines = [
        Line(label=words("party.seeker"), value=f"{names['seeker']} · {session_standing(talk, booking.seeker)}"),
        Line(
            label=words("party.consultant"),
            value=f"{names['consultant']} · {session_standing(talk, booking.consultant)}",
        ),
        Line(label=words("session.gross"), value=words.show(booking.due)),
        *complaint_lines(talk, brief.complaint),
        Line(
            label=words("complaint.clock"),
            value=talked_in_words(talk, booking, clock),
        ),
    ]
    lines += [
        Line(label=words("complaint.consent"), value=f"{words.show(consent.at)} · {consent.shown}")
        for consent in brief.consents
    ]
    happened = "\n".join(f"{words.show(row.at)} {row.event.replace('_', ' ')}" for row in brief.steps[-STEPS_SHOWN:])
    lines.append(Line(label=words("case.timeline"), value=happened))
    return [*lines, *ruling_lines(talk, booking)]


def complaint_lines(talk: Talk, complaint: Complaint) -> list[Line]:
    """What the seeker says was wrong, and what the consultant says to it."""
    lines = [Line(label=talk.words("session.complaint"), value=complaint.words)]
    if complaint.answer:
        lines.append(Line(label=talk.words("complaint.answer"), value=complaint.answer))
    return lines


def ruling_lines(talk: Talk, booking: Booking) -> list[Line]:
    """How a complaint ended: the share, and why; on the card of everybody whom it concerns."""
    words, complaint = talk.words, settlement.complaint_of(talk.ctx, booking.id)
    if complaint is None or complaint.ruled is None:
        return []
    if complaint.reason is None:
        return [Line(label=words("complaint.ruling"), value=words("complaint.taken_back"))]
    kept = rules.share(booking.due, complaint.ruled)
    parts = words("complaint.shares", kept=kept, back=booking.due - kept)
    return [Line(label=words("complaint.ruling"), value=f"{parts} {complaint.reason or words('complaint.by_time')}")]


def _names(talk: Talk, booking: Booking) -> dict[str, str]:
    return {
        "seeker": talk.name_of(booking.seeker),
        "consultant": talk.name_of(booking.consultant),
    }
