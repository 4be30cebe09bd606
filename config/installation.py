"""One installation, open: the product, and the lab around it for whatever the environment leaves out."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

from config.database import LAB_DATABASE
from config.external_services import clock_of, open_lab, pointed_at
from config.settings import Settings
from config.slack import manifest
from config.wiring import Product, build
from core.kernel.clock import Clock
from core.kernel.ids import Ids
from lab.app import Lab

RESERVE = 1_000_000  # cents, which the platform's pretend owner keeps with Stripe for its fees on refunded money


Fill: TypeAlias = Callable[["Installation"], Awaitable[int]]


@dataclass(slots=True)
class Installation:
    """`lab` is None when every outside service is real. `settings` are those the product runs with, of the `given`.

    `fill` puts the first people and listings into a market of the lab; it returns how many people there are.
    """

    given: Settings
    settings: Settings
    product: Product
    lab: Lab | None
    clock: Clock
    fill: Fill

    async def seed(self) -> int:
        """Fill the market. Returns the number of people in it."""
        return await self.fill(self)

    async def start_over(self) -> None:
        """Start again with a new world and an empty database at the same addresses, as requested on the page."""
        assert self.lab is not None
        await self.product.stop()
        await self.lab.renew()
        self.settings, self.clock = pointed_at(with_database(self.given), self.lab), clock_of(self.lab)
        self.product = await build(self.settings, clock=self.clock, ids=Ids(secrets.token_bytes))
        introduce(self.lab, self.product, self.settings)
        await self.product.start()
        await self.seed()


@asynccontextmanager
async def installed(settings: Settings, fill: Fill) -> AsyncIterator[Installation]:
    """Start the lab if it is needed, then the product; stop them in the reverse order."""
    lab = await open_lab(settings)
    here = None
    try:
        whole = pointed_at(with_database(settings), lab) if lab is not None else settings
        clock = clock_of(lab)
        product = await build(whole, clock=clock, ids=Ids(secrets.token_bytes))
        here = Installation(settings, whole, product, lab, clock, fill)
        if lab is not None:
            introduce(lab, product, whole)
            if settings.database_url is None:  # a named database may hold data worth keeping
                lab.restart = here.start_over
        await product.start()
        yield here
    finally:
        if here is not None:
            await here.product.stop()
        if lab is not None:
            await lab.stop()


def introduce(lab: Lab, product: Product, settings: Settings) -> None:
    """Tell the lab the product's addresses: where its Stripe sends events, and where the books are.

    Its Slack gets our manifest: a request beyond it is refused as by the real Slack.
    """
    lab.slack.adopt(manifest(settings.public_url or product.server.url))
    lab.stripe.top_up(RESERVE)
    lab.stripe.webhook_url = f"{product.server.url}/stripe/webhook"
    lab.stripe.post.thin_url = f"{product.server.url}/stripe/thin"
    lab.stripe.post.thin_secret = lab.stripe.webhook_secret
    product.doors = replace(product.doors, ways=(("Play seller and buyer", f"{lab.url}/"), *product.doors.ways))
    lab.books_url = f"{product.server.url}/operator/books"
    lab.books_token = settings.operator_token.get_secret_value() if settings.operator_token else ""


def with_database(settings: Settings) -> Settings:
    """Give a lab without a database of its own a new one."""
    if settings.database_url is not None:
        return settings
    for ending in ("", "-wal", "-shm"):
        LAB_DATABASE.with_name(LAB_DATABASE.name + ending).unlink(missing_ok=True)
    return settings.model_copy(update={"database_url": f"sqlite:///{LAB_DATABASE}"})
