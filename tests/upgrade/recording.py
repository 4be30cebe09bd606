"""The files that the release before left: its database as SQL, and the state of the lab around it."""

from __future__ import annotations

import asyncio
import json
import lzma
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Date, DateTime, MetaData, Table, Time, func, make_url, select, text
from sqlalchemy.types import JSON, TypeEngine

from config import migrations
from lab import storage
from lab.app import Lab
from lab.world import Clock

FOLDER: Final = Path(__file__).parent / "fixture"
STATE: Final = "lab.pickle.xz"
RECORD_AGAIN: Final = "Record the fixture again: python -m tests.upgrade.record CHECKOUT, as README.md says."
FIRST: Final = "0001"  # the revision of its database
# The settings of the recording that rows and old links depend on.
SETTINGS: Final[Mapping[str, Any]] = {"link_secret": "of-the-release-before-and-of-this-one"}
READ: Final[Mapping[type[TypeEngine[Any]], Callable[[Any], Any]]] = {
    Boolean: bool,
    JSON: json.loads,
    DateTime: lambda stored: datetime.fromisoformat(stored).replace(tzinfo=UTC),
    Date: date.fromisoformat,
    Time: time.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class About:
    """`now`: the time in the world when the product was killed. `stopped`: the same by its clock of outages."""

    now: datetime
    stopped: datetime


def about() -> About:
    kept = json.loads((FOLDER / "about.json").read_text("utf-8"))
    return About(datetime.fromisoformat(kept["now"]), datetime.fromisoformat(kept["stopped"]))


async def open_lab(now: datetime) -> Lab:
    """Start the lab that the release before was in, at this time of its world. Raises storage.Unreadable."""
    lab = Lab()
    try:
        lab.resume(lzma.decompress((FOLDER / STATE).read_bytes()))
    except storage.Unreadable as fault:
        raise storage.Unreadable(f"The lab has changed. {RECORD_AGAIN} ({fault})") from fault
    lab.world.clock.offset = Clock(now).offset
    await lab.start()
    return lab


def write(sql: str, lab: bytes, told: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "market.sql.xz").write_bytes(lzma.compress(sql.encode(), preset=9))
    (FOLDER / STATE).write_bytes(lzma.compress(lab, preset=9))
    (FOLDER / "about.json").write_text(f"{told}\n", "utf-8")


async def load(url: str) -> None:
    """Put the database of the release before in place of the empty one at this address."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        await asyncio.to_thread(_replace, Path(place.database or ""))
        return
    await migrations.downgrade(url, FIRST)
    with closing(_database(Path(":memory:"))) as source:
        await migrations.within(url, lambda target: _copy(source, target))


def _replace(path: Path) -> None:
    path.unlink(missing_ok=True)
    _database(path).close()


def _database(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.executescript(lzma.decompress((FOLDER / "market.sql.xz").read_bytes()).decode())
    return database


def _copy(source: sqlite3.Connection, target: Connection) -> None:
    """Copy all rows into PostgreSQL, whose tables the same migration has made."""
    source.row_factory = sqlite3.Row
    known = MetaData()
    known.reflect(target)
    target.execute(text("SET LOCAL session_replication_role = replica"))  # the rows are what triggers left
    for table in known.sorted_tables:
        rows = [dict(row) for row in source.execute(f'SELECT * FROM "{table.name}"')]
        target.execute(table.delete())
        if rows:
            target.execute(table.insert(), [_row(table, row) for row in rows])
    for name, last in source.execute("SELECT name, seq FROM sqlite_sequence"):
        (key,) = known.tables[name].primary_key.columns
        sequence = func.pg_get_serial_sequence(name, key.name)
        target.execute(select(func.setval(sequence, last)))


def _row(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: _value(column.type, row[column.name]) for column in table.columns}


def _value(kind: TypeEngine[Any], stored: Any) -> Any:
    """Return a value as PostgreSQL takes it. SQLite keeps times, days and JSON as text, and yes and no as numbers."""
    if stored is None:
        return None
    for class_, read in READ.items():
        if isinstance(kind, class_):
            return read(stored)
    return stored


async def revision_of(url: str) -> str:
    """Return the revision of a database, which the migrations have written into it."""
    revisions: list[str] = []
    await migrations.within(
        url, lambda connection: revisions.extend(connection.scalars(text("SELECT version_num FROM alembic_version")))
    )
    return revisions[0]
