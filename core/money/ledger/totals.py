"""Totals of the books by kind of account, for the operator's monitoring."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import case, func, select

from core.kernel.transaction import Ctx
from core.money.ledger.accounts import KINDS, natural
from core.money.ledger.model import Balance, Delta


def totals(ctx: Ctx) -> dict[tuple[str, str], int]:
    """Return the sum of all accounts of each kind and currency, in minor units."""
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for table in (Balance, Delta):
        kind = case(*((table.account.startswith(name + ":"), name) for name in KINDS), else_=table.account)
        rows = select(kind, table.currency, func.sum(table.debits), func.sum(table.credits)).group_by(
            kind, table.currency
        )
        for name, currency, debits, credits_ in ctx.session.execute(rows):
            sums[name, currency] += natural(name, int(debits), int(credits_))
    return dict(sums)
