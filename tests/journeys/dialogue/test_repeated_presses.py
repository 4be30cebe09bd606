"""Two taps on one button: the result of the first is told once, as the person's own.

It stands where the person looks.
"""

from __future__ import annotations

import pytest

from lab.people import until
from tests.journeys.dialogue.test_redrawn_cards import said_by_the_bot
from tests.journeys.market import CHATS, Chat, ChatUser, World, no_more
from tests.journeys.trade_steps import Trade

AGAIN = "You have done this already."
CHANGED = "This has changed since you saw it"


async def cards_of(person: ChatUser) -> list[str]:
    """Return the bot's messages, without the short answers to a press."""
    return [each for each in await said_by_the_bot(person) if "\n" in each]


@pytest.mark.parametrize("chat", CHATS)
async def test_a_double_tap_on_sign_beside_open_terms(world: World, chat: Chat) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on(chat, "Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    await tom.presses("See the terms")
    await tom.sees("Signed by the buyer: not yet")
    await tom.taps_twice("Sign")
    await tom.sees("Sign this deal over €10,750.00?")
    await tom.taps_twice("Yes: Sign, €10,750.00")
    told = ["You signed.", AGAIN] if chat == "telegram" else ["You signed."]  # a window may be redrawn in between
    assert CHANGED not in await tom.sees(*told)

    async def terms_are_true() -> bool:
        return "Signed by the buyer: not yet" not in await tom.screen()

    await until(terms_are_true, lambda: "the terms that stand there say nothing of the signature")
    words = [line.strip("()") for line in (await tom.screen()).splitlines()]
    assert words.count("Signed.") == 1
    assert words.count(AGAIN) <= 1
    if chat == "slack":
        assert "Waiting for Rasa to sign" in (await cards_of(tom))[-1]


@pytest.mark.parametrize("chat", CHATS)
async def test_buyer_who_asks_for_an_overpayment_back_sees_the_deal_without_it(world: World, chat: Chat) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on(chat, "Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    await trade.sign()
    await tom.opens("Pay €")
    await tom.taps_twice("Other ways to pay")
    await tom.sees("How to pay for deal")
    await tom.presses("Pay by bank transfer")
    await tom.sees("LAB-", "Chosen now: Bank transfer")
    assert (await tom.screen()).count("How to pay for deal") == 1
    (customer,) = await world.at_the_provider("customer")
    sender = ["DE89370400440532013000", "Tom"]
    await world.browser.post(f"/lab/stripe/bank/{customer['id']}", {"amount": 10_755_00, "sender": sender})
    await tom.sees("Delivery can begin.")
    await tom.presses("Give me back €5.00")
    await tom.sees("Have €5.00 sent back to you?")
    await tom.taps_twice("Yes: Give me back €5.00")
    await no_more(tom, "[Give me back")
    assert CHANGED not in await tom.screen()


async def test_change_by_the_other_side_is_told_as_theirs(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_telegram("Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    keys = [key for each in await tom.messages() for row in each.get("keyboard", []) for key in row]
    sign = next(key["callback_data"] for key in keys if key["text"] == "Sign")
    await rasa.presses("Leave")
    await rasa.presses("Yes")
    await tom.sees("nobody owes anything")
    await tom.presses_anyway(sign)
    assert AGAIN not in await tom.sees(CHANGED)
