"""A published listing is changed, line by line or in its window: it shows at once, and is never wrong."""

from __future__ import annotations

import pytest

from lab.people import OnSlack, OnTelegram
from tests.journeys.market import CHATS, PAIRS, Chat, ChatUser, World, confirms
from tests.journeys.people.test_company import APPROVER, invited
from tests.journeys.people.test_linking import links
from tests.journeys.trade_steps import Trade, photo


async def listed(world: World, seller: Chat, buyer: Chat) -> tuple[Trade, ChatUser, ChatUser]:
    trade = Trade(world, await world.on(seller, "Rasa"), await world.on(buyer, "Tom"))
    await trade.list()
    return trade, trade.seller, trade.buyer


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_change_shows_at_once_and_an_offer_keeps_its_terms(world: World, chat: Chat, other: Chat) -> None:
    _, rasa, tom = await listed(world, chat, other)
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Make an offer")
    await tom.fills(quantity="48 t", price="200 EUR/t")
    await rasa.sees("made an offer")

    await rasa.says("/listings")
    await rasa.sees("My listings", "Change")
    await rasa.presses("Change")
    await rasa.sees("the currency (EUR) and the unit (t) stay")
    await rasa.fills(price="205 EUR/t", quantity="150 t", min_lot="50 t", words="Dry, under a roof.")

    await rasa.sees(
        "Changed.",
        "Quantity: 200 t → 150 t",
        "Price: 215.00 EUR/t → 205.00 EUR/t",
        "Smallest order: 24 t → 50 t",
        "Available: 150 t",
        "Dry, under a roof.",
    )
    seen = await tom.sees("has changed the listing. The terms of this offer stay as they are.")
    told = seen.rpartition("On the listing now:")[2].partition("\n")[0]
    assert "205.00 EUR/t" in told
    assert "Smallest order" in told  # 48 t would be too little now
    assert "200 t" not in told  # there is enough for it still
    assert "Description" not in told
    await rasa.says("/offers")
    await confirms(rasa, "Accept")
    for each in (rasa, tom):
        await each.sees("You have a deal. Both sides sign next.", "48 t", "200.00")
    await tom.says("/find pellets near Kaunas under 210")
    await tom.sees("205.00 EUR/t", "102 t")


async def test_each_line_says_what_it_was_and_back_makes_it_so_again(world: World) -> None:
    _, rasa, _ = await listed(world, "telegram", "slack")
    await rasa.presses("Change")
    await rasa.says("205 €/t, 300 t")
    await rasa.sees("Written down: Quantity and Price.", "Price: 215.00 EUR/t 205.00 EUR/t", "Quantity: 200 t 300 t")
    await rasa.presses("✎ Price")
    await rasa.says("900 PLN/t")
    await rasa.sees("is priced in EUR, and that stays", "for one in PLN, put up a new listing")
    await rasa.says("205 €/t")
    await rasa.presses("✎ Delivery dates")
    await rasa.says("when the moon is full")
    await rasa.sees("⚠️")  # and nothing else is lost by it
    await rasa.says("next week")
    await rasa.sees("Price: 215.00 EUR/t 205.00 EUR/t", "Quantity: 200 t 300 t")
    await rasa.says("oak chips A2")
    await rasa.sees("Not written down", "Price: 215.00 EUR/t 205.00 EUR/t")
    await rasa.sends()
    await rasa.sees("Changed.", "Quantity: 200 t → 300 t; Price: 215.00 EUR/t → 205.00 EUR/t")


async def test_wrong_value_in_a_window_is_named_beside_it_and_the_rest_stays(world: World) -> None:
    _, rasa, _ = await listed(world, "slack", "telegram")
    assert isinstance(rasa, OnSlack)
    await rasa.presses("Change")
    await rasa.fills(price="900 PLN/t", words="Dry.")
    assert "is priced in EUR" in " ".join(rasa.errors.values())
    await rasa.fills(price="215 EUR/t", words="", quantity="30 t", min_lot="40 t")
    assert "Choose 30 t or less" in " ".join(rasa.errors.values())
    await rasa.fills(quantity="200 t", min_lot="24 t")
    assert "Nothing has been changed yet" in " ".join(rasa.errors.values())
    await rasa.fills(certificates="FSC", grade="ENplus A2", place="Vilnius")
    await rasa.sees("Changed.", "Grade: ", "Place: Kaunas, Lithuania → Vilnius, Lithuania", "FSC")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_sold_out_or_expired_listing_is_published_again_by_a_change(
    world: World, chat: Chat, other: Chat
) -> None:
    """A sold-out listing asks for its quantity first, an expired one for its dates."""
    trade, rasa, tom = await listed(world, chat, other)
    await trade.buy(quantity="200 t")
    await rasa.says("/listings")
    await rasa.sees("Sold out")
    await rasa.presses("Change")
    await rasa.sees("Buyers have already taken 200 t")
    if isinstance(rasa, OnTelegram):
        await rasa.sees("How much do you have?")
    await rasa.fills(quantity="60 t")
    await rasa.sees("Changed.", "Available: 60 t", "For sale")
    await tom.says("/find pellets near Kaunas")
    await tom.sees("60 t")
    await world.later(days=15)
    await rasa.sees("The delivery dates of your listing are over.")
    assert "[Renew]" not in await rasa.screen()  # which could not be done
    await rasa.presses("Change")
    if isinstance(rasa, OnTelegram):
        await rasa.sees("When can it be delivered?")
    await rasa.fills(window="next week")
    seen = await rasa.sees("Changed. Delivery dates", "For sale")
    assert "Expired" not in seen
    await tom.says("/find pellets near Kaunas")
    await tom.sees("60 t")


@pytest.mark.parametrize("chat", CHATS)
async def test_changes_of_two_colleagues_both_count(world: World, chat: Chat) -> None:
    """The second colleague reviews the form again, with the first one's changes in it.

    Both see what is published.
    """
    _, rasa, _ = await listed(world, chat, "slack")
    ada = await world.on_telegram("Ada")
    await invited(rasa, ada, "Ada", **APPROVER)
    await rasa.says("/listings")
    await rasa.presses("Change")
    await rasa.sees("the currency (EUR) and the unit (t) stay")
    if isinstance(rasa, OnTelegram):
        await rasa.says("300 t")
        await rasa.sees("Quantity: 200 t 300 t")
    else:
        await rasa.form("quantity")

    await ada.says("/listings")
    await ada.presses("Change")
    await ada.fills(price="205 EUR/t")
    await ada.sees("Changed. Price: 215.00 EUR/t → 205.00 EUR/t")
    await rasa.sees("Ada changed the listing. Price: 215.00 EUR/t → 205.00 EUR/t")

    if isinstance(rasa, OnTelegram):
        await rasa.sends()
    else:
        await rasa.fills(quantity="300 t")
    laid_upon = ("Price: 205.00 EUR/t", "Quantity: 200 t 300 t") if isinstance(rasa, OnTelegram) else ("200 t → …",)
    await rasa.sees("Your own changes are kept", *laid_upon)
    await rasa.sends()
    await rasa.sees("Changed. Quantity: 200 t → 300 t")
    await ada.sees("Rasa changed the listing. Quantity: 200 t → 300 t", "Price: 205.00 EUR/t")


async def test_an_older_card_opens_what_is_there_now_and_what_is_withdrawn_stays_so(world: World) -> None:
    _, rasa, _ = await listed(world, "telegram", "slack")
    assert isinstance(rasa, OnTelegram)
    older, pause = await rasa.button("Change"), await rasa.button("Pause")
    await rasa.presses("Change")
    await rasa.fills(price="205 EUR/t")
    await rasa.sees("Changed.")
    await rasa.presses_anyway(pause)
    await rasa.sees("[Pause]")  # it has moved on since: redrawn, and still for sale
    await rasa.presses_anyway(older)
    await rasa.sees("Publish the change", "Price: 205.00 EUR/t")
    await rasa.says("150 t")
    await rasa.presses_anyway(older)  # once more: the form that was begun, with what was entered
    await rasa.sees("Quantity: 200 t 150 t")
    await rasa.says("/listings")
    await rasa.presses("1 · Open")
    await confirms(rasa, "Withdraw")
    await rasa.sees("Withdrawn")
    await rasa.says("160 t")
    await rasa.sees("is closed: what it is about has changed since you opened it")
    await rasa.presses_anyway(older)
    assert "[Publish the change]" not in (await rasa.screen()).rpartition("is closed: what it is about")[2]


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_changed_packaging_is_shown_and_found(world: World, chat: Chat, other: Chat) -> None:
    _, rasa, tom = await listed(world, chat, other)
    await tom.says("/find pellets in big bags near Kaunas")
    await tom.sees("Nothing")
    await rasa.presses("Change")
    await rasa.fills(packaging="in big bags")
    await rasa.sees("Changed. Packaging: not said → in big bags", "Packaging: in big bags")
    await tom.says("/find pellets in big bags near Kaunas")
    await tom.sees("215.00 EUR/t")
    await tom.presses("Open")
    await tom.sees("Packaging: in big bags")
    await rasa.presses("Change")
    await rasa.fills(packaging="on pallets")
    await rasa.sees("Changed. Packaging: in big bags → on pallets")


async def test_optional_value_can_be_removed_and_files_replaced(world: World) -> None:
    _, rasa, _ = await listed(world, "telegram", "slack")
    await rasa.presses("Change")
    await rasa.fills(words="Wet, in the open.")
    await rasa.sees("Changed. Description")
    await rasa.presses("Change")
    await rasa.attaches("pile.jpg", photo(), "image/jpeg")
    await rasa.sees("Photos and documents: 1 file")
    await rasa.sends()
    await rasa.sees("Changed. Photos and documents")
    await rasa.presses("Change")
    await rasa.sees("Photos and documents: 1 file", "Description: Wet, in the open.")
    for line in ("✎ Description", "✎ Photos and documents"):
        await rasa.presses(line)
        await rasa.presses("Remove")
        await rasa.sees(line.replace("✎", "+"))
    await rasa.presses("✎ Price")
    assert "[Remove]" not in (await rasa.screen()).rpartition("What does one unit cost")[2]
    await rasa.presses("Keep")
    await rasa.attaches("dry.jpg", photo(), "image/jpeg")
    await rasa.sees("Photos and documents: 1 file 1 file")
    await rasa.sends()
    await rasa.sees("Changed. Photos and documents; Description")


async def test_a_window_that_was_gone_on_with_elsewhere_brings_nothing_back(world: World) -> None:
    """An unchanged quantity in the window has been sold since.

    So the window is redrawn, and the old quantity is not taken as an answer.
    """
    _, rasa, tom = await listed(world, "slack", "telegram")
    assert isinstance(rasa, OnSlack)
    phone = await world.on_telegram("Rasa's phone")
    await links(phone, rasa)
    await phone.sees("Done. Both accounts now belong to Rasa")
    await rasa.says("/listings")
    await rasa.presses("Change")
    window = await rasa.form("quantity")
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Buy now")
    await tom.fills(quantity="100 t")
    await tom.sees("You have a deal.")
    await phone.says("/drafts")
    await phone.presses("Continue")
    await phone.sees("Your own changes are kept", "Quantity: 100 t")

    await rasa.browser.post(f"{rasa.path}/submit", {"view_id": window["id"], "values": {}})
    await phone.sees("Quantity: 100 t")
    await rasa.says("/listings")
    await rasa.sees("Available: 100 t")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_listing_card_shows_the_remaining_quantity_as_deals_come_and_go(
    world: World, chat: Chat, other: Chat
) -> None:
    trade, rasa, tom = await listed(world, chat, other)
    await rasa.sees("Available: 200 t")
    await trade.buy(quantity="50 t")
    await rasa.sees("Available: 150 t")
    await tom.presses("Leave the deal")
    await tom.presses("Yes")
    await rasa.sees("Available: 200 t")
