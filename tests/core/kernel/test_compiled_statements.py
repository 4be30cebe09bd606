"""Each compiled statement reaches the driver as SQLAlchemy itself would send it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, create_engine, delete, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

import config.tables  # noqa: F401 - all tables, since one references another
from core.discovery.search.storage import SearchRebuild
from core.kernel.compiled_statements import (
    UnitSession,
    add_all,
    add_once,
    add_rows,
    ask,
    change,
    find,
    find_all,
    find_by_key,
    pick,
    put,
    remove,
)
from core.kernel.database import Table
from core.kernel.inbox import InboxRow
from core.people.accounts.model import ChatIdentity, Organisation

NOW = datetime(2026, 4, 14, 9, tzinfo=UTC)
ROW: dict[str, Any] = {"key": "telegram:7", "received_at": NOW, "body": {"text": "labas"}, "failure": None}
# A key of each type of column.
SAMPLES: dict[type, Any] = {
    bool: True,
    bytes: b"x",
    date: date(2026, 4, 14),
    datetime: NOW,
    Decimal: Decimal("1.5"),
    float: 1.5,
    int: 7,
    str: "x",
}
KINDS = sorted((mapper.class_ for mapper in Table.registry.mappers), key=lambda kind: kind.__name__)


@pytest.fixture
def session() -> Iterator[UnitSession]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        Table.metadata.create_all(connection)
        with UnitSession(connection) as session:
            yield session
    engine.dispose()


def sent(session: Session, work: Callable[[Connection], object]) -> list[str]:
    """Return the statements that reach SQLite, each with its values written into it."""
    connection = session.connection()
    driver = connection.connection.driver_connection
    assert driver is not None
    statements: list[str] = []
    driver.set_trace_callback(statements.append)
    try:
        work(connection)
    finally:
        driver.set_trace_callback(None)
    return [statement for statement in statements if not statement.startswith("BEGIN")]


def sample(column: Any) -> Any:
    return SAMPLES[column.type.python_type]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_row_of_any_table_is_read_as_sqlalchemy_reads_it(session: UnitSession, kind: type[Table]) -> None:
    table = kind.__table__
    key = {column.name: sample(column) for column in table.primary_key}
    names = tuple(column.name for column in table.c)
    plain = select(*table.c).where(*(table.c[name] == value for name, value in key.items()))
    ours = sent(session, lambda _: pick(session, kind, names, **key))
    assert ours == sent(session, lambda connection: connection.execute(plain).first())
    assert len(ours) == 1


INBOX: Any = InboxRow.__table__
_NAMED = (
    select(Organisation.id).where(Organisation.name.in_(bindparam("names", expanding=True))).limit(bindparam("most"))
)
STATEMENTS: list[tuple[str, Callable[[Session], object], Any]] = [
    ("one row", lambda session: add_rows(session, InboxRow, [ROW]), insert(INBOX).values(ROW)),
    (
        "several rows",
        lambda session: add_all(session, InboxRow, [{**ROW, "key": "a"}, {**ROW, "key": "b"}]),
        insert(INBOX).values([{**ROW, "key": "a"}, {**ROW, "key": "b"}]).inline(),
    ),
    (
        "once",
        lambda session: add_once(session, InboxRow, **ROW),
        sqlite.insert(INBOX).values(ROW).on_conflict_do_nothing().inline(),
    ),
    (
        "change",
        lambda session: change(session, InboxRow, {"key": "a"}, answer=[1]),
        update(INBOX).where(InboxRow.key == "a").values(answer=[1]),
    ),
    (
        "remove",
        lambda session: remove(session, InboxRow, key="a", failure="late"),
        delete(INBOX).where(InboxRow.key == "a", InboxRow.failure == "late"),
    ),
    (
        "all in order",
        lambda session: find_all(session, Organisation, ("name", "-created_at"), traded=True),
        select(*Organisation.__table__.c)
        .where(Organisation.__table__.c.traded == bindparam("traded", True))
        .order_by(Organisation.name, Organisation.created_at.desc()),
    ),
    (
        "a list of values",
        lambda session: ask(session, _NAMED, names=["Anna", "Jonas"], most=3),
        select(Organisation.id).where(Organisation.name.in_(["Anna", "Jonas"])).limit(3),
    ),
]


@pytest.mark.parametrize(("name", "ours", "theirs"), STATEMENTS, ids=[name for name, _, _ in STATEMENTS])
def test_a_statement_is_what_sqlalchemy_sends(
    session: UnitSession, name: str, ours: Callable[[Session], object], theirs: Any
) -> None:
    expected = sent(session, lambda connection: connection.execute(theirs))
    session.connection().exec_driver_sql("DELETE FROM inbox")
    assert sent(session, lambda _: ours(session)) == expected, name
    assert len(expected) == 1


def test_a_row_is_put_over_one_of_its_key(session: UnitSession) -> None:
    put(session, SearchRebuild, name="listing", until=NOW)
    later = NOW.replace(hour=10)
    put(session, SearchRebuild, name="listing", until=later)
    assert session.execute(select(SearchRebuild.name, SearchRebuild.until)).all() == [("listing", later)]


def test_get_is_sqlalchemys_own(session: UnitSession) -> None:
    assert UnitSession.get is Session.get
    assert UnitSession.get_one is Session.get_one


def test_a_row_that_the_unit_has_read_is_one_object(session: UnitSession) -> None:
    add_rows(session, InboxRow, [ROW])
    read = find(session, InboxRow, key=ROW["key"])
    assert read is not None
    assert sent(session, lambda _: find_by_key(session, InboxRow, ROW["key"])) == []
    assert find_by_key(session, InboxRow, ROW["key"]) is session.get(InboxRow, ROW["key"]) is read
    assert find_by_key(session, ChatIdentity, ("telegram", "", "7")) is None


@pytest.mark.parametrize(
    "work",
    [
        lambda session: change(session, InboxRow, {"key": ROW["key"]}, answer="later"),
        lambda session: session.execute(update(InboxRow).values(answer="later")),
        lambda session: session.get(InboxRow, ROW["key"], with_for_update=True),
    ],
    ids=["change", "ORM", "lock"],
)
def test_rows_that_may_have_changed_are_read_again(session: UnitSession, work: Callable[[Session], object]) -> None:
    add_rows(session, InboxRow, [ROW, {**ROW, "key": "telegram:8"}])
    find(session, InboxRow, key="telegram:8")
    assert sent(session, lambda _: find_by_key(session, InboxRow, "telegram:8")) == []
    work(session)
    assert len(sent(session, lambda _: find_by_key(session, InboxRow, "telegram:8"))) == 1
