"""Units of work on SQLite: one writer, in groups, on the thread that aiosqlite keeps for its connection.

A group needs one `fsync` for every unit that was waiting. On that thread a statement costs one call instead of a hop
between threads. The chat's event loop never waits for a disk. See docs/decisions/0002-units-of-work.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import StaticPool

from core.kernel.compiled_statements import bare_savepoints
from core.kernel.transaction import Done

Result = TypeVar("Result")
Attempt = Callable[[Connection], Done]

GROUP = 64  # units per commit at most: bounds how long the first of them waits
RACES = 5  # how often a unit that lost a race is run again
BUSY_SECONDS = 10  # how long another process may hold the file
SWITCH_TRIES, SWITCH_WAIT_SECONDS = 50, 0.2  # while another process switches the journal of a new file


class WriterConnection(aiosqlite.Connection):
    """aiosqlite's connection and thread, given whole pieces of work instead of single statements."""

    async def work(self, piece: Callable[[], Result]) -> Result:
        result: Result = await self._execute(piece)  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped
        return result

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn


class SqliteRunner:
    """The single writer of one SQLite file within this process; other processes queue on the file's lock."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._waiting: asyncio.Queue[tuple[Attempt, asyncio.Future[Done]]] = asyncio.Queue()
        self._connection: WriterConnection | None = None
        self._engine: Engine | None = None
        self._writer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        if self._path != ":memory:":
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        connection = WriterConnection(lambda: connect(self._path), 64)
        connection._thread.daemon = True  # noqa: SLF001 - a crash must not wait for the writer; SQLAlchemy does the same
        await connection
        self._connection = connection
        self._engine = engine_over(lambda: connection.raw)
        self._writer = asyncio.create_task(self._write(), name="sqlite-writer")

    async def run(self, attempt: Attempt) -> Done:
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((attempt, future))
        # A caller that goes away must not tear its unit out of the group.
        return await asyncio.shield(future)

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        if self._connection is not None:
            await self._connection.close()

    async def _write(self) -> None:
        while True:
            group = [await self._waiting.get()]
            while len(group) < GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            await asyncio.shield(asyncio.ensure_future(self._commit(group)))

    async def _commit(self, group: list[tuple[Attempt, asyncio.Future[Done]]]) -> None:
        assert self._connection is not None
        try:
            outcomes = await self._connection.work(lambda: self._run_group([attempt for attempt, _ in group]))
        except Exception as failure:
            outcomes = [failure] * len(group)  # nothing of the group was written
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _run_group(self, attempts: list[Attempt]) -> list[Done | Exception]:
        """Run a group with one commit, on the writer's thread.

        Nearly all units succeed, so a group runs without savepoints at first. When one unit is refused or fails, the
        group is undone and run again with a savepoint for each unit. Only the failed unit is then rolled back.
        """
        assert self._engine is not None
        try:
            with self._engine.begin() as connection:
                return [attempt(connection) for attempt in attempts]
        except OperationalError:
            raise  # the disk, not a unit
        except Exception as failure:
            if len(attempts) == 1 and not isinstance(failure, StaleDataError):
                return [failure]
        with self._engine.begin() as connection:
            return [run_one(connection, attempt) for attempt in attempts]


def run_one(connection: Connection, attempt: Attempt) -> Done | Exception:
    """Run one unit, in a savepoint of its own. A refusal or a fault undoes it alone."""
    for _ in range(RACES):
        try:
            with connection.begin_nested():
                return attempt(connection)
        except StaleDataError:
            continue  # two changes of one row within one group: decide again on the new state
        except OperationalError:
            raise  # the disk, not the unit: the whole group is undone
        except Exception as refusal:
            return refusal
    return RuntimeError("a unit of work lost every race")


def connect(path: str) -> sqlite3.Connection:
    """Open a connection with what durable money needs: WAL, a full sync at commit, foreign keys on."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    _switch_to_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch the journal, and wait for another process that does so now: SQLite itself does not wait here."""
    for tries_left in reversed(range(SWITCH_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if not tries_left:
                raise
            sleep(SWITCH_WAIT_SECONDS)
        else:
            return


def engine_over(raw: Callable[[], Any]) -> Engine:
    """Make a synchronous engine on one given connection, whose transactions take the write lock at once."""
    # The parameters are personal data and would stand in the log of a fault.
    engine = create_engine("sqlite://", creator=raw, poolclass=StaticPool, hide_parameters=True)
    bare_savepoints(engine.dialect)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
