"""How much of a listing is taken, and what it comes to: what was looked for stands in the form, beside the total."""

from __future__ import annotations

from decimal import Decimal

from conversations.chat_context import ChatContext
from conversations.forms.answers import read_quantity, write_quantity
from conversations.forms.form import Field, Values
from conversations.forms.keypads import Amount
from conversations.last_query import amount_looked_for
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, convertible
from core.trade.listings.model import Listing
from core.trade.offers import rules

AN_AMOUNT = Decimal(100)  # of an example


def amount_in_mind(chat: ChatContext, listing: Listing) -> Quantity:
    """So much of the listing as this person has looked for; all that is left where they named no amount."""
    wanted = amount_looked_for(chat, listing.product_id)
    return rules.amount_of(chat.market_context.catalogue, listing, wanted)


def total_line(chat: ChatContext, quantity: Quantity | None, price: UnitPrice | None) -> str:
    """ "120 t × 44.00 EUR/t = €5,280.00"; nothing until both are known."""
    if quantity is None or price is None or not convertible(price.unit, quantity.unit):
        return ""
    return chat.words("offer.sum", quantity=quantity, price=price, total=price.times(quantity))


def _units(chat: ChatContext, values: Values) -> tuple[str, ...]:
    """Those of the goods; first the one that stands there, which a bare number is in."""
    units, stands = chat.market_context.catalogue.units_of(values["product"]), values.get("quantity")
    return units if stands is None else (stands.unit, *(unit for unit in units if unit != stands.unit))


def _such_as(_chat: ChatContext, values: Values) -> Quantity | None:
    stands = values.get("quantity")
    return None if stands is None or stands.unit == "t" else Quantity(AN_AMOUNT, stands.unit)


QUANTITY = Field(
    "quantity",
    read=lambda chat, text, values: read_quantity(chat, text, _units(chat, values)),
    write=write_quantity,
    keypad=Amount(_units),
    max_length=60,
    example="100 t",
    such_as=_such_as,
)
