"""Notifications about sessions are true (C3, C4, D1): the side that cancelled, the deadline, the card, the length."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from lab.people import OnSlack
from tests.journeys.experts import advises
from tests.journeys.market import CHATS, PAIRS, Chat, World
from tests.journeys.session_steps import PROFILE, Counsel

EVENING = 17  # o'clock, from which it is the next day in Tokyo
SLOT = re.compile(r"\[(\w{3},? \w+ \w+,? \d\d:\d\d · \d+ minutes)\]")


@pytest.fixture(params=PAIRS, ids="-".join)
async def counsel(request: pytest.FixtureRequest, world: World) -> Counsel:
    seeks, helps = request.param
    return Counsel(world, await world.on(seeks, "Sarah"), await world.on(helps, "Alex"))


async def test_notice_of_cancellation_names_its_author_and_the_card_used_again(counsel: Counsel) -> None:
    sarah, alex = counsel.seeker, counsel.consultant
    await counsel.list()
    await sarah.says("/experts the grate of my boiler slags")
    await sarah.presses("Times and profile")
    await sarah.presses(await counsel.first_slot())
    await sarah.sees("You add your card on the next page; it is kept for your next sessions.")
    await sarah.sends()
    await counsel.world.pays(await sarah.opens("Add card"))
    await alex.sees("Somebody asks for a session with you.")
    await alex.presses("Decline")
    await alex.sees("You have declined. Nothing is charged.")
    await sarah.sees("The consultant cannot take it. Nothing is charged.")

    await sarah.says("/experts the grate of my boiler slags")
    await sarah.presses("Times and profile")
    await sarah.presses(await counsel.first_slot())
    await sarah.sees("The card of your session ", " is used again; no new one is asked for.")
    await sarah.sends()
    await alex.sees("Somebody asks for a session with you.")
    await counsel.agree()
    await sarah.presses("Cancel")
    await sarah.presses("Cancel it")
    await sarah.sees("You have called the session off.")
    screen = await alex.sees("Sarah has called the session off.")
    assert "You has" not in screen


async def test_free_cancellation_until_the_start_names_no_share_of_zero(counsel: Counsel) -> None:
    sarah = counsel.seeker
    await counsel.list(policy="Flexible: free until 2 hours before, 50 % for not coming")
    await sarah.says("/experts the grate of my boiler slags")
    await sarah.presses("Times and profile")
    await sarah.presses(await counsel.first_slot())
    shown = await sarah.sees("If plans change: free until it begins; 50 % of €90.00 if you do not come")
    assert " 0 %" not in shown


async def test_another_time_says_by_when_and_what_became_of_it(counsel: Counsel) -> None:
    sarah, alex = counsel.seeker, counsel.consultant
    await counsel.list()
    await counsel.book()
    await alex.presses("Other time")
    other = re.findall(r"\[(\w{3},? \w+ \w+,? \d\d:\d\d)\]", await alex.sees("[Back]"))[-1]
    await alex.presses(other)
    await alex.sees("You offered ", ". Sarah answers by ")
    await sarah.sees("Alex offers ", " instead. Say yes by ", "otherwise it is off, and nothing is charged.")
    await counsel.world.later(days=2.5)
    await sarah.sees("You did not take the other time in time.")
    await alex.sees("Your client did not take the other time in time.")


@pytest.mark.parametrize("chat", CHATS)
async def test_a_slot_says_how_long_it_is_where_there_are_several_lengths(world: World, chat: Chat) -> None:
    alex, sarah = await world.on_telegram("Alex"), await world.on(chat, "Sarah")
    await alex.says("/expert")
    await alex.fills(**(PROFILE | {"lengths": "30 minutes, 60 minutes", "hours": "daily 0-24 Tokyo"}))
    await alex.sees("You are listed.")
    await sarah.says("/place Vilnius")
    await sarah.says("/experts the grate of my boiler slags")
    await sarah.presses("Times and profile")
    shown = SLOT.findall(await sarah.sees("More times, 60 minutes"))
    assert shown
    assert all(label.endswith("30 minutes") for label in shown)
    await sarah.presses("More times, 60 minutes")
    await sarah.sees(" · 60 minutes]")
    offered = [label for label in SLOT.findall(await sarah.screen()) if label.endswith("60 minutes")]
    await sarah.presses(next(label for label in offered if int(label.split()[3][:2]) >= EVENING))
    screen = await sarah.sees("Tokyo for them)")
    assert re.search(r"\(\w{3},? \w+ \w+ 0[0-9]:\d\d Tokyo for them\)", screen), "it is the next day there"


@pytest.mark.parametrize("chat", CHATS)
async def test_about_you_is_looked_at_when_it_is_answered(world: World, chat: Chat) -> None:
    alex = await world.on(chat, "Alex")
    await alex.says("/expert")
    if isinstance(alex, OnSlack):  # a window is sent as a whole
        await alex.fills(**(PROFILE | {"bio": "I tune digesters."}))
    else:
        await alex.answers(headline=PROFILE["headline"], bio="I tune digesters.")
    await alex.sees("That is too short. Please write at least 20 characters.")


async def test_a_wrong_answer_leaves_the_old_one_and_the_way_to_keep_it(world: World) -> None:
    alex, sarah = await world.on_telegram("Alex"), await world.on_telegram("Sarah")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await sarah.says("/experts boilers too hot")
    await sarah.sees("Alex · Boilers")
    await sarah.presses("Times and profile")
    await sarah.presses(await Counsel(world, sarah, alex).first_slot())
    await sarah.presses("✎ What it is about")
    await sarah.says("x" * 1500)
    await sarah.sees("1,000", "[Keep boilers too hot]")
    await sarah.presses("Keep boilers too hot")
    await sarah.sees("[✎ What it is about]")


async def test_all_the_terms_of_several_stand_above_the_button(world: World) -> None:
    """Three prices: the rule for changed plans is told once, and each sum on a line of its own."""
    sarah = await world.on_telegram("Sarah")
    for number, name in enumerate(("Alex", "Nina", "Rita")):
        person = await world.on_telegram(name)
        await person.says("/expert")
        await person.fills(**(PROFILE | {"rate": f"{90 + number} EUR", "headline": f"Boilers of {name}"}))
        await person.sees("You are listed.")
        await sarah.says(f"/experts Boilers of {name}")
        await sarah.sees(f"{name} · Boilers of {name}")
        await sarah.presses("Times and profile")
        await sarah.presses("Keep in mind")
        await sarah.sees("[Take off the list]")
    await sarah.says("/shortlist")
    await sarah.sees("3 consultants kept in mind")
    await sarah.presses("Ask them all")
    day = (await world.now() + timedelta(days=3)).date()
    await sarah.says("1 Jan 2026 10:00")
    await sarah.sees("is past. Propose times that are still to come.")
    await sarah.says(f"{day} 10:00")
    await sarah.says("The grate slags with straw pellets.")
    screen = await sarah.sees("Rita: At most €92.00", "later 50 % of the price", "you pay nothing.", "[Ask]")
    terms = screen[screen.rindex("Alex: At most €90.00") :]
    assert terms.count("If plans change") == 1
