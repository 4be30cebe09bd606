"""The bot understands words of need and courtesy: a fraud, no more messages, thanks, a reference."""

from __future__ import annotations

import re

import pytest

from tests.journeys.market import PAIRS, Chat, ChatUser, World
from tests.journeys.trade_steps import Trade

REFERENCE = re.compile(r"Deal ([A-Z0-9]{6})")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_a_cheated_buyer_sees_the_deal_and_its_money(world: World, chat: Chat, other: Chat) -> None:
    trade = Trade(world, await world.on(other, "Rasa"), await world.on(chat, "Tom"))
    tom = trade.buyer
    await tom.says("i was scammed")
    await tom.sees("Sorry to hear that.", "no signed deal", "[What to do]")
    await tom.presses("What to do")
    await tom.sees("Problems", "The goods are wrong")
    await trade.list()
    await trade.buy()
    await trade.sign()
    await trade.pay()
    await tom.says("this is fraud, where is my money")
    seen = await tom.sees("Which one is it about?", "Money that is held stays held meanwhile.")
    assert "consultant fits" not in seen
    ref = REFERENCE.findall(seen)[-1]
    await tom.says(f"{ref.lower()}?")
    await tom.sees(f"Deal {ref}")


async def test_alerts_stop_at_one_word(tom: ChatUser) -> None:
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Tell me of new ones")
    await tom.says("unsubscribe")
    await tom.sees("all alerts are off", "your own deals, sessions and money")
    await tom.says("/alerts")
    await tom.sees("Muted")


async def test_courtesy_and_names_of_languages(tom: ChatUser) -> None:
    await tom.says("thanks!")
    await tom.sees("You're welcome.")
    await tom.says("are you a bot?")
    await tom.sees("Parley is a bot")
    await tom.says("human please")
    await tom.sees("Problems")
    await tom.says("/language plumber")
    await tom.sees("I don't speak “plumber”")
    await tom.says("/language estonian")
    await tom.sees("eesti keel")
    await tom.says("/language polski")
    await tom.sees("po polsku")
