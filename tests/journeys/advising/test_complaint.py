"""A complaint about a session between its two sides: an answer in the consultant's own words, and taking it back."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.advising.test_session import PAIRS, Counsel, writes
from tests.journeys.market import World


@pytest.fixture(params=PAIRS, ids="-".join)
async def counsel(request: pytest.FixtureRequest, world: World) -> Counsel:
    seeks, advises = request.param
    return Counsel(world, await world.on(seeks, "Sarah"), await world.on(advises, "Alex"))


async def test_a_complaint_is_answered_and_taken_back_and_each_reads_whose_turn_it_is(counsel: Counsel) -> None:
    sarah, alex = counsel.seeker, counsel.consultant
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    await counsel.meet()
    await sarah.presses("Continue, pay €90.00")
    await sarah.sees("charged from here")
    await sarah.presses("End")
    await sarah.presses("End it")
    await sarah.presses("Something was wrong")
    await writes(sarah, "He was looking at something else all the time.")
    await sarah.sees("I have your complaint", "Waiting for Alex to answer your complaint")
    await alex.sees("Your client says that something was wrong.", "Your turn: answer the complaint in your own words")
    await (alex.says("/me") if isinstance(alex, OnTelegram) else alex.home())
    await alex.sees("Waits for you", "Your turn: answer the complaint in your own words")
    await alex.says("/sessions")
    await alex.presses("Answer")
    await writes(alex, "It was your own laboratory report.")
    await alex.sees("You have answered the complaint, and an operator decides.")
    await sarah.sees("The consultant's answer", "It was your own laboratory report.")
    await sarah.presses("Take the complaint back")
    await sarah.sees("All of €90.00 is Alex's then")
    await sarah.presses("Take it back")
    await alex.sees("The complaint was taken back.", "For you: €76.50.")
    await counsel.world.books_balance()
