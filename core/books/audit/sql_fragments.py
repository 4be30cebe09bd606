"""SQL fragments of the money invariants: sums, balances, and comparisons of both by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.kernel.process import Process


def words(named: Iterable[str]) -> str:
    """Return a list of words for IN (…)."""
    return ", ".join(f"'{word}'" for word in sorted(named))


def timed(process: Process[Any]) -> str:
    """Return the states that a timer ends."""
    return words({each.source for each in process.transitions if "time" in each.by})


def total(column: str, table: str, where: str) -> str:
    return f"COALESCE((SELECT SUM({column}) FROM {table} WHERE {where}), 0)"


def owed(account: str, currency: str) -> str:
    """Return SQL for the balance of an account of other people's money."""
    return total("credits - debits", "ledger_balance", f"account = {account} AND currency = {currency}")


def earned(account: str, sign: str = "") -> str:
    """Return SQL for the balance of an account of ours, with rows of `currency, minor`; unrolled postings count too."""
    return f"""SELECT currency, {sign}(credits - debits) AS minor FROM ledger_balance WHERE account = '{account}'
            UNION ALL SELECT currency, {sign}(credits - debits) FROM ledger_delta WHERE account = '{account}'"""


def agree(kind: str, counted: str) -> str:
    """Return SQL that compares the balances of one kind of account with `counted`, which selects `name, currency,
    minor`.

    Both are added up by name, the books with a minus: a remainder is a break.
    """
    start = len(kind) + 2
    return f"""SELECT NULL, '{kind}:' || name || ' ' || currency || ' is ' || SUM(minor) || ' apart' FROM (
            {counted}
            UNION ALL SELECT substr(account, {start}), currency, debits - credits FROM ledger_balance
            WHERE account LIKE '{kind}:%'
        ) AS both_sides GROUP BY name, currency HAVING SUM(minor) <> 0"""


def level(both_sides: str) -> str:
    """Return SQL that finds the currencies in which rows of `currency, minor` do not add up to zero."""
    return f"""SELECT NULL, currency || ' is ' || SUM(minor) || ' apart' FROM ({both_sides}) AS both_sides
        GROUP BY currency HAVING SUM(minor) <> 0"""
