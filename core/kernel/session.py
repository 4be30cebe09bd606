"""The session of one unit of work: SQLAlchemy's, reading single rows by their key at a sixth of its price.

The ORM spends some 300 µs on a `get`, nearly all of it on composing the query and on loading strategies that a row
without relationships does not need. Objects read here are the ORM's own in every other way: in its identity map,
watched for changes, their versions compared. They are held until the unit is over, so that a row is read once in it;
a statement that changes rows past their objects lets go of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, SelectBase, inspect
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapper, Session, make_transient_to_detached

from core.kernel.database import Table
from core.kernel.statements import HELD, ask, pick, pick_all

Row = TypeVar("Row", bound=Table)


class UnitSession(Session):
    """Stands on the connection of one unit. Nothing is kept beyond it."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, expire_on_commit=False)

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """The row of this key, or None. With options (a lock), and for what has relationships, the ORM's own way."""
        mapper = _plain(entity)
        if options or mapper is None:
            read_anew(self)  # a lock may have been waited for, and what was read before it may be old
            return super().get(entity, ident, **options)
        key = ident if isinstance(ident, tuple) else (ident,)
        if mapper.identity_key_from_primary_key(key) in self.identity_map:
            return super().get(entity, ident)
        return find(self, entity, **dict(zip((column.name for column in mapper.primary_key), key, strict=True)))

    def get_one(self, entity: Any, ident: Any, **options: Any) -> Any:
        """The same, of a row that must be there. Raises NoResultFound."""
        row = self.get(entity, ident, **options)
        if row is None:
            raise NoResultFound(f"there is no {entity.__name__} {ident}")
        return row

    def execute(self, statement: Any, *given: Any, **options: Any) -> Any:
        if statement.is_dml:
            read_anew(self)  # it may change rows past their objects
        return super().execute(statement, *given, **options)


def find(session: Session, kind: type[Row], /, **where: Any) -> Row | None:
    """The object of the one row with these values, or None; for tables without relationships."""
    _written(session)
    values = pick(session, kind, tuple(_attributes(kind)), **where)
    return None if values is None else _object(session, kind, tuple(values.values()))


def find_all(session: Session, kind: type[Row], order: tuple[str, ...], /, **where: Any) -> list[Row]:
    """The objects of all rows with these values, in the order of those columns (of "-name" from the last down)."""
    _written(session)
    return [_object(session, kind, row) for row in pick_all(session, kind, tuple(_attributes(kind)), order, **where)]


def select_all(session: Session, kind: type[Row], statement: Select[Row], /, **values: Any) -> list[Row]:
    """The objects that a `select` of this kind finds; it stands in its module, a `bindparam` for each of the values."""
    return [_object(session, kind, row) for row in select_rows(session, statement, **values)]


def select_rows(session: Session, statement: SelectBase, /, **values: Any) -> list[tuple[Any, ...]]:
    """The same of statements that find columns or sums: what this unit has written is counted."""
    _written(session)
    return ask(session, statement, **values)


def read_anew(session: Session) -> None:
    """Hold nothing any longer of what was read; what somebody still works on stays as it is."""
    session.info.pop(HELD, None)


def _written(session: Session) -> None:
    if session.autoflush:
        session.flush()


def _object(session: Session, kind: type[Row], values: Sequence[Any]) -> Row:
    """The object of a row, its values in the order of the columns; as it stands in this unit where it is known."""
    mapper, attributes = _plain(kind), _attributes(kind)
    assert mapper is not None, f"{kind.__name__} has relationships"
    named = dict(zip(attributes.values(), values, strict=True))
    key = mapper.identity_key_from_primary_key(tuple(named[name] for name in _key(kind)))
    known: Row | None = session.identity_map.get(key)
    if known is not None:
        return known  # changes and all
    row = kind()
    vars(row).update(named)  # as they stand: these are no changes
    make_transient_to_detached(row)
    session.add(row)
    session.info.setdefault(HELD, {}).setdefault(kind, []).append(row)
    return row


@cache
def _plain(kind: Any) -> Mapper[Any] | None:
    """The mapper of a table whose rows are nothing but their columns."""
    mapper = inspect(kind)
    return mapper if isinstance(mapper, Mapper) and not mapper.relationships else None


@cache
def _attributes(kind: type[Table]) -> dict[str, str]:
    """What each column is called on the object, in the order of a `select` of it."""
    return {each.columns[0].name: each.key for each in inspect(kind).column_attrs}


@cache
def _key(kind: type[Table]) -> tuple[str, ...]:
    attributes = _attributes(kind)
    return tuple(attributes[column.name] for column in inspect(kind).primary_key)
