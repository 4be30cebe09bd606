"""Tables: one metadata with named constraints, and the column types that keep time, choices and amounts exact."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    VARCHAR,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column

from core.kernel.errors import NotFound, Stale

# Alembic can only change a constraint that has a name, on SQLite above all.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class LostConnection(Exception):
    """The connection to the database was cut or could not be made. The unit may be kept or not."""


# The database cannot be reached or written. No user made a mistake, and the input may come again.
Unavailable = (OperationalError, LostConnection)

Choice = TypeVar("Choice", bound=StrEnum)


class Table(DeclarativeBase):
    """Base of every table of the product."""

    metadata = MetaData(naming_convention=NAMING)


class Versioned:
    """A row that two people may change at once: each change compares and bumps `version`.

    The kernel runs the loser's transaction again on the new state, so no decision is based on outdated rows. The
    version also travels in buttons: it is what the person saw.
    """

    version: Mapped[int] = mapped_column(Integer, default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def check_version(row: Versioned, expected_version: int | None) -> None:
    """Raise Stale if a person decided on another version of the row. `expected_version`: None for any version."""
    if expected_version is not None and expected_version != row.version:
        raise Stale


Row = TypeVar("Row", bound=Table)


def existing(session: Session, kind: type[Row], key: str, *, locked: bool = False) -> Row:
    """Return a row by its key. Raises NotFound. `locked`: no other unit changes it until this one is over."""
    row = session.get(kind, key, with_for_update=locked)
    if row is None:
        raise NotFound
    return row


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Naive times are refused on the way in; aware ones come out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone is not a moment")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal kept as text: SQLite would keep a `Numeric` as a float."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class OneOf(TypeDecorator[Choice], Generic[Choice]):
    """A `StrEnum` kept as its text, not as a native database type holding member names."""

    impl = String(40)
    cache_ok = True

    def __init__(self, kind: type[Choice]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Choice | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.kind(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Choice | None:
        return None if value is None else self.kind(value)


@compiles(String, "sqlite")
@compiles(VARCHAR, "sqlite")  # the form in which a table is read back after a migration has rewritten it
def within_its_length(kind: String, types: Any, /, type_expression: Any = None, **kw: Any) -> str:
    """Add the length check that SQLite does not make by itself. It stores text of any length in `VARCHAR(20)`.

    The check is part of the type, so models and migrations both create it. It counts characters as PostgreSQL does.
    Without it, only PostgreSQL would refuse a text that is too long.
    """
    written: str = types.visit_VARCHAR(kind, type_expression=type_expression, **kw)
    if kind.length is None or not isinstance(type_expression, Column):
        return written  # not of a column: a cast
    name = types.dialect.identifier_preparer.format_column(type_expression)
    return f"{written} CHECK (length({name}) <= {kind.length})"


Id = String(26)
Minor = BigInteger()
Words = Text()


def add_unless_present(session: Session, kind: type[Table], /, **values: Any) -> bool:
    """Write a row unless its key is taken. Return whether it was written."""
    table: Any = kind.__table__
    is_postgres = session.get_bind().dialect.name == "postgresql"
    statement = postgresql.insert(table) if is_postgres else sqlite.insert(table)
    written = session.execute(
        statement.values(values).on_conflict_do_nothing(), execution_options={"preserve_rowcount": True}
    )
    return int(getattr(written, "rowcount", 0)) > 0


def columns(row: Table) -> dict[str, Any]:
    """Return a row by the names of its columns, as plain values."""
    return {each.key: plain(getattr(row, each.key)) for each in inspect(type(row)).column_attrs}


def plain(value: Any) -> Any:
    """Return a value as JSON has it. Moments are in UTC."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value.value if isinstance(value, Enum) else value
