"""A market that has been open for long: many deals with held money, each with its timer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, text

from config.migrations import within
from core.kernel.timers import TimerRow
from core.money.ledger.accounts import PROVIDER, escrow
from core.money.ledger.model import Balance, Entry, Link, Posting
from core.money.ledger.triggers import statements

BATCH = 10_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


async def fill(url: str, size: int) -> None:
    """Write them all at once with the guards off, then put the guards back."""
    await within(url, lambda connection: _fill(connection, size))


def _fill(connection: Connection, size: int) -> None:
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    numbers = iter(range(size))
    while batch := list(islice(numbers, BATCH)):
        for table, rows in _rows(batch):
            connection.execute(insert(table), rows)
    nothing = {"pending_debits": 0, "pending_credits": 0, "currency": "EUR"}
    provider = {"account": PROVIDER, "grows": "debit", "guarded": False, "debits": size * 100, "credits": 0}
    connection.execute(insert(Balance), [provider | nothing])
    if postgres:
        connection.execute(text("ANALYZE"))
        return
    for statement in statements("sqlite"):
        connection.exec_driver_sql(statement)


def _rows(batch: list[int]) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Return entries, postings, balances, links and timers of these deals."""
    names = [(n, f"0{n:025}", f"f{n}") for n in batch]
    yield (
        Entry,
        [
            {"id": entry, "key": f"deal:{deal}:funded", "kind": "transfer", "deal_id": deal, "memo": "", "at": BEGAN}
            | {"digest": "0" * 64}
            for _, entry, deal in names
        ],
    )
    yield (
        Posting,
        [
            {"entry_id": entry, "number": n, "account": account, "amount": minor, "currency": "EUR", "phase": "posted"}
            for _, entry, deal in names
            for n, account, minor in ((1, PROVIDER, 100), (2, escrow(deal), -100))
        ],
    )
    owed = {"currency": "EUR", "grows": "credit", "guarded": True, "debits": 0, "credits": 100}
    yield (
        Balance,
        [{"account": escrow(deal), "pending_debits": 0, "pending_credits": 0} | owed for _, _, deal in names],
    )
    yield Link, [{"number": n + 1, "entry_id": entry, "digest": "0" * 64} for n, entry, _ in names]
    yield (
        TimerRow,
        [
            {"kind": "deal", "subject": deal, "event": "over", "due_at": BEGAN + timedelta(days=36_500, seconds=n)}
            for n, _, deal in names
        ],
    )
