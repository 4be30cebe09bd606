"""A question to a consultant before any booking: free, without contacts, on one card that both see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conversations.advice.aftercare.review import session_reputation
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.event_sentences import notifications
from conversations.forms.form import Field, Form, Values
from conversations.people.contact_warnings import free_text
from conversations.reply import Button, Card, Line
from conversations.router import Flow, Router
from core.advice.experts import questions
from core.advice.experts import service as experts
from core.advice.experts.events import QuestionLineSent
from core.advice.experts.model import Question, SayToExpert
from core.advice.sessions.slot_checks import are_booked
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import person_of
from core.people.blocking.rules import masked

KIND: Final = "question"
LINES_SHOWN: Final = 8  # the last ones: a card stays a card

router = Router()

QUESTION: Final = Form("question", (Field("words", "long_text", read=free_text, max_length=1000),), review=False)


def _send(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    """`defaults.seen` tells an answer from what is written to a consultant's profile."""
    say = questions.ask_expert if defaults.expected_version is None else questions.say_on
    say(chat.ctx, SayToExpert(subject=str(defaults.subject), words=values["words"]))


def _about(chat: ChatContext, _defaults: FormDefaults) -> str:
    return chat.words("question.about")


router.flow(Flow(QUESTION, finish=_send, intro=_about))


@router.press("question.ask")
def ask(chat: ChatContext, press: Press) -> None:
    """Open the question's form from a consultant's profile."""
    chat.as_new_message = True
    chat.open("question", FormDefaults(subject=experts.expert_for(chat.ctx, press.subject).id))


@router.press("question.answer")
def answer(chat: ChatContext, press: Press) -> None:
    question = questions.question_for(chat.ctx, press.subject)
    chat.as_new_message = True
    chat.open("question", FormDefaults(subject=question.id, expected_version=question.version))


def question_card(chat: ChatContext, question: Question, note: str = "") -> Card:
    """Return the card of a question: its lines and whose turn it is, without contacts until a session is agreed."""
    words, mine = chat.words, questions.side_of(chat.ctx, question)
    expert = experts.expert_for(chat.ctx, question.expert_id)
    other = question.consultant if mine == "seeker" else question.seeker
    name, my_turn = chat.name_of(other), questions.awaits(question) == mine
    shown = str if are_booked(chat.ctx, expert, question.seeker) else masked
    messages = tuple(
        Line(label=f"{chat.name_of(line.person)}, {words.show(line.at)}", value=shown(line.words))
        for line in question.lines[-LINES_SHOWN:]
    )
    say = Button(
        label=words("inquiry.answer" if my_turn else "inquiry.add"),
        press=press("question.answer", question.id),
        style="primary" if my_turn else "plain",
    )
    blocking = Button(label=words("apart.button"), press=press("apart.ask", question.id, choice=KIND))
    times = Button(label=words("seek.open"), press=press("seek.show", expert.id))
    return Card(
        subject=f"{KIND}:{question.id}",
        title=words("question.card", name=name),
        lines=(Line(label=words("session.with"), value=f"{name} · {session_reputation(chat, other)}"), *messages),
        turn=_turn(chat, mine, name, my_turn=my_turn),
        note=note,
        buttons=((say, times), (blocking,)) if mine == "seeker" else ((say,), (blocking,)),
        as_new_message=chat.as_new_message,
    )


def _turn(chat: ChatContext, mine: str, name: str, *, my_turn: bool) -> str:
    """Return the line that says whose turn it is. After the answer it is empty, because no step is open."""
    if mine == "consultant":
        return chat.words("question.your_turn", name=name) if my_turn else ""
    return "" if my_turn else chat.words("question.their_turn", name=name)


# --- notifications ----------------------------------------------------------------------------------------------------

QUESTION_EVENTS: Final[dict[type[Any], str]] = {QuestionLineSent: "notice.question_said"}


def on_question(code: str) -> Callable[[Ctx, QuestionLineSent], None]:
    def hear(ctx: Ctx, fact: QuestionLineSent) -> None:
        question = questions.question_for(ctx, fact.question_id)
        sides = {question.seeker: "seeker", question.consultant: "consultant"}
        why = "asked" if fact.first else ""
        notifications(ctx).say(KIND, question.id, code, by=fact.by_person, why=why, sides=sides)

    return hear


QUESTION_LISTENERS: Final = ((QUESTION_EVENTS, on_question),)


def question_notification_card(chat: ChatContext, question_id: str, note: str) -> Card:
    return question_card(chat, questions.question_for(chat.ctx, question_id), note)


def both_of_question(ctx: Ctx, question_id: str) -> list[Person]:
    question = questions.question_for(ctx, question_id)
    return [person_of(ctx, each) for each in (question.seeker, question.consultant)]
