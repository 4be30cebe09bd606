"""The profile: a look at it leaves it unchanged, and an unfinished one is continued."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import CHATS, Chat, World
from tests.journeys.trade_steps import profile


@pytest.mark.parametrize("chat", CHATS)
async def test_a_profile_that_was_only_looked_at_is_not_put_aside(world: World, chat: Chat) -> None:
    rasa = await world.on(chat, "Rasa")
    await profile(rasa, "seller", "UAB Granulė")
    await rasa.says("/profile")
    await rasa.sees("UAB Granulė")
    await rasa.says("/cancel")
    await rasa.says("/drafts")
    await rasa.sees("Nothing is put aside.")
    assert "put aside, not sent" not in await rasa.screen()
    await rasa.says("/profile")
    await rasa.says("/sell")
    await rasa.sees("New listing")
    assert "put aside, not sent" not in await rasa.screen()


@pytest.mark.parametrize("chat", CHATS)
async def test_user_who_asks_for_payouts_in_their_profile_goes_on_with_it(world: World, chat: Chat) -> None:
    rasa = await world.on(chat, "Rasa")
    await rasa.says("/profile")
    if isinstance(rasa, OnTelegram):
        await rasa.answers(role="seller", company="UAB Granulė")
    else:
        await rasa.types(role="seller", company="UAB Granulė")
    await rasa.says("/payout")
    await rasa.sees("Before I can set up your payouts I need to know your company and its country.")
    assert "put aside, not sent" not in await rasa.screen()
    await rasa.fills(country="Lithuania")
    await rasa.sees("Thank you. UAB Granulė can trade now.")
