"""A seeker's shortlist, also when two chats turn out to be one person, and the figures in a consultant's records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.advice.experts import reactions, shortlist
from core.advice.experts.model import SHORTLIST_AT_MOST, Expert, OfferExpertise
from core.advice.experts.service import offer_expertise
from core.advice.sessions import service
from core.advice.sessions.statistics import Figures, answer_time, figures_of
from core.kernel.errors import NotFound, Refusal
from core.kernel.money import Money
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts.events import AccountsLinked
from tests.core.advice.sessions.session_steps import FIXED, Counsel, counsel
from tests.core.conftest import Market
from tests.core.goods import catalogue

TUESDAY_TEN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
async def they(market: Market) -> Counsel:
    return await counsel(market)


def offer_advice(ctx: Ctx) -> Expert:
    command = OfferExpertise(
        headline="Pellet mills and their dies",
        bio="Fifteen years of presses, dies and everything that wears.",
        fields=("bioenergy_engineering",),
        languages=("en",),
        rate=FIXED,
        hours="weekdays 9-17 Vilnius",
    )
    return offer_expertise(ctx, catalogue(), command)


async def kept(they: Counsel) -> list[str]:
    return await they.run(they.sarah, lambda ctx: [expert.id for expert in shortlist.shortlist(ctx)])


async def test_shortlisted_expert_stays_until_removed(they: Counsel) -> None:
    for _ in range(2):
        await they.run(they.sarah, shortlist.keep_in_mind, they.expert_id)
    assert await kept(they) == [they.expert_id]
    assert await they.run(they.nina, shortlist.shortlist) == []
    with pytest.raises(NotFound):
        await they.run(they.sarah, shortlist.keep_in_mind, "nobody")
    await they.run(they.sarah, shortlist.let_go, they.expert_id)
    assert await kept(they) == []


async def test_no_more_are_kept_than_can_be_asked_at_once(they: Counsel) -> None:
    for number in range(SHORTLIST_AT_MOST):
        actor, _ = await they.market.newcomer(f"Adviser {number}")
        expert = await they.run(actor, offer_advice)
        await they.run(they.sarah, shortlist.keep_in_mind, expert.id)
    with pytest.raises(Refusal, match=r"shortlist\.full"):
        await they.run(they.sarah, shortlist.keep_in_mind, they.expert_id)


async def test_two_chats_of_one_person_have_one_list(they: Counsel) -> None:
    reactions.listen(they.market.reactions)
    actor, _ = await they.market.newcomer("Ada")
    ada = await they.run(actor, offer_advice)
    for who, expert in ((they.sarah, they.expert_id), (they.nina, they.expert_id), (they.nina, ada.id)):
        await they.run(who, shortlist.keep_in_mind, expert)

    def link(ctx: Ctx) -> None:
        ctx.announce(AccountsLinked(str(they.sarah.person), str(they.nina.person)))

    await they.run(MARKET, link)
    assert sorted(await kept(they)) == sorted([they.expert_id, ada.id])


async def test_figures_come_from_what_happened(they: Counsel) -> None:
    """Sarah goes on, Nina does not, and Sarah's second talk has no free minutes left."""
    for day in range(3):
        they.sarah, they.nina = they.nina, they.sarah
        at = TUESDAY_TEN + timedelta(days=day)
        await they.books(at)
        await they.adds_card()
        await they.later(minutes=30)
        await they.does(they.alex, service.accept)
        await they.meet(at)
        if day == 0:
            await they.later(minutes=9)
            await they.consent()
        await they.later(minutes=31)
    await they.later(days=3)

    def read(ctx: Ctx) -> Figures:
        return figures_of(ctx, they.expert_id, "Europe/Vilnius")

    figures = await they.run(they.alex, read)
    assert (figures.requests, figures.begun, figures.free, figures.paid) == (3, 3, 2, 1)
    assert (figures.conversion, figures.earned) == (50, (Money(2 * 7650, "EUR"),))
    assert list(figures.months.values()) == [()] * 5 + [figures.earned]
    assert figures.reply_time == timedelta(minutes=30)


async def test_a_single_answer_is_no_habit(they: Counsel) -> None:
    await they.books(TUESDAY_TEN)
    await they.adds_card()
    await they.does(they.alex, service.decline)
    assert await they.run(they.sarah, lambda ctx: answer_time(ctx, they.expert_id)) is None
