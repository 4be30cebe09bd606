"""An empty list of invoices, of a buyer or seller: it says when one comes, and leads to the setup."""

from __future__ import annotations

import pytest

from tests.journeys.market import CHATS, Chat, ChatUser, World
from tests.journeys.trade_steps import Trade, profile

SOLD, BOUGHT = "comes an invoice to the buyer", "the seller owes you an invoice"
WRITES = "Shall I write invoices to your buyers in your name?"


async def has_none(person: ChatUser) -> str:
    await person.says("/money")
    await person.presses("Invoices")
    return await person.sees("There are no invoices yet.")


@pytest.mark.parametrize("chat", CHATS)
async def test_a_buyer_without_invoices_reads_of_what_they_buy(world: World, chat: Chat) -> None:
    tom = await world.on(chat, "Tom")
    await profile(tom, "buyer", "Heat AB", country="Sweden")
    told = await has_none(tom)
    assert BOUGHT in told
    assert SOLD not in told
    await tom.presses("Set up my invoices")
    told = await tom.sees("This address stands on the invoices that are written to you.")
    assert WRITES not in told
    await tom.fills(status="No, it has none", address="Kungsgatan 1, 111 43 Stockholm")
    await tom.sees("This address stands on the invoices to you from now on.")


@pytest.mark.parametrize("chat", CHATS)
async def test_a_seller_without_invoices_reads_of_what_they_sell(world: World, chat: Chat) -> None:
    rasa = await world.on(chat, "Rasa")
    await profile(rasa, "seller", "Girios UAB")
    told = await has_none(rasa)
    assert SOLD in told
    assert BOUGHT not in told
    await rasa.presses("Set up my invoices")
    await rasa.fills(
        status="Yes, it has one",
        vat_number="LT100001919017",
        address="Savanorių pr. 1, LT-44255 Kaunas",
        writes="Yes, write them in my name",
        home_rate="21",
    )
    await rasa.sees("From now on I write your invoices, and you get each of them here.")


@pytest.mark.parametrize("chat", CHATS)
async def test_user_without_a_role_reads_of_both(world: World, chat: Chat) -> None:
    eve = await world.on(chat, "Eve")
    await eve.says("/help")
    told = await has_none(eve)
    assert SOLD in told
    assert BOUGHT in told


@pytest.mark.parametrize("chat", ["telegram", "slack"])
async def test_the_vat_number_is_said_with_the_profile_and_not_asked_for_again(world: World, chat: Chat) -> None:
    """Earlier, the number was in Slack's window only when that was opened again."""
    klaus = await world.on(chat, "Klaus")
    await klaus.says("/profile")
    await klaus.fills(role="buyer", company="Wärme GmbH", country="Germany", vat_number="DE136695976")
    await klaus.sees("Thank you. Wärme GmbH can trade now.")
    await has_none(klaus)
    await klaus.presses("Set up my invoices")
    await klaus.fills(address="Hafenstr. 1, 24103 Kiel")
    await klaus.sees("This address stands on the invoices to you from now on.")


async def test_a_draft_that_has_no_file_yet_says_what_it_takes(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    trade = Trade(world, rasa, tom)
    await trade.funded()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await rasa.says("/invoices")
    told = await rasa.sees(
        "Draft for your own invoice", "Each has a file when you have filled in “Set up my invoices”."
    )
    assert "Their files have all figures" not in told
