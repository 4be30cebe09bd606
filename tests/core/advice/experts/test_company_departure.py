"""A consultant who works for a company no longer: whose their sessions are, before and after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.advice.experts import reactions
from core.advice.experts.service import expert_for
from core.kernel.transaction import MARKET
from core.people.accounts.service import organisation_of, person_of
from core.people.companies import service as company
from core.people.companies.model import Position, Rights
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel, agreed, counsel
from tests.core.conftest import Market


async def own_company(they: Counsel) -> str:
    return (await they.run(MARKET, person_of, they.alex.person or "")).organisation_id


@pytest.mark.parametrize("by_themselves", [True, False])
async def test_consultant_who_left_a_company_works_for_themselves(market: Market, by_themselves: bool) -> None:
    """Check that sessions agreed in the company's name stay its own. Later bookings are the consultant's."""
    they = await counsel(market)
    reactions.listen(market.reactions)
    firm = await own_company(they)
    made = await they.run(they.alex, company.invite, Rights(positions=frozenset({Position.HEAD})))
    await they.run(they.nina, company.join, made.code)
    await agreed(they)
    before = await they.booking()
    await they.run(they.alex if by_themselves else they.nina, company.remove_member, they.alex.person or "")
    own = await own_company(they)
    assert own != firm
    assert (await they.run(MARKET, expert_for, they.expert_id)).organisation_id == own

    await they.books(TUESDAY_TEN + timedelta(days=1))
    assert (before.consultant_org, (await they.booking()).consultant_org) == (firm, own)
    they.sarah = they.nina  # a former colleague is a seeker like any other
    await they.books(TUESDAY_TEN + timedelta(days=2))
    assert (await they.booking()).consultant_org == own
    assert (await they.run(MARKET, organisation_of, own)).traded  # linking a chat does not give up this business
