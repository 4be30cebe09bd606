"""Triggers of the database: a document that has its number is never changed or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Table

WHY: Final = "an invoice that has its number is never changed"
SQLITE: Final = tuple(
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    for table, when in (("invoice", "WHEN OLD.number IS NOT NULL"), ("invoice_file", ""))
    for verb in ("UPDATE", "DELETE")
)
POSTGRES_FUNCTIONS: Final = ("invoice_kept",)
POSTGRES: Final = (
    f"""CREATE OR REPLACE FUNCTION invoice_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{WHY}' USING ERRCODE = 'raise_exception';
    END $$""",
    *(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW {when} EXECUTE FUNCTION invoice_kept()"
        for table, when in (("invoice", "WHEN (OLD.number IS NOT NULL)"), ("invoice_file", ""))
    ),
)


def statements(dialect: str) -> tuple[str, ...]:
    """Return the guards in the words of this database ("sqlite", "postgresql")."""
    return {"sqlite": SQLITE, "postgresql": POSTGRES}[dialect]


def create_guards(_all: MetaData, connection: Connection, *, tables: Sequence[Table], **_: Any) -> None:
    """Create the guards after `tables` were made from the metadata."""
    if any(table.name == "invoice" for table in tables):
        for statement in statements(connection.dialect.name):
            connection.exec_driver_sql(statement)
