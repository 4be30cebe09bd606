"""The free earnings of the market: all that the provider holds for it, less other people's money."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from core.books.reconciliation.model import ProviderLine
from core.books.reconciliation.rules import Sort
from core.books.reconciliation.service import held_by_provider
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger

OTHERS: Final = ("escrow", "payable", "refund_due", "buyer_credit")


def free_earnings(ctx: Ctx) -> dict[str, Money]:
    """Return the free earnings by currency.

    A negative amount means that refunds and fees cost more than was earned: a reserve has to be paid in. Earlier
    payments in and out are known from the provider's lines that were read last.
    """
    free = held_by_provider(ctx)
    for kind in OTHERS:
        for (_, currency), minor in ledger.standing(ctx, kind).items():
            free[currency] = free.get(currency, Money.zero(currency)) - Money(minor, currency)
    moved = select(ProviderLine.currency, func.sum(ProviderLine.amount_minor - ProviderLine.fee_minor).label("minor"))
    for row in ctx.session.execute(moved.where(ProviderLine.explained == Sort.OWN).group_by(ProviderLine.currency)):
        free[row.currency] = free.get(row.currency, Money.zero(row.currency)) + Money(int(row.minor), row.currency)
    return free
