"""Alembic's environment: it runs on the given connection, and writes our column types as their stored types."""

from __future__ import annotations

import warnings
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

from config.tables import METADATA


def stored_as(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write `Instant` as `sa.DateTime(timezone=True)`, so that a migration does not change when our types do."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


# The length checks have no names: a rewritten table gets the checks of its current columns.
warnings.filterwarnings("ignore", "Unnamed CHECK constraint", UserWarning)
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite can hardly alter a table
    render_item=stored_as,
    transactional_ddl=True,  # on both databases; the owner of the connection commits
)
with context.begin_transaction():
    context.run_migrations()
