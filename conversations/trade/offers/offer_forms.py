"""The forms that start negotiations on a listing, filled with its terms: the amount to take, and its total."""

from __future__ import annotations

from decimal import Decimal

from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import read_quantity, write_price, write_quantity
from conversations.forms.delivery_window import write_window
from conversations.forms.form import Field, Values
from conversations.forms.keypads import Amount
from conversations.last_query import amount_looked_for
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, convertible
from core.trade.listings.model import Listing
from core.trade.offers import rules
from core.trade.offers.model import Terms
from core.trade.offers.rules import terms_of


def open_offer(chat: ChatContext, listing: Listing, amount: Quantity) -> None:
    chat.as_new_message = True
    chat.open("offer", FormDefaults(answers_of(terms_of(listing, amount)), listing.id, listing.version))


def open_purchase(chat: ChatContext, listing: Listing, amount: Quantity) -> None:
    chat.as_new_message = True
    known = {"product": listing.product_id, "quantity": write_quantity(amount)}
    chat.open("buy", FormDefaults(known, listing.id, listing.version))


def answers_of(terms: Terms) -> dict[str, str]:
    """Return the answers that would propose exactly these terms."""
    answers = {
        "product": terms.product_id,
        "priced_in": f"{terms.price.currency}/{terms.price.unit}",
        "quantity": write_quantity(terms.quantity),
        "price": write_price(terms.price),
        "window": write_window((terms.window_from, terms.window_to)),
        "lots": str(terms.lots),
    }
    return answers | ({"note": terms.note} if terms.note else {})


AN_AMOUNT = Decimal(100)  # for an example


def amount_in_mind(chat: ChatContext, listing: Listing) -> Quantity:
    """Return the amount this person searched for; all that is left if they named none."""
    searched = amount_looked_for(chat, listing.product_id)
    return rules.amount_of(chat.market_context.catalogue, listing, searched)


def total_line(chat: ChatContext, quantity: Quantity | None, price: UnitPrice | None) -> str:
    """Return "120 t × 44.00 EUR/t = €5,280.00"; empty until both are known."""
    if quantity is None or price is None or not convertible(price.unit, quantity.unit):
        return ""
    return chat.words("offer.sum", quantity=quantity, price=price, total=price.times(quantity))


def _units(chat: ChatContext, values: Values) -> tuple[str, ...]:
    """Return the units of the goods; the first one is the current one, which a bare number is in."""
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
