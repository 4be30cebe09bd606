"""An upgrade without a gap. The version before and this one trade side by side, then this one alone.

The version before is the newest tag. Without a tag it is the state before the newest migration that only adds.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from aiohttp import web

from config.settings import Settings
from config.slack import manifest
from lab.app import Lab
from lab.people import Browser
from tests.house.additive_migrations import destructive_steps, migrations_after
from tests.house.scratch import HOUSE
from tests.journeys.market import World
from tests.journeys.trade_steps import Trade
from tests.postgres import cluster, free_port
from tools.ledger_verification import verify_books

FIRST_ADDITIVE = "*_request_id.py"
START_SECONDS = 60
OLD_LEASE_SECONDS = 60  # the lease of a version before this one
SECRET = "telegram_webhook"


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=HOUSE, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603, S607 - our own words


def version_before() -> str:
    """Return the commit of the version before this one."""
    tags = git("tag", "--list", "v*", "--sort=-version:refname", "--merged", "HEAD~1").split()
    if tags:
        return tags[0]
    added = git("log", "--diff-filter=A", "--format=%H", "--", f"migrations/versions/{FIRST_ADDITIVE}").split()
    return f"{added[-1]}^"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tree of the version before."""
    place = tmp_path_factory.mktemp("before")
    packed = subprocess.run(["git", "archive", version_before()], cwd=HOUSE, capture_output=True, check=True)  # noqa: S603, S607
    subprocess.run(["tar", "--extract", "--directory", place], input=packed.stdout, check=True)  # noqa: S603, S607
    newest = max(path.name[:4] for path in (place / "migrations" / "versions").glob("[0-9]*.py"))
    breaking = [f"{path.name}: {step}" for path in migrations_after(newest) for step in destructive_steps(path)]
    if breaking:
        pytest.skip(f"this upgrade needs a stop, as {breaking[0]}")
    return place


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("PostgreSQL is not installed here")
    with cluster() as address:
        yield address


@dataclass
class Balancer:
    """A proxy before the workers, as in docs/scaling.md: each request goes to the next worker that is open."""

    workers: list[str] = field(default_factory=list)
    served: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    turn: int = 0

    async def pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        for _ in self.workers:
            self.turn += 1
            worker = self.workers[self.turn % len(self.workers)]
            try:
                async with (
                    aiohttp.ClientSession(auto_decompress=False) as http,
                    http.request(request.method, f"{worker}{request.raw_path}", data=body, headers=headers) as answer,
                ):
                    self.served[worker] = self.served.get(worker, 0) + 1
                    content = await answer.read()
                    if answer.status >= 400:
                        self.failed.append(f"{request.path}: {answer.status}")
                    return web.Response(
                        status=answer.status, body=content, headers={"Content-Type": answer.content_type}
                    )
            except aiohttp.ClientConnectionError:
                continue
        return web.Response(status=503)


@asynccontextmanager
async def balanced() -> AsyncIterator[tuple[Balancer, str]]:
    balancer, application = Balancer(), web.Application()
    application.router.add_route("*", "/{path:.*}", balancer.pass_on)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield balancer, "http://{}:{}".format(*runner.addresses[0][:2])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def worker(tree: Path, environment: dict[str, str]) -> AsyncIterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a tree's product as a process of its own, until the context ends."""
    port = free_port()
    running = subprocess.Popen(  # noqa: ASYNC220 - our own words
        [sys.executable, "main.py", "run"], cwd=tree, env={**environment, "PORT": str(port)}
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await healthy(running, url)
        yield running, url
    finally:
        running.kill()
        running.wait()


async def healthy(running: subprocess.Popen[bytes], url: str) -> None:
    async with aiohttp.ClientSession() as http:
        for _ in range(START_SECONDS * 5):
            assert running.poll() is None, "the worker has ended"
            try:
                async with http.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.2)
    raise AssertionError("the worker does not become ready")


def environment_of(lab: Lab, home: str, database: str) -> dict[str, str]:
    """Return the environment of a worker for which every service is real."""
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database,
        "PUBLIC_URL": home,
        "TELEGRAM_BOT_TOKEN": lab.telegram.token,
        "TELEGRAM_API_URL": f"{lab.url}/telegram",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "SLACK_BOT_TOKEN": lab.slack.bot_token,
        "SLACK_SIGNING_SECRET": lab.slack.signing_secret,
        "SLACK_API_URL": f"{lab.url}/slack/api/",
        "STRIPE_SECRET_KEY": lab.stripe.secret_key,
        "STRIPE_WEBHOOK_SECRET": lab.stripe.webhook_secret,
        "STRIPE_THIN_WEBHOOK_SECRET": lab.stripe.webhook_secret,
        "STRIPE_API_URL": f"{lab.url}/stripe",
        "SMTP_URL": lab.smtp_url,
        "MARKET_ADDRESS": "Savanorių pr. 1, Kaunas",
    }


@asynccontextmanager
async def market(home: str, database: str) -> AsyncIterator[World]:
    """Yield a world whose services call this address; its clock is the real one."""
    lab = Lab()
    await lab.start()
    lab.telegram.bot.pace.chat_burst = 1_000.0
    lab.slack.app.pace = 100.0
    try:
        async with aiohttp.ClientSession() as http:
            browser = Browser(http, lab.url, patience=30.0)
            await browser.put("/lab/slack/app", {"manifest": manifest(home), "request_url": f"{home}/slack/events"})
            for path, payload in (("/stripe/webhook", "snapshot"), ("/stripe/thin", "thin")):
                endpoint = {"url": f"{home}{path}", "secret": lab.stripe.webhook_secret, "payload": payload}
                await browser.put("/lab/stripe/webhook", endpoint)
            yield World(lab, browser, Settings(_env_file=None, database_url=database))
    finally:
        await lab.stop()


async def test_two_versions_trade_side_by_side(before: Path, server: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with balanced() as (balancer, home), market(home, server) as world:
        environment = environment_of(world.lab, home, server)
        async with worker(before, environment) as (old, old_url):
            balancer.workers = [old_url]
            trade = Trade(world, await world.on_telegram("Rasa"), await world.on_slack("Tom"))
            await trade.list()
            await trade.buy()

            async with worker(HOUSE, environment) as (new, new_url):
                balancer.workers = [old_url, new_url]
                await trade.sign()
                await trade.pay()
                both = dict(balancer.served)

                balancer.workers = [new_url]  # the proxy drains the old one, which ends what it has begun
                old.send_signal(signal.SIGTERM)
                await trade.dispatch()
                await trade.arrive()
                assert await asyncio.to_thread(old.wait, 40) == 0
                await nothing_left(server)
                new.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(new.wait, 40) == 0
        assert balancer.failed == []
        assert min(both[old_url], both[new_url]) >= 3, "both versions have answered people"
        for person in (trade.seller, trade.buyer):
            assert not re.search("went wrong on our side", await person.screen())
    assert await verify_books(world.settings) == 0, capsys.readouterr().out


async def nothing_left(database: str) -> None:
    """Wait until every message is delivered; none was given up.

    A version before leaves its leases behind when it ends. This one gives them back
    (`tests/core/kernel/test_leases.py`).
    """
    connection = await asyncpg.connect(database)
    try:
        for _ in range(OLD_LEASE_SECONDS * 6):
            waiting = await connection.fetch("SELECT kind, attempts, dead, failure, due_at, leased_until FROM outbox")
            if not waiting:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"messages are left: {[dict(each) for each in waiting]}")
    finally:
        await connection.close()
