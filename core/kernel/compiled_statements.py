"""Statements compiled once a process, handed to the driver past the ORM and past SQLAlchemy's execution.

Composing a statement costs more than running it. `python -m bench.turns` measures the whole product. A chat update
takes 5,541 µs of CPU with this module. The same statements through SQLAlchemy take 8,413 µs (best of three rounds).

An import contract names the users. The module relies on how SQLAlchemy compiles, so pyproject.toml pins SQLAlchemy
below the next minor release. `tests/core/kernel/test_compiled_statements.py` compares each statement with it.

`find…` and `select_all` make ORM objects of rows, which the session holds until its unit is over. A statement that
writes lets go of the objects of its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Connection,
    Dialect,
    Executable,
    Float,
    Select,
    SelectBase,
    and_,
    bindparam,
    delete,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapper, Session, make_transient_to_detached

from core.kernel.database import Table

Kind = type[Table]
Row = TypeVar("Row", bound=Table)
Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
KEPT = 512  # statements: far more than there are, in a process with one database
HELD = "held"  # under which a session holds the objects that were made of rows, by their kind


def add_rows(session: Session, kind: Kind, rows: Sequence[Values]) -> None:
    connection = connection_of(session)
    statement = _insert(connection.dialect, kind, tuple(rows[0]))
    for row in rows:
        statement.run(connection, row)


def add_all(session: Session, kind: Kind, rows: Sequence[Values]) -> None:
    """Write all rows in one statement. For a few rows each time: every number of them is a statement of its own."""
    connection, names = connection_of(session), tuple(rows[0])
    statement = _insert_many(connection.dialect, kind, names, len(rows))
    statement.run_in_order(connection, [row[name] for row in rows for name in names])


def add_once(session: Session, kind: Kind, /, **values: Any) -> bool:
    """Write a row unless its key is taken. True: it was not."""
    let_go(session, kind)
    connection = connection_of(session)
    return _upsert(connection.dialect, kind, tuple(values), overwrite=False).run(connection, values) > 0


def put(session: Session, kind: Kind, /, **values: Any) -> None:
    """Write a whole row, over the one of the same key if there is one."""
    let_go(session, kind)
    connection = connection_of(session)
    _upsert(connection.dialect, kind, tuple(values), overwrite=True).run(connection, values)


def pick(session: Session, kind: Kind, names: tuple[str, ...], /, **where: Any) -> dict[str, Any] | None:
    """Return these columns of the row with those values; None without such a row."""
    connection = connection_of(session)
    rows = _select(connection.dialect, kind, names, tuple(where)).all(connection, _named(where))
    return dict(zip(names, rows[0], strict=True)) if rows else None


def ask(session: Session, statement: SelectBase, /, **values: Any) -> list[tuple[Any, ...]]:
    """Return all rows of a statement that is defined in its module, with a `bindparam` for each value.

    A list of values, none of them empty, goes into an expanding parameter. Each length is a statement of its own.
    """
    connection = connection_of(session)
    lists = {name: value for name, value in values.items() if isinstance(value, list)}
    lengths = tuple((name, len(value)) for name, value in lists.items())
    prepared, places = _asking(connection.dialect, statement, lengths)
    for name, value in lists.items():
        values |= zip(places[name], value, strict=True)
    return prepared.all(connection, values)


def let_go(session: Session, kind: Kind) -> None:
    """Drop the held objects of a kind before a statement changes its rows. The next query reads them again."""
    held = session.info.get(HELD)
    if held:
        held.pop(kind, None)


def change(session: Session, kind: Kind, where: Values, /, **values: Any) -> bool:
    """Change the rows with these values. False: there was none."""
    let_go(session, kind)
    connection = connection_of(session)
    statement = _update(connection.dialect, kind, tuple(where), tuple(values))
    return statement.run(connection, {**_named(where), **values}) > 0


def remove(session: Session, kind: Kind, /, **where: Any) -> bool:
    """Delete the rows with these values. False: there was none."""
    let_go(session, kind)
    connection = connection_of(session)
    return _delete(connection.dialect, kind, tuple(where)).run(connection, _named(where)) > 0


def connection_of(session: Session) -> Connection:
    """Return the connection that a unit's session stands on, without making the session begin anything."""
    return session.bind if isinstance(session.bind, Connection) else session.connection()


def bare_savepoints(dialect: Dialect) -> None:
    """Send savepoints to the driver as they are. SQLAlchemy would compile each of them, as each has its own name.

    Every input of a chat is tried within one.
    """
    dialect_ = cast("Any", dialect)
    dialect_.do_savepoint = lambda connection, name: Prepared(f"SAVEPOINT {name}").run(connection, {})
    dialect_.do_release_savepoint = lambda connection, name: Prepared(f"RELEASE SAVEPOINT {name}").run(connection, {})


# --- objects of rows --------------------------------------------------------------------------------------------------


class UnitSession(Session):
    """Session on the connection of one unit. Nothing is kept beyond it."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, expire_on_commit=False)

    def execute(self, statement: Any, *given: Any, **options: Any) -> Any:
        """Drop rows that the statement may change past their objects, or that may change while it waits."""
        if statement.is_dml or _locks(statement):
            read_again(self)
        return super().execute(statement, *given, **options)


def _locks(statement: Any) -> bool:
    """Return whether the statement is a SELECT … FOR UPDATE; `Session.get` with a lock is one, too."""
    return getattr(statement, "_for_update_arg", None) is not None


def find_by_key(session: Session, kind: type[Row], key: Any) -> Row | None:
    """Return the row of this primary key, or None. A row that the unit has read is not read again."""
    mapper = _plain(kind)
    values = key if isinstance(key, tuple) else (key,)
    if mapper.identity_key_from_primary_key(values) in session.identity_map:
        return session.get(kind, key)
    return find(session, kind, **dict(zip((column.name for column in mapper.primary_key), values, strict=True)))


def find(session: Session, kind: type[Row], /, **where: Any) -> Row | None:
    """Return the object of the one row with these values, or None; for tables without relationships."""
    _written(session)
    values = pick(session, kind, tuple(_attributes(kind)), **where)
    return None if values is None else _object(session, kind, tuple(values.values()))


def find_all(session: Session, kind: type[Row], order: tuple[str, ...], /, **where: Any) -> list[Row]:
    """Return the objects of all rows with these values, in the order of those columns ("-name": descending)."""
    _written(session)
    connection = connection_of(session)
    statement = _select(connection.dialect, kind, tuple(_attributes(kind)), tuple(where), order)
    return [_object(session, kind, row) for row in statement.all(connection, _named(where))]


def select_all(session: Session, kind: type[Row], statement: Select[Row], /, **values: Any) -> list[Row]:
    """Return the objects that a `select` of this kind finds.

    The statement is defined in its module, with a `bindparam` for each value.
    """
    return [_object(session, kind, row) for row in select_rows(session, statement, **values)]


def select_rows(session: Session, statement: SelectBase, /, **values: Any) -> list[tuple[Any, ...]]:
    """Return rows of columns or sums. What this unit has written is counted."""
    _written(session)
    return ask(session, statement, **values)


def read_again(session: Session) -> None:
    """Drop cached rows; keep objects with pending changes."""
    session.info.pop(HELD, None)


def _written(session: Session) -> None:
    if session.autoflush:
        session.flush()


def _object(session: Session, kind: type[Row], values: Sequence[Any]) -> Row:
    """Return the object of a row, whose values are in the order of the columns.

    An object that this unit already knows is returned with its changes.
    """
    mapper, attributes = _plain(kind), _attributes(kind)
    named = dict(zip(attributes.values(), values, strict=True))
    key = mapper.identity_key_from_primary_key(tuple(named[name] for name in _key(kind)))
    known: Row | None = session.identity_map.get(key)
    if known is not None:
        return known  # with its pending changes
    row = kind()
    vars(row).update(named)  # set directly: these are no changes
    make_transient_to_detached(row)
    session.add(row)
    session.info.setdefault(HELD, {}).setdefault(kind, []).append(row)
    return row


@cache
def _plain(kind: Any) -> Mapper[Any]:
    """Return the mapper of a table whose rows are nothing but their columns."""
    mapper: Mapper[Any] = inspect(kind)
    assert not mapper.relationships, f"{kind.__name__} has relationships"
    return mapper


@cache
def _attributes(kind: type[Table]) -> dict[str, str]:
    """Return the attribute name of each column, in the order of a `select` of the object."""
    return {each.columns[0].name: each.key for each in inspect(kind).column_attrs}


@cache
def _key(kind: type[Table]) -> tuple[str, ...]:
    attributes = _attributes(kind)
    return tuple(attributes[column.name] for column in inspect(kind).primary_key)


# --- how a statement reaches the driver -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as the driver takes it. `places`: the name of each value in order, and how its type writes it.

    `columns`: the name of each column of its rows, and how its type reads it. `fixed`: values that it brings along.
    Driver errors come out as SQLAlchemy's.
    """

    text: str
    places: tuple[tuple[str, Convert | None], ...] = ()
    columns: tuple[tuple[str, Convert | None], ...] = ()
    fixed: Values = field(default_factory=dict)

    def run(self, connection: Connection, values: Values) -> int:
        """Return how many rows the statement touched."""
        return int(self._execute(connection, values).rowcount)

    def run_in_order(self, connection: Connection, values: Sequence[Any]) -> int:
        """Run with values in the statement's own order. Return how many rows it touched."""
        pairs = zip(self.places, values, strict=True)
        given = tuple(value if write is None else write(value) for (_, write), value in pairs)
        return int(self._hand_over(connection, given).rowcount)

    def all(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Return all its rows, as its types read them."""
        readers = [read for _, read in self.columns]
        return [
            tuple(value if read is None else read(value) for read, value in zip(readers, row, strict=True))
            for row in self._execute(connection, values).fetchall()
        ]

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Return all its rows, as the driver reads them."""
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
    compiled = cast("Any", statement).compile(dialect=dialect, column_keys=names)
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
    """Return the function that reads a value, or None for a float.

    A float needs none, and asyncpg's type would ask which kind of number it is.
    """
    if isinstance(column.type, Float):
        return None
    return cast("Convert | None", column.type.dialect_impl(dialect).result_processor(dialect, None))


def _named(where: Values) -> dict[str, Any]:
    """Name the conditions differently from the columns: a column may be compared and changed at once."""
    return {f"is_{name}": value for name, value in where.items()}


def _table(kind: Kind) -> Any:
    return kind.__table__


def _condition(kind: Kind, names: Sequence[str]) -> Any:
    columns = _table(kind).c
    return and_(*(columns[name] == bindparam(f"is_{name}", type_=columns[name].type) for name in names))


@lru_cache(KEPT)
def _insert(dialect: Dialect, kind: Kind, names: tuple[str, ...]) -> Prepared:
    return _prepared(dialect, insert(_table(kind)).inline(), names)


@lru_cache(KEPT)
def _insert_many(dialect: Dialect, kind: Kind, names: tuple[str, ...], count: int) -> Prepared:
    columns = _table(kind).c
    rows = [{name: bindparam(f"{name}_{place}", type_=columns[name].type) for name in names} for place in range(count)]
    prepared = _prepared(dialect, insert(_table(kind)).values(rows).inline())
    assert [name for name, _ in prepared.places] == [f"{name}_{place}" for place in range(count) for name in names]
    return prepared


@lru_cache(KEPT)
def _upsert(dialect: Dialect, kind: Kind, names: tuple[str, ...], *, overwrite: bool) -> Prepared:
    table = _table(kind)
    statement = postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
    if not overwrite:
        return _prepared(dialect, statement.on_conflict_do_nothing().inline(), names)
    key = [column.name for column in table.primary_key]
    rest = {column.name: statement.excluded[column.name] for column in table.c if column.name not in key}
    return _prepared(dialect, statement.on_conflict_do_update(index_elements=key, set_=rest).inline(), names)


@lru_cache(KEPT)
def _select(
    dialect: Dialect, kind: Kind, names: tuple[str, ...], where: tuple[str, ...], order: tuple[str, ...] = ()
) -> Prepared:
    columns = _table(kind).c
    by = (columns[name[1:]].desc() if name.startswith("-") else columns[name] for name in order)
    return _prepared(dialect, select(*(columns[name] for name in names)).where(_condition(kind, where)).order_by(*by))


@lru_cache(KEPT)
def _asking(
    dialect: Dialect, statement: SelectBase, lengths: tuple[tuple[str, int], ...]
) -> tuple[Prepared, Mapping[str, Sequence[str]]]:
    """Prepare a statement that has values of its own: for a comparison, a limit or a list of states.

    Also return the names under which the values of each given list stand in it.
    """
    compiled = statement.compile(dialect=dialect)
    given: dict[str, Any] = {name: None for name in compiled.positiontup or () if compiled.binds[name].required}
    whole = compiled.construct_expanded_state(given | {name: [None] * length for name, length in lengths})
    selected = given.keys() | {each for name, _ in lengths for each in whole.parameter_expansion[name]}
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
        {name: whole.parameters[name] for name in order if name not in selected},
    )
    return prepared, whole.parameter_expansion


@lru_cache(KEPT)
def _update(dialect: Dialect, kind: Kind, where: tuple[str, ...], names: tuple[str, ...]) -> Prepared:
    statement = update(_table(kind)).where(_condition(kind, where)).values({name: bindparam(name) for name in names})
    return _prepared(dialect, statement)


@lru_cache(KEPT)
def _delete(dialect: Dialect, kind: Kind, where: tuple[str, ...]) -> Prepared:
    return _prepared(dialect, delete(_table(kind)).where(_condition(kind, where)))
