"""One installation, open: the product, and the lab around it for whatever the environment leaves out."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import func, select

from config.external_services import clock_of, open_lab, pointed_at
from config.files import (
    database_of,
    held,
    keeps_database,
    remove_pretend_database,
    sqlite_file_of,
    state_file_of,
)
from config.settings import Settings
from config.slack import manifest
from config.wiring import Product, build
from core.kernel.clock import Clock
from core.kernel.ids import Ids
from core.kernel.outbox import end_all_leases
from core.kernel.transaction import MARKET
from core.people.accounts.model import ChatIdentity

if TYPE_CHECKING:
    from lab.app import Lab

SKIPPED = 10_000_000  # ids of a lab beside a database that knows the people of another one
RESERVE = 1_000_000  # cents, which the platform's pretend owner keeps with Stripe for its fees on refunded money


Fill: TypeAlias = Callable[["Installation"], Awaitable[int]]


@dataclass(slots=True)
class Installation:
    """`lab` is None where it serves nothing. `settings` are those the product runs with, of the `given`.

    `fill` puts the first people and listings into a pretend market; it returns how many people there are.
    """

    given: Settings
    settings: Settings
    product: Product
    lab: Lab | None
    clock: Clock
    fill: Fill

    async def seed(self) -> int:
        """Fill a pretend market, once. Returns the number of people in it; 0 among real people."""
        return await self.fill(self) if self.given.services.is_pretend else 0

    async def start_over(self) -> None:
        """Start again with a new world and an empty database at the same addresses, as requested on the page."""
        assert self.lab is not None
        await self.product.stop()
        await self.lab.renew()
        remove_pretend_database()
        self.settings, self.clock = pointed_at(with_database(self.given), self.lab), clock_of(self.lab)
        self.product = await build(self.settings, clock=self.clock, ids=Ids(secrets.token_bytes))
        introduce(self.lab, self.product, self.settings)
        await self.product.start()
        await self.seed()


@asynccontextmanager
async def installed(settings: Settings, fill: Fill) -> AsyncIterator[Installation]:
    """Start the lab if it is needed, then the product; stop them in the reverse order. Raises InUse."""
    with held(settings):
        if not keeps_database(settings):
            remove_pretend_database()
        lab = await open_lab(settings, state_file=state_file_of(settings))
        here = None
        try:
            whole, clock = pointed_at(with_database(settings), lab), clock_of(lab)
            product = await build(whole, clock=clock, ids=Ids(secrets.token_bytes))
            here = Installation(settings, whole, product, lab, clock, fill)
            if lab is not None:
                await _meet_again(lab, product)
                introduce(lab, product, whole)
                if not keeps_database(settings):  # a named database may hold data worth keeping
                    lab.restart = here.start_over
            if sqlite_file_of(settings) is not None:  # which is held: whatever leased a message before is dead
                await product.transactions.run(MARKET, lambda ctx: end_all_leases(ctx.session))
            await product.start()
            yield here
        finally:
            if here is not None:
                await here.product.stop()
            if lab is not None:
                await lab.stop()


async def _meet_again(lab: Lab, product: Product) -> None:
    """Keep a new lab from giving out the ids of people that the database knows from another one."""
    count = select(func.count()).select_from(ChatIdentity)
    known = await product.transactions.run(MARKET, lambda ctx: ctx.session.scalar(count))
    if known and not lab.resumed:
        lab.skip_ids(SKIPPED)


def introduce(lab: Lab, product: Product, settings: Settings) -> None:
    """Tell the lab the product's addresses: where its Stripe sends events, and where the books are.

    Its Slack gets our manifest: a request beyond it is refused as by the real Slack.
    """
    lab.slack.adopt(manifest(settings.public_url or product.server.url))
    if not lab.resumed:
        lab.stripe.top_up(RESERVE)
    lab.stripe.webhook_url = f"{product.server.url}/stripe/webhook"
    lab.stripe.post.thin_url = f"{product.server.url}/stripe/thin"
    lab.stripe.post.thin_secret = lab.stripe.webhook_secret
    product.doors = replace(product.doors, ways=(("Play seller and buyer", f"{lab.url}/"), *product.doors.ways))
    lab.books_url = f"{product.server.url}/operator/books"
    lab.books_token = settings.operator_token.get_secret_value() if settings.operator_token else ""


def with_database(settings: Settings) -> Settings:
    """Return the settings with the database that the installation uses."""
    return settings.model_copy(update={"database_url": database_of(settings)})
