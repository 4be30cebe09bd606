"""All tables, made at once: the statements are SQLAlchemy's own, thought out once for all the stories of a run."""

from __future__ import annotations

from functools import cache

from sqlalchemy import create_engine, text

from core.kernel.database import Table
from core.kernel.transaction import Ctx


@cache
def statements() -> tuple[str, ...]:
    """Return the statements that make the tables, indexes and triggers of a SQLite file."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        Table.metadata.create_all(connection)
        written = text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY rowid")
        made = tuple(connection.execute(written).scalars())
    engine.dispose()
    return made


def create(ctx: Ctx) -> None:
    connection = ctx.session.connection()
    for each in statements():
        connection.exec_driver_sql(each)
