"""A whole market for a story: the lab and the product over real sockets, and a clock that it moves."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import aiohttp
import aiosqlite
import asyncpg
from babel import Locale
from sqlalchemy import make_url

from config.external_services import SystemClock, clock_of, open_lab, pointed_at
from config.installation import introduce
from config.platforms import ChatEdge
from config.settings import Settings
from config.wiring import Product, build
from conversations.dates import weekday_in_words
from core.kernel.ids import Ids
from lab.app import Lab
from lab.people import Browser, OnSlack, OnTelegram, until

ChatUser = OnTelegram | OnSlack
Chat = Literal["telegram", "slack"]
CHATS: Final[tuple[Chat, ...]] = ("telegram", "slack")
PAIRS: Final[tuple[tuple[Chat, Chat], ...]] = (("telegram", "slack"), ("slack", "telegram"))  # each side on its own


def day_for(person: ChatUser, day: date) -> str:
    """Return a day as their chat shows it: "Tue, Sep 1", and "Tue 1 Sept" where English is British."""
    return weekday_in_words(day, Locale.parse("en_GB" if isinstance(person, OnTelegram) else "en_US"))


async def confirms(person: ChatUser, label: str) -> None:
    """Press a button that binds, read what follows, and press the yes that names it."""
    await person.presses(label)
    await person.presses(f"Yes: {label}")


async def no_more(person: ChatUser, text: str) -> None:
    """Wait until this text is gone from their screen."""

    async def gone() -> bool:
        return text not in await person.screen()

    await until(gone, lambda: f"{person.name} still reads {text!r}")


class Pulse:
    """The machine's own clock, which goes on while the product is stopped."""

    def __init__(self) -> None:
        self.missed = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.missed


@dataclass
class World:
    """Environment of a story: people, a pay page, a letterbox, a clock, the books. The product may stop and start
    again.
    """

    lab: Lab
    browser: Browser
    settings: Settings
    product: Product | None = None
    pulse: Pulse = field(default_factory=Pulse)
    chats: Sequence[ChatEdge] = ()  # beside those that every installation has
    moved: Path | None = None  # where a product in a process of its own reads by how many seconds the clock was moved

    async def opens(self) -> None:
        """Start the product on the database as it is."""
        self.product = await build(
            self.settings,
            clock=clock_of(self.lab),
            ids=Ids(secrets.token_bytes),
            pulse=self.pulse,
            more_chats=self.chats,
        )
        introduce(self.lab, self.product, self.settings)
        await self.product.start()

    async def closes(self) -> None:
        product, self.product = self.product, None
        if product is not None:
            await product.stop()

    async def is_away(self, *, days: float) -> None:
        """Stop the product for so many days, and start it again."""
        await self.closes()
        self.pulse.missed += timedelta(days=days)
        await self.later(days=days)
        await self.opens()

    # --- people -----------------------------------------------------------------------------------------------------

    async def on_telegram(self, name: str) -> OnTelegram:
        made = await self.browser.post("/lab/telegram/people", {"name": name})
        return OnTelegram(self.browser, name, made["id"])

    async def on_slack(self, name: str) -> OnSlack:
        made = await self.browser.post("/lab/slack/people", {"name": name})
        return OnSlack(self.browser, name, made["id"])

    async def on(self, chat: Chat, name: str) -> ChatUser:
        return await (self.on_telegram(name) if chat == "telegram" else self.on_slack(name))

    async def letter_to(self, address: str) -> str:
        """Return the newest letter, as soon as there is one."""

        async def newest() -> str | None:
            letters = await self.browser.get(f"/lab/mail?to={address}")
            return letters[-1]["text"] if letters else None

        text: str = await until(newest, lambda: f"no letter to {address}")
        return text

    async def enclosed_to(self, address: str) -> str:
        """Return the name of the first file in the newest letter that has one, as soon as there is one."""

        async def name() -> str | None:
            letters = await self.browser.get(f"/lab/mail?to={address}")
            return next((each["attachments"][0]["name"] for each in reversed(letters) if each["attachments"]), None)

        found: str = await until(name, lambda: f"no file to {address}")
        return found

    # --- money ------------------------------------------------------------------------------------------------------

    async def pays(self, address: str, number: str = "4242424242424242") -> None:
        """Pay by card, as the pay page's button does."""
        session = address.rpartition("/")[2]
        await self.browser.post(f"/lab/stripe/pay/{session}", {"method": "card", "number": number})

    async def onboards(self, address: str) -> None:
        """Give the provider everything that it asks of a seller."""
        account = address.rpartition("/")[2].partition("?")[0]
        await self.browser.post(f"/lab/stripe/onboard/{account}")

    async def at_the_provider(self, kind: str) -> list[dict[str, Any]]:
        """Return the provider's objects of a kind ("transfer", "refund"), newest first."""
        things: list[dict[str, Any]] = await self.browser.get(f"/lab/stripe/objects/{kind}")
        return things

    async def books_balance(self) -> None:
        """Check every invariant of the ledger. Once all has arrived, the provider's balance is ours to the cent."""
        assert self.product is not None
        books = await self.browser.get("/lab/books")
        assert [each for each in books["invariants"] if not each["ok"]] == []
        reconciler, different = self.product.sweeps.reconciler, [""]

        async def the_same() -> bool:
            different[:] = await reconciler.compare_books()
            return not different

        await until(the_same, lambda: "\n".join(different))

    # --- time and trouble -------------------------------------------------------------------------------------------

    async def now(self) -> datetime:
        return datetime.fromisoformat((await self.browser.get("/lab/clock"))["now"])

    async def later(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        seconds = days * 86_400 + hours * 3_600 + minutes * 60
        if self.moved is not None:
            before = float(self.moved.read_text()) if self.moved.exists() else 0
            ready = self.moved.with_suffix(".next")
            ready.write_text(str(before + seconds))
            ready.rename(self.moved)
        await self.browser.post("/lab/clock", {"seconds": seconds})

    async def by_day(self) -> None:
        """Move on to ten in the morning, UTC, if it is night, since a story may run at any hour."""
        now = await self.now()
        if not 9 <= now.hour < 19:
            await self.later(hours=(10 - now.hour) % 24)

    async def disturb(self, service: str, kind: str, where: str, match: str, times: int = 1) -> None:
        """Lose, double or swap the next messages of that name, or lose their answers."""
        fault = {"service": service, "kind": kind, "where": where, "match": match, "times": times}
        await self.browser.post("/lab/faults", fault)

    @asynccontextmanager
    async def database_busy(self) -> AsyncIterator[None]:
        """Block every commit while this context lasts."""
        url = make_url(self.settings.database_url or "")
        if url.get_backend_name() == "sqlite":
            async with aiosqlite.connect(str(url.database)) as other:
                await other.execute("BEGIN IMMEDIATE")
                yield
            return
        other_side = await asyncpg.connect(url.render_as_string(hide_password=False))
        try:
            async with other_side.transaction():
                await other_side.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
                yield
        finally:
            await other_side.close()

    async def struck(self) -> None:
        """Wait until every fault has struck."""

        async def none_left() -> bool:
            return not await self.browser.get("/lab/faults")

        await until(none_left, lambda: "a fault that never struck")


@asynccontextmanager
async def open_world(
    database: str,
    *,
    product: bool = True,
    chats: Sequence[ChatEdge] = (),
    lab: Lab | None = None,
    **chosen: Any,
) -> AsyncIterator[World]:
    """The lab, and the product unless the story starts it in its own way. `chosen`: settings of this installation.

    `lab`: one that runs already, in place of a new one.
    """
    given = Settings(_env_file=None, database_url=database, port=0, lab_port=0, sweep_seconds=0.2, **chosen)
    lab = lab or await open_lab(given)
    assert lab is not None, "the environment names real services"
    lab.telegram.bot.pace.chat_burst = 1_000.0  # people of a story talk a hundred times as fast as others
    lab.slack.app.pace = 100.0
    async with aiohttp.ClientSession() as http:
        world = World(lab, Browser(http, lab.url), pointed_at(given, lab), chats=chats)
        try:
            if product:
                await world.opens()
            yield world
        finally:
            await world.closes()
            await lab.stop()
