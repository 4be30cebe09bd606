"""The forms that start negotiations on a listing, filled with its terms for a given amount."""

from __future__ import annotations

from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import write_price, write_quantity
from conversations.forms.delivery_window import write_window
from core.kernel.quantity import Quantity
from core.trade.listings.model import Listing
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
