"""Sarah asks several consultants at once (C2.5, C3.2): the first yes has the session, and the others are told."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from core.advice.experts.model import Expert
from core.kernel.transaction import MARKET
from lab.people import OnTelegram
from tests.journeys.experts import advises
from tests.journeys.market import CHATS, PAIRS, Chat, ChatUser, World, day_for, no_more
from tests.journeys.session_steps import writes


async def becomes_dearer(world: World, headline: str) -> None:
    """Let one consultant raise their price while the seeker fills in the form."""
    assert world.product is not None
    dearer = update(Expert).where(Expert.headline == headline).values(rate_minor=95_00)
    await world.product.transactions.run(MARKET, lambda ctx: ctx.session.execute(dearer))


async def first_request(sarah: ChatUser, alex: ChatUser) -> None:
    """Ask a question (C3.1): it costs nothing, and its contact is hidden."""
    await sarah.presses("Ask a question")
    words = "Do you know Polish boilers? Call me on +370 612 34567."
    await writes(sarah, words)
    await sarah.sees("Write it without the contact, or send it again as it is")
    await (sarah.answers_again(words) if isinstance(sarah, OnTelegram) else sarah.sends())
    await alex.sees("Sarah has a question for you.", "Do you know Polish boilers? Call me on •••.")
    await alex.presses("Answer")
    await writes(alex, "Every one of them.")
    await sarah.sees("Alex has answered.", "Every one of them.")


@pytest.mark.parametrize(("here", "there"), PAIRS, ids=("telegram-slack", "slack-telegram"))
async def test_the_first_yes_has_the_session(world: World, here: Chat, there: Chat) -> None:
    sarah, alex, nina = await world.on(here, "Sarah"), await world.on(there, "Alex"), await world.on(here, "Nina")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await advises(nina, "Contracts that hold", "Legal and contracts")
    await sarah.says("my boiler slags since we burn straw pellets, who can help?")  # no command: a problem
    await sarah.sees("1 consultant fits", "Alex · Boilers that burn", "advises in Bioenergy engineering")
    await sarah.presses("Times and profile")
    await sarah.sees("Standing: new here")
    await first_request(sarah, alex)
    for name, profile in (("Alex", "Boilers that burn"), ("Nina", "Contracts that hold")):
        await sarah.says(f"/experts {profile}")
        await sarah.sees(f"{name} · {profile}")
        await sarah.presses("Times and profile")
        await sarah.presses("Keep in mind")
        await no_more(sarah, "[Keep in mind]")
    await sarah.says("/shortlist")
    await sarah.sees("2 consultants kept in mind")
    await sarah.presses("Ask them all")

    await sarah.sees("Nothing is held before the first yes. You add your card after that yes")
    day = (await world.now() + timedelta(days=3)).date()
    await sarah.answers(times="whenever", problem="The grate slags with straw pellets.")
    await sarah.sees("I do not know whenever")
    await becomes_dearer(world, "Contracts that hold")
    await sarah.fills(times=f"{day} 10:00, 14:30", problem="The grate slags with straw pellets.")
    await sarah.sees("This has changed since you saw it.")
    await sarah.presses("Ask them all")
    await sarah.sees("€95.00")
    await sarah.fills(times=f"{day} 10:00, 14:30")
    await sarah.sees("Your question to 2 consultants", "is asked", "The first yes has the session")
    for each in (alex, nina):
        await each.sees("Somebody proposes times", "Decline")
    shown = await nina.sees(day_for(nina, day))
    label = next(line for line in shown.splitlines() if line.startswith(f"[{day_for(nina, day)}"))
    await nina.presses(label.strip("[]"))
    await alex.sees("Another consultant was faster.")
    await sarah.sees("only your card is missing", "Nina said yes to")
    await world.pays(await sarah.opens("Add card"))
    for each in (sarah, nina):
        await each.sees("The session is agreed.")
    await sarah.presses("For my calendar")
    await sarah.sees("for your calendar. Open it there")
    await world.books_balance()


async def test_unanswered_call_goes_to_the_next_free_consultant(world: World) -> None:
    sarah, alex, nina = await world.on_telegram("Sarah"), await world.on_slack("Alex"), await world.on_telegram("Nina")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await advises(nina, "Contracts that hold", "Legal and contracts")
    for each in (alex, nina):
        await each.presses("I am free now")
        await each.sees("You are free")
    await sarah.says("/experts boilers that burn")
    await sarah.presses("Times and profile")
    await sarah.presses("Call now")
    await sarah.sends()
    await world.pays(await sarah.opens("Add card"))
    await alex.presses("Decline")
    await sarah.presses("Call Nina instead")
    await sarah.sees("At most €90.00")
    await sarah.sends()
    await nina.presses("Accept")
    await sarah.sees("The session is agreed.")


@pytest.mark.parametrize("chat", CHATS)
async def test_a_time_that_the_clocks_skip_or_show_twice_is_asked_back(world: World, chat: Chat) -> None:
    """Shortly before the clocks change, wherever the year stands; what is meant is said, and then it is taken."""
    sarah, alex = await world.on(chat, "Sarah"), await world.on_telegram("Alex")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await sarah.says("/place Vilnius")
    await sarah.sees("Your place is Vilnius")
    now = await world.now()
    change = next(day for day in (now.date() + timedelta(days=ahead) for ahead in range(20, 400)) if clocks_jump(day))
    await world.later(days=(change - now.date()).days - 10)
    await sarah.says("/experts boilers that burn")
    await sarah.presses("Times and profile")
    await sarah.presses("Propose my own times")
    await sarah.answers(times=f"{change} 03:30", problem="The grate slags.")
    await sarah.sees("03:30", "on that day, for the clocks are put")
    await sarah.fills(times=f"{change} 04:30")
    await alex.sees("Somebody proposes times", "04:30 (EE")


def clocks_jump(day: date) -> bool:
    """Return whether three o'clock comes twice in Vilnius on that day, or not at all."""
    zone = ZoneInfo("Europe/Vilnius")
    before, after = (datetime.combine(day + timedelta(days=each), time(), zone).utcoffset() for each in (0, 1))
    return before != after
