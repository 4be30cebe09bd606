"""Reports on a party: operators read them, but no operator reads one on their own company."""

from __future__ import annotations

import pytest

from conversations.moderation import told_of_report
from core.kernel.errors import NotFound
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts.model import Person
from core.people.blocking.model import ReportParty
from core.people.blocking.service import close_report, report, report_for
from tests.core.conftest import Market


async def test_an_operator_neither_reads_nor_closes_what_is_told_of_their_own_company(market: Market) -> None:
    rasa, _ = await market.newcomer("Rasa")
    (olga, head), (omar, _) = await market.newcomer("Olga"), await market.newcomer("Omar")

    def appoint(ctx: Ctx) -> None:
        for each in (olga, omar):
            ctx.session.get_one(Person, str(each.person)).operator = True

    await market.run(MARKET, appoint)
    about = ReportParty(organisation_id=head.organisation_id, words="They sent me stones.", screen="Olga, pellets")
    told = (await market.run(rasa, lambda ctx: report(ctx, about))).id
    hear = await market.run(MARKET, lambda ctx: told_of_report(ctx, told))
    assert [each.name for each in hear] == ["Omar"]
    for unit in (lambda ctx: report_for(ctx, told), lambda ctx: close_report(ctx, told, "nothing")):
        with pytest.raises(NotFound):
            await market.run(olga, unit)
    closed = await market.run(omar, lambda ctx: close_report(ctx, told, "warned"))
    assert (closed.outcome, closed.closed_by) == ("warned", omar.person)
