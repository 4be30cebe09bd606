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
from conversations.forms.form import WORDS, Field, Form, Values, own_words
from conversations.reply import Button, Card, Line, Say
from conversations.router import Flow, Router
from conversations.steps import enter_step
from conversations.trade.claim_figures import OF
from conversations.trade.parts import read_part, show_part, write_part
from conversations.wording import labelled
from core.advice.sessions import complaints, rules, service, settlement
from core.advice.sessions.complaints import Brief
from core.advice.sessions.events import (
    ComplaintAnswered,
    ComplaintAppealed,
    ComplaintRuled,
    SessionComplained,
    SessionFact,
    SessionSettled,
)
from core.advice.sessions.model import SESSION, Booking, Complaint, SessionState
from core.catalogue.language.fields import parse_money
from core.kernel.errors import Invalid
from core.kernel.money import Money
from core.kernel.process import StepRow
from core.kernel.timers import deadline_of
from core.kernel.transaction import Ctx
from core.people.files.service import kept_files

KIND: Final = "complaint"
STEPS_SHOWN: Final = 12  # latest steps of the timeline
LINES_SHOWN: Final = 40  # latest lines of the session
LONGEST_LINE: Final = 90  # characters of each

# The codes of what a complaint waits for after a ruling: the same as in trade.
TURNS: Final = {
    SessionState.COMPLAINT_RULED: "turn.case.ruled",
    SessionState.COMPLAINT_APPEALED: "turn.case.appealed",
}

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
    "grant": "given_back",
    "rule": "decided",
    "appeal": "appealed",
    "rule_again": "decided",
    "appeal_over": "decided",
    "review_limit": "decided",
    "session_final_rule": "decided",
    "recalled": "recalled",
    "paid_out": "paid_out",
}

# Notifications to operators. The two sides read theirs on the session's card, a settlement only after a complaint.
COMPLAINT_EVENTS: Final[dict[type[Any], str]] = {
    SessionComplained: "notice.complaint_came",
    ComplaintAnswered: "notice.complaint_answered",
    ComplaintRuled: "notice.session_complaint_ruled",
    ComplaintAppealed: "notice.session_complaint_appealed",
    SessionSettled: "notice.complaint_settled",
}


def on_complaint(code: str) -> Any:
    def hear(ctx: Ctx, fact: SessionFact) -> None:
        if ctx.session.get(Complaint, fact.booking_id) is not None:
            notifications(ctx).say(KIND, fact.booking_id, code, by=None)

    return hear


# --- the two sides ----------------------------------------------------------------------------------------------------


def _read_sum(chat: ChatContext, text: str, values: Values) -> Money:
    """Read the sum that should go back: an amount, or a share with its percent sign. Raises Invalid."""
    whole: Money = values["of"]
    if text.strip().endswith("%"):
        part = read_part(chat, text, values)
        return part if isinstance(part, Money) else whole.share(part)
    catalogue = chat.market_context.catalogue
    asked = parse_money(text, catalogue, default_currency=whole.currency, language=chat.words.language)
    if asked.currency != whole.currency or asked > whole:
        raise Invalid("case.pay_outside", most=whole)
    if not asked:
        raise Invalid("session.asks_nothing", most=whole)
    return asked


ASKED: Final = Field(
    "asked",
    read=_read_sum,
    write=str,
    otherwise=lambda values: values["of"],
    optional=True,
    max_length=40,
    example="50 %",
)
COMPLAINT: Final = Form("complaint", (OF, WORDS, ASKED))
ANSWER: Final = own_words("complaint_answer")
APPEAL: Final = Form("session_appeal", (WORDS,), words_of="appeal")

Tell = Callable[[Ctx, str, Values, int | None], Any]  # session id, answers, version the person saw


def _whole(booking: Booking) -> dict[str, str]:
    """Return the hidden answer of a form that asks for a part of the charge: the charge."""
    return {OF.name: OF.write(booking.due)}


def _in_own_words(verb: str, form: Form, tell: Tell) -> None:
    """Register a button that opens a form with one long answer. It belongs to one version of the session."""

    def begin(chat: ChatContext, press: Press) -> None:
        booking = service.mine(chat.ctx, press.subject, press.expected_version)
        chat.as_new_message = True
        chat.open(form.name, FormDefaults(_whole(booking) if OF in form.fields else {}, booking.id, booking.version))

    def finish(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
        tell(chat.ctx, str(defaults.subject), values, defaults.expected_version)

    router.press(verb)(begin)
    router.flow(Flow(form, finish=finish))


def _complain(ctx: Ctx, booking_id: str, values: Values, expected_version: int | None) -> None:
    complaints.complain(ctx, booking_id, values["words"], values["asked"], expected_version)


def _answer(ctx: Ctx, booking_id: str, values: Values, expected_version: int | None) -> None:
    complaints.answer_complaint(ctx, booking_id, values["words"], expected_version)


def _appeal(ctx: Ctx, booking_id: str, values: Values, expected_version: int | None) -> None:
    complaints.appeal(ctx, booking_id, values["words"], expected_version)


_in_own_words("session.complain", COMPLAINT, _complain)
_in_own_words("session.answer", ANSWER, _answer)
_in_own_words("session.appeal", APPEAL, _appeal)


@router.press("session.give_back")
def ask_to_give_back(chat: ChatContext, press: Press) -> None:
    words, booking = chat.words, service.mine(chat.ctx, press.subject, press.expected_version)
    asked = words("session.give_back_sure", due=booking.due, ref=booking.ref)
    yes, no = words("session.give_back_yes", due=booking.due), words("session.give_back_no")
    ask_to_confirm(chat, booking, press.verb, asked=asked, yes=yes, no=no)


@router.press("session.grant")
def ask_to_grant(chat: ChatContext, press: Press) -> None:
    """Ask before the consultant gives back the part that the complaint asks for."""
    words, booking = chat.words, service.mine(chat.ctx, press.subject, press.expected_version)
    back = settlement.asked_back(chat.ctx, booking)
    asked = words("session.give_back_sure", due=back, ref=booking.ref)
    yes, no = words("session.give_back_yes", due=back), words("session.give_back_no")
    ask_to_confirm(chat, booking, press.verb, asked=asked, yes=yes, no=no)


enter_step(router, "session.grant_now", complaints.grant, "session.given_back_toast")
enter_step(router, "session.give_back_now", settlement.give_back, "session.given_back_toast")
enter_step(router, "session.take_back_now", complaints.take_back, "session.taken_back_toast")


@router.press("session.take_back")
def ask_to_take_back(chat: ChatContext, press: Press) -> None:
    words, booking = chat.words, service.mine(chat.ctx, press.subject, press.expected_version)
    asked = words("session.take_back_sure", due=booking.due, name=chat.name_of(booking.consultant))
    yes, no = words("session.take_back_yes"), words("session.take_back_no")
    ask_to_confirm(chat, booking, press.verb, asked=asked, yes=yes, no=no)


# --- operators --------------------------------------------------------------------------------------------------------


SHARE = Field("share", read=read_part, write=write_part, show=show_part, max_length=40, example="50 %")
RULING = Form("session_ruling", (OF, SHARE, Field("reason", "long_text", max_length=1000)))


def _rule(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    """Decide by the share or the sum that the consultant keeps: the rest goes back."""
    whole, part = values["of"], values["share"]
    kept = part if isinstance(part, Money) else whole.share(part)
    complaints.rule(chat.ctx, str(defaults.subject), whole - kept, values["reason"], defaults.expected_version)


def _at_stake(chat: ChatContext, defaults: FormDefaults) -> str:
    booking = complaints.complaint_case(chat.ctx, str(defaults.subject))
    return chat.words("complaint.at_stake", amount=booking.due)


router.flow(Flow(RULING, finish=_rule, intro=_at_stake))


@router.press("complaint.rule")
def open_ruling(chat: ChatContext, press: Press) -> None:
    booking = complaints.complaint_case(chat.ctx, press.subject)
    chat.as_new_message = True
    chat.open("session_ruling", FormDefaults(_whole(booking), booking.id, booking.version))


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
    is_open = complaints.may_rule(chat.ctx, booking)
    decide = Button(label=words("complaint.rule"), press=press("complaint.rule", booking.id), style="primary")
    messages = Button(label=words("complaint.said"), press=press("complaint.said", booking.id))
    return Card(
        subject=f"{KIND}:{booking.id}",
        title=words("complaint.card", ref=booking.ref),
        lines=tuple(_case_lines(chat, brief)),
        turn=_operator_turn(chat, booking),
        note=note,
        buttons=((decide, messages),) if is_open else ((messages,),),
        as_new_message=chat.as_new_message,
    )


def brief_card(chat: ChatContext, booking: Booking) -> Card:
    """Return a complaint in the list of open ones."""
    words = chat.words
    return Card(
        title=words("complaint.card", ref=booking.ref),
        lines=(Line(label=words("case.at_stake"), value=words.show(booking.due)),),
        turn=_operator_turn(chat, booking),
        buttons=((Button(label=words("session.open"), press=press("complaint.show", booking.id)),),),
    )


def _operator_turn(chat: ChatContext, booking: Booking) -> str:
    """Return what a complaint waits for, as an operator reads it."""
    timer = deadline_of(chat.ctx.session, SESSION.name, booking.id)
    due: Any = "" if timer is None else timer.due_at
    if booking.state == SessionState.SESSION_DISPUTE:
        half = rules.unruled_back(settlement.asked_back(chat.ctx, booking))
        return chat.words("complaint.decide", until=due, half=half)
    code = TURNS.get(booking.state)
    return chat.words("complaint.closed") if code is None else chat.words(f"{code}.operator", due=due)


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
        *complaint_lines(chat, booking, brief.complaint),
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


def complaint_lines(chat: ChatContext, booking: Booking, complaint: Complaint) -> list[Line]:
    """Return the seeker's complaint with its sum, the consultant's answer to it, and the appeals of both."""
    words = chat.words
    lines = [
        Line(label=words("session.complaint"), value=complaint.words),
        Line(label=words("complaint.asked"), value=words.show(settlement.asked_back(chat.ctx, booking))),
    ]
    if complaint.answer:
        lines.append(Line(label=words("complaint.answer"), value=complaint.answer))
    appeals = {side: complaint.appeal_of(side) for side in booking.sides.values()}
    return lines + [
        Line(label=words("case.appeal_of", who=words(f"party.{side}")), value=reasons)
        for side, reasons in appeals.items()
        if reasons
    ]


def ruling_lines(chat: ChatContext, booking: Booking) -> list[Line]:
    """Return the rulings on a complaint and its end, for the cards of everyone concerned: shares and reasons."""
    words, complaint = chat.words, complaints.complaint_of(chat.ctx, booking.id)
    if complaint is None:
        return []
    label = words("complaint.ruling")
    rulings = complaints.rulings_of(chat.ctx, booking.id)
    lines = [
        Line(
            label=label if len(rulings) == 1 else words("case.ruling", number=each.number),
            value=_ruled(chat, booking, Money(each.back_minor, booking.currency), each.reason),
        )
        for each in rulings
    ]
    if complaint.ruled is None or (rulings and complaint.reason is not None):
        return lines
    if complaint.reason is None and not complaint.back_minor:
        return [*lines, Line(label=label, value=words("complaint.taken_back"))]
    kept = rules.share(booking.due, complaint.ruled)  # as versions without rulings have kept it
    back = booking.due - kept if complaint.back_minor is None else Money(complaint.back_minor, booking.currency)
    reason = words("complaint.by_time") if complaint.reason == "" else complaint.reason
    return [*lines, Line(label=label, value=_ruled(chat, booking, back, reason))]


def _ruled(chat: ChatContext, booking: Booking, back: Money, reason: str | None) -> str:
    """Return the shares of both sides and the reason, if there is one."""
    return f"{chat.words('complaint.shares', kept=booking.due - back, back=back)} {reason or ''}".strip()


def _names(chat: ChatContext, booking: Booking) -> dict[str, str]:
    return {side: chat.name_of(person) for person, side in booking.sides.items()}
