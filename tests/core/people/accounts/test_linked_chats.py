"""A code links two chats to one person: one code, one chat, also if several are typed at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from core.kernel.errors import NotAllowed, NotFound, Refusal
from core.kernel.transaction import MARKET, Actor, Ctx
from core.people.accounts.linking import (
    linked_chats,
    may_unlink,
    name_of_chat,
    offer_link,
    owner_of_code,
    take_link,
    unlink,
)
from core.people.accounts.model import ChatIdentity, Person
from core.people.accounts.service import acting, has_traded, identities, organisation_of, person_of
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


async def typed_at_once(market: Market, *typed: tuple[Actor, str]) -> list[Person | BaseException | None]:
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
    assert [each for each in ended if not isinstance(each, Person)] == [None]
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


async def test_a_code_shows_its_owner_and_links_nothing_by_itself(market: Market) -> None:
    reactions.listen(market.reactions)
    (tom, _), (rasa, _) = [await market.newcomer(name) for name in ("Tom", "Rasa")]
    shown = await market.run(rasa, partial(owner_of_code, code=await code_of(market, tom)))
    assert shown is not None
    assert shown.id == tom.person
    assert [await chats_of(market, each) for each in (tom, rasa)] == [1, 1]


async def test_five_wrong_codes_end_the_guessing_for_an_hour(market: Market) -> None:
    """900 guesses a second were possible. The count outlives the refusal, and the right code does not help."""
    (tom, _), (guesser, _) = [await market.newcomer(name) for name in ("Tom", "Guesser")]
    for number in range(5):
        assert await market.run(guesser, partial(take_link, code=f"WRONG{number}")) is None
    code = await code_of(market, tom)
    with pytest.raises(Refusal, match=r"people\.too_many_guesses"):
        await market.run(guesser, partial(take_link, code=code))
    market.clock.moment += timedelta(hours=1, seconds=1)
    reactions.listen(market.reactions)
    assert await market.run(guesser, partial(take_link, code=await code_of(market, tom))) is not None


def chat_since(name: str, moment: datetime | None) -> ChatIdentity:
    return ChatIdentity(platform="chat", workspace="", outside_id=name, linked_at=moment)


def test_a_chat_unlinks_itself_and_later_ones_alone() -> None:
    """A stranger who was linked by mistake cannot throw out the chat that had the account before."""
    morning = datetime(2027, 4, 13, 8, tzinfo=UTC)
    first, second, third = (
        chat_since("1", None),
        chat_since("2", morning),
        chat_since("3", morning + timedelta(hours=1)),
    )
    chats = (first, second, third)
    allowed = {(each.outside_id, other.outside_id) for each in chats for other in chats if may_unlink(each, other)}
    assert allowed == {("1", "2"), ("1", "3"), ("2", "2"), ("2", "3"), ("3", "3")}


def where(chat: ChatIdentity) -> tuple[str, str, str]:
    return chat.platform, chat.workspace, str(chat.address)


async def test_an_unlinked_chat_is_a_stranger(market: Market) -> None:
    reactions.listen(market.reactions)
    (tom, _), (rasa, _) = [await market.newcomer(name) for name in ("Tom", "Rasa")]
    await market.run(tom, trades)
    await market.run(tom, partial(take_link, code=await code_of(market, rasa)))
    first, later = await market.run(tom, linked_chats)
    with pytest.raises(NotAllowed):
        await market.run(tom, partial(unlink, name=name_of_chat(first), where=where(later)))
    await market.run(tom, partial(unlink, name=name_of_chat(later), where=where(first)))
    assert await chats_of(market, tom) == 1
    with pytest.raises(NotFound):
        await market.run(tom, partial(unlink, name=name_of_chat(later), where=where(first)))
