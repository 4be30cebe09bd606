"""Statements that every chat update runs, composed once a process: composing one costs more than running it.

They go past the unit of work of the ORM: what they touch is read by columns, never held as an object of a session
(or its object is brought up to date beside the statement).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Delete, Insert, Row, Select, Update, and_, bindparam, delete, insert, select, update
from sqlalchemy import Table as Sheet
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.kernel.db import Table

Kind = type[Table]


def add_rows(session: Session, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> None:
    session.connection().execute(_insert(kind), rows)


def add_once(session: Session, kind: Kind, /, **values: Any) -> bool:
    """Write a row unless its key is taken. True: it was not."""
    connection = session.connection()
    return bool(connection.execute(_upsert(kind, connection.dialect.name, overwrite=False), values).rowcount)


def put(session: Session, kind: Kind, /, **values: Any) -> None:
    """Write a whole row, over the one of the same key if there is one."""
    connection = session.connection()
    connection.execute(_upsert(kind, connection.dialect.name, overwrite=True), values)


def pick(session: Session, kind: Kind, names: tuple[str, ...], /, **where: Any) -> Row[Any] | None:
    """These columns of the row with those values; None without such a row."""
    return session.connection().execute(_select(kind, names, tuple(where)), _named(where)).first()


def change(session: Session, kind: Kind, where: Mapping[str, Any], /, **values: Any) -> bool:
    """Change the rows with these values. False: there was none."""
    statement = _update(kind, tuple(where), tuple(values))
    return bool(session.connection().execute(statement, {**_named(where), **values}).rowcount)


def remove(session: Session, kind: Kind, /, **where: Any) -> bool:
    """Delete the rows with these values. False: there was none."""
    return bool(session.connection().execute(_delete(kind, tuple(where)), _named(where)).rowcount)


def _named(where: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions under names of their own: a column may be compared and changed at once."""
    return {f"is_{name}": value for name, value in where.items()}


def _sheet(kind: Kind) -> Sheet:
    return cast("Sheet", kind.__table__)


def _condition(kind: Kind, names: Sequence[str]) -> Any:
    columns = _sheet(kind).c
    return and_(*(columns[name] == bindparam(f"is_{name}", type_=columns[name].type) for name in names))


@cache
def _insert(kind: Kind) -> Insert:
    return insert(_sheet(kind))


@cache
def _upsert(kind: Kind, dialect: str, *, overwrite: bool) -> Insert:
    sheet = _sheet(kind)
    statement = postgresql.insert(sheet) if dialect == "postgresql" else sqlite.insert(sheet)
    if not overwrite:
        return statement.on_conflict_do_nothing()
    key = [column.name for column in sheet.primary_key]
    rest = {column.name: statement.excluded[column.name] for column in sheet.c if column.name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=rest)


@cache
def _select(kind: Kind, names: tuple[str, ...], where: tuple[str, ...]) -> Select[Any]:
    return select(*(_sheet(kind).c[name] for name in names)).where(_condition(kind, where))


@cache
def _update(kind: Kind, where: tuple[str, ...], names: tuple[str, ...]) -> Update:
    return update(_sheet(kind)).where(_condition(kind, where)).values({name: bindparam(name) for name in names})


@cache
def _delete(kind: Kind, where: tuple[str, ...]) -> Delete:
    return delete(_sheet(kind)).where(_condition(kind, where))
