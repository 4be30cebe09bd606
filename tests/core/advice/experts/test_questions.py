"""Questions before a booking: each pair has one thread, a consultant is asked within limits, strangers see nothing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from core.advice.experts import questions
from core.advice.experts.events import QuestionLineSent
from core.advice.experts.model import BEGUN_AT_MOST, UNANSWERED_AT_MOST, OfferExpertise, Question, SayToExpert
from core.advice.experts.service import offer_expertise, pause
from core.kernel.errors import NotAllowed, NotFound, Refusal
from core.kernel.transaction import Actor
from core.people.accounts.service import acting
from core.people.blocking.service import block
from tests.core.advice.sessions.session_steps import FIXED, Counsel, counsel
from tests.core.conftest import Market
from tests.core.goods import catalogue


@pytest.fixture
async def they(market: Market) -> Counsel:
    return await counsel(market)


async def ask(they: Counsel, who: Actor, words: str = "Does straw slag?", expert: str | None = None) -> Question:
    command = SayToExpert(subject=expert or they.expert_id, words=words)
    return await they.run(who, partial(questions.ask_expert, command=command))


async def answer(they: Counsel, who: Actor, question: Question, words: str = "It does.") -> Question:
    return await they.run(who, partial(questions.say_on, command=SayToExpert(subject=question.id, words=words)))


async def test_one_talk_for_each_pair_and_who_is_asked_answers(they: Counsel) -> None:
    heard: list[Any] = []
    they.market.reactions.on(QuestionLineSent, lambda _ctx, fact: heard.append(fact.first))
    asked = await ask(they, they.sarah)
    assert questions.awaits(asked) == "consultant"
    answered = await answer(they, they.alex, asked)
    assert questions.awaits(answered) == "seeker"
    again = await ask(they, they.sarah, "And chips?")
    assert again.id == asked.id
    assert [(line.side, line.words) for line in again.lines] == [
        ("seeker", "Does straw slag?"),
        ("consultant", "It does."),
        ("seeker", "And chips?"),
    ]
    assert heard == [True, False, False]


async def test_seeker_without_an_answer_waits(they: Counsel) -> None:
    for _ in range(UNANSWERED_AT_MOST):
        asked = await ask(they, they.sarah)
    with pytest.raises(Refusal, match=r"question\.wait"):
        await ask(they, they.sarah)
    await answer(they, they.alex, asked)
    assert len((await ask(they, they.sarah)).lines) == UNANSWERED_AT_MOST + 2


async def test_strangers_the_consultants_own_and_who_keeps_apart(they: Counsel) -> None:
    asked = await ask(they, they.sarah)
    with pytest.raises(NotFound):
        await answer(they, they.nina, asked)
    with pytest.raises(NotAllowed):
        await ask(they, they.alex)
    sarah = await they.run(they.sarah, lambda ctx: acting(ctx).organisation_id)
    await they.run(they.alex, lambda ctx: block(ctx, sarah))
    for saying in (ask(they, they.sarah), answer(they, they.sarah, asked)):
        with pytest.raises(Refusal, match=r"contacts\.apart"):
            await saying


async def test_a_consultant_who_is_away_is_asked_nothing_new_and_may_still_be_answered(they: Counsel) -> None:
    asked = await ask(they, they.sarah)
    await they.run(they.alex, pause)
    with pytest.raises(Refusal, match=r"expert\.paused"):
        await ask(they, they.nina)
    assert len((await answer(they, they.sarah, asked)).lines) == 2


async def test_number_of_consultants_asked_in_a_day_is_limited(they: Counsel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "BEGUN_AT_MOST", 1)
    assert BEGUN_AT_MOST > 1
    await ask(they, they.sarah)
    command = OfferExpertise(
        headline="Contracts that hold",
        bio="Twenty years at it, in seven countries and on both sides of the table.",
        fields=("legal",),
        languages=("en",),
        rate=FIXED,
        lengths=(30,),
        hours="weekdays 9-17 Vilnius",
    )
    other = (await they.run(they.nina, lambda ctx: offer_expertise(ctx, catalogue(), command))).id
    with pytest.raises(Refusal, match=r"question\.too_many"):
        await ask(they, they.sarah, expert=other)
    they.market.clock.moment += timedelta(days=1, seconds=1)
    assert (await ask(they, they.sarah, expert=other)).expert_id == other
