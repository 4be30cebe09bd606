"""Charges: the record of one attempt to take money, from authorisation to capture or lapse."""

from __future__ import annotations

from typing import Any, Final

from lab.stripe.api.shapes import Thing
from lab.stripe.balance import DAY, TARIFFS, move
from lab.stripe.books import PLATFORM, Books, Call, change_metadata, page
from lab.stripe.payments.cards import BY_NUMBER
from lab.stripe.server import Route


def open_charge(books: Books, intent: Thing, method: Thing, shown: dict[str, Any], **state: Any) -> Thing:
    """Record one attempt on a payment method. `shown`: the public facts of the method; `state`: that of the attempt."""
    kind = method["type"]
    charge = books.add(
        "charge",
        "ch" if kind == "card" else "py",
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
        payment_method_details={"type": kind, kind: shown},
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
    kind = charge["payment_method_details"]["type"]
    tariff = TARIFFS[kind]
    at_once = kind == "card" and BY_NUMBER[books.cards[charge["payment_method"]]].at_once
    moved = move(
        books,
        PLATFORM,
        "charge" if kind == "card" else "payment",
        amount,
        currency=charge["currency"],
        source=charge["id"],
        fee=tariff.fee(amount),
        available_on=books.now() + (0 if at_once else tariff.days * DAY),
    )
    charge |= {"captured": True, "amount_captured": amount, "balance_transaction": moved["id"]}


def let_go(books: Books, charge: Thing, *, lapsed: bool) -> None:
    """Release a hold that was cancelled by the platform, or has lapsed."""
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
