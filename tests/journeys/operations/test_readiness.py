"""/readyz names every part that inputs, money and letters depend on, and fails where no traffic should come."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from pydantic import SecretStr

from config import readiness
from core.kernel import timers
from core.kernel.timers import Timer
from core.kernel.transaction import MARKET, Ctx
from tests.journeys.market import World


async def ready(world: World) -> tuple[int, dict[str, str]]:
    assert world.product is not None
    async with world.browser.http.get(f"{world.product.server.url}/readyz") as answer:
        return answer.status, await answer.json()


@pytest.fixture(autouse=True)
def no_answer_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "KEPT_SECONDS", -1.0)


async def test_every_part_is_named(world: World) -> None:
    status, states = await ready(world)
    assert status == 200
    assert (
        states.items() >= dict.fromkeys(("database", "timers", "telegram", "slack", "provider", "mail"), "ok").items()
    )


async def test_a_dead_socket_of_slack_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.product is not None
    socket: Any = world.product.bots[1]._socket  # type: ignore[attr-defined]  # noqa: SLF001 - to cut it
    monkeypatch.setattr(socket.client, "current_session", None)
    assert await ready(world) == (503, (await ready(world))[1] | {"slack": "NotReceiving"})
    monkeypatch.undo()


async def test_polls_that_fail_for_long_are_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.product is not None
    telegram: Any = world.product.bots[0]
    monkeypatch.setattr(telegram, "_answered_at", monotonic() - 1_000)
    status, states = await ready(world)
    assert (status, states["telegram"]) == (503, "NotReceiving")


async def test_a_worker_that_fires_no_timers_is_seen(world: World) -> None:
    assert world.product is not None

    def leave_behind(ctx: Ctx) -> None:
        timers.set_timer(ctx.session, Timer("draft", ctx.new_id(), "nothing", ctx.now - timedelta(minutes=10)))

    async with world.product.sweeps.busy:
        await world.product.transactions.run(MARKET, leave_behind)
        status, states = await ready(world)
    assert (status, states["timers"]) == (503, "TimersOverdue")


async def test_a_provider_or_mail_server_that_is_away_is_named_and_keeps_the_traffic(world: World) -> None:
    """Another process would not reach them either, so no balancer should take this one out."""
    await world.closes()
    world.settings = world.settings.model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:9")})
    await world.opens()
    await world.disturb("stripe", "outage", "call", "events", times=50)
    status, states = await ready(world)
    assert status == 200
    assert states["provider"].startswith("no answer")
    assert states["mail"].startswith("no answer")
    assert world.product is not None
    await world.product.sweeps.measure()
    async with world.browser.http.get(f"{world.product.server.url}/metrics") as answer:
        text = await answer.text()
    assert 'parley_receiver_up{receiver="mail"} 0.0' in text
    assert 'parley_receiver_up{receiver="database"} 1.0' in text
