"""Statements that every chat update runs, put together once a process: putting one together costs more than running it.

They go past the unit of work of the ORM and past SQLAlchemy's execution: text and values are handed to the driver.
What they write is read by columns, or its object is brought up to date beside the statement; nothing of that kind is
held any longer by a session (`core/kernel/session.py` makes objects of what they read).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    Connection,
    Dialect,
    Executable,
    Float,
    SelectBase,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy import Table as Sheet
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from core.kernel.database import Table

Kind = type[Table]
Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
KEPT = 512  # statements: far more than there are, in a process with one database
HELD = "held"  # under which a session holds the objects that were made of rows, by their kind


def add_rows(session: Session, kind: Kind, rows: Sequence[Values]) -> None:
    connection = standing(session)
    statement = _insert(connection.dialect, kind, tuple(rows[0]))
    for row in rows:
        statement.run(connection, row)


def add_all(session: Session, kind: Kind, rows: Sequence[Values]) -> None:
    """Write all rows in one statement. For a few rows each time: every number of them is a statement of its own."""
    connection, names = standing(session), tuple(rows[0])
    statement = _insert_many(connection.dialect, kind, names, len(rows))
    statement.run_in_order(connection, [row[name] for row in rows for name in names])


def add_once(session: Session, kind: Kind, /, **values: Any) -> bool:
    """Write a row unless its key is taken. True: it was not."""
    let_go(session, kind)
    connection = standing(session)
    return _upsert(connection.dialect, kind, tuple(values), overwrite=False).run(connection, values) > 0


def put(session: Session, kind: Kind, /, **values: Any) -> None:
    """Write a whole row, over the one of the same key if there is one."""
    let_go(session, kind)
    connection = standing(session)
    _upsert(connection.dialect, kind, tuple(values), overwrite=True).run(connection, values)


def pick(session: Session, kind: Kind, names: tuple[str, ...], /, **where: Any) -> dict[str, Any] | None:
    """These columns of the row with those values; None without such a row."""
    connection = standing(session)
    return _select(connection.dialect, kind, names, tuple(where)).first(connection, _named(where))


def pick_all(
    session: Session, kind: Kind, names: tuple[str, ...], order: tuple[str, ...], /, **where: Any
) -> list[tuple[Any, ...]]:
    """These columns of all rows with those values, in the order of other columns (of "-name" from the last down)."""
    connection = standing(session)
    return _select(connection.dialect, kind, names, tuple(where), order).all(connection, _named(where))


def ask(session: Session, statement: SelectBase, /, **values: Any) -> list[tuple[Any, ...]]:
    """All rows of a statement that stands in its module, with a `bindparam` for each of the values.

    A list of values, none of them empty, goes into an expanding one: each length is a statement of its own.
    """
    connection = standing(session)
    lists = {name: value for name, value in values.items() if isinstance(value, list)}
    lengths = tuple((name, len(value)) for name, value in lists.items())
    prepared, places = _asking(connection.dialect, statement, lengths)
    for name, value in lists.items():
        values |= zip(places[name], value, strict=True)
    return prepared.all(connection, values)


def let_go(session: Session, kind: Kind) -> None:
    """What was read of a kind is about to change past the objects made of it: who asks again reads again."""
    held = session.info.get(HELD)
    if held:
        held.pop(kind, None)


def change(session: Session, kind: Kind, where: Values, /, **values: Any) -> bool:
    """Change the rows with these values. False: there was none."""
    let_go(session, kind)
    connection = standing(session)
    statement = _update(connection.dialect, kind, tuple(where), tuple(values))
    return statement.run(connection, {**_named(where), **values}) > 0


def remove(session: Session, kind: Kind, /, **where: Any) -> bool:
    """Delete the rows with these values. False: there was none."""
    let_go(session, kind)
    connection = standing(session)
    return _delete(connection.dialect, kind, tuple(where)).run(connection, _named(where)) > 0


def standing(session: Session) -> Connection:
    """The connection that a unit's session stands on, without making the session begin anything."""
    return session.bind if isinstance(session.bind, Connection) else session.connection()


def bare_savepoints(dialect: Dialect) -> None:
    """Let savepoints reach the driver as they are: each has a name of its own, and would be put together anew.

    Every input of a chat is tried within one.
    """
    dialect_ = cast("Any", dialect)
    dialect_.do_savepoint = lambda connection, name: _bare(f"SAVEPOINT {name}").run(connection, {})
    dialect_.do_release_savepoint = lambda connection, name: _bare(f"RELEASE SAVEPOINT {name}").run(connection, {})


def _bare(text: str) -> Prepared:
    return Prepared(text, ())


# --- how a statement reaches the driver -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as the driver takes it. `places`: the name of each value in order, and how its type writes it.

    `columns`: the name of each column of its rows, and how its type reads it. `fixed`: values that it brings along.
    Driver errors come out as SQLAlchemy's.
    """

    text: str
    places: tuple[tuple[str, Convert | None], ...]
    columns: tuple[tuple[str, Convert | None], ...] = ()
    fixed: Values = field(default_factory=dict)

    def run(self, connection: Connection, values: Values) -> int:
        """How many rows it touched."""
        return int(self._execute(connection, values).rowcount)

    def run_in_order(self, connection: Connection, values: Sequence[Any]) -> int:
        """The same, of values that stand in the statement's own order."""
        pairs = zip(self.places, values, strict=True)
        given = tuple(value if write is None else write(value) for (_, write), value in pairs)
        return int(self._hand_over(connection, given).rowcount)

    def first(self, connection: Connection, values: Values) -> dict[str, Any] | None:
        """Its first row, by column."""
        row = self._execute(connection, values).fetchone()
        if row is None:
            return None
        return {
            name: value if read is None else read(value) for (name, read), value in zip(self.columns, row, strict=True)
        }

    def all(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """All its rows, as its types read them."""
        readers = [read for _, read in self.columns]
        return [
            tuple(value if read is None else read(value) for read, value in zip(readers, row, strict=True))
            for row in self._execute(connection, values).fetchall()
        ]

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """All its rows, as the driver reads them."""
        return [tuple(row) for row in self._execute(connection, values).fetchall()]

    def _execute(self, connection: Connection, values: Values) -> Any:
        if self.fixed:
            values = {**self.fixed, **values}
        given = tuple(values[name] if write is None else write(values[name]) for name, write in self.places)
        return self._hand_over(connection, given)

    def _hand_over(self, connection: Connection, given: tuple[Any, ...]) -> Any:
        cursor = connection.connection.cursor()
        driver = connection.dialect.loaded_dbapi
        try:
            cursor.execute(self.text, given)
        except driver.Error as fault:
            dialect = connection.dialect
            raise DBAPIError.instance(
                self.text, given, fault, driver.Error, hide_parameters=True, dialect=dialect
            ) from fault
        return cursor


def _prepared(dialect: Dialect, statement: Executable, names: Sequence[str] | None = None) -> Prepared:
    """Put together for one kind of database. `names`: the columns that an insert gives."""
    compiled = cast("SQLCompiler", cast("Any", statement).compile(dialect=dialect, column_keys=names))
    assert not compiled.insert_prefetch, f"a row of these columns needs defaults: {compiled.string}"
    return Prepared(
        compiled.string,
        tuple(
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ),
        tuple((column.name, _reader(dialect, column)) for column in getattr(statement, "selected_columns", ())),
    )


def _reader(dialect: Dialect, column: Any) -> Convert | None:
    """How a value is read; a float is one already, and asyncpg's type would ask which kind of number it is."""
    if isinstance(column.type, Float):
        return None
    read: Convert | None = column.type.dialect_impl(dialect).result_processor(dialect, None)
    return read


def _named(where: Values) -> dict[str, Any]:
    """Conditions under names of their own: a column may be compared and changed at once."""
    return {f"is_{name}": value for name, value in where.items()}


def _sheet(kind: Kind) -> Sheet:
    return cast("Sheet", kind.__table__)


def _condition(kind: Kind, names: Sequence[str]) -> Any:
    columns = _sheet(kind).c
    return and_(*(columns[name] == bindparam(f"is_{name}", type_=columns[name].type) for name in names))


@lru_cache(KEPT)
def _insert(dialect: Dialect, kind: Kind, names: tuple[str, ...]) -> Prepared:
    return _prepared(dialect, insert(_sheet(kind)).inline(), names)


@lru_cache(KEPT)
def _insert_many(dialect: Dialect, kind: Kind, names: tuple[str, ...], count: int) -> Prepared:
    columns = _sheet(kind).c
    rows = [{name: bindparam(f"{name}_{place}", type_=columns[name].type) for name in names} for place in range(count)]
    prepared = _prepared(dialect, insert(_sheet(kind)).values(rows).inline())
    assert [name for name, _ in prepared.places] == [f"{name}_{place}" for place in range(count) for name in names]
    return prepared


@lru_cache(KEPT)
def _upsert(dialect: Dialect, kind: Kind, names: tuple[str, ...], *, overwrite: bool) -> Prepared:
    sheet = _sheet(kind)
    statement = postgresql.insert(sheet) if dialect.name == "postgresql" else sqlite.insert(sheet)
    if not overwrite:
        return _prepared(dialect, statement.on_conflict_do_nothing().inline(), names)
    key = [column.name for column in sheet.primary_key]
    rest = {column.name: statement.excluded[column.name] for column in sheet.c if column.name not in key}
    return _prepared(dialect, statement.on_conflict_do_update(index_elements=key, set_=rest).inline(), names)


@lru_cache(KEPT)
def _select(
    dialect: Dialect, kind: Kind, names: tuple[str, ...], where: tuple[str, ...], order: tuple[str, ...] = ()
) -> Prepared:
    columns = _sheet(kind).c
    by = (columns[name[1:]].desc() if name.startswith("-") else columns[name] for name in order)
    return _prepared(dialect, select(*(columns[name] for name in names)).where(_condition(kind, where)).order_by(*by))


@lru_cache(KEPT)
def _asking(
    dialect: Dialect, statement: SelectBase, lengths: tuple[tuple[str, int], ...]
) -> tuple[Prepared, Mapping[str, Sequence[str]]]:
    """A statement with values of its own beside those that are given: of a comparison, a limit, a list of states.

    With it, under which names the values of each given list stand in it.
    """
    compiled = statement.compile(dialect=dialect)
    given: dict[str, Any] = {name: None for name in compiled.positiontup or () if compiled.binds[name].required}
    whole = compiled.construct_expanded_state(given | {name: [None] * length for name, length in lengths})
    wanted = given.keys() | {each for name, _ in lengths for each in whole.parameter_expansion[name]}
    order = whole.positiontup or ()

    def writer(name: str) -> Convert | None:
        if name in whole.processors:
            return cast("Convert", whole.processors[name])
        bind = compiled.binds.get(name)
        return None if bind is None else bind.type.dialect_impl(dialect).bind_processor(dialect)

    prepared = Prepared(
        whole.statement,
        tuple((name, writer(name)) for name in order),
        tuple(("", _reader(dialect, column)) for column in statement.selected_columns),  # sums have no names
        {name: whole.parameters[name] for name in order if name not in wanted},
    )
    return prepared, whole.parameter_expansion


@lru_cache(KEPT)
def _update(dialect: Dialect, kind: Kind, where: tuple[str, ...], names: tuple[str, ...]) -> Prepared:
    statement = update(_sheet(kind)).where(_condition(kind, where)).values({name: bindparam(name) for name in names})
    return _prepared(dialect, statement)


@lru_cache(KEPT)
def _delete(dialect: Dialect, kind: Kind, where: tuple[str, ...]) -> Prepared:
    return _prepared(dialect, delete(_sheet(kind)).where(_condition(kind, where)))
