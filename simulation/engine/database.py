"""The product's own SQLite writer without its thread: the same groups, savepoints and statements, in order.

A group is one step of the world. The process that asked for it may die just before it or just after. SQLAlchemy caches
compiled statements by dialect: all processes of all worlds share one dialect.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from config.tables import METADATA
from core.kernel.sqlite import SqliteRunner, connect

Result = TypeVar("Result")


class InlineWriter:
    """The world's stand-in for `WriterConnection`: it carries out whole units of work at once.

    In `before` and `after` the world may interfere; they raise what the disk or a kill would raise.
    """

    def __init__(self, path: str, before: Callable[[], Awaitable[None]], after: Callable[[], None]) -> None:
        self.raw = quick(path)
        self._before = before
        self._after = after

    async def work(self, piece: Callable[[], Result]) -> Result:
        await self._before()
        result = piece()
        self._after()
        return result

    async def close(self) -> None:
        self.raw.close()


class InlineRunner(SqliteRunner):
    """`SqliteRunner` on an `InlineWriter`."""

    def __init__(self, path: str, before: Callable[[], Awaitable[None]], after: Callable[[], None]) -> None:
        super().__init__(path)
        self._before = before
        self._after = after

    async def open(self) -> None:
        writer = InlineWriter(self._path, self._before, self._after)
        self.raw = writer.raw
        self._connection = writer  # type: ignore[assignment]  # it does what a unit's writer is asked to do
        self._engine = engine_on(writer.raw)
        self._writer = asyncio.create_task(self._write(), name="sqlite-writer")


def engine_on(raw: sqlite3.Connection) -> Engine:
    """Return an engine as the product's `engine_over` makes it, but with statements that are compiled already."""
    # the driver's own connection, whose type SQLAlchemy does not know
    known, given = learned(), cast("Any", lambda: raw)
    engine = Engine(StaticPool(given, dialect=known.dialect), known.dialect, known.url)
    engine.update_execution_options(compiled_cache=known_statements())

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@cache
def learned() -> Engine:
    """Return an engine of SQLAlchemy's own that has met a database and knows what it can do."""
    engine = create_engine("sqlite://")
    with engine.connect():
        return engine


@cache
def known_statements() -> dict[Any, Any]:
    """Return the statements that were compiled in this process."""
    return {}


def quick(path: str) -> sqlite3.Connection:
    """Open the product's connection without waiting for the disk: a world that dies takes its file with it."""
    connection = connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    return connection


def make_empty(path: Path) -> Path:
    """Make the database of an empty market, to copy from."""
    engine = create_engine("sqlite://", creator=lambda: quick(str(path)))
    with engine.begin() as connection:
        METADATA.create_all(connection)
    with quick(str(path)) as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


def as_kept(moment: datetime) -> str:
    """Return a moment as SQLite stores it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
