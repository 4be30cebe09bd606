"""A complaint about a session between its two sides: an answer in the consultant's own words, and taking it back."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import PAIRS, World
from tests.journeys.session_steps import Counsel, goes_on, operator, writes


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
    await goes_on(sarah)
    await sarah.sees("charged from here")
    await sarah.presses("End")
    await sarah.presses("Yes: End")
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


async def test_operator_reads_each_step_of_the_session_and_its_actor_in_words(counsel: Counsel) -> None:
    sarah = counsel.seeker
    olga = await operator(counsel.world)
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    await counsel.meet()
    await goes_on(sarah)
    await sarah.sees("charged from here")
    await sarah.presses("End")
    await sarah.presses("Yes: End")
    await sarah.presses("Something was wrong")
    await writes(sarah, "He was looking at something else all the time.")
    came = await olga.sees("A seeker says that something was wrong with a session.", "Charged: €", "Consent: ")
    for happened in (
        ": the card is added",
        ": the time is agreed · Alex",
        ": both are there, the clock runs",
        ": a yes to paying · Sarah",
        ": the talk was ended · Sarah",
        ": the card was charged",
        ": a complaint · Sarah",
    ):
        assert happened in came
    assert "both joined" not in came
    assert "hang up" not in came
    for each, stars in ((sarah, "2 ★"), (counsel.consultant, "5 ★")):  # which is no step of the session
        await each.presses(stars)
    await sarah.sees("You have both said how it was.")
    await olga.presses("Decide")
    await olga.fills(share="50", reason="Neither of you has shown more than the other.")
    await olga.sees(": decided", "The complaint is settled.", "[What was said]")
    await sarah.sees("Neither of you has shown more than the other.")
    await counsel.world.books_balance()
