"""Wrong bodies with the right secret to every door: what the product answers, how fast, and what stays in memory.

`python -m bench.doors --each 100000` sends so many to each door. It does so on SQLite, and on PostgreSQL in a cluster
of its own. The exit status is 1 if a door answered 5xx. `--keep FILE` writes the bodies that it answered so.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import os
import random
import secrets
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import structlog
from pydantic import SecretStr

from bench import door_bodies as bodies
from config.external_services import SystemClock, open_lab, pointed_at
from config.settings import Settings
from config.wiring import build
from core.kernel.ids import Ids
from lab.app import Lab
from tests.postgres import cluster, free_port

AT_ONCE: Final = 16
TELEGRAM_SECRET: Final = "bench-secret"  # noqa: S105 - opens nothing: both ends of it are this program
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
Request = tuple[str, str, bytes, dict[str, str]]  # method, path, body, headers


@dataclass
class Door:
    """A door and its results. `make`: the next request to it."""

    name: str
    make: Callable[[], Request]
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def row(self, database: str, before: int, after: int) -> str:
        fives = sum(number for status, number in self.statuses.items() if status >= 500 or status == 0)
        fours = sum(number for status, number in self.statuses.items() if 400 <= status < 500)
        ordered = sorted(self.seconds)
        middle, late = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
        counted = f"{sum(self.statuses.values()):,} | {fives} | {fours:,}"
        memory = f"{before / 1e6:.0f} → {after / 1e6:.0f}"
        return f"| {database} | {self.name} | {counted} | {middle:.0f} | {late:.0f} | {memory} |"


def doors(chance: random.Random, known: bodies.Known, settings: Settings) -> list[Door]:
    def telegram() -> Request:
        headers = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET, "Content-Type": bodies.JSON}
        return "POST", "/telegram/webhook", bodies.telegram_body(chance, known), headers

    def slack() -> Request:
        body, kind = bodies.slack_body(chance, known)
        stamp, secret = str(int(time.time())), revealed(settings.slack_signing_secret)
        signed = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed}", "Content-Type": kind}
        return "POST", "/slack/events", body, headers

    def stripe(path: str) -> Callable[[], Request]:
        def made() -> Request:
            body, stamp = bodies.stripe_body(chance, known), str(int(time.time()))
            secret = revealed(settings.stripe_webhook_secret)
            signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            return "POST", path, body, {"Stripe-Signature": f"t={stamp},v1={signed}", "Content-Type": bodies.JSON}

        return made

    def page() -> Request:
        headers = {"Authorization": f"Bearer {revealed(settings.operator_token)}", "Accept-Language": "\xff,en;q=x"}
        return "GET", bodies.page_path(chance), b"", headers

    return [
        Door("Telegram webhook", telegram),
        Door("Slack events and presses", slack),
        Door("Stripe webhook", stripe("/stripe/webhook")),
        Door("Stripe thin events", stripe("/stripe/thin")),
        Door("web pages", page),
    ]


def revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""


async def attacked(door: Door, home: str, each: int, http: aiohttp.ClientSession) -> None:
    """Send so many requests to the door, AT_ONCE side by side."""
    left = iter(range(each))

    async def send() -> None:
        for _ in left:
            method, path, body, headers = door.make()
            began = time.perf_counter()
            try:
                async with http.request(method, f"{home}{path}", data=body, headers=headers) as answer:
                    await answer.read()
                    status = answer.status
            except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
                status = 400 if isinstance(fault, aiohttp.InvalidURL | ValueError) else 0
            door.seconds.append(time.perf_counter() - began)
            door.statuses[status] += 1
            if status >= 500 or status == 0:
                sent = {"path": path, "headers": headers, "body": base64.b64encode(body).decode(), "status": status}
                door.broken.append(json.dumps(sent))

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


@dataclass(frozen=True)
class Running:
    """The product in a process of its own."""

    home: str
    pid: int
    settings: Settings


async def with_product(database: str, lab: Lab, use: Callable[[Running], Awaitable[None]]) -> None:
    """Run the product against the lab while it is used. It logs to a file of its own."""
    port = free_port()
    given = Settings(_env_file=None, database_url=database, port=port, lab_port=0)
    whole = pointed_at(given, lab).model_copy(
        update={
            "public_url": f"http://127.0.0.1:{port}",
            "telegram_webhook_secret": SecretStr(TELEGRAM_SECRET),
            "slack_app_token": None,
        }
    )
    shown = {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in whole}
    with tempfile.NamedTemporaryFile("w", prefix="parley-doors-", suffix=".log", delete=False) as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.doors", "--product"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        assert process.stdin is not None, "both are pipes"
        assert process.stdout is not None, "both are pipes"
        process.stdin.write(json.dumps(shown, default=str).encode() + b"\n")
        try:
            assert await process.stdout.readline() == b"ready\n", f"see {log.name}"
            await use(Running(f"http://127.0.0.1:{port}", process.pid, whole))
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


async def serve() -> None:
    """Run the product with the settings on the first line of the input, until it is told to stop."""
    to_errors = structlog.PrintLoggerFactory(sys.stderr)  # the output is the parent's
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain], logger_factory=to_errors)
    settings = Settings(_env_file=None, **json.loads(sys.stdin.readline()))
    product = await build(settings, clock=SystemClock(), ids=Ids(secrets.token_bytes))
    await product.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)
    await stop.wait()
    await product.stop()


@contextmanager
def databases(names: list[str]) -> Iterator[dict[str, str]]:
    """Yield an empty database of each kind."""
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="parley-doors-") as folder:
        if "SQLite" in names:
            found["SQLite"] = f"sqlite:///{folder}/market.sqlite"
        if "PostgreSQL" not in names:
            yield found
            return
        with cluster() as address:
            yield found | {"PostgreSQL": address}


async def measure(database: str, url: str, arguments: argparse.Namespace) -> bool:
    """Attack every door on this database and print the rows. Return whether all held."""
    lab = await open_lab(Settings(_env_file=None, port=0, lab_port=0))
    assert lab is not None, "the environment names real services"
    lab.slack.app.pace = 100.0  # Slack's own limits of calls are no matter of the doors
    held = True

    async def use(running: Running) -> None:
        nonlocal held
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            for door in doors(random.Random(arguments.seed), await people(lab, http), running.settings):
                if arguments.door and arguments.door not in door.name:
                    continue
                before = resident(running.pid)
                await attacked(door, running.home, arguments.each, http)
                await asyncio.sleep(2)  # what was begun ends, and its memory comes back
                print(door.row(database, before, resident(running.pid)), flush=True)
                held = held and not door.broken
                if arguments.keep:
                    with Path(arguments.keep).open("a") as kept:  # noqa: ASYNC230 - nothing is measured any more
                        kept.writelines(f"{each}\n" for each in door.broken)

    try:
        await with_product(url, lab, use)
    finally:
        await lab.stop()
    return held


async def people(lab: Lab, http: aiohttp.ClientSession) -> bodies.Known:
    """Let a person of each platform arrive, so that some bodies name a known sender."""

    async def made(platform: str) -> dict[str, Any]:
        async with http.post(f"{lab.url}/lab/{platform}/people", json={"name": "Ona"}) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    phone, window = await made("telegram"), await made("slack")
    return bodies.Known(user=window["id"], telegram=int(phone["id"]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--door", default="")
    parser.add_argument("--keep", default="")
    parser.add_argument("--databases", default="SQLite,PostgreSQL")
    parser.add_argument("--product", action="store_true", help="be the product that is measured")
    arguments = parser.parse_args()
    if arguments.product:
        asyncio.run(serve())
        return 0
    print("| database | door | bodies | 5xx | 4xx | p50 ms | p99 ms | memory, MB |\n|---|---|---|---|---|---|---|---|")
    with databases(arguments.databases.split(",")) as found:
        held = [asyncio.run(measure(name, url, arguments)) for name, url in found.items()]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
