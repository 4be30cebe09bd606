"""Units of work on PostgreSQL: each in its own transaction, many at once, run again after a lost race."""

from __future__ import annotations

import socket
from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm.exc import StaleDataError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from core.kernel.compiled_statements import bare_savepoints
from core.kernel.database import LostConnection
from core.kernel.transaction import Done

LOST_RACE = {"40001", "40P01"}  # serialization_failure, deadlock_detected
# Classes of errors of the server itself: connection, resources (a full disk), shutdown, system.
OF_SERVER = ("08", "53", "57P", "58")
READ_ONLY = "25006"
RACES = 8


class CutBefore(LostConnection):
    """The connection was lost before the commit began: nothing is kept, and the unit can be run again at once."""


class PostgresRunner:
    """Read committed with compare-and-set on versions: the second writer sees a changed version and starts again."""

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            hide_parameters=True,  # as in sqlite.py
        )
        bare_savepoints(self._engine.dialect)

    async def run(self, attempt: Callable[[Connection], Done]) -> Done:
        async for chance in AsyncRetrying(
            retry=retry_if_exception(lost_race),
            stop=stop_after_attempt(RACES),
            wait=wait_random_exponential(multiplier=0.01, max=0.5),
            reraise=True,
        ):
            with chance:
                return await self._once(attempt)
        raise AssertionError("the last chance returns or raises")

    async def _once(self, attempt: Callable[[Connection], Done]) -> Done:
        """Run the unit in one transaction. Raises CutBefore if nothing is kept, LostConnection if it may be."""
        commits = False
        try:
            async with self._engine.begin() as connection:
                done: Done = await connection.run_sync(attempt)
                commits = True
        except Exception as failure:
            if not is_unavailable(failure):
                raise
            lost = LostConnection if commits else CutBefore
            raise lost(f"{type(failure).__name__}: {failure}"[:300]) from failure
        return done

    async def close(self) -> None:
        await self._engine.dispose()


def lost_race(failure: BaseException) -> bool:
    if isinstance(failure, StaleDataError | CutBefore):
        return True
    # Two first-comers wrote the same natural key: the second run finds the first one's row.
    if isinstance(failure, IntegrityError):
        return True
    return isinstance(failure, DBAPIError) and getattr(failure.orig, "sqlstate", None) in LOST_RACE


def is_unavailable(failure: BaseException) -> bool:
    """Return whether the server failed, and not the unit. asyncpg raises errors of many kinds for a cut connection."""
    if isinstance(failure, OperationalError | InterfaceError | ConnectionError | TimeoutError | socket.gaierror):
        return True
    if isinstance(failure, DBAPIError) and failure.connection_invalidated:
        return True
    cause = failure.orig if isinstance(failure, DBAPIError) else failure
    state = str(getattr(cause, "sqlstate", None) or "")
    return state.startswith(OF_SERVER) or state == READ_ONLY
