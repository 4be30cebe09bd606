"""The choice of the database by its address: an SQLite file or PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from core.kernel.postgres import PostgresRunner
from core.kernel.sqlite import SqliteRunner
from core.kernel.transaction import Runner

DEFAULT = "sqlite:///var/parley.sqlite"
LAB_DATABASE = Path("var/lab.sqlite")  # created again with each world: the lab forgets its people when it closes


async def open_database(address: str) -> Runner:
    """Return a runner over `sqlite:///path` or `postgresql://user:password@host/name`. Raises ValueError."""
    url = make_url(address)
    match url.get_backend_name():
        case "sqlite":
            runner = SqliteRunner(url.database or ":memory:")
            await runner.open()
            return runner
        case "postgresql":
            return PostgresRunner(url.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False))
        case other:
            raise ValueError(f"DATABASE_URL names {other}; Parley runs on sqlite and postgresql")
