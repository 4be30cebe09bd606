"""A session with a consultant, step by step, as its two sides play it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from core.kernel.transaction import MARKET
from core.people.accounts.service import appoint_operators
from lab.people import OnTelegram
from tests.journeys.market import ChatUser, World

AHEAD_OF_UTC = {"UTC": timedelta(), "EET": timedelta(hours=2), "EEST": timedelta(hours=3)}
PROFILE = {
    "headline": "Boilers that burn what they should",
    "bio": "Twenty years of combustion, ash and emissions in district heating plants.",
    "fields": "Bioenergy engineering",
    "languages": "English",
    "lengths": "30 minutes",
    "rate": "90 EUR",
    "hours": "daily 0-24 Vilnius",
    "policy": "Standard: free until 24 hours before, then 50 %, all for not coming",
    "room": "Here in the chat",
}


class Counsel:
    """A seeker and a consultant, each on a chat of their own."""

    def __init__(self, world: World, seeker: ChatUser, consultant: ChatUser) -> None:
        self.world, self.seeker, self.consultant = world, seeker, consultant

    async def list(self, **changes: str) -> None:
        await self.consultant.says("/expert")
        await self.consultant.fills(**(PROFILE | changes))
        await self.consultant.sees("You are listed.", (PROFILE | changes)["rate"].split()[0], "00:00–24:00")

    async def book(self, price: str = "€90.00") -> None:
        """Book a session: one sentence, the profile, a slot, and the card."""
        await self.seeker.says("/experts the grate of my boiler slags")
        await self.seeker.sees("advises in Bioenergy engineering")
        await self.seeker.presses("Times and profile")
        await self.seeker.presses(await self.first_slot())
        await self.seeker.sees("The first 10 minutes are free", price)
        await self.seeker.sends()
        await self.world.pays(await self.seeker.opens("Add card"))
        await self.consultant.sees("Somebody asks for a session with you.")

    async def first_slot(self) -> str:
        return (await self.slots())[0]

    async def slots(self) -> Sequence[str]:
        """Return the times that are offered just now, on cards that may be redrawn."""
        shown = await self.seeker.sees("More times")
        found = re.findall(r"\[(\w{3},? \w+ \w+ \d\d:\d\d)\]", shown)
        assert found, shown
        return [str(each) for each in found]

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
        """Return the agreed time from the seeker's card. It has no year, so the next such day is meant."""
        shown, now = await self.seeker.screen(), await self.world.now()
        first, then, time, zone = re.findall(r"\w{3},? (\w{1,3})t? (\w{1,3})t?, (\d\d:\d\d) (UTC|EES?T)", shown)[-1]
        day, month = sorted((first, then))  # "24 Nov", and "Nov 24" where English is American
        walls = (datetime.strptime(f"{day} {month} {now.year + n} {time} +0000", "%d %b %Y %H:%M %z") for n in (0, 1))
        return next(at for wall in walls if (at := wall - AHEAD_OF_UTC[zone]) > now - timedelta(days=1))


async def goes_on(seeker: ChatUser, label: str = "Continue, pay €90.00") -> None:
    """Agree to pay: press the button, read what it costs, and press the yes, which bears the same words."""
    await seeker.presses(label)
    await seeker.sees("Go on and pay for this session?")
    await seeker.presses(label)


async def writes(person: ChatUser, words: str) -> None:
    """Answer a form of one question: typed on Telegram, sent in a window on Slack."""
    await (person.answers(words=words) if isinstance(person, OnTelegram) else person.fills(words=words))


async def complains(seeker: ChatUser, **answers: str) -> None:
    """Say what was wrong, and send it. `answers`: the sum that should go back, all of the charge by default."""
    await seeker.fills(words="He was looking at something else all the time.", **answers)


async def operator(world: World) -> ChatUser:
    """Return Olga, an operator who has met the bot."""
    return (await operators(world, "Olga"))[0]


async def operators(world: World, *names: str) -> list[ChatUser]:
    """Return operators who have met the bot: the first on Telegram, the others on Slack."""
    people: list[ChatUser] = []
    for name in names:
        person = await world.on_slack(name) if people else await world.on_telegram(name)
        await person.says("/me")
        await person.sees(name)
        people.append(person)
    chats = {f"{'telegram' if isinstance(each, OnTelegram) else 'slack'}:{each.id}" for each in people}
    assert world.product is not None
    await world.product.transactions.run(MARKET, partial(appoint_operators, names=frozenset(chats)))
    return people
