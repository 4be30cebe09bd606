"""The product's own SQLite writer, with its thread taken away: the same groups, savepoints and statements, in order.

A group is one step of the world. The process that asked for it may die just before it or just after.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine

from config.tables import METADATA
from core.kernel.sqlite import SqliteRunner, connect, engine_over

Result = TypeVar("Result")


class InlineWriter:
    """What `WriterConnection` is to the product: whole pieces of work, here carried out at once.

    `before` and `after` are where the world may interfere; they raise what the disk or a kill would.
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
        self._engine = engine_over(lambda: writer.raw)
        self._writer = asyncio.create_task(self._write(), name="sqlite-writer")


def quick(path: str) -> sqlite3.Connection:
    """The product's connection, but for the disk: a world that dies takes its file with it."""
    connection = connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    return connection


def make_empty(path: Path) -> Path:
    """A market with nobody in it, to copy from."""
    engine = create_engine("sqlite://", creator=lambda: quick(str(path)))
    with engine.begin() as connection:
        METADATA.create_all(connection)
    with quick(str(path)) as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path
