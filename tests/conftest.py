"""A fresh database for each story: a copy of one migrated once, a file or in PostgreSQL (TEST_DATABASE_URL)."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import structlog
from sqlalchemy import make_url

from config.migrations import upgrade

# A story begins on a Tuesday morning, unless `make test-days` says another day. So what is late, over or asleep in it
# does not depend on the hour of the test run.
os.environ.setdefault("LAB_BEGINS", "2027-04-13T08:00Z")

SERVER = os.environ.get("TEST_DATABASE_URL")  # any database of a server on which we may make and drop others
NAME = f"parley_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
numbers = count(1)

# Deliberate failures are logged by the hundred. With all its variables, each log entry would take a tenth of a second.
# A line for each input would fill the report of a story that fails.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ],
    wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
)


def address_of(name: str) -> str:
    assert SERVER is not None
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


async def on_server(*statements: str) -> None:
    connection = await asyncpg.connect(SERVER)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path | str:
    """Return the database that others are copied from: a file, or the name of a PostgreSQL template."""
    if SERVER is None:
        path = tmp_path_factory.mktemp("template") / "market.sqlite"
        asyncio.run(upgrade(f"sqlite:///{path}"))
        return path
    asyncio.run(on_server(f"DROP DATABASE IF EXISTS {NAME}", f"CREATE DATABASE {NAME}"))
    asyncio.run(upgrade(address_of(NAME)))
    return NAME


@pytest.fixture
async def database(migrated: Path | str, tmp_path: Path) -> AsyncIterator[str]:
    """Yield the address of an empty market, which is deleted after the story."""
    if isinstance(migrated, Path):
        shutil.copy(migrated, tmp_path / "market.sqlite")
        yield f"sqlite:///{tmp_path / 'market.sqlite'}"
        return
    own = f"{NAME}_{next(numbers)}"
    await on_server(f"DROP DATABASE IF EXISTS {own} WITH (FORCE)", f"CREATE DATABASE {own} TEMPLATE {NAME}")
    yield address_of(own)
    await on_server(f"DROP DATABASE {own} WITH (FORCE)")
