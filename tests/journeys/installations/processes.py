"""An installation in a process of its own: its environment, its start, its end and its output."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from config.settings import Settings
from lab.people import Browser, until
from tests.journeys.faults.test_kills import answers
from tests.journeys.market import World

ROOT = Path(__file__).parents[3]
SLOW_START = 90.0  # seconds, on a busy machine


@dataclass(frozen=True, slots=True)
class Installation:
    """A running `main.py run`. Its folder holds its files, and nothing of any other installation."""

    process: asyncio.subprocess.Process
    folder: Path
    home: str

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    async def ready(self) -> dict[str, str]:
        """Return what /readyz says of each part."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.home}/readyz") as answer:
            states: dict[str, str] = await answer.json()
            return states


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process with these settings and no others."""
    plain = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    return {**plain, "PYTHONPATH": str(ROOT), "SWEEP_SECONDS": "0.2", **given}


async def run(folder: Path, command: str, given: Mapping[str, str]) -> tuple[int, str]:
    """Run a command of main.py to its end. Return its status and its output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "main.py"), command),
        env=environment(given),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@asynccontextmanager
async def installation(folder: Path, given: Mapping[str, str], port: int | None = None) -> AsyncIterator[Installation]:
    """Run the market while this context lasts. `given`: its settings, as an operator writes them."""
    port = port or free_port()
    with (folder / "output").open("a") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "main.py"), "run"),
            env=environment({**given, "PORT": str(port)}),
            cwd=folder,
            stdout=output,
            stderr=output,
        )
        here = Installation(process, folder, f"http://127.0.0.1:{port}")
        try:

            async def open_for_people() -> bool:
                assert process.returncode is None, here.output
                return await answers(port) and set((await here.ready()).values()) == {"ok"}

            await until(open_for_people, lambda: f"it never opened its door: {here.output}", patience=SLOW_START)
            yield here
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


@asynccontextmanager
async def outside_world() -> AsyncIterator[World]:
    """Yield a lab that plays the real Telegram, Slack, Stripe and mail. It knows nothing of the installation."""
    from lab.app import Lab  # noqa: PLC0415 - beside the installation's own parts its name would mislead

    lab = Lab()
    await lab.start()
    lab.telegram.bot.pace.chat_burst = 1_000.0  # people of a story talk a hundred times as fast as others
    lab.slack.app.pace = 100.0
    try:
        async with aiohttp.ClientSession() as http:
            yield World(lab, Browser(http, lab.url), Settings.model_construct())
    finally:
        await lab.stop()


def telegram(world: World) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": world.lab.telegram.token, "TELEGRAM_API_URL": f"{world.lab.url}/telegram"}


def slack(world: World) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": world.lab.slack.bot_token,
        "SLACK_APP_TOKEN": world.lab.slack.app_token,
        "SLACK_API_URL": f"{world.lab.url}/slack/api/",
    }


def slack_by_link(world: World) -> dict[str, str]:
    """Return the settings of an app that workspaces install by its link: no bot token is given."""
    return {
        "SLACK_CLIENT_ID": world.lab.slack.client_id,
        "SLACK_CLIENT_SECRET": world.lab.slack.client_secret,
        "SLACK_APP_TOKEN": world.lab.slack.app_token,
        "SLACK_API_URL": f"{world.lab.url}/slack/api/",
    }


def stripe(world: World) -> dict[str, str]:
    return {
        "STRIPE_SECRET_KEY": world.lab.stripe.secret_key,
        "STRIPE_WEBHOOK_SECRET": world.lab.stripe.webhook_secret,
        "STRIPE_API_URL": f"{world.lab.url}/stripe",
    }


def mail(world: World) -> dict[str, str]:
    return {"SMTP_URL": world.lab.smtp_url}
