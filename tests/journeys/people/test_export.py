"""E11: a user gets a copy of their data, on either chat, as a file that programs can read."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from tests.journeys.market import PAIRS, Chat, ChatUser, World
from tests.journeys.trade_steps import Trade, newest_file


async def downloaded(person: ChatUser) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(await newest_file(person)))


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_user_gets_a_copy_of_their_data(world: World, chat: Chat, other: Chat) -> None:
    rasa, tom = await world.on(chat, "Rasa"), await world.on(other, "Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy()
    for each in (rasa, tom):
        await each.says("/export")
        await each.sees("Copy of your data", "Keep it to yourself", ".zip")
    copy = json.loads((await downloaded(rasa)).read("copy.json"))
    assert [each["name"] for each in copy["you"]["person"]] == ["Rasa"]
    assert [each["product_id"] for each in copy["offering"]["listing"]] == ["wood_pellets"]
    assert len(copy["deals"]["deal"]) == 1
    his = json.loads((await downloaded(tom)).read("copy.json"))
    assert [each["name"] for each in his["you"]["person"]] == ["Tom"]
    assert "listing" not in his.get("offering", {})

    await rasa.says("/delete")
    await rasa.presses("Take a copy first")
    await rasa.sees("Copy of your data")
