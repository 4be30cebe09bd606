"""`main.py verify-ledger` as an operator types it: it says that the books hold, and by its status that they do not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from config.migrate import upgrade
from config.settings import Settings
from config.verify import verify_books

FUNDED = (
    "INSERT INTO ledger_posting VALUES ('E', 1, 'provider', 100, 'EUR', 'posted')",
    "INSERT INTO ledger_posting VALUES ('E', 2, 'escrow:d', -100, 'EUR', 'posted')",
    (
        "INSERT INTO ledger_entry (id, key, kind, deal_id, memo, at, digest)"
        " VALUES ('E', 'deal:d:funded', 'transfer', 'd', 'Paid', '2026-11-23 09:00:00.000000', '')"
    ),
)


async def test_the_operator_is_told_the_first_row_that_was_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "market.sqlite"
    settings = Settings(_env_file=None, database_url=f"sqlite:///{path}")
    await upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as books:
        for statement in FUNDED:
            books.execute(statement)
    assert await verify_books(settings) == 0
    assert "1 links hold" in capsys.readouterr().out
    with sqlite3.connect(path) as books:
        books.execute("DROP TRIGGER ledger_posting_no_update")
        books.execute("UPDATE ledger_posting SET amount = 2 * amount")
    assert await verify_books(settings) == 1
    told = capsys.readouterr().out
    assert "link 1: entry E (deal:d:funded) is not what was chained" in told
    assert "!!  every balance is the sum of its postings" in told
