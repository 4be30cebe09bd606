"""Moderation: report a party to the operators together with the card on the screen, block it, and unblock it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conversations.advice.expert_search.expert_search import profile_card
from conversations.advice.expert_search.question import KIND as QUESTION
from conversations.advice.expert_search.question import question_card
from conversations.advice.sessions.card import session_card
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.discovery.result_cards import listing_card
from conversations.event_sentences import notifications
from conversations.forms.form import Values, own_words
from conversations.reply import Button, Card, CardList, Say, Toast
from conversations.report_cases import report_card
from conversations.router import Flow, Router
from conversations.trade.offers.inquiry import inquiry_card
from conversations.trade.offers.offer import offer_card
from conversations.wording import Words, labelled
from core.advice.experts.questions import question_for, side_of
from core.advice.experts.service import expert_for
from core.advice.sessions.service import booking_for
from core.kernel.chat_state.memory import Topic
from core.kernel.errors import Invalid
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import operators, person_of
from core.people.blocking import service
from core.people.blocking.events import PartyReported, ReportClosed
from core.people.blocking.model import SCREEN_AT_MOST, ReportParty
from core.trade.listings.service import listing_for
from core.trade.offers.inquiries.service import inquiry_for
from core.trade.offers.service import offer_for


@dataclass(frozen=True, slots=True)
class ReportedCard:
    """The card that a person was looking at, kept for the report's form."""

    kind: str
    subject: str

    @classmethod
    def read(cls, text: str) -> ReportedCard:
        kind, _, subject = text.partition(":")
        return cls(kind, subject)

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject}"


LAST_REPORTED: Final = Topic("reported", ReportedCard.read)

router = Router()

Party = Callable[[ChatContext, str], str]  # the party behind the card, from the person's view
Drawn = Callable[[ChatContext, str], Card]


def _other(chat: ChatContext, thing: Any) -> str:
    return str(thing.seller if thing.buyer == chat.organisation else thing.buyer)


def _other_of_session(chat: ChatContext, subject: str) -> str:
    booking = booking_for(chat.ctx, subject)
    return booking.consultant_org if booking.seeker_org == chat.organisation else booking.seeker_org


def _other_of_question(chat: ChatContext, subject: str) -> str:
    question = question_for(chat.ctx, subject)
    other = question.consultant if side_of(chat.ctx, question) == "seeker" else question.seeker
    return person_of(chat.ctx, other).organisation_id


# Each kind of card that shows another party: that party, and the card as the person sees it.
REPORTED_ON: Final[Mapping[str, tuple[Party, Drawn]]] = {
    "expert": (
        lambda chat, subject: expert_for(chat.ctx, subject).organisation_id,
        lambda chat, subject: profile_card(chat, expert_for(chat.ctx, subject)),
    ),
    "listing": (
        lambda chat, subject: listing_for(chat.ctx, subject).seller,
        lambda chat, subject: listing_card(chat, listing_for(chat.ctx, subject)),
    ),
    "offer": (
        lambda chat, subject: _other(chat, offer_for(chat.ctx, subject)),
        lambda chat, subject: offer_card(chat, offer_for(chat.ctx, subject)),
    ),
    "inquiry": (
        lambda chat, subject: _other(chat, inquiry_for(chat.ctx, subject)),
        lambda chat, subject: inquiry_card(chat, inquiry_for(chat.ctx, subject)),
    ),
    QUESTION: (_other_of_question, lambda chat, subject: question_card(chat, question_for(chat.ctx, subject))),
    "session": (_other_of_session, lambda chat, subject: session_card(chat, booking_for(chat.ctx, subject))),
}


@router.press("apart.ask")
def ask(chat: ChatContext, button: Press) -> None:
    """Offer to report or block the party on this card. The choice is the kind of card."""
    if button.choice not in REPORTED_ON:
        chat.reply(Toast(text=chat.words("talk.unknown_button")))
        return
    words, organisation = chat.words, REPORTED_ON[button.choice][0](chat, button.subject)
    report = press("apart.report", button.subject, choice=button.choice)
    chat.as_new_message = True
    chat.reply(
        Say(
            text=words("apart.ask", name=chat.party(organisation)),
            buttons=(
                (Button(label=words("apart.report"), press=report),),
                (Button(label=words("apart.block"), press=press("apart.block", organisation), style="danger"),),
            ),
        )
    )


# --- blocks -----------------------------------------------------------------------------------------------------------


@router.press("apart.block")
def block(chat: ChatContext, button: Press) -> None:
    service.block(chat.ctx, button.subject)
    name = chat.party(button.subject)
    undo = Button(label=chat.words("apart.unblock"), press=press("apart.unblock", button.subject))
    chat.as_new_message = True
    chat.reply(Say(text=chat.words("apart.blocked", name=name), buttons=((undo,),)))


@router.press("apart.unblock")
def unblock(chat: ChatContext, press: Press) -> None:
    service.unblock(chat.ctx, press.subject)
    name = chat.party(press.subject)
    chat.as_new_message = True
    chat.reply(Say(text=chat.words("apart.unblocked", name=name)))


@router.command("blocked")
def blocked(chat: ChatContext, _rest: str) -> None:
    """Show the blocked parties, each with a button to unblock it."""
    words = chat.words
    items = tuple(
        Card(
            title=chat.party(each),
            buttons=((Button(label=words("apart.unblock"), press=press("apart.unblock", each)),),),
        )
        for each in service.blocked_by_me(chat.ctx)
    )
    if not items:
        chat.reply(Say(text=words("apart.nobody")))
        return
    chat.reply(CardList(subject="blocked", title=words("apart.title"), items=items))


# --- reports ----------------------------------------------------------------------------------------------------------

REPORT: Final = own_words("tell")


def _report(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    reported = chat.memory.get(LAST_REPORTED)
    known = reported is not None and reported.kind in REPORTED_ON
    screen = (
        on_screen(chat.words, REPORTED_ON[reported.kind][1](chat, reported.subject))
        if reported is not None and known
        else ""
    )
    command = ReportParty(
        organisation_id=str(defaults.subject),
        words=values["words"],
        screen=screen[:SCREEN_AT_MOST],
        kind=reported.kind if reported is not None and known else "",
        subject=reported.subject if reported is not None and known else "",
    )
    service.report(chat.ctx, command)
    block_too = Button(label=chat.words("apart.block"), press=press("apart.block", command.organisation_id))
    chat.reply(Say(text=chat.words("apart.reported"), buttons=((block_too,),)))


router.flow(Flow(REPORT, finish=_report))


@router.press("apart.report")
def report(chat: ChatContext, press: Press) -> None:
    if press.choice not in REPORTED_ON:
        raise Invalid("talk.unknown_button")
    organisation = REPORTED_ON[press.choice][0](chat, press.subject)
    chat.memory.put(LAST_REPORTED, ReportedCard(press.choice, press.subject))
    chat.as_new_message = True
    chat.open("tell", FormDefaults({}, organisation))


def on_screen(words: Words, card: Card) -> str:
    """Return a card as its reader sees it, without its buttons."""
    lines = (labelled(words, line.label, line.value) for line in card.lines)
    return "\n".join(part for part in (card.title, card.text, *lines, card.turn, card.note) if part)


# --- notifications ----------------------------------------------------------------------------------------------------

REPORT_EVENTS: Final[dict[type[Any], str]] = {
    PartyReported: "notice.report_made",
    ReportClosed: "notice.report_closed",
}


def on_report(code: str) -> Callable[[Ctx, PartyReported | ReportClosed], None]:
    def hear(ctx: Ctx, fact: PartyReported | ReportClosed) -> None:
        notifications(ctx).say("report", fact.report_id, code, by=None)

    return hear


REPORT_LISTENERS: Final = ((REPORT_EVENTS, on_report),)


def report_notification_card(chat: ChatContext, subject: str, note: str) -> Card:
    return report_card(chat, service.report_for(chat.ctx, subject), note)


def told_of_report(ctx: Ctx, report_id: str) -> list[Person]:
    """Return the operators, and the reporter once the report was reviewed."""
    told = service.report_for(ctx, report_id)
    home = [each for each in operators(ctx) if service.may_read(each, told)]
    reporter = person_of(ctx, told.reporter)
    return home if told.closed_at is None or reporter in home else [*home, reporter]
