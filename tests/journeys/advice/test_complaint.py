"""A complaint about a session: a part or all of the charge, an answer, rulings and appeals."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import PAIRS, World, no_more
from tests.journeys.session_steps import Counsel, complains, goes_on, operator, operators, writes


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
    await complains(sarah)
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
    await complains(sarah)
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
    await olga.sees(": decided", "Decided. It is carried out on ", "[What was said]")
    await sarah.sees("Neither of you has shown more than the other.")
    await counsel.world.later(days=2, minutes=5)
    await olga.sees("The complaint is settled.")
    await counsel.world.books_balance()


async def disputed(counsel: Counsel, **answers: str) -> None:
    """Have the talk for 90 euros, and let Sarah complain of it."""
    sarah = counsel.seeker
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    await counsel.meet()
    await goes_on(sarah)
    await sarah.sees("charged from here")
    await sarah.presses("End")
    await sarah.presses("Yes: End, €90.00")
    await sarah.presses("Something was wrong")
    await complains(sarah, **answers)
    await sarah.sees("I have your complaint")


async def test_part_of_the_charge_is_asked_for_and_the_consultant_gives_it_back(counsel: Counsel) -> None:
    sarah, alex = counsel.seeker, counsel.consultant
    await disputed(counsel, asked="20.01 EUR")
    await alex.sees("Asked back: €20.01", "€10.00 goes back", "[Give back €20.01]")
    await alex.presses("Give back €20.01")
    await alex.sees("Shall I give €20.01 of session ", " back to your client?")
    await alex.presses("Give back €20.01")
    await sarah.sees("Back to you: €20.01")
    await alex.sees("For you: €59.49. Our fee in all: €10.50.")
    await counsel.world.books_balance()


async def test_ruling_names_a_sum_and_each_side_appeals_once_to_another_operator(counsel: Counsel) -> None:
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    olga, petra = await operators(world, "Olga", "Petra")
    await disputed(counsel, asked="60 EUR")
    await olga.sees("Asked back: €60.00")
    await olga.presses("Decide")
    await olga.fills(share="67.66 EUR", reason="Some of it was a talk all the same.")
    for each in (sarah, alex):
        await each.sees("An operator has decided on the complaint.", "€67.66 to the consultant, €22.34 to the seeker.")
    await sarah.presses("Appeal")
    await sarah.fills(words="Nobody has looked at my papers.")
    await alex.sees("There is an appeal against the decision", "Appeal (Seeker): Nobody has looked at my papers.")
    await no_more(sarah, "[Appeal]")
    await alex.presses("Appeal")
    await alex.fills(words="I was there all the time.")
    await sarah.sees("Appeal (Consultant): I was there all the time.")
    await petra.sees("an operator who has not ruled on it yet decides by ", "[Decide]")
    await no_more(olga, "[Decide]")
    await petra.presses("Decide")
    await petra.fills(share="50.01 EUR", reason="The papers show what he had promised.")
    await sarah.sees("Back to you: €39.99", "The papers show what he had promised.", "Ruling 2")
    await alex.sees("For you: €42.51. Our fee in all: €7.50.")
    await world.books_balance()
