"""Reports as cases of the operators: the card, and the acts that close it. Each act asks once."""

from __future__ import annotations

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, Line, Say
from conversations.router import Flow, Router
from conversations.steps import YES, asked_on, yes_to
from core.people.blocking import service
from core.people.blocking.events import PartyWarned
from core.people.blocking.model import SHORTEST_REASON, Report, WarnParty

router = Router()

REASON = Field("reason", "long_text", min_length=SHORTEST_REASON, max_length=1000)
WARNING = Form("warning", (REASON,))


# --- cards ------------------------------------------------------------------------------------------------------------


def brief_report(chat: ChatContext, told: Report) -> Card:
    """Return a report in the list of open cases: its age, its subject and the next step."""
    words = chat.words
    return Card(
        title=words("report.title", name=chat.party(told.about_id)),
        lines=(Line(label=words("report.since"), value=words.show(told.at)),),
        turn=words("report.turn.open.operator"),
        buttons=((Button(label=words("session.open"), press=press("report.show", told.id)),),),
    )


def report_card(chat: ChatContext, told: Report, note: str = "") -> Card:
    words = chat.words
    decides = told.closed_at is None and service.may_read(chat.person, told)
    lines = [
        Line(label=words("report.by"), value=chat.name_of(told.reporter)),
        Line(label=words("report.since"), value=words.show(told.at)),
        Line(label=words("report.screen"), value=told.screen),
    ]
    if told.reason and service.may_read(chat.person, told):
        lines.append(Line(label=words("report.reason"), value=told.reason))
    turn = "report.turn.open.operator" if decides else f"report.turn.{told.outcome or 'open'}"
    return Card(
        subject=f"report:{told.id}",
        title=words("report.title", name=chat.party(told.about_id)),
        text=told.words,
        lines=tuple(lines),
        turn=words(turn),
        note=note,
        buttons=_acts(chat, told) if decides else (),
        as_new_message=chat.as_new_message,
    )


def _acts(chat: ChatContext, told: Report) -> tuple[tuple[Button, ...], ...]:
    words = chat.words
    warn = Button(label=words("report.warn"), press=press("report.warn", told.id), style="danger")
    return ((warn, Button(label=words("report.nothing"), press=press("report.nothing", told.id))),)


@router.press("report.show")
def show(chat: ChatContext, button: Press) -> None:
    chat.reply(report_card(chat, service.report_for(chat.ctx, button.subject)))


# --- acts -------------------------------------------------------------------------------------------------------------


def _what_follows(chat: ChatContext, defaults: FormDefaults) -> str:
    told = service.report_to_decide(chat.ctx, str(defaults.subject))
    return chat.words("warning.intro", name=chat.party(told.about_id))


def _warn(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = WarnParty(report_id=str(defaults.subject), reason=values["reason"])
    chat.reply(report_card(chat, service.warn_party(chat.ctx, command)))


router.flow(Flow(WARNING, finish=_warn, intro=_what_follows))


@router.press("report.warn")
def warn(chat: ChatContext, button: Press) -> None:
    told = service.report_to_decide(chat.ctx, button.subject)
    chat.as_new_message = True
    chat.open("warning", FormDefaults({}, told.id))


@router.press("report.nothing")
def dismiss(chat: ChatContext, button: Press) -> None:
    """Close a report without an act, after a question."""
    told = service.report_to_decide(chat.ctx, button.subject)
    if button.choice != YES:
        load = press("report.nothing", told.id, choice=YES)
        yes = Button(label=yes_to(chat, chat.words("report.nothing")), press=load, style="danger")
        question = chat.words("sure.report.nothing", name=chat.party(told.about_id))
        chat.reply(asked_on(chat, report_card(chat, told), question, yes, press("report.show", told.id)))
        return
    chat.reply(report_card(chat, service.close_report(chat.ctx, told.id, "nothing")))


def warning_said(chat: ChatContext, fact: PartyWarned) -> Say:
    """Return the warning for the reported party. It does not say by whom it was reported."""
    return Say(text=chat.words("report.warned_you", reason=fact.reason))
