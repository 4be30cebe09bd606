"""Statements of a session: each movement of its money is on both sides' statements, and on no one else's."""

from __future__ import annotations

import pytest

from core.advice.sessions import card_results, complaints, meeting, service
from core.advice.sessions.model import SessionState
from core.books.statements import service as statements
from core.books.statements.model import Held, Statement
from core.kernel.money import Money
from core.kernel.transaction import PROVIDER, Actor
from core.people.accounts.service import acting
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel, agreed, counsel
from tests.core.amounts import eur
from tests.core.conftest import Market


async def now_of(they: Counsel, actor: Actor) -> Statement:
    return await they.run(actor, statements.statement)


async def both(they: Counsel) -> tuple[Statement, Statement]:
    """Return Sarah's and Alex's statements; check that a stranger has none."""
    assert (await now_of(they, they.nina)).empty
    return await now_of(they, they.sarah), await now_of(they, they.alex)


def money_in(held: tuple[Held, ...]) -> list[tuple[bool, Money]]:
    assert all(each.until is not None for each in held)
    return [(each.mine, each.amount) for each in held]


async def movements(they: Counsel, actor: Actor) -> list[tuple[str, Money | None, Money | None, Money | None]]:
    found = await they.run(actor, lambda ctx: list(statements.lines(ctx)))
    ref = (await they.booking()).ref
    assert {line.ref for line in found} <= {ref}
    return [(line.what, line.came, line.went, line.fee) for line in found]


@pytest.fixture
async def they(market: Market) -> Counsel:
    made = await counsel(market)
    await agreed(made, length=60)
    return made


async def test_it_is_held_on_the_card_then_here_and_then_it_goes_where_it_belongs(they: Counsel) -> None:
    for now, mine in zip(await both(they), (True, False), strict=True):
        assert (money_in(now.on_cards), now.held, now.payouts, now.charged) == ([(mine, eur(9000))], (), (), ())
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.sarah, meeting.end)
    for now, mine in zip(await both(they), (True, False), strict=True):
        assert (now.on_cards, money_in(now.held), now.charged) == ((), [(mine, eur(9000))], ())

    they.silent = {"refund", "transfer"}
    await they.does(they.sarah, complaints.complain, "He read the newspaper to me.")
    await they.later(days=15)  # no ruling: half of it is each side's
    sarah, alex = await both(they)
    (taken,), (payout,) = sarah.charged, alex.payouts
    assert (taken.amount, taken.back, taken.arrived) == (eur(9000), eur(4500), False)
    assert (payout.net, payout.fee, payout.state) == (eur(3825), eur(675), "asked")
    assert (sarah.held, sarah.payouts, alex.held, alex.charged, alex.due) == ((), (), (), (), (eur(3825),))

    late = {post.id for post in they.market.posts if post.kind in they.silent}
    they.silent, they.answered = set(), they.answered - late
    await they.bank()
    sarah, alex = await both(they)
    assert (sarah.charged[0].arrived, alex.payouts[0].state, alex.due) == (True, "done", ())
    assert await movements(they, they.sarah) == [
        ("paid", None, eur(9000), None),
        ("refunded", eur(4500), None, None),
    ]
    assert await movements(they, they.alex) == [
        ("released", eur(3825), None, eur(675)),
        ("sent", None, eur(3825), None),
    ]
    assert await movements(they, they.nina) == []


async def test_failed_charge_waits_to_be_paid_and_a_colleague_sees_the_earnings(they: Counsel) -> None:
    company = (await they.booking()).consultant_org
    await they.run(they.nina, lambda ctx: setattr(acting(ctx), "organisation_id", company))
    await they.meet(TUESDAY_TEN)
    await they.consent()
    they.refuses = {"capture"}
    await they.does(they.sarah, meeting.end)
    assert await they.state() == SessionState.DEBT
    for actor, mine in ((they.sarah, True), (they.alex, False), (they.nina, False)):
        now = await now_of(they, actor)
        assert (money_in(now.unpaid), now.held) == ([(mine, eur(9000))], ())
    they.refuses = set()
    hold = (await they.holds())[-1]
    moment = they.market.clock.moment
    await they.run(PROVIDER, card_results.held, hold.id, intent="pi_debt", until=moment + they.holds_for, card=None)
    await they.bank()
    for actor in (they.sarah, they.alex, they.nina):
        now = await now_of(they, actor)
        assert (now.unpaid, [each.amount for each in now.held]) == ((), [eur(9000)])


async def test_a_colleague_does_not_see_whose_card_was_used_for_what(they: Counsel) -> None:
    ours = (await they.booking()).seeker_org
    await they.run(they.nina, lambda ctx: setattr(acting(ctx), "organisation_id", ours))
    assert (await now_of(they, they.nina)).empty
    await they.does(they.alex, service.cancel)
    assert [(await now_of(they, each)).empty for each in (they.sarah, they.alex)] == [True, True]
