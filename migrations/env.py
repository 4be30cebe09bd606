"""How Alembic runs here: on the connection it is given; our own column types are written as what they are stored as."""

from __future__ import annotations

import warnings
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

from config.tables import METADATA


def stored_as(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """A migration must not change when our types do: `Instant` is written as `sa.DateTime(timezone=True)`."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


# The checks of lengths have no names: a table that is written anew gets them of what its columns are then.
warnings.filterwarnings("ignore", "Unnamed CHECK constraint", UserWarning)
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite can hardly alter a table
    render_item=stored_as,
    transactional_ddl=True,  # of both databases; whoever gave the connection commits
)
with context.begin_transaction():
    context.run_migrations()
