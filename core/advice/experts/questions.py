"""Questions to a consultant before booking: free, without contacts, one exchange for each pair.

A side may send only a few messages in a row.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile

from sqlalchemy import func, select, update

from core.advice.experts.events import QuestionLineSent
from core.advice.experts.model import (
    BEGUN_AT_MOST,
    LINES_AT_MOST,
    UNANSWERED_AT_MOST,
    Question,
    QuestionLine,
    SayToExpert,
    Side,
)
from core.advice.experts.service import expert_for
from core.kernel.errors import NotAllowed, NotFound, Refusal
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked
from core.people.accounts.service import acting, person_of
from core.people.blocking.service import check_may_reach


def ask_expert(ctx: Ctx, command: SayToExpert) -> Question:
    """Send a seeker's message to a consultant; an earlier exchange of the two goes on. Raises NotFound, Refusal."""
    expert, person = expert_for(ctx, command.subject), acting(ctx)
    if expert.organisation_id == person.organisation_id:
        raise NotAllowed("session.with_oneself")
    known = question_to(ctx, expert.id)
    if known is not None:
        return _say(ctx, known, "seeker", command.words)
    if not expert.live:
        raise Refusal("expert.paused")
    lately = Question.asked_at > ctx.now - timedelta(days=1)
    begun = select(func.count()).select_from(Question).where(Question.seeker == person.id, lately)
    if (ctx.session.scalar(begun) or 0) >= BEGUN_AT_MOST:
        raise Refusal("question.too_many", most=BEGUN_AT_MOST)
    question = Question(
        id=ctx.new_id(),
        expert_id=expert.id,
        consultant=expert.person_id,
        seeker=person.id,
        asked_at=ctx.now,
        line_count=0,
        lines=[],
    )
    ctx.session.add(question)
    return _say(ctx, question, "seeker", command.words)


def say_on(ctx: Ctx, command: SayToExpert) -> Question:
    """Send the next message of either side. Raises NotFound, Refusal."""
    question = question_for(ctx, command.subject)
    return _say(ctx, question, side_of(ctx, question), command.words)


def question_for(ctx: Ctx, question_id: str) -> Question:
    """Return a question for its two sides, and for internal use. Raises NotFound, to strangers too."""
    question = ctx.session.get(Question, question_id)
    if question is None or ctx.actor.person not in (None, question.seeker, question.consultant):
        raise NotFound
    return question


def question_to(ctx: Ctx, expert_id: str) -> Question | None:
    """Return the acting person's latest question to this consultant, with its messages so far."""
    mine = Question.seeker == acting(ctx).id
    query = select(Question).where(mine, Question.expert_id == expert_id).order_by(Question.id.desc())
    return ctx.session.scalars(query.limit(1)).first()


def side_of(ctx: Ctx, question: Question) -> Side:
    return "seeker" if ctx.actor.person == question.seeker else "consultant"


def awaits(question: Question) -> Side:
    """Return the side that is expected to write next."""
    return "seeker" if question.lines[-1].side == "consultant" else "consultant"


def accounts_linked(ctx: Ctx, fact: AccountsLinked) -> None:
    """Merge two linked accounts: the questions of the one that goes are now the other's."""
    gone = Question.seeker == fact.gone_id
    ctx.session.execute(update(Question).where(gone).values(seeker=fact.person_id))


def _say(ctx: Ctx, question: Question, side: Side, words: str) -> Question:
    seeker, consultant = (person_of(ctx, each) for each in (question.seeker, question.consultant))
    check_may_reach(ctx, seeker.organisation_id, consultant.organisation_id)
    unanswered = len(list(takewhile(lambda line: line.side == side, reversed(question.lines))))
    if unanswered >= UNANSWERED_AT_MOST:
        raise Refusal("question.wait", most=UNANSWERED_AT_MOST)
    if len(question.lines) >= LINES_AT_MOST:
        raise Refusal("question.too_long", most=LINES_AT_MOST)
    number, person = len(question.lines) + 1, acting(ctx).id
    question.lines.append(
        QuestionLine(question_id=question.id, number=number, side=side, person=person, at=ctx.now, words=words)
    )
    question.line_count = number
    ctx.announce_change(QuestionLineSent(question.id, person, first=number == 1))
    return question
