"""The number of deliveries of a request or quote. Each is paid by itself, and one payment has a maximum."""

from __future__ import annotations

from decimal import Decimal

from conversations.chat_context import ChatContext
from conversations.forms.form import Values
from conversations.router import Confirmation
from core.discovery.market_figures.service import asked_by_others
from core.kernel.lot_sizes import LOTS_AT_MOST, largest_deal, largest_payment, lots_needed
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity, convertible


def lots_at(price: UnitPrice | None, quantity: Quantity | None, asked: int = 1) -> int | None:
    """Return the proposed number of deliveries at a price: the requested one, or as many as payments need.

    None for one.
    """
    total = _total(price, quantity)
    lots = asked if total is None else max(asked, lots_needed(total))
    return lots if 1 < lots <= LOTS_AT_MOST else None


def too_few_lots(chat: ChatContext, values: Values) -> Confirmation | None:
    """Return the question about an amount that cannot be paid in so few deliveries.

    The price is the buyer's own, or the median of current listings.
    """
    words, quantity = chat.words, values["quantity"]
    price = values.get("target") or _median(chat, values["product"])
    total = _total(price, quantity)
    if total is None or (needed := lots_needed(total)) <= values.get("lots", 1):
        return None
    if needed > LOTS_AT_MOST:
        if "target" in values:
            return None  # it is refused
        most = largest_deal(total.currency)
        question = words("request.amount_beyond", price=price, total=total, most=most, count=LOTS_AT_MOST)
        return Confirmation(question, words("price.far.yes"), words("request.amount_change"), "quantity")
    most = largest_payment(total.currency)
    question = words("request.lots_needed", price=price, total=total, most=most, count=needed)
    return Confirmation(question, words("request.lots_to_sellers"), words("request.lots_set"), "lots")


def write_asked(quantity: Quantity, lots: int) -> str:
    return f"{quantity.amount} {quantity.unit} {lots}"


def read_asked(_chat: ChatContext, text: str, _values: Values) -> tuple[Quantity, int]:
    """Read the amount and deliveries of a request from the hidden field of a quote's form."""
    amount, unit, lots = text.split()
    return Quantity(Decimal(amount), unit), int(lots)


def _median(chat: ChatContext, product_id: str) -> UnitPrice | None:
    catalogue = chat.market_context.catalogue
    product = catalogue.product(product_id)
    like = UnitPrice(Decimal(1), product.price_currency, product.price_unit)
    return asked_by_others(chat.ctx, catalogue, product_id, like, organisation_id=chat.organisation)


def _total(price: UnitPrice | None, quantity: Quantity | None) -> Money | None:
    if price is None or quantity is None or not convertible(price.unit, quantity.unit):
        return None
    return price.times(quantity)
