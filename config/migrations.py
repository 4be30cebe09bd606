"""Migrates a database to the tables of this release, and writes the next migration from changes of the tables.

`python -m config.migrations "say what changes"` writes a migration.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

from core.kernel.sqlite import connect, engine_over

log = structlog.get_logger(__name__)

MIGRATIONS = Path(__file__).parent.parent / "migrations"
LOCK = 7_305_808  # any number: PostgreSQL's advisory lock under which one process migrates and the others wait

PATIENCE_MS = 120_000  # for another process that migrates the same file, on however slow a machine


async def upgrade(url: str) -> None:
    """Bring the database to the newest revision; nothing happens when it is there.

    A database of a newer release is left as it is. Migrations only add, so this release still runs on it.
    """
    await within(url, _upgrade)


def _upgrade(connection: Connection) -> None:
    config = _config(connection)
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    current = set(MigrationContext.configure(connection).get_current_heads())
    if current <= known:
        command.upgrade(config, "head")
    else:
        log.warning("database_is_newer", revision=sorted(current))


class State(StrEnum):
    """A database beside the tables of this release."""

    MISSING = "missing"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


async def state_of(url: str) -> State:
    """Compare a database with this release, without changing it."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(place.database or "").exists):
        return State.MISSING
    found: list[State] = []

    def look(connection: Connection) -> None:
        scripts = ScriptDirectory.from_config(_config(connection))
        revision = MigrationContext.configure(connection).get_current_revision()
        known = {each.revision for each in scripts.walk_revisions()}
        if revision is None:
            found.append(State.MISSING)
        elif revision not in known:
            found.append(State.NEWER)
        else:
            found.append(State.CURRENT if revision == scripts.get_current_head() else State.OLDER)

    await within(url, look)
    return found[0]


async def downgrade(url: str, revision: str = "base") -> None:
    """Go back to an earlier revision; "base" drops every table."""
    await within(url, lambda connection: command.downgrade(_config(connection), revision))


def write_migration(message: str, folder: Path = MIGRATIONS) -> None:
    """Write the next migration: from a database at the newest revision to the tables as they are in the code."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        config = _config(connection, folder)
        command.upgrade(config, "head")
        number = 1 + int(ScriptDirectory.from_config(config).get_current_head() or 0)
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")


async def within(url: str, work: Callable[[Connection], None]) -> None:
    """Do all of the work in one transaction of this database, or none of it."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        await asyncio.to_thread(_within_sqlite, place.database or ":memory:", work)
    else:
        await _within_postgres(place.set(drivername="postgresql+asyncpg"), work)


def _within_sqlite(path: str, work: Callable[[Connection], None]) -> None:
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    raw = connect(path)
    # SQLite changes a table by rewriting it; with foreign keys on, dropping the old one would empty other tables.
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    try:
        with engine_over(lambda: raw).begin() as connection:
            work(connection)
            astray = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            assert not astray, f"rows that refer to nothing: {astray[:5]}"
    finally:
        raw.close()


async def _within_postgres(url: URL, work: Callable[[Connection], None]) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.run_sync(work)
    finally:
        await engine.dispose()


def _config(connection: Connection, folder: Path = MIGRATIONS) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    config.set_section_option("post_write_hooks", "hooks", "format, lint")
    for hook, options in (("format", "format --quiet"), ("lint", "check --fix --exit-zero --silent")):
        config.set_section_option("post_write_hooks", f"{hook}.type", "module")
        config.set_section_option("post_write_hooks", f"{hook}.module", "ruff")
        config.set_section_option("post_write_hooks", f"{hook}.options", f"{options} REVISION_SCRIPT_FILENAME")
    return config


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    write_migration(" ".join(sys.argv[1:]))
