"""How sessions end when not all goes well: early, late, unheard; each side is told what is so, on both chats."""

from __future__ import annotations

import pytest

from tests.journeys.market import World
from tests.journeys.test_session import PAIRS, Counsel


@pytest.fixture(params=PAIRS, ids="-".join)
async def counsel(request: pytest.FixtureRequest, world: World) -> Counsel:
    seeks, advises = request.param
    return Counsel(world, await world.on(seeks, "Sarah"), await world.on(advises, "Alex"))


async def booked(counsel: Counsel, **changes: str) -> None:
    await counsel.list(**changes)
    await counsel.book()
    await counsel.agree()


async def test_ending_a_paid_talk_is_asked_once_and_early_costs_the_time_that_was_given(counsel: Counsel) -> None:
    """Half an hour for 90 euros; of the twenty minutes after the free ones Alex gives two."""
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await booked(counsel)
    await counsel.meet()
    await world.later(minutes=9.5)
    await sarah.presses("Continue, pay €90.00")
    await alex.sees("charged from here")
    await world.later(minutes=1.5)
    await sarah.presses("End")
    await sarah.sees("End now? €90.00 is due: the price is for the whole session. Alex gets €76.50 of it")
    await sarah.presses("Talk on")
    await sarah.sees("The talk is charged now")
    await alex.presses("End")
    await alex.sees("End now? €8.57 is due: of €90.00", "You get €7.28 of it")
    await alex.presses("End it")
    await sarah.sees("only the time that was given is charged. Due: €8.57", "€8.57 was taken from the card")
    await alex.sees("only the time that you gave is charged. Due: €8.57")
    await sarah.sees("If something was wrong, say so by", "[Something was wrong]")
    await world.later(days=2, minutes=5)
    await alex.sees("For you: €7.28. Our fee: €1.29.")
    await world.books_balance()
