"""The SQL that questions about money are made of: sums, balances, and both compared name by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.kernel.process import Process


def words(named: Iterable[str]) -> str:
    """A list of them, for IN (…)."""
    return ", ".join(f"'{word}'" for word in sorted(named))


def timed(process: Process[Any]) -> str:
    """The states that time ends."""
    return words({each.source for each in process.transitions if "time" in each.by})


def total(column: str, table: str, where: str) -> str:
    return f"COALESCE((SELECT SUM({column}) FROM {table} WHERE {where}), 0)"


def owed(account: str, currency: str) -> str:
    """The balance of an account of other people's money."""
    return total("credits - debits", "ledger_balance", f"account = {account} AND currency = {currency}")


def earned(account: str, sign: str = "") -> str:
    """What an account of ours has, row by row of `currency, minor`; what is not rolled up yet counts too."""
    return f"""SELECT currency, {sign}(credits - debits) AS minor FROM ledger_balance WHERE account = '{account}'
            UNION ALL SELECT currency, {sign}(credits - debits) FROM ledger_delta WHERE account = '{account}'"""


def agree(kind: str, counted: str) -> str:
    """The balances of one kind of accounts against what the market counts, row by row of `name, currency, minor`.

    Both are added up under one name, the books with a minus: whatever is left over does not agree.
    """
    start = len(kind) + 2
    return f"""SELECT NULL, '{kind}:' || name || ' ' || currency || ' is ' || SUM(minor) || ' apart' FROM (
            {counted}
            UNION ALL SELECT substr(account, {start}), currency, debits - credits FROM ledger_balance
            WHERE account LIKE '{kind}:%'
        ) AS both_sides GROUP BY name, currency HAVING SUM(minor) <> 0"""


def level(both_sides: str) -> str:
    """Rows of `currency, minor` that must add up to nothing in each currency."""
    return f"""SELECT NULL, currency || ' is ' || SUM(minor) || ' apart' FROM ({both_sides}) AS both_sides
        GROUP BY currency HAVING SUM(minor) <> 0"""
