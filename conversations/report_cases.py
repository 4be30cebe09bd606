"""Reports as cases of the operators: the card, and the acts that close it. Each act asks once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Field, Form, Values, own_words
from conversations.reply import Button, Card, Line, Say
from conversations.router import Flow, Router
from conversations.steps import YES, asked_on, yes_to
from core.kernel.errors import NotAllowed, Stale
from core.people.blocking import service
from core.people.blocking.events import AccountSuspended, PartyWarned
from core.people.blocking.model import SHORTEST_REASON, Outcome, Report, WarnParty
from core.people.blocking.suspensions import SuspendAccount, lift_suspension, suspend_account, suspension_of
from core.trade.listings.model import LISTING, Listing, ListingState
from core.trade.listings.service import listing_for, put_back_listing, take_down_listing

router = Router()

REASON = Field("reason", "long_text", min_length=SHORTEST_REASON, max_length=1000)
WARNING = Form("warning", (REASON,))
TAKE_DOWN = Form("take_down", (REASON,))
SUSPEND = Form("suspend", (REASON,))
OBJECTION: Final = own_words("objection")


# --- cards ------------------------------------------------------------------------------------------------------------


def brief_report(chat: ChatContext, told: Report) -> Card:
    """Return a report in the list of open cases: its age, its subject and the next step."""
    words = chat.words
    return Card(
        title=_title(chat, told),
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
    ]
    if told.screen:
        lines.append(Line(label=words("report.screen"), value=told.screen))
    if told.reason and service.may_read(chat.person, told):
        lines.append(Line(label=words("report.reason"), value=told.reason))
    turn = "report.turn.open.operator" if decides else f"report.turn.{told.outcome or 'open'}"
    if told.outcome == "nothing" and service.is_objection(chat.ctx, told):
        turn = "report.turn.left"
    return Card(
        subject=f"report:{told.id}",
        title=_title(chat, told),
        text=told.words,
        lines=tuple(lines),
        turn=words(turn),
        note=note,
        buttons=_acts(chat, told) if service.may_read(chat.person, told) else (),
        as_new_message=chat.as_new_message,
    )


def _title(chat: ChatContext, told: Report) -> str:
    code = "report.objection" if service.is_objection(chat.ctx, told) else "report.title"
    return chat.words(code, name=chat.party(told.about_id))


def _acts(chat: ChatContext, told: Report) -> tuple[tuple[Button, ...], ...]:
    """Return an operator's buttons. What has been done can be taken back after the report is closed."""
    words, rows = chat.words, list[tuple[Button, ...]]()
    waits, objects = told.closed_at is None, service.is_objection(chat.ctx, told)
    if waits and not objects:
        rows.append((Button(label=words("report.warn"), press=press("report.warn", told.id), style="danger"),))
    listing = _listing_of(chat, told)
    can = () if listing is None else LISTING.open_to(listing.state, ("operator",))
    if waits and not objects and "take_down" in can:
        rows.append((Button(label=words("take_down.title"), press=press("report.take_down", told.id), style="danger"),))
    if "put_back" in can:
        rows.append((Button(label=words("report.put_back"), press=press("report.put_back", told.id)),))
    suspended = suspension_of(chat.ctx, told.about_id) is not None
    if suspended:
        rows.append((Button(label=words("report.lift"), press=press("report.lift", told.id)),))
    elif waits and not objects:
        rows.append((Button(label=words("suspend.title"), press=press("report.suspend", told.id), style="danger"),))
    if waits:
        rows.append((Button(label=words(_nothing(objects=objects)), press=press("report.nothing", told.id)),))
    return tuple(rows)


def _nothing(*, objects: bool) -> str:
    return "report.leave" if objects else "report.nothing"


def _listing_of(chat: ChatContext, told: Report) -> Listing | None:
    """Return the listing that a report is about."""
    return listing_for(chat.ctx, told.subject) if told.kind == "listing" and told.subject else None


@router.press("report.show")
def show(chat: ChatContext, button: Press) -> None:
    chat.reply(report_card(chat, service.report_for(chat.ctx, button.subject)))


# --- acts -------------------------------------------------------------------------------------------------------------


def _what_follows(code: str) -> Callable[[ChatContext, FormDefaults], str]:
    def intro(chat: ChatContext, defaults: FormDefaults) -> str:
        told = service.report_to_decide(chat.ctx, str(defaults.subject))
        return chat.words(code, name=chat.party(told.about_id))

    return intro


def _warn(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = WarnParty(report_id=str(defaults.subject), reason=values["reason"])
    chat.reply(report_card(chat, service.warn_party(chat.ctx, command)))


def _take_down(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    told = service.report_to_decide(chat.ctx, str(defaults.subject))
    take_down_listing(chat.ctx, str(told.subject), values["reason"])
    chat.reply(report_card(chat, service.close_report(chat.ctx, told.id, "removed", values["reason"])))


def _suspend(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    told = service.report_to_decide(chat.ctx, str(defaults.subject))
    suspend_account(chat.ctx, SuspendAccount(organisation_id=told.about_id, reason=values["reason"]))
    chat.reply(report_card(chat, service.close_report(chat.ctx, told.id, "suspended", values["reason"])))


router.flow(Flow(WARNING, finish=_warn, intro=_what_follows("warning.intro")))
router.flow(Flow(TAKE_DOWN, finish=_take_down, intro=_what_follows("take_down.intro")))
router.flow(Flow(SUSPEND, finish=_suspend, intro=_what_follows("suspend.intro")))

FORMS: Final = {"report.warn": "warning", "report.take_down": "take_down", "report.suspend": "suspend"}


def _open(chat: ChatContext, button: Press) -> None:
    told = service.report_to_decide(chat.ctx, button.subject)
    chat.as_new_message = True
    chat.open(FORMS[button.verb], FormDefaults({}, told.id))


for each in FORMS:
    router.press(each)(_open)


def _asked(chat: ChatContext, button: Press, told: Report, label: str) -> bool:
    """Ask before an act that needs no reason. Return True if the question is shown, and not answered yet."""
    if button.choice == YES:
        return False
    yes = Button(label=yes_to(chat, chat.words(label)), press=press(button.verb, told.id, choice=YES), style="danger")
    question = chat.words(f"sure.{label}", name=chat.party(told.about_id))
    chat.reply(asked_on(chat, report_card(chat, told), question, yes, press("report.show", told.id)))
    return True


def _closed(chat: ChatContext, told: Report, outcome: Outcome) -> Report:
    """Close a report if it is still open."""
    return told if told.closed_at is not None else service.close_report(chat.ctx, told.id, outcome)


@router.press("report.put_back")
def put_back(chat: ChatContext, button: Press) -> None:
    """Put the listing back that a report is about, after a question."""
    told = service.report_to_decide(chat.ctx, button.subject, closed_too=True)
    if not _asked(chat, button, told, "report.put_back"):
        put_back_listing(chat.ctx, str(told.subject))
        chat.reply(report_card(chat, _closed(chat, told, "put_back")))


@router.press("report.lift")
def lift(chat: ChatContext, button: Press) -> None:
    """Lift the suspension of the account that a report is about, after a question."""
    told = service.report_to_decide(chat.ctx, button.subject, closed_too=True)
    if not _asked(chat, button, told, "report.lift"):
        lift_suspension(chat.ctx, told.about_id)
        chat.reply(report_card(chat, _closed(chat, told, "lifted")))


@router.press("report.nothing")
def dismiss(chat: ChatContext, button: Press) -> None:
    """Close a report without an act, after a question."""
    told = service.report_to_decide(chat.ctx, button.subject)
    if not _asked(chat, button, told, _nothing(objects=service.is_objection(chat.ctx, told))):
        chat.reply(report_card(chat, service.close_report(chat.ctx, told.id, "nothing")))


# --- the party itself -------------------------------------------------------------------------------------------------


def _object(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    kind = "account" if defaults.subject == chat.organisation else "listing"
    service.object_to(chat.ctx, kind, str(defaults.subject), values["words"])
    chat.reply(Say(text=chat.words("objection.sent")))


router.flow(Flow(OBJECTION, finish=_object))


@router.press("objection.listing")
def object_to_listing(chat: ChatContext, button: Press) -> None:
    """Ask the seller why a listing should be put back."""
    listing = listing_for(chat.ctx, button.subject)
    if listing.seller != chat.organisation:
        raise NotAllowed
    if listing.state != ListingState.REMOVED:
        raise Stale
    chat.as_new_message = True
    chat.open("objection", FormDefaults({}, listing.id))


@router.press("objection.account")
def object_to_suspension(chat: ChatContext, _button: Press) -> None:
    """Ask a suspended account why the suspension should be lifted."""
    if suspension_of(chat.ctx, chat.organisation) is None:
        raise Stale
    chat.as_new_message = True
    chat.open("objection", FormDefaults({}, chat.organisation))


def suspension_told(chat: ChatContext, fact: AccountSuspended) -> Say:
    """Return the message to a suspended account: the reason, what follows, and how to object."""
    words = chat.words
    if fact.until is not None:
        text = words("suspension.carried", until=fact.until)
    else:
        text = words("suspension.begins", reason=fact.reason)
    return Say(text=text, buttons=((Button(label=words("objection.title"), press=press("objection.account", "")),),))


def warning_of(chat: ChatContext, fact: PartyWarned) -> Say:
    """Return the warning for the reported party. It does not name the reporter."""
    return Say(text=chat.words("report.warned_you", reason=fact.reason))
