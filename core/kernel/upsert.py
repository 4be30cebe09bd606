"""Inserts of rows that may be there already."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.kernel.database import Table


def add_unless_present(session: Session, kind: type[Table], /, **values: Any) -> bool:
    """Write a row unless its key is taken. Return whether it was written."""
    table: Any = kind.__table__
    is_postgres = session.get_bind().dialect.name == "postgresql"
    statement = postgresql.insert(table) if is_postgres else sqlite.insert(table)
    written = session.execute(
        statement.values(values).on_conflict_do_nothing(), execution_options={"preserve_rowcount": True}
    )
    return int(getattr(written, "rowcount", 0)) > 0
