"""A person who buys for another's company: with the head's invitation code, and alone only up to a limit."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from conversations.reply import Say
from simulation.people.answers import Answer
from simulation.people.person import Person

CODE: Final = re.compile(r"/join (\w+)")


def limit(dice: random.Random) -> str:
    return dice.choice(("8000 EUR", "12000 EUR"))


INVITES: Final[Mapping[str, Answer]] = {  # a head's answers
    "positions": lambda _: "Buyer, Goods receiver, Payer",
    "limit": limit,
    "budget": lambda dice: dice.choice(("any", "15000 EUR")),
    "release_limit": lambda dice: dice.choice(("any", "12000 EUR")),
}


@dataclass(slots=True, eq=False)
class CompanyBuyer(Person):
    """Joins the company of `head` before anything else, as soon as there is a code."""

    head: Person | None = None
    joined: bool = False

    async def begin(self) -> None:
        if self.joined:
            await Person.begin(self)  # dataclass makes a new class with slots, which a bare `super` does not know
            return
        said = [each.text or "" for each in self.head.phone.loose if isinstance(each, Say)] if self.head else []
        codes = [found[1] for found in map(CODE.search, said) if found is not None]
        if codes:
            self.joined = True
            await self.say(f"/join {codes[-1]}")
