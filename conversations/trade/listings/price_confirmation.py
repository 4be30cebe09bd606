"""Confirmation of a price that is far from known ones. A comma may have been meant for a full stop."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from conversations.chat_context import ChatContext
from conversations.router import Confirmation
from core.catalogue.comparison import price_in
from core.discovery.market_figures.rules import price_ratio
from core.discovery.market_figures.service import asked_by_others
from core.kernel.decimals import half_up_to
from core.kernel.money import UnitPrice


def beside_market(chat: ChatContext, product_id: str, price: UnitPrice, field: str = "price") -> Confirmation | None:
    """Return the question about a price far from other sellers' prices; None if it is near, or there are none."""
    catalogue = chat.market_context.catalogue
    known = asked_by_others(chat.ctx, catalogue, product_id, price, organisation_id=chat.organisation)
    times = price_ratio(price.amount, known.amount) if known is not None else None
    if known is None or times is None:
        return None
    if times > 1:
        question = chat.words("price.far.above_others", price=price, times=_rounded(times), known=known)
    else:
        question = chat.words("price.far.below_others", price=price, percent=_rounded(times * 100), known=known)
    return _confirmation(chat, question, field)


def beside_table(chat: ChatContext, product_id: str, price: UnitPrice, on_table: UnitPrice) -> Confirmation | None:
    """Return the question about a price far from the one it answers."""
    known = price_in(chat.market_context.catalogue, product_id, on_table, price.currency, price.unit)
    times = price_ratio(price.amount, known.amount) if known is not None else None
    if known is None or times is None:
        return None
    if times > 1:
        question = chat.words("price.far.above_table", price=price, times=_rounded(times), known=on_table)
    else:
        question = chat.words("price.far.below_table", price=price, percent=_rounded(times * 100), known=on_table)
    return _confirmation(chat, question, "price")


def _confirmation(chat: ChatContext, question: str, field: str) -> Confirmation:
    return Confirmation(question, chat.words("price.far.yes"), chat.words("price.far.change"), field)


def _rounded(figure: Fraction) -> Decimal:
    """Round a factor for reading: 170, 3.4, 0.05; never to zero."""
    decimals = 0 if figure >= 10 else 1 if figure >= 1 else 2
    return max(half_up_to(figure, decimals), Decimal("0.01"))
