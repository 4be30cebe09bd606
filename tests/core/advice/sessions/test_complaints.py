"""Complaints about a session: any part of the charge, a ruling to the cent, and one appeal for each side."""

from __future__ import annotations

from typing import Final

import pytest

from core.advice.sessions import complaints, meeting, settlement
from core.advice.sessions.model import SessionState
from core.kernel.appeals import APPEAL_WITHIN, REVIEW_WITHIN
from core.kernel.errors import NotAllowed, Refusal, Stale
from core.kernel.money import Money
from core.kernel.transaction import MARKET, Actor, Ctx
from core.people.accounts.model import Person
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel, agreed, counsel
from tests.core.amounts import eur
from tests.core.conftest import Market

WORDS: Final = "He read the newspaper to me."
WHY: Final = "The transcript shows it quite plainly."


async def complained(market: Market, asked: Money | None = None) -> tuple[Counsel, Actor]:
    """Let Sarah complain about a charge of 90 euros. Return the session, and a second operator beside Nina."""
    they = await counsel(market)
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=10)
    await they.consent()
    await they.does(they.sarah, meeting.end)
    olga, _ = await market.newcomer("Olga")

    def appoint(ctx: Ctx) -> None:
        for operator in (they.nina, olga):
            ctx.session.get_one(Person, str(operator.person)).operator = True

    await they.run(MARKET, appoint)
    await they.does(they.sarah, complaints.complain, WORDS, asked)
    return they, olga


async def shares_of(they: Counsel) -> tuple[int, int, int] | None:
    """Return the consultant's net, our fee, and the seeker's refund, in cents."""
    settled = await they.run(they.sarah, settlement.settlement_of, they.booking_id)
    return None if settled is None else (settled.net_minor, settled.fee_minor, settled.back_minor)


@pytest.mark.parametrize("asked", [0, 90_01])
async def test_complaint_asks_for_something_and_at_most_the_charge(market: Market, asked: int) -> None:
    with pytest.raises(Refusal):
        await complained(market, eur(asked))


async def test_part_that_is_asked_can_be_granted_and_its_half_goes_back_if_no_operator_decides(market: Market) -> None:
    they, _ = await complained(market, eur(20_01))
    with pytest.raises(NotAllowed):
        await they.does(they.sarah, complaints.grant)
    await they.does(they.alex, complaints.grant)
    assert await shares_of(they) == (59_49, 10_50, 20_01)
    await they.market.books_hold()


async def test_half_of_the_part_goes_back_if_no_operator_decides(market: Market) -> None:
    they, _ = await complained(market, eur(20_01))
    await they.later(days=14, minutes=1)
    assert await shares_of(they) == (68_00, 12_00, 10_00)
    await they.market.books_hold()


@pytest.mark.parametrize("back", [0, 1, 12_34, 33_33, 90_00])
async def test_ruling_counts_after_its_term_to_the_cent(market: Market, back: int) -> None:
    they, _ = await complained(market)
    with pytest.raises(Refusal):
        await they.does(they.nina, complaints.rule, eur(90_01), WHY)
    await they.does(they.nina, complaints.rule, eur(back), WHY)
    await they.until(they.market.clock.moment + APPEAL_WITHIN / 2)
    assert (await they.state(), await shares_of(they)) == (SessionState.COMPLAINT_RULED, None)
    await they.until(they.market.clock.moment + APPEAL_WITHIN)
    paid = await shares_of(they)
    assert paid is not None
    assert (sum(paid), paid[2]) == (90_00, back)
    assert (await they.booking()).state == SessionState.COMPLETED
    await they.market.books_hold()


async def test_each_side_appeals_once_and_another_operator_has_the_last_word(market: Market) -> None:
    they, olga = await complained(market)
    with pytest.raises(Stale):
        await they.does(they.sarah, complaints.appeal, WHY)
    await they.does(they.nina, complaints.rule, eur(30_00), WHY)
    await they.does(they.sarah, complaints.appeal, "He was away for half of it.")
    with pytest.raises(NotAllowed):
        await they.does(they.sarah, complaints.appeal, "And he was rude to me as well.")
    await they.does(they.alex, complaints.appeal, "I was there all the time.")
    with pytest.raises(NotAllowed):
        await they.does(they.alex, complaints.appeal, "I really was there all the time.")
    assert await they.run(they.nina, complaints.open_complaints) == []
    with pytest.raises(NotAllowed):
        await they.does(they.nina, complaints.rule, eur(30_00), WHY)
    assert [each.id for each in await they.run(olga, complaints.open_complaints)] == [they.booking_id]
    await they.does(olga, complaints.rule, eur(45_67), WHY)
    assert await shares_of(they) == (37_68, 6_65, 45_67)
    rulings = await they.run(MARKET, complaints.rulings_of, they.booking_id)
    assert [(each.number, each.by, each.back_minor) for each in rulings] == [
        (1, they.nina.person, 30_00),
        (2, olga.person, 45_67),
    ]
    await they.market.books_hold()


async def test_first_ruling_stands_if_no_other_operator_decides(market: Market) -> None:
    they, _ = await complained(market)
    await they.does(they.nina, complaints.rule, eur(30_00), WHY)
    await they.later(hours=1)
    await they.does(they.alex, complaints.appeal, "I was there all the time.")
    await they.until(they.market.clock.moment + REVIEW_WITHIN)
    assert await shares_of(they) == (51_00, 9_00, 30_00)
    await they.market.books_hold()


async def test_appeal_comes_too_late_after_the_term(market: Market) -> None:
    they, _ = await complained(market)
    await they.does(they.nina, complaints.rule, eur(30_00), WHY)
    await they.until(they.market.clock.moment + APPEAL_WITHIN)
    with pytest.raises(Stale):
        await they.does(they.alex, complaints.appeal, "I was there all the time.")


@pytest.mark.parametrize(("who", "back"), [("sarah", 0), ("alex", 90_00)])
async def test_the_two_can_still_settle_it_after_a_ruling(market: Market, who: str, back: int) -> None:
    they, _ = await complained(market)
    await they.does(they.nina, complaints.rule, eur(30_00), WHY)
    await they.does(they.alex, complaints.appeal, "I was there all the time.")
    await they.does(getattr(they, who), complaints.take_back if who == "sarah" else settlement.give_back)
    paid = await shares_of(they)
    assert paid is not None
    assert (sum(paid), paid[2]) == (90_00, back)
    await they.market.books_hold()
