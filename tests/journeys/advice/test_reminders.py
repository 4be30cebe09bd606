"""Reminders half way to a deadline, for the side whose turn it is: requests, other times, complaints."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import PAIRS, World
from tests.journeys.session_steps import Counsel, complains, goes_on, operator, writes

REMINDER = "A reminder: this waits for you until "


@pytest.fixture(params=PAIRS, ids="-".join)
async def counsel(request: pytest.FixtureRequest, world: World) -> Counsel:
    seeks, advises = request.param
    return Counsel(world, await world.on(seeks, "Sarah"), await world.on(advises, "Alex"))


async def test_a_consultant_is_reminded_of_a_request_and_the_seeker_is_left_in_peace(counsel: Counsel) -> None:
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await world.by_day()
    await counsel.list()
    await counsel.book()
    await sarah.sees("Alex answers by ")
    left = (await counsel.begins() - await world.now()).total_seconds() / 60  # the last moment on her card: that one
    await world.later(minutes=left * 0.6)
    await alex.sees(REMINDER, "[Accept]")
    await world.later(minutes=left * 0.35)
    await alex.sees("Little time is left: this waits for you until ")
    assert REMINDER not in await sarah.screen()
    await counsel.agree()


async def test_unanswered_complaint_reminds_the_consultant_and_the_operator(
    counsel: Counsel,
) -> None:
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await world.by_day()
    olga = await operator(world)
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    await counsel.meet()
    await goes_on(sarah)
    await sarah.sees("charged from here")
    await sarah.presses("End")
    await sarah.presses("Yes: End")
    await sarah.presses("Something was wrong")
    await complains(sarah)
    await alex.sees("Your client says that something was wrong.")
    await olga.sees("A seeker says that something was wrong with a session.")
    await world.later(days=7.1)
    for each in (alex, olga):
        await each.sees(REMINDER)
    await alex.presses("Answer")
    await writes(alex, "It was your own laboratory report.")
    await olga.sees("The consultant has answered the complaint.")
    await world.later(days=5.8)
    await olga.sees("Little time is left: this waits for you until ")
    assert "Little time is left" not in await alex.screen()
    await olga.presses("Decide")
    await olga.fills(share="50", reason="Neither of you has shown more than the other.")
    await sarah.sees("Neither of you has shown more than the other.")


async def test_a_wish_for_the_money_back_is_called_to_an_operators_mind_and_granted_on_its_day(world: World) -> None:
    """Thirty days are paid for: it is granted fourteen days after the wish, not when they are over."""
    await world.by_day()
    counsel = Counsel(world, await world.on_slack("Sarah"), await world.on_telegram("Alex"))
    alex, olga = counsel.consultant, await operator(world)
    await counsel.list()
    await alex.says("/promote")
    await alex.presses("Buy for 600 ⭐")
    assert isinstance(alex, OnTelegram)
    await alex.pays_stars("30 days")
    await alex.sees("Paid. Your promotion runs from now on.")
    await alex.says("/paysupport")
    await alex.presses("Ask for the money back")
    await writes(alex, "Nobody has asked me anything.")
    await olga.sees("The buyer would like the money back.")
    await world.later(days=7.1)
    await olga.sees(REMINDER)
    await world.later(days=7)
    await alex.sees("600 ⭐", "went back")
    await world.books_balance()
