"""Charges: what one attempt to take money from a card leaves behind, from authorisation to capture or lapse."""

from __future__ import annotations

from typing import Any, Final

from lab.stripe.api.desk import Route
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import CARD_DELAY, DAY, card_fee, move
from lab.stripe.books import PLATFORM, Books, Call, change_metadata, page
from lab.stripe.payments.cards import BY_NUMBER, Decline, card_of, details

HOLD: Final = 7 * DAY
"""How long a card authorisation lasts: 7 days, customer present or not (the shorter windows are not played)."""


def authorize(books: Books, intent: Thing, method: Thing, *, capture: bool) -> Thing:
    """A charge on the card: taken at once, or only held until `capture_before`."""
    card = details(books, card_of(books, method))
    if not capture:
        card["capture_before"] = books.now() + HOLD
    charge = _charge(books, intent, method, card, status="succeeded", paid=True, captured=False)
    if capture:
        take(books, charge, charge["amount"])
    books.announce("charge.succeeded", charge)
    return charge


def fail(books: Books, intent: Thing, method: Thing, decline: Decline) -> Thing:
    code, decline_code, message = decline
    card = details(books, card_of(books, method))
    charge = _charge(books, intent, method, card, status="failed", paid=False, captured=False)
    charge |= {"failure_code": code, "failure_message": message}
    charge["outcome"] |= {"type": "issuer_declined", "reason": decline_code, "network_status": "declined_by_network"}
    books.announce("charge.failed", charge)
    return charge


def _charge(books: Books, intent: Thing, method: Thing, card: dict[str, Any], **state: Any) -> Thing:
    charge = books.add(
        "charge",
        "ch",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        application=None,
        application_fee=None,
        balance_transaction=None,
        billing_details=dict(method["billing_details"]),
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_balance_transaction=None,
        metadata=dict(intent["metadata"]),
        on_behalf_of=None,
        outcome={"network_status": "approved_by_network", "reason": None, "risk_level": "normal", "type": "authorized"},
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": "card", "card": {**card, "amount_authorized": intent["amount"]}},
        refunded=False,
        review=None,
        source=None,
        source_transfer=None,
        transfer=None,
        transfer_group=intent["transfer_group"],
        **state,
    )
    books.expandable[charge["id"], "refunds"] = {
        "object": "list",
        "url": f"/v1/charges/{charge['id']}/refunds",
        "has_more": False,
        "data": [],
    }
    return charge


def take(books: Books, charge: Thing, amount: int) -> None:
    """Capture `amount` (at most what is held): the money is on its way to the platform's balance."""
    card = BY_NUMBER[books.cards[charge["payment_method"]]]
    moved = move(
        books,
        PLATFORM,
        "charge",
        amount,
        currency=charge["currency"],
        source=charge["id"],
        fee=card_fee(amount),
        available_on=books.now() + (0 if card.at_once else CARD_DELAY),
    )
    charge |= {"captured": True, "amount_captured": amount, "balance_transaction": moved["id"]}


def let_go(books: Books, charge: Thing, *, lapsed: bool) -> None:
    """Release a hold: cancelled by the platform, or lapsed by itself."""
    charge |= {"refunded": True, "amount_refunded": charge["amount"]}
    books.announce("charge.expired" if lapsed else "charge.refunded", charge)


def retrieve_charge(books: Books, call: Call) -> Thing:
    return books.get("charge", call.ids["id"])


def update_charge(books: Books, call: Call) -> Thing:
    charge = books.get("charge", call.ids["id"])
    change_metadata(charge, call.params.get("metadata"))
    for name in ("description", "transfer_group"):
        if name in call.params:
            charge[name] = call.params[name]
    books.announce("charge.updated", charge)
    return charge


def list_charges(books: Books, call: Call) -> Thing:
    filters = ("customer", "payment_intent", "transfer_group")
    return page(books.all("charge"), "/v1/charges", call.params, filters)


ROUTES: Final = [
    Route("GET", "/v1/charges/{id}", "_charge_retrieve_params.ChargeRetrieveParams", "", retrieve_charge),
    Route(
        "POST",
        "/v1/charges/{id}",
        "_charge_update_params.ChargeUpdateParams",
        "metadata description transfer_group",
        update_charge,
    ),
    Route(
        "GET",
        "/v1/charges",
        "_charge_list_params.ChargeListParams",
        "limit starting_after ending_before created customer payment_intent transfer_group",
        list_charges,
    ),
]
