"""A connection to PostgreSQL that is cut in the middle of a transaction: the input is tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from asyncpg.exceptions import AdminShutdownError, CannotConnectNowError, DiskFullError
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from core.kernel import inbox
from core.kernel.database import Unavailable
from core.kernel.ids import Ids
from core.kernel.postgres import PostgresRunner, is_unavailable
from core.kernel.reactions import Reactions
from core.kernel.transaction import MARKET, Ctx, Transactions
from tests.conftest import SERVER
from tests.core.conftest import MovableClock

NOW = datetime(2027, 4, 13, 8, tzinfo=UTC)


@pytest.fixture
async def transactions(database: str) -> AsyncIterator[Transactions]:
    if SERVER is None:
        pytest.skip("TEST_DATABASE_URL names no PostgreSQL")
    runner = PostgresRunner(database.replace("postgresql://", "postgresql+asyncpg://"))
    yield Transactions(runner, MovableClock(), Ids(lambda size: b"x" * size), Reactions())
    await runner.close()


async def test_an_input_whose_connection_is_cut_is_handled_at_once_by_another(transactions: Transactions) -> None:
    """A cut connection raised a plain DBAPIError, so one input in a hundred ended in an apology."""
    tries: list[bool] = []

    def unit(ctx: Ctx) -> bool:
        tries.append(inbox.take_in(ctx.session, "tg:1:1", {}, NOW))
        if len(tries) == 1:
            ctx.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return tries[-1]

    assert await transactions.run(MARKET, unit)
    assert tries == [True, True], "nothing of the first try was kept"
    kept = await transactions.run(MARKET, lambda ctx: ctx.session.scalars(select(inbox.InboxRow.key)).all())
    assert kept == ["tg:1:1"]


async def test_a_server_that_stays_away_is_told_from_a_mistake_of_ours(transactions: Transactions) -> None:
    def always_cut(ctx: Ctx) -> None:
        ctx.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Unavailable):
        await transactions.run(MARKET, always_cut)
    with pytest.raises(ZeroDivisionError):
        await transactions.run(MARKET, lambda _ctx: 1 // 0)


@pytest.mark.parametrize(
    ("failure", "unavailable"),
    [
        (DBAPIError("", {}, AdminShutdownError("terminating connection")), True),
        (DBAPIError("", {}, DiskFullError("could not extend file")), True),
        (DBAPIError("", {}, RuntimeError("closed"), connection_invalidated=True), True),
        (CannotConnectNowError("the database system is starting up"), True),
        (OperationalError("", {}, RuntimeError("cut")), True),
        (InterfaceError("", {}, RuntimeError("connection is closed")), True),
        (ConnectionResetError("reset by peer"), True),
        (DBAPIError("", {}, RuntimeError("invalid byte sequence")), False),
        (KeyError("files"), False),
    ],
)
def test_failures_of_the_server_are_told_from_others(failure: Exception, unavailable: bool) -> None:
    assert is_unavailable(failure) is unavailable
