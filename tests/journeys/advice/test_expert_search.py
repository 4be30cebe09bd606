"""Sarah seeks advice by a rate, a day and an hour (C2.1, C2.2): she reads how it was understood.

A search without matches shows a way on.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from lab.people import OnSlack
from tests.journeys.experts import advises
from tests.journeys.market import CHATS, Chat, ChatUser, World, day_for
from tests.journeys.session_steps import Counsel


@pytest.mark.parametrize("seeks", CHATS)
async def test_a_rate_is_told_as_it_was_said_and_raised_by_a_tap(world: World, seeks: Chat) -> None:
    """90 € for half an hour are 180 € an hour, or 3 € a minute."""
    alex, sarah = await world.on_telegram("Alex"), await world.on(seeks, "Sarah")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await sarah.says("/experts consultant under 3 €/min")
    await sarah.sees("1 consultant fits", "up to €3.00 a minute (€180.00 an hour)")
    await sarah.says("/experts consultant under 2.99 €/min")
    await sarah.sees(
        "Nobody meets all of this.",
        "up to €2.99 a minute (€179.40 an hour)",
        "Nobody who fits takes €2.99 a minute or less. The lowest is €3.00.",
        "[✕ up to €2.99 a minute (€179.40 an hour)]",
    )
    await sarah.presses("Up to €3.00 a minute (1)")
    await sarah.sees("1 consultant fits", "up to €3.00 a minute (€180.00 an hour)")
    await sarah.says("/experts max 50 €/hour")
    await sarah.sees("Nobody who fits takes €50.00 an hour or less. The lowest is €180.00.", "[✕ up to €50.00 an hour]")
    await sarah.presses("Up to €180.00 an hour (1)")
    await sarah.sees("1 consultant fits", "Understood: up to €180.00 an hour")

    await sarah.says("/experts free now")
    await sarah.sees("Nobody meets all of this.", "Nobody who fits is free now. The soonest: Alex,", "[✕ free now]")
    await sarah.presses("Later will do (1)")
    await sarah.sees("1 consultant fits", "Alex · Boilers that burn")
    await sarah.says("/experts free now, max 1 €/hour")  # neither wish stands in the way alone
    await sarah.sees("Nobody meets all of this.", "[✕ up to €1.00 an hour]", "[✕ free now]")
    await sarah.says("/language de")
    await sarah.sees("Deutsch")
    await sarah.says("/experts Berater unter 1,50 €/Minute")
    await sarah.sees(
        "pro Minute (90,00", "pro Stunde)", "Niemand, der passt, nimmt 1,50", "[Bis 3,00", "pro Minute (1)]"
    )


@pytest.mark.parametrize("seeks", CHATS)
async def test_a_day_and_an_hour_are_wishes_that_a_calendar_meets(world: World, seeks: Chat) -> None:
    alex, sarah = await world.on_telegram("Alex"), await world.on(seeks, "Sarah")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    today = await world.now()
    day, later = ((today + timedelta(days=days)).date() for days in (3, 4))
    await alex.says(f"off on {later.day} {later:%B}")
    await alex.sees("Noted.")
    await sarah.says("/place Kaunas")
    await sarah.sees("Your place is Kaunas")
    await sarah.says(f"/experts boiler, {day} 10:00")
    screen = await sarah.sees("1 consultant fits", "at 10:00", "[✕ at 10:00]", f"{day_for(sarah, day)} 10:00 (EE")
    assert "“boiler”" in screen[screen.rindex("1 consultant fits") :]
    await sarah.presses("Times and profile")
    await sarah.sees(f"[{day_for(sarah, day)} 10:00]")

    await sarah.says(f"/experts {later}")
    await sarah.sees("Nobody who fits has a free time then. The soonest: Alex,")
    await sarah.presses("Another day will do (1)")
    await sarah.sees("1 consultant fits", "Alex · Boilers that burn")
    await sarah.says(f"someone who speaks English, emissions, {day} 10:00")  # without a command
    await sarah.sees("Understood: speaks English", "at 10:00", "1 consultant fits")


@pytest.mark.parametrize("seeks", CHATS)
async def test_words_after_the_question_are_searched_among_consultants(world: World, seeks: Chat) -> None:
    """The words after "What is the problem?" are its answer, even if they name goods. The next search does not use
    them.
    """
    alex, sarah = await world.on_telegram("Alex"), await world.on(seeks, "Sarah")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await sarah.says("/find boiler, wood chips under 60 euro")
    await sarah.says("/experts")
    await sarah.sees("What is the problem, in one sentence?")
    await sarah.says("the boiler with pellets goes out at night, under 400 euro")
    await sarah.sees("1 consultant fits", "up to €400.00 an hour", "advises in Bioenergy engineering")
    await sarah.says("/experts")
    await sarah.says("English, under 390 euro")
    screen = await sarah.sees("speaks English", "up to €390.00 an hour")
    assert "boiler" not in screen[screen.rindex("Understood: ") :].partition("\n")[0]

    await sarah.says("/experts")
    await sarah.says("/find pellets")  # something else is shown, and the question is over
    await sarah.sees("Understood: Wood pellets")
    await sarah.says("100 t straw pellets")
    await sarah.sees("Understood: Straw pellets, 100 t")


@pytest.mark.parametrize("seeks", CHATS)
async def test_problem_is_filled_in_only_for_consultants_found_by_it(world: World, seeks: Chat) -> None:
    alex, nina = await world.on_telegram("Alex"), await world.on_telegram("Nina")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await advises(nina, "Contracts that hold", "Legal and contracts")
    sarah, rita = await world.on(seeks, "Sarah"), await world.on(seeks, "Rita")
    await sarah.says("/experts contracts that hold")
    await sarah.sees("Nina · Contracts")
    await sarah.presses("Times and profile")
    await sarah.presses("Keep in mind")
    await sarah.sees("[Take off the list]")
    for each in (sarah, rita):
        await each.says("/experts boilers too hot")
        await each.sees("Alex · Boilers")
    await sarah.says("/shortlist")
    await sarah.sees("One consultant kept in mind")
    assert "boilers too hot" not in await form_for_first_slot(world, sarah), "that was not told of Nina"
    assert "boilers too hot" in await form_for_first_slot(world, rita)
    tina = await world.on(seeks, "Tina")
    await tina.says("/experts boilers too hot")
    await tina.sees("Alex · Boilers")
    await world.later(days=1.1)
    assert "boilers too hot" not in await form_for_first_slot(world, tina), "that was yesterday"


async def form_for_first_slot(world: World, seeker: ChatUser) -> str:
    """Return the form of a booking, from the list of consultants that was shown last."""
    await seeker.presses("Times and profile")
    await seeker.presses(await Counsel(world, seeker, seeker).first_slot())
    screen = await seeker.sees("At most €90.00")
    if isinstance(seeker, OnSlack):  # what a window is filled in with
        return str(await seeker.form())
    return screen[screen.rindex("At most €90.00") :]


async def test_a_name_that_was_looked_for_is_no_topic(world: World) -> None:
    """A consultant's name alone in a search is not filled in as the topic."""
    counsel = Counsel(world, await world.on_telegram("Sarah"), await world.on_slack("Alex"))
    await counsel.list()
    for name, topic in (("Alex", False), ("I want to talk to Alex", False), ("Alex, my boiler slags", True)):
        await counsel.seeker.says(f"/experts {name}")
        await counsel.seeker.presses("Times and profile")
        await counsel.seeker.presses(await counsel.first_slot())
        asked = f"What it is about: {name}" if topic else "What is it about?"
        await counsel.seeker.sees(asked)
        await counsel.seeker.presses("Cancel")
