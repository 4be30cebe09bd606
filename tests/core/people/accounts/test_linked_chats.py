"""A code links two chats to one person: one code, one chat, also if several are typed at once."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from core.kernel.errors import Invalid
from core.kernel.transaction import MARKET, Actor, Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import (
    acting,
    has_traded,
    identities,
    offer_link,
    organisation_of,
    person_of,
    take_link,
)
from core.privacy.erasure import reactions
from tests.core.conftest import Market


async def code_of(market: Market, who: Actor) -> str:
    return (await market.run(who, offer_link)).code


def trades(ctx: Ctx) -> None:
    has_traded(ctx, acting(ctx).organisation_id)


async def chats_of(market: Market, who: Actor) -> int:
    return len(await market.run(MARKET, lambda ctx: identities(ctx, str(who.person))))


async def has_left(market: Market, who: Actor) -> bool:
    def left(ctx: Ctx) -> bool:
        return organisation_of(ctx, person_of(ctx, str(who.person)).organisation_id).left_at is not None

    return await market.run(MARKET, left)


async def typed_at_once(market: Market, *typed: tuple[Actor, str]) -> list[Person | BaseException]:
    units = (market.run(who, partial(take_link, code=code)) for who, code in typed)
    return await asyncio.gather(*units, return_exceptions=True)


@pytest.mark.parametrize("one_has_traded", [False, True])
async def test_only_one_of_two_who_type_a_code_at_once_is_linked(market: Market, one_has_traded: bool) -> None:
    """If one of them has traded, their account stays, and that of the code's owner goes."""
    reactions.listen(market.reactions)
    (tom, _), (one, _), (other, _) = [await market.newcomer(name) for name in ("Tom", "One", "Other")]
    if one_has_traded:
        await market.run(one, trades)
    code = await code_of(market, tom)
    ended = await typed_at_once(market, (one, code), (other, code))
    (refused,) = [each for each in ended if not isinstance(each, Person)]
    assert isinstance(refused, Invalid)
    assert refused.code == "people.link_code"
    assert sorted([await chats_of(market, each) for each in (tom, one, other)]) == [0, 1, 2]


async def test_two_who_type_each_others_code_at_once_become_one(market: Market) -> None:
    reactions.listen(market.reactions)
    (tom, _), (rasa, _) = [await market.newcomer(name) for name in ("Tom", "Rasa")]
    of_tom, of_rasa = await code_of(market, tom), await code_of(market, rasa)
    ended = await typed_at_once(market, (tom, of_rasa), (rasa, of_tom))
    (stays,) = [each for each in ended if isinstance(each, Person)]
    went = rasa if stays.id == tom.person else tom
    here = tom if went is rasa else rasa
    assert [await chats_of(market, each) for each in (here, went)] == [2, 0]
    assert [await has_left(market, each) for each in (here, went)] == [False, True]
