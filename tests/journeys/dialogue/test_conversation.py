"""Conversations: forms put aside and taken up again, restarts in the middle, unexpected words, a blocked bot."""

from __future__ import annotations

import re

import pytest

from config.platforms import PLATFORMS
from conversations.help.commands import read_page
from conversations.wording import Wordings
from tests.journeys.market import CHATS, Chat, ChatUser, World, confirms
from tests.journeys.people.test_linking import links
from tests.journeys.trade_steps import Trade

# How the page that speaks of claims begins.
PROBLEMS = read_page(Wordings(PLATFORMS).speak("en"), "problems")[1].partition(".")[0]


@pytest.fixture(params=CHATS)
async def rasa(request: pytest.FixtureRequest, world: World) -> ChatUser:
    chat: Chat = request.param
    return await world.on(chat, "Rasa")


async def test_a_form_left_is_kept_for_a_week_and_called_to_mind_before_it_goes(rasa: ChatUser, world: World) -> None:
    await rasa.says("/sell 200 t A1 pellets")
    await rasa.says("/sell 200 t A1 pellets")  # the very same is taken up again, and not kept twice
    await rasa.says("/cancel")
    await rasa.sees("“New listing” is put aside, not sent.")
    await rasa.says("/cancel")
    await rasa.sees("No form is open, so there is nothing to cancel.")
    await rasa.says("/drafts")
    shown = await rasa.sees("Put aside", "Wood pellets", "200 t")
    day = re.search(r"kept until (\w{3},? \w{1,4} \w{1,4})", shown)
    assert day is not None, shown
    await world.later(days=6, minutes=1)
    await rasa.sees(f"has waited 6 days to be finished. It goes on {day[1]}")
    await rasa.presses("Discard")
    await rasa.sees("Discarded. Nothing was sent.")
    await rasa.says("/drafts")
    await rasa.sees("Nothing is put aside.")


async def test_a_form_begun_on_a_phone_is_finished_in_a_window(world: World) -> None:
    phone, window = await world.on_telegram("Rasa"), await world.on_slack("Rasa at work")
    await links(window, phone)
    await window.sees("Both accounts now belong to Rasa")
    await phone.says("/sell 200 t A1 pellets")
    await phone.answers(price="215 €/t")
    await phone.sees("Who carries the goods")
    await window.says("/drafts")
    await window.presses("Continue")
    await window.fills(incoterm="DAP", place="Kaunas", window="next week")
    await window.sees("Published.", "215.00 EUR/t", "200 t")
    await phone.says("/drafts")
    await phone.sees("Nothing is put aside.")


async def test_a_form_put_aside_is_taken_up_again(rasa: ChatUser) -> None:
    await rasa.says("/sell 200 t A1 pellets DAP Kaunas next week")
    await rasa.says("/profile")
    await rasa.sees("“New listing” is put aside, not sent.")
    await rasa.fills(role="seller", company="Girios UAB", country="Lithuania")
    await rasa.sees("Girios UAB can trade now.")
    await rasa.says("/me")
    await rasa.presses("Continue")
    await rasa.fills(price="215 €/t")
    await rasa.sees("Published.", "215.00 EUR/t", "200 t")


async def test_a_sentence_answers_all_it_speaks_of_whatever_was_asked(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell")
    await rasa.sees("What do you sell?")
    await rasa.says("200 t A1 pelets 215 €/t DAP Kaunas next week")
    await rasa.sees("Written down: Product, Grade, Quantity, Price", "Wood pellets", "200 t", "215.00 EUR/t", "Kaunas")
    await rasa.says("180 t, 210 €/t")  # no question is open: the newest words count
    await rasa.sees("Written down: Quantity and Price", "180 t", "210.00 EUR/t")
    await rasa.sends()
    await rasa.sees("Published.", "210.00 EUR/t", "180 t")


async def test_a_form_survives_a_restart_of_the_product(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell")
    await rasa.answers(product="wood pellets", grade="A1", quantity="200 t")
    await rasa.sees("What does one unit cost")
    await world.closes()
    await rasa.says("215 €/t")  # the bot is down; Telegram keeps it
    await world.opens()
    await rasa.sees("Who carries the goods, and up to where?")
    await rasa.answers(incoterm="DAP", place="Kaunas", window="next week")
    await rasa.sends()
    await rasa.sees("Published.", "215.00 EUR/t", "200 t")


async def test_a_window_open_over_a_restart_is_sent_after_it(world: World) -> None:
    rasa = await world.on_slack("Rasa")
    await rasa.says("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    await rasa.sees("New listing")
    await world.closes()
    await world.opens()
    await rasa.sends()
    await rasa.sees("Published.", "215.00 EUR/t", "200 t")


async def test_unexpected_message_gets_three_ways_on(rasa: ChatUser) -> None:
    await rasa.says("qwertz uiop")
    screen = await rasa.sees("I did not understand that. Perhaps one of these helps:")
    assert screen.count("[") == 3


async def test_text_that_resembles_a_command_by_letters_is_no_command(rasa: ChatUser) -> None:
    for said in ("any grade", "more", "with quark"):
        await rasa.says(said)
        await rasa.sees("I did not understand that.")
    assert set(re.findall(r"\[(.+?)\]", await rasa.screen())) == {"Find goods", "Sell goods", "Find a consultant"}


async def test_a_misspelt_command_is_among_the_ways_on(rasa: ChatUser) -> None:
    await rasa.says("/profil")
    await rasa.sees("I did not understand that.", "[My profile]")
    await rasa.presses("My profile")
    await rasa.sees("What do you want to do here?")


async def test_a_sticker_is_answered_in_words(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/start")
    await rasa.does("share", what="sticker")
    await rasa.sees("I can read text, photos, PDF files and shared locations.")


async def test_on_slack_an_empty_talk_says_what_this_is_and_home_leads_with_three_ways(world: World) -> None:
    tom = await world.on_slack("Tom")
    await tom.does("home", tab="messages")
    await tom.sees("Welcome, Tom", "This is Parley, a market for bioenergy", "[Find goods]")
    await tom.does("home", tab="messages")
    await tom.home()
    start_screen = await tom.sees("Tom's desk", "This is Parley, a market for bioenergy", "[More …]")
    shown = start_screen[start_screen.index("Tom's desk") :]
    assert re.findall(r"\[(.+?)\]", shown)[:3] == ["Find goods", "Sell goods", "Find a consultant"]
    assert "no role yet" not in shown
    await tom.presses("More …")
    await tom.sees("[My company]", "[Fewer]")
    await tom.presses("Fewer")
    await tom.sees("[More …]")
    assert (await tom.screen()).count("Welcome, Tom") == 1
    await tom.presses("Find goods")
    await tom.sees("What are you looking for, and where to?")


async def test_known_user_is_not_greeted_for_looking(world: World) -> None:
    tom = await world.on_slack("Tom")
    await tom.says("/find")
    await tom.sees("What are you looking for")
    await tom.does("home", tab="messages")
    await tom.says("/deals")
    await tom.sees("You have no deals")
    assert "Welcome" not in await tom.screen()


async def test_help_lists_commands_and_finds_the_page_on_a_word(rasa: ChatUser) -> None:
    await rasa.says("/help")
    short = await rasa.sees("What you can do here", "Find goods", "[All commands]")
    assert "Set up payouts" not in short
    assert len(re.findall(r"/\w+: ", short)) <= 8, "a glance at what is done most"
    await rasa.presses("All commands")
    await rasa.sees("What you can do here", "Set up payouts", "How it works")
    await rasa.says("/help claim")
    await rasa.sees(PROBLEMS)
    await rasa.says("/help delete")
    await rasa.sees("Your account", "[Leave and be forgotten]")
    await rasa.says("/help xyzzy")
    await rasa.sees("I found nothing on “xyzzy”", "Working as a company")


async def test_a_language_is_chosen_in_the_middle_of_a_form(rasa: ChatUser) -> None:
    await rasa.says("/language")
    await rasa.sees("Which language do you read best?")
    await rasa.presses("English")
    await rasa.sees("From now on I write to you in English.")


async def test_user_who_blocks_the_bot_is_notified_on_the_other_platform(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    at_work = await world.on_slack("Rasa at work")
    await links(at_work, rasa)
    await at_work.sees("Both accounts now belong to Rasa")
    await rasa.says("Hello")
    await rasa.sees("Welcome, Rasa")

    trade = Trade(world, rasa, tom)
    await trade.list()
    await world.browser.post(f"{rasa.path}/block")
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Buy now")
    await tom.fills(quantity="50 t")
    await at_work.sees("You have a deal. Both sides sign next.")
    await confirms(at_work, "Sign")
    await confirms(tom, "Sign")
    await at_work.sees("Both sides have signed.")


async def test_a_place_is_shared_from_the_phone(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell 200 t A1 pellets 215 €/t DAP next week")
    await rasa.sees("At which place")

    await world.browser.post(f"{rasa.path}/location", {"latitude": 54.8972, "longitude": 23.8861})

    await rasa.sees("Place: Kaunas, Lithuania")
