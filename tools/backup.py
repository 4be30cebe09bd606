"""`parley backup --to FILE`: a consistent copy of the database, made while the market is open.

SQLite copies itself page by page; PostgreSQL is copied by its own `pg_dump`. docs/backup.md says how to restore.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url

from config.settings import Settings
from tools.ledger_verification import books_at

PAGES_AT_ONCE = 1_000  # 4 KiB each; between them others may write


async def back_up(settings: Settings, to: str) -> int:
    """Return the exit status: 0 if the copy is whole. A file that exists is never overwritten."""
    if not to:
        print("Say where: --to backups/parley.backup")
        return 2
    target, url = Path(to), make_url(books_at(settings))
    half = begin(target)
    if half is None:
        print(f"{target} exists already")
        return 1
    if url.get_backend_name() == "sqlite":
        await asyncio.to_thread(copy_sqlite, Path(url.database or ""), half)
        status = 0
    else:
        status = await dump_postgres(url, half)
    if status:
        half.unlink()
        return status
    half.rename(target)
    print(f"{target} is written")
    return 0


def begin(target: Path) -> Path | None:
    """Return the file to write into, for the owner alone: it will hold all that people have said."""
    if target.exists():
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(target.name + ".part")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    return half


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that others write to. Raises OperationalError if there is none."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as opened,
        closing(sqlite3.connect(target)) as copy,
    ):
        opened.backup(copy, pages=PAGES_AT_ONCE)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def dump_postgres(url: URL, target: Path) -> int:
    """Run pg_dump. The password goes by the environment, which other users of the machine cannot read."""
    known = {"host": url.host, "port": url.port, "username": url.username, "dbname": url.database}
    options = [f"--{name}={value}" for name, value in known.items() if value is not None]
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    program = "pg_dump"
    running = await asyncio.create_subprocess_exec(
        program, "--format=custom", f"--file={target}", *options, env=environment
    )
    return await running.wait()
