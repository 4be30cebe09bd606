"""Operators: appointed by their chat account, and on Slack by the workspace that it is in."""

from __future__ import annotations

from functools import partial

import pytest

from bots.slack.platform import SLACK
from bots.telegram.platform import TELEGRAM
from core.kernel.transaction import MARKET
from core.people.accounts import reactions
from core.people.accounts.model import Identity
from core.people.accounts.service import appoint_operators, meet, operators
from tests.core.conftest import Market

OURS = Identity(SLACK.code, "T0OURS", "U0123", "Olga")
THEIRS = Identity(SLACK.code, "T0THEIRS", "U0123", "Mallory")


async def staff(market: Market) -> list[str]:
    return [each.name for each in await market.run(MARKET, operators)]


async def test_the_same_id_in_another_workspace_is_no_operator(market: Market) -> None:
    """Each workspace gives out ids for itself, and anyone can open one and install the app."""
    named = frozenset({"slack:T0OURS/U0123"})
    reactions.listen(market.reactions, operators=named)
    for each in (THEIRS, OURS):
        await market.run(MARKET, partial(meet, identity=each, address=None))
    assert await staff(market) == ["Olga"]
    await market.run(MARKET, partial(appoint_operators, names=frozenset()))
    assert await staff(market) == []
    await market.run(MARKET, partial(appoint_operators, names=named))
    assert await staff(market) == ["Olga"]


@pytest.mark.parametrize(
    ("olga", "name"),
    [(OURS, "slack:U0123"), (Identity(TELEGRAM.code, "", "4711", "Olga"), "telegram:4711")],
    ids=["slack", "telegram"],
)
async def test_where_there_is_one_workspace_the_id_alone_will_do(market: Market, olga: Identity, name: str) -> None:
    named = frozenset({name})
    reactions.listen(market.reactions, operators=named)
    await market.newcomer("A stranger")
    await market.run(MARKET, partial(meet, identity=olga, address=None))
    assert await staff(market) == ["Olga"]
    await market.run(MARKET, partial(appoint_operators, names=named))
    assert await staff(market) == ["Olga"]
