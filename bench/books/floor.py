"""The floor of the ledger's bench: the same rows written by hand, with no rule checked.

For each movement it looks up the key. It writes the postings, both sides of each account, and the entry. It also writes
the row that says that the entry is to be chained.

- In SQLite it uses the standard library's sqlite3, sixty-four movements to a commit.
- In PostgreSQL it uses asyncpg, a transaction each, over as many connections as the product has.

Both are as durable as the product's.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import NamedTuple

import asyncpg

GROUP = 64  # movements in one commit, as the product's writer gathers them


class Raw(NamedTuple):
    """A movement: its key, and account and minor units of each leg (debits above zero)."""

    key: str
    legs: tuple[tuple[str, int], ...]


names = count(1)


def rows_of(movement: Raw) -> tuple[str, str, list[tuple[str, int, str, int, str, str]]]:
    """Return a movement's name, digest and postings."""
    name = f"{next(names):026}"
    digest = hashlib.sha256(repr(movement.legs).encode()).hexdigest()
    rows = [(name, n, account, minor, "EUR", "posted") for n, (account, minor) in enumerate(movement.legs, 1)]
    return name, digest, rows


BALANCES = "ledger_balance (account, currency, grows, guarded, debits, credits, pending_debits, pending_credits)"
ENTRY = "INSERT INTO ledger_entry (id, key, kind, memo, at, digest) VALUES"


class SqliteFloor:
    """One connection to a file with the product's tables, without triggers."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        for (name,) in self._db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            self._db.execute(f"DROP TRIGGER {name}")

    async def write(self, movements: Sequence[Raw]) -> None:
        for start in range(0, len(movements), GROUP):
            self._db.execute("BEGIN IMMEDIATE")
            for movement in movements[start : start + GROUP]:
                self._one(movement)
            self._db.execute("COMMIT")

    def _one(self, movement: Raw) -> None:
        run = self._db.execute
        run("SELECT id, digest FROM ledger_entry WHERE key = ?", (movement.key,)).fetchone()
        name, digest, rows = rows_of(movement)
        self._db.executemany("INSERT INTO ledger_posting VALUES (?, ?, ?, ?, ?, ?)", rows)
        for account, minor in movement.legs:
            up, down = max(minor, 0), max(-minor, 0)
            grown = "UPDATE ledger_balance SET debits = debits + ?, credits = credits + ?"
            changed = run(f"{grown} WHERE account = ? AND currency = ?", (up, down, account, "EUR"))
            if not changed.rowcount:
                run(f"INSERT INTO {BALANCES} VALUES (?, 'EUR', 'credit', 0, ?, ?, 0, 0)", (account, up, down))
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        run(f"{ENTRY} (?, ?, 'transfer', 'bench', ?, ?)", (name, movement.key, now, digest))
        run("INSERT INTO ledger_unlinked VALUES (?)", (name,))

    async def close(self) -> None:
        self._db.close()


class PostgresFloor:
    """A pool on a database with the product's tables, without triggers."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, connections: int) -> PostgresFloor:
        pool = await asyncpg.create_pool(url, min_size=connections, max_size=connections)
        async with pool.acquire() as connection:
            for table in ("ledger_entry", "ledger_posting"):
                await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return cls(pool)

    async def write(self, movements: Sequence[Raw]) -> None:
        waiting = iter(movements)
        await asyncio.gather(*(self._some(waiting) for _ in range(self._pool.get_max_size())))

    async def _some(self, waiting: Iterator[Raw]) -> None:
        async with self._pool.acquire() as connection:
            for movement in waiting:
                async with connection.transaction():
                    await self._one(connection, movement)

    async def _one(self, connection: asyncpg.Connection, movement: Raw) -> None:
        await connection.fetchrow("SELECT id, digest FROM ledger_entry WHERE key = $1", movement.key)
        name, digest, rows = rows_of(movement)
        places = ", ".join(f"({', '.join(f'${6 * n + k}' for k in range(1, 7))})" for n in range(len(rows)))
        await connection.execute(f"INSERT INTO ledger_posting VALUES {places}", *(each for row in rows for each in row))
        for account, minor in sorted(movement.legs):
            await connection.execute(
                f"INSERT INTO {BALANCES} VALUES ($1, 'EUR', 'credit', false, $2, $3, 0, 0) "
                "ON CONFLICT (account, currency) DO UPDATE SET debits = ledger_balance.debits + excluded.debits, "
                "credits = ledger_balance.credits + excluded.credits",
                account,
                max(minor, 0),
                max(-minor, 0),
            )
        now = datetime.now(UTC)
        await connection.execute(f"{ENTRY} ($1, $2, 'transfer', 'bench', $3, $4)", name, movement.key, now, digest)
        await connection.execute("INSERT INTO ledger_unlinked VALUES ($1)", name)

    async def close(self) -> None:
        await self._pool.close()
