"""`main.py verify-ledger` at the command line: it says whether the books hold, and fails by its status if not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from config.migrations import upgrade
from config.settings import Settings
from tools.earnings import earn
from tools.ledger_verification import verify_books

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


async def test_on_a_fresh_clone_both_commands_say_plainly_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a database, tables or a provider there is no traceback either."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    settings = Settings(_env_file=None)
    assert await verify_books(settings) == 0
    told = capsys.readouterr().out
    assert "sqlite:///var/parley.sqlite" in told
    assert "Nothing is written in these books yet" in told
    assert await earn(settings) == 0
    assert "No payment provider is configured" in capsys.readouterr().out
    assert await earn(settings, "100.00 EUR") == 1


async def test_without_a_database_the_books_of_the_labs_market_are_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    await upgrade("sqlite:///var/lab.sqlite")
    assert await verify_books(Settings(_env_file=None)) == 0
    assert "sqlite:///var/lab.sqlite" in capsys.readouterr().out
