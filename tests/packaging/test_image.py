"""The image of the Dockerfile, built in a scratch root. It starts as another user, and a person trades in it.

No container engine takes part: the base image and the engine's own borders are not tested here. As CI's own step,
`docker compose up` would be (docs/running.md says what was not run).
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from lab.people import Browser, OnTelegram
from tests.house.scratch import HOUSE
from tests.packaging.scratch_root import Build, Stage, context_of, ignored, outside
from tests.postgres import free_port

START_SECONDS = 90


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("the steps of the Dockerfile need root and mount namespaces, in a scratch root")
    return Build(HOUSE, tmp_path_factory.mktemp("image")).run()


def test_only_what_the_wheel_is_made_of_reaches_the_build() -> None:
    files = context_of(HOUSE)
    assert {"pyproject.toml", "config/settings.py", "requirements/telemetry.txt", "lab/page/index.html"} <= set(files)
    assert {path.split("/")[0] for path in files}.isdisjoint({".git", ".env", ".venv", "tests", "var", "simulation"})
    assert not any("/tests/" in path or path.endswith(".pyc") for path in files)
    assert ignored(".env", ["*", "!config"])


async def test_a_person_trades_in_the_image(image: Stage) -> None:
    port, lab_port = free_port(), free_port()
    more = {"PORT": str(port), "LAB_PORT": str(lab_port)}
    assert image.user != "root"
    assert image.ports == [8080, 8090]
    command = image.entered([*image.entrypoint, *image.command], more)
    running = subprocess.Popen(command, env=outside(image), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: ASYNC220 - as above
    try:
        async with aiohttp.ClientSession() as http:
            browser = Browser(http, f"http://127.0.0.1:{lab_port}", patience=START_SECONDS)

            async def is_healthy() -> bool:
                assert running.poll() is None, running.communicate()[0]
                health = subprocess.run(  # noqa: ASYNC221 - as above
                    image.entered(image.health, more), env=outside(image), capture_output=True, check=False
                )
                return health.returncode == 0

            await wait_for(is_healthy)
            made = await browser.post("/lab/telegram/people", {"name": "Tom"})
            tom = OnTelegram(browser, "Tom", made["id"])
            await tom.says("/find pellets")
            await tom.sees("Wood pellets")
        owner = os.stat(f"/proc/{running.pid}").st_uid  # noqa: PTH116 - one look, beside the loop
        assert owner == 10_001
        assert (image.root / "var/lib/parley/var/lab.sqlite").stat().st_uid == owner
    finally:
        running.send_signal(signal.SIGTERM)
        told, _ = running.communicate(timeout=40)
    assert running.returncode == 0, told
    assert "Parley is open at" in told


async def wait_for(is_healthy: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(START_SECONDS):
        if await is_healthy():
            return
        await asyncio.sleep(1)
    raise AssertionError("the image does not become healthy")


def test_the_image_holds_no_tools_of_developers(image: Stage) -> None:
    packages = {path.name.split("-")[0].lower() for path in (image.root / "opt/parley/lib").rglob("*.dist-info")}
    assert {"parley", "sqlalchemy", "opentelemetry_sdk"} <= packages
    assert packages.isdisjoint({"pytest", "mypy", "ruff", "hypothesis", "playwright", "pip", "uv"})
    assert not list((image.root / "opt/parley/lib").glob("python3*/site-packages/lab/tests"))
