"""Account setup, done once: a proven e-mail, and the destination of payouts."""

from __future__ import annotations

import re

import pytest

from tests.journeys.market import CHATS, Chat, World
from tests.journeys.trade_steps import Trade, profile


@pytest.mark.parametrize("chat", CHATS)
async def test_the_code_of_the_letter_is_typed_in_the_chat(world: World, chat: Chat) -> None:
    rasa = await world.on(chat, "Rasa")
    await rasa.says("/email rasa@example.org")
    await rasa.sees("I have sent a 6-digit code to rasa@example.org.")
    found = re.search(r"\d{6}", await world.letter_to("rasa@example.org"))
    assert found is not None
    await rasa.says("000000" if found[0] != "000000" else "111111")
    await rasa.sees("4 tries")
    await rasa.says(f" {found[0]} ")
    await rasa.sees("Thank you, rasa@example.org is yours.")


@pytest.mark.parametrize("chat", CHATS)
async def test_seller_with_payouts_is_told_so_and_may_change_them(world: World, chat: Chat) -> None:
    rasa = await world.on(chat, "Rasa")
    await profile(rasa, "seller", "Girios UAB")
    await Trade(world, rasa, rasa).set_up_payouts()
    await rasa.says("/payout")
    await rasa.sees("Your payouts are set up.", "Change where it goes")
    await rasa.presses("Change where it goes")
    await rasa.sees("On our payment provider's page you can change where your money goes", "Open the page")
