"""Sarah and Alex (C1 to C4, D1 to D4): found, booked, talked, and paid only when it helped; on both chats."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.market import Chat, Somebody, World

PAIRS: list[tuple[Chat, Chat]] = [("telegram", "slack"), ("slack", "telegram")]

PROFILE = {
    "headline": "Boilers that burn what they should",
    "bio": "Twenty years of combustion, ash and emissions in district heating plants.",
    "fields": "Bioenergy engineering",
    "languages": "English",
    "rate": "90 EUR",
    "lengths": "30 minutes",
    "hours": "daily 0-24 Vilnius",
    "policy": "Standard: free until 24 hours before, then half, all for not coming",
    "room": "Here in the chat",
}


class Counsel:
    """A seeker and a consultant, each on a chat of their own."""

    def __init__(self, world: World, seeker: Somebody, consultant: Somebody) -> None:
        self.world, self.seeker, self.consultant = world, seeker, consultant

    async def list(self) -> None:
        await self.consultant.says("/expert")
        await self.consultant.fills(**PROFILE)
        await self.consultant.sees("You are listed.", "90.00", "00:00–24:00")

    async def book(self) -> None:
        """One sentence, the profile, a slot, and the card."""
        await self.seeker.says("/experts the grate of my boiler slags")
        await self.seeker.sees("advises in Bioenergy engineering")
        await self.seeker.presses("Times and profile")
        await self.seeker.presses(await self.first_slot())
        await self.seeker.sees("The first ten minutes are free", "€90.00")
        await self.seeker.sends()
        await self.world.pays(await self.seeker.opens("Add card"))
        await self.consultant.sees("Somebody asks for a session with you.")

    async def first_slot(self) -> str:
        shown = await self.seeker.sees("More times")
        found = re.search(r"\[(\w{3} \d+ \w+ \d\d:\d\d)\]", shown)
        assert found, shown
        return found[1]

    async def agree(self) -> None:
        await self.consultant.presses("Accept")
        for each in (self.seeker, self.consultant):
            await each.sees("The session is agreed.")

    async def meet(self) -> None:
        begins, now = await self.begins(), await self.world.now()
        await self.world.later(minutes=(begins - now).total_seconds() / 60 + 0.1)
        for each in (self.seeker, self.consultant):
            await each.presses("I am here")
        for each in (self.seeker, self.consultant):
            await each.sees("the free minutes run")

    async def begins(self) -> datetime:
        """The agreed time, as the seeker's card says it."""
        shown = await self.seeker.screen()
        found = re.findall(r"\w{3} (\d+ \w{3}), (\d\d:\d\d) (UTC|EET)", shown)[-1]
        wall = datetime.strptime(f"{found[0]} {(await self.world.now()).year} {found[1]}", "%d %b %Y %H:%M").replace(
            tzinfo=UTC
        )
        return wall - timedelta(hours=2 if found[2] == "EET" else 0)


@pytest.fixture(params=PAIRS, ids="-".join)
async def counsel(request: pytest.FixtureRequest, world: World) -> Counsel:
    seeks, advises = request.param
    return Counsel(world, await world.on(seeks, "Sarah"), await world.on(advises, "Alex"))


async def test_a_session_that_helps_is_paid(counsel: Counsel) -> None:
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    await counsel.meet()
    await sarah.says("My grate slags with straw pellets.")
    await alex.sees("Sarah: My grate slags with straw pellets.")
    await alex.says("Lower the primary air first.")
    await sarah.sees("Alex: Lower the primary air first.")
    await world.later(minutes=8.2)
    await sarah.sees("Free minutes left: 2.")
    await sarah.presses("Continue, pay €90.00")
    await alex.sees("charged from here")
    await alex.presses("End")
    await sarah.sees("€90.00 was taken from the card")
    await world.later(days=2, minutes=5)
    await alex.sees("For you: €76.50. Our fee: €13.50.")
    await world.books_balance()


async def test_a_session_that_does_not_is_free(counsel: Counsel) -> None:
    world, sarah = counsel.world, counsel.seeker
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    await counsel.meet()
    await world.later(minutes=13)
    await sarah.sees("it ends free", "Nothing was charged.")
    await world.books_balance()
    assert await world.at_the_provider("transfer") == []
