"""Looks whether a database has all tables of this release. If so, a start need not load the migrations."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import make_url

VERSIONS: Final = Path(__file__).parent.parent / "migrations" / "versions"
QUESTION: Final = "SELECT version_num FROM alembic_version"


def newest_revision() -> str:
    """Return the revision of this release: each migration's file begins with its own."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


async def is_current(url: str) -> bool:
    """Return whether the database is at the newest revision. False also if that cannot be read."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        found = await asyncio.to_thread(_of_sqlite, place.database or ":memory:")
    else:
        found = await _of_postgres(place.set(drivername="postgresql").render_as_string(hide_password=False))
    return found == [newest_revision()]


def _of_sqlite(path: str) -> list[str]:
    if not Path(path).exists():
        return []
    with contextlib.closing(sqlite3.connect(path)) as connection, contextlib.suppress(sqlite3.Error):
        return [revision for (revision,) in connection.execute(QUESTION)]
    return []


async def _of_postgres(url: str) -> list[str]:
    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError):
        return []
    try:
        return [row["version_num"] for row in await connection.fetch(QUESTION)]
    except asyncpg.PostgresError:
        return []
    finally:
        await connection.close()
