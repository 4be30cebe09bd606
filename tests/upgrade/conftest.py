"""A market that the release before left, opened by this one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import func, select

from core.kernel.outbox import OutboxRow
from core.kernel.transaction import MARKET
from lab.people import OnSlack, OnTelegram, until
from tests.journeys.market import World, open_world
from tests.upgrade import recording
from tests.upgrade.scenes import Stage

UPGRADE: Final = timedelta(minutes=10)  # how long the market is away


@pytest.fixture
async def left(database: str) -> AsyncIterator[Stage]:
    """Yield the world that the release before left, with its database at the address of `database`. No product runs."""
    await recording.load(database)
    about = recording.about()
    lab = await recording.open_lab(about.now + UPGRADE)
    async with open_world(database, product=False, lab=lab, **recording.SETTINGS) as world:
        world.pulse.missed += about.stopped + UPGRADE - world.pulse.now()
        yield Stage(world, people_of(world))


@pytest.fixture
async def stage(left: Stage) -> Stage:
    """Return the same world after this release has opened it, as soon as the outbox is empty."""
    await left.world.opens()
    await until(lambda: all_delivered(left.world), lambda: "the outbox is not empty")
    return left


async def all_delivered(world: World) -> bool:
    """Return whether each message of the outbox is delivered, or refused for good."""
    assert world.product is not None
    alive = select(func.count()).select_from(OutboxRow).where(~OutboxRow.dead)
    return not await world.product.transactions.run(MARKET, lambda ctx: ctx.session.scalar(alive))


def people_of(world: World) -> dict[str, OnTelegram | OnSlack]:
    """Return everybody who has a phone or a window, by name."""
    chats = world.lab.telegram.bot.chats.values()
    on_telegram = (OnTelegram(world.browser, each.person.name, each.person.id) for each in chats)
    on_slack = (OnSlack(world.browser, each.name, each.id) for each in world.lab.slack.work.people.values())
    everybody: list[OnTelegram | OnSlack] = [*on_telegram, *on_slack]
    return {each.name: each for each in everybody}
