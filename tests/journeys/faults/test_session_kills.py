"""The product is killed at minute ten of a session, before or after a commit. Only a yes is charged, and once.

Both chats are played, and the product is killed at the same commits of each. In a session that helps, these are the yes
to pay and the capture of the money. In a session without an answer, it is the end by silence.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.journeys.faults.test_kills import Plug, hears_slack, product_of
from tests.journeys.market import Chat, World, open_world
from tests.journeys.session_steps import Counsel

OTHER: dict[Chat, Chat] = {"telegram": "slack", "slack": "telegram"}
PRICE = 90_00


@pytest.mark.parametrize("seeks", ["telegram"])
async def test_a_kill_at_minute_ten_charges_the_yes_once_and_silence_never(tmp_path: Path, seeks: Chat) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'market.sqlite'}", product=False) as world:
        world.moved = tmp_path / "later"
        plug = Plug(world, tmp_path)
        async with product_of(world, tmp_path):
            alex = await world.on(OTHER[seeks], "Alex")
            yes = Counsel(world, await world.on(seeks, "Sarah"), alex)
            await yes.list()
            await says_yes(yes, plug)
            silent = Counsel(world, await world.on(seeks, "Tom"), alex)
            await says_nothing(silent, plug)
        await world.opens()
        await world.books_balance()
        assert await intents(world) == {("succeeded", PRICE): 1, ("canceled", 0): 1}
        assert await world.at_the_provider("refund") == []
    assert plug.kills() == 3


async def says_yes(counsel: Counsel, plug: Plug) -> None:
    """Press yes twice, as people do without an immediate answer. It counts once."""
    world, seeker, consultant = counsel.world, counsel.seeker, counsel.consultant
    await free_minutes_run(counsel)
    await world.later(minutes=9)
    await seeker.sees("Free minutes left: ")
    await seeker.presses("Continue, pay €90.00")
    await seeker.sees("Go on and pay for this session?")
    plug.at("step", "'continue'")
    presses = (seeker.presses("Continue, pay €90.00") for _ in range(2))
    await asyncio.gather(*presses, return_exceptions=True)  # the second may find the button gone already
    await plug.pulled()
    await hears_slack(world)
    await consultant.sees("charged from here")
    await world.later(minutes=5)
    await seeker.sees("The talk is charged now")
    await seeker.presses("End")
    plug.at("step", "'captured'")
    await seeker.presses("Yes: End")
    await plug.pulled()
    await hears_slack(world)
    await seeker.sees("€90.00 was taken from the card")


async def says_nothing(counsel: Counsel, plug: Plug) -> None:
    """Let the clock run out without an answer. The hold of the card is released, once."""
    await free_minutes_run(counsel)
    plug.at("step", "'free_over_no_answer'")
    await counsel.world.later(minutes=12.1)
    await plug.pulled()
    await hears_slack(counsel.world)
    await counsel.seeker.sees("it ends free", "Nothing was charged.")


async def free_minutes_run(counsel: Counsel) -> None:
    await counsel.book()
    await counsel.agree()
    await counsel.meet()


async def intents(world: World) -> Counter[tuple[str, int]]:
    """Count the holds at the provider by their status and captured amount."""
    return Counter((each["status"], each["amount_received"]) for each in await world.at_the_provider("payment_intent"))
