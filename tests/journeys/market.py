"""A whole market for a story: the lab and the product over real sockets, and a clock that the story moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from config.installation import Installation, installed
from config.settings import Settings
from lab.people import Browser, OnSlack, OnTelegram, Person


@dataclass
class World:
    """What a story has: people, a pay page, a clock, the books."""

    here: Installation
    browser: Browser
    people: list[Person] = field(default_factory=list)

    async def on_telegram(self, name: str) -> OnTelegram:
        made = await self.browser.post("/lab/telegram/people", {"name": name})
        person = OnTelegram(self.browser, name, made["id"])
        self.people.append(person)
        return person

    async def on_slack(self, name: str) -> OnSlack:
        made = await self.browser.post("/lab/slack/people", {"name": name})
        person = OnSlack(self.browser, name, made["id"])
        self.people.append(person)
        return person

    async def on(self, platform: str, name: str) -> OnTelegram | OnSlack:
        return await (self.on_telegram(name) if platform == "telegram" else self.on_slack(name))

    async def pays(self, address: str, number: str = "4242424242424242") -> None:
        """What the pay page's button does."""
        session = address.rpartition("/")[2]
        await self.browser.post(f"/lab/stripe/pay/{session}", {"method": "card", "number": number})

    async def onboards(self, address: str) -> None:
        account = address.rpartition("/")[2].partition("?")[0]
        await self.browser.post(f"/lab/stripe/onboard/{account}")

    async def later(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        await self.browser.post("/lab/clock", {"seconds": days * 86_400 + hours * 3_600 + minutes * 60})

    async def books_balance(self) -> None:
        """Every invariant of the ledger holds, and the provider's balance is ours to the cent."""
        books = await self.browser.get("/lab/books")
        assert [each for each in books["invariants"] if not each["ok"]] == []
        assert await self.here.product.reconciler.compare_books() == []


@asynccontextmanager
async def open_world(folder: Path, *, database: str | None = None) -> AsyncIterator[World]:
    settings = Settings(
        _env_file=None,
        database_url=database or f"sqlite:///{folder / 'market.sqlite'}",
        port=0,
        lab_port=0,
        sweep_seconds=0.2,
    )
    async with installed(settings) as here, aiohttp.ClientSession() as http:
        assert here.lab is not None
        yield World(here, Browser(http, here.lab.url))
