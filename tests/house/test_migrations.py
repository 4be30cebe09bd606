"""Migrations make the very tables of the code, and can be reverted, on every database that we support."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, String, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from config import migrations
from config.tables import METADATA
from tests.conftest import NAME, SERVER, address_of, on_server
from tests.house.scratch import HOUSE

EMPTY = f"{NAME}_migrations"  # a database of its own: whatever else is in the server stays as it is


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Yield the address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'market.sqlite'}"
        return
    if SERVER is None:
        pytest.skip("TEST_DATABASE_URL names no PostgreSQL")
    await on_server(f'DROP DATABASE IF EXISTS "{EMPTY}"', f'CREATE DATABASE "{EMPTY}"')
    yield address_of(EMPTY)
    await on_server(f'DROP DATABASE "{EMPTY}"')


async def tables(url: str) -> set[str]:
    found: set[str] = set()
    await migrations.within(url, lambda connection: found.update(inspect(connection).get_table_names()))
    return found


async def differences(url: str) -> list[object]:
    """Return the differences of the database's tables from the code's, as steps that would remove them."""
    found: list[object] = []
    await migrations.within(
        url, lambda connection: found.extend(compare_metadata(MigrationContext.configure(connection), METADATA))
    )
    return found


async def test_an_empty_database_becomes_the_tables_of_the_code_and_back(url: str) -> None:
    await migrations.upgrade(url)
    assert await differences(url) == []
    assert await tables(url) == set(METADATA.tables) | {"alembic_version"}

    await migrations.downgrade(url)
    assert await tables(url) == {"alembic_version"}

    await migrations.upgrade(url)
    await migrations.upgrade(url)
    assert await differences(url) == []


async def test_processes_that_start_at_the_same_time_migrate_once(url: str) -> None:
    start = f"import asyncio; from config.migrations import upgrade; asyncio.run(upgrade({url!r}))"
    begun = [await asyncio.create_subprocess_exec(sys.executable, "-c", start, cwd=HOUSE) for _ in range(2)]

    assert [await process.wait() for process in begun] == [0, 0]
    assert await differences(url) == []


async def test_a_migrated_database_guards_its_books(url: str) -> None:
    await migrations.upgrade(url)
    alone = "INSERT INTO ledger_entry (id, key, memo, at, digest) VALUES ('E1', 'k', 'm', '2026-11-23 09:00:00', 'd')"

    with pytest.raises(DBAPIError, match="does not balance"):
        await migrations.within(url, lambda connection: connection.execute(text(alone)).close())


async def test_a_text_is_held_to_the_length_of_its_column(url: str) -> None:
    """SQLite by itself keeps any length, and what is too long would be found on PostgreSQL alone."""
    await migrations.upgrade(url)
    put = "INSERT INTO heartbeat (name, at) VALUES (:name, '2026-11-23 09:00:00')"
    change = "UPDATE heartbeat SET name = :name"

    async def say(statement: str, name: str) -> None:
        await migrations.within(url, lambda connection: connection.execute(text(statement), {"name": name}).close())

    with pytest.raises(DBAPIError, match=r"length\(name\) <= 20|too long"):
        await say(put, "é" * 21)
    await say(put, "é" * 20)
    with pytest.raises(DBAPIError, match=r"length\(name\) <= 20|too long"):
        await say(change, "é" * 21)
    await say(change, "é" * 19)


def test_table_recreated_by_a_migration_keeps_its_length_checks() -> None:
    """SQLite can hardly alter a table. A migration makes a new one, from what it reads of the old one."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        METADATA.create_all(connection)
        operations = Operations(MigrationContext.configure(connection))
        with pytest.warns(UserWarning, match="omitted"), operations.batch_alter_table("outbox") as outbox:
            outbox.alter_column("kind", type_=String(50))
        operations.add_column("outbox", Column("colour", String(7)))
        sheet = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE name = 'outbox'").scalar_one()
    engine.dispose()
    checks = dict(re.findall(r"CHECK \(length\((\w+)\) <= (\d+)\)", sheet))
    assert checks == {
        "id": "26",
        "channel": "20",
        "ordering_key": "120",
        "kind": "50",
        "request_id": "200",
        "colour": "7",
    }


async def test_parts_that_the_comparison_misses_are_the_same_too(tmp_path: Path) -> None:
    """Checks, partial indexes and triggers, as SQLite keeps them in words."""
    path = tmp_path / "market.sqlite"
    await migrations.upgrade(f"sqlite:///{path}")
    migrated, made = create_engine(f"sqlite:///{path}"), create_engine("sqlite://")
    with migrated.connect() as ours, made.begin() as theirs:
        METADATA.create_all(theirs)
        assert words_of(ours) == words_of(theirs)
    migrated.dispose()
    made.dispose()


def words_of(connection: Connection) -> dict[str, list[str]]:
    """Return the sorted words of each definition by name, since a later column stands last."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {
        name: sorted(re.findall(r"\w+|[^\w\s,]", sql.replace('"', "")))
        for name, sql in rows
        if name != "alembic_version"
    }
