"""Collects the record of a disputed deal, session or purchase, with the goods in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias

from core.advice.promotion import purchase_record as sales
from core.advice.sessions import evidence as sessions
from core.books.invoicing.service import named_on_invoices
from core.kernel.quantity import Quantity
from core.kernel.transaction import Ctx
from core.trade.funding.evidence import deal_record as deals

Goods: TypeAlias = Callable[[str, str, str | None, Quantity], str]
RECORDS: Final[Mapping[str, Callable[[Ctx, str], dict[str, Any]]]] = {
    "deal": partial(deals.record_of, named=named_on_invoices),
    "session": sessions.record_of,
    "purchase": sales.record_of,
}


def in_words(terms: Mapping[str, Any], goods: Goods) -> str:
    """Return the goods of a deal in trade terms, in English like the whole record."""
    quantity = Quantity(Decimal(terms["quantity"]["amount"]), terms["quantity"]["unit"])
    return goods("en", terms["product_id"], terms["grade_id"], quantity)
