"""Keeping apart: report somebody to the operators with what is on the screen, block a party, and let it be again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from conversations.advice.expert_search.expert_search import profile_card
from conversations.advice.expert_search.question import KIND as QUESTION
from conversations.advice.expert_search.question import question_card
from conversations.advice.sessions.card import session_card
from conversations.buttons import Press, press
from conversations.chat_context import Opening, Talk
from conversations.discovery.result_cards import listing_card
from conversations.event_sentences import gathered
from conversations.forms.form import Values
from conversations.forms.free_text_form import own_words
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Book, Flow
from conversations.trade.offers.inquiry import inquiry_card
from conversations.trade.offers.offer import offer_card
from conversations.wording import Words, labelled
from core.advice.experts.questions.service import question_for, side_of
from core.advice.experts.service import expert_for
from core.advice.sessions.service import booking_for
from core.kernel.chat_state.service import recall, remember
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import operators, person_of
from core.people.blocking import service
from core.people.blocking.events import PartyReported, ReportClosed
from core.people.blocking.model import SCREEN_AT_MOST, Report, ReportParty
from core.trade.listings.service import listing_for
from core.trade.offers.inquiries.service import inquiry_for
from core.trade.offers.service import offer_for

LAST_SEEN: Final = "reported"  # which card the person was looking at, kept for the report's form

book = Book()

Party = Callable[[Talk, str], str]  # whose card it is, seen from the person
Drawn = Callable[[Talk, str], Card]


def _other(talk: Talk, thing: Any) -> str:
    return str(thing.seller if thing.buyer == talk.organisation else thing.buyer)


def _other_of_session(talk: Talk, subject: str) -> str:
    booking = booking_for(talk.ctx, subject)
    return booking.consultant_org if booking.seeker_org == talk.organisation else booking.seeker_org


def _other_of_question(talk: Talk, subject: str) -> str:
    question = question_for(talk.ctx, subject)
    other = question.consultant if side_of(talk.ctx, question) == "seeker" else question.seeker
    return person_of(talk.ctx, other).organisation_id


# Each kind of card on which somebody else is seen: who that is, and the card as the person has it before them.
SEEN_ON: Final[Mapping[str, tuple[Party, Drawn]]] = {
    "expert": (
        lambda talk, subject: expert_for(talk.ctx, subject).organisation_id,
        lambda talk, subject: profile_card(talk, expert_for(talk.ctx, subject)),
    ),
    "listing": (
        lambda talk, subject: listing_for(talk.ctx, subject).seller,
        lambda talk, subject: listing_card(talk, listing_for(talk.ctx, subject)),
    ),
    "offer": (
        lambda talk, subject: _other(talk, offer_for(talk.ctx, subject)),
        lambda talk, subject: offer_card(talk, offer_for(talk.ctx, subject)),
    ),
    "inquiry": (
        lambda talk, subject: _other(talk, inquiry_for(talk.ctx, subject)),
        lambda talk, subject: inquiry_card(talk, inquiry_for(talk.ctx, subject)),
    ),
    QUESTION: (_other_of_question, lambda talk, subject: question_card(talk, question_for(talk.ctx, subject))),
    "session": (_other_of_session, lambda talk, subject: session_card(talk, booking_for(talk.ctx, subject))),
}


@book.press("apart.ask")
def ask(talk: Talk, pressed: Press) -> None:
    """What one can do about who stands on this card. The choice: its kind."""
    if pressed.choice not in SEEN_ON:
        talk.reply(Toast(text=talk.words("talk.unknown_button")))
        return
    words, organisation = talk.words, SEEN_ON[pressed.choice][0](talk, pressed.subject)
    report = press("apart.report", pressed.subject, choice=pressed.choice)
    talk.fresh = True
    talk.reply(
        Say(
            text=words("apart.ask", name=talk.party(organisation)),
            buttons=(
                (Button(label=words("apart.report"), press=report),),
                (Button(label=words("apart.block"), press=press("apart.block", organisation), style="danger"),),
            ),
        )
    )


# --- blocks -----------------------------------------------------------------------------------------------------------


@book.press("apart.block")
def block(talk: Talk, pressed: Press) -> None:
    service.block(talk.ctx, pressed.subject)
    name = talk.party(pressed.subject)
    undo = Button(label=talk.words("apart.unblock"), press=press("apart.unblock", pressed.subject))
    talk.fresh = True
    talk.reply(Say(text=talk.words("apart.blocked", name=name), buttons=((undo,),)))


@book.press("apart.unblock")
def unblock(talk: Talk, pressed: Press) -> None:
    service.unblock(talk.ctx, pressed.subject)
    name = talk.party(pressed.subject)
    talk.fresh = True
    talk.reply(Say(text=talk.words("apart.unblocked", name=name)))


@book.command("blocked")
def blocked(talk: Talk, _rest: str) -> None:
    """Whom one has blocked, each with the way back."""
    words = talk.words
    items = tuple(
        Card(
            title=talk.party(each),
            buttons=((Button(label=words("apart.unblock"), press=press("apart.unblock", each)),),),
        )
        for each in service.blocked_by_me(talk.ctx)
    )
    if not items:
        talk.reply(Say(text=words("apart.nobody")))
        return
    talk.reply(CardList(subject="blocked", title=words("apart.title"), items=items))


# --- reports ----------------------------------------------------------------------------------------------------------

REPORT: Final = own_words("tell")


def _report(talk: Talk, opening: Opening, values: Values) -> None:
    kind, _, subject = recall(talk.ctx, talk.person.id, LAST_SEEN).partition(":")
    screen = on_screen(talk.words, SEEN_ON[kind][1](talk, subject)) if kind in SEEN_ON else ""
    command = ReportParty(organisation_id=str(opening.subject), words=values["words"], screen=screen[:SCREEN_AT_MOST])
    service.report(talk.ctx, command)
    block_too = Button(label=talk.words("apart.block"), press=press("apart.block", command.organisation_id))
    talk.reply(Say(text=talk.words("apart.reported"), buttons=((block_too,),)))


book.flow(Flow(REPORT, finish=_report))


@book.press("apart.report")
def report(talk: Talk, pressed: Press) -> None:
    organisation = SEEN_ON[pressed.choice][0](talk, pressed.subject)
    remember(talk.ctx, talk.person.id, LAST_SEEN, f"{pressed.choice}:{pressed.subject}")
    talk.fresh = True
    talk.open("tell", Opening({}, organisation))


def on_screen(words: Words, card: Card) -> str:
    """A card as its reader has it before them, without its buttons."""
    lines = (labelled(words, line.label, line.value) for line in card.lines)
    return "\n".join(part for part in (card.title, card.text, *lines, card.turn, card.note) if part)


# --- what operators see -----------------------------------------------------------------------------------------------


def report_card(talk: Talk, told: Report, note: str = "") -> Card:
    words = talk.words
    rows: tuple[tuple[Button, ...], ...] = ()
    if told.closed_at is None and service.looks_at(talk.person, told):
        warn = Button(label=words("report.warn"), press=press("report.warn", told.id), style="danger")
        rows = ((warn, Button(label=words("report.nothing"), press=press("report.nothing", told.id))),)
    return Card(
        subject=f"report:{told.id}",
        title=words("report.title", name=talk.party(told.about_id)),
        text=told.words,
        lines=(
            Line(label=words("report.by"), value=talk.name_of(told.reporter)),
            Line(label=words("report.screen"), value=told.screen),
        ),
        turn=words(f"report.turn.{told.outcome or 'open'}"),
        note=note,
        buttons=rows,
        fresh=talk.fresh,
    )


def _close(talk: Talk, pressed: Press, outcome: Literal["warned", "nothing"]) -> None:
    talk.reply(report_card(talk, service.close_report(talk.ctx, pressed.subject, outcome)))


@book.press("report.show")
def show(talk: Talk, pressed: Press) -> None:
    talk.reply(report_card(talk, service.report_for(talk.ctx, pressed.subject)))


@book.press("report.warn")
def warn(talk: Talk, pressed: Press) -> None:
    _close(talk, pressed, "warned")


@book.press("report.nothing")
def nothing(talk: Talk, pressed: Press) -> None:
    _close(talk, pressed, "nothing")


# --- who hears of it --------------------------------------------------------------------------------------------------

REPORT_FACTS: Final[dict[type[Any], str]] = {
    PartyReported: "notice.report_made",
    ReportClosed: "notice.report_closed",
}


def on_report(code: str) -> Callable[[Ctx, PartyReported | ReportClosed], None]:
    def hear(ctx: Ctx, fact: PartyReported | ReportClosed) -> None:
        gathered(ctx).say("report", fact.report_id, code, by=None)

    return hear


REPORTS_HEARD: Final = ((REPORT_FACTS, on_report),)


def report_news(talk: Talk, subject: str, note: str) -> Card:
    return report_card(talk, service.report_for(talk.ctx, subject), note)


def told_of_report(ctx: Ctx, report_id: str) -> list[Person]:
    """The operators; and who made it, when it was looked at."""
    told = service.report_for(ctx, report_id)
    desk = [each for each in operators(ctx) if service.looks_at(each, told)]
    reporter = person_of(ctx, told.reporter)
    return desk if told.closed_at is None or reporter in desk else [*desk, reporter]
