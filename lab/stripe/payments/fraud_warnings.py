"""Early fraud warnings: the card's bank suspects a fraud before the card's holder has complained."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call, page
from lab.stripe.server import Route


def warn(books: Books, charge: Thing) -> Thing:
    """Warn of a fraud. A refund while the warning is `actionable` prevents the dispute."""
    if charge["payment_method_details"]["type"] != "card":
        raise Refusal(f"Charge {charge['id']} was not made by card; nobody warns of it.")
    warning = books.add(
        "radar.early_fraud_warning",
        "issfr",
        actionable=not charge["disputed"] and not charge["refunded"],
        charge=charge["id"],
        fraud_type="unauthorized_use_of_card",
        payment_intent=charge["payment_intent"],
    )
    books.announce("radar.early_fraud_warning.created", warning)
    return warning


def put_to_rest(books: Books, charge: Thing) -> None:
    """Make a warning no longer actionable, because the charge is refunded or disputed."""
    for warning in books.all("radar.early_fraud_warning"):
        if warning["charge"] == charge["id"] and warning["actionable"]:
            warning["actionable"] = False
            books.announce("radar.early_fraud_warning.updated", warning, {"actionable": True})


def retrieve_warning(books: Books, call: Call) -> Thing:
    return books.get("radar.early_fraud_warning", call.ids["id"])


def list_warnings(books: Books, call: Call) -> Thing:
    warnings = books.all("radar.early_fraud_warning")
    return page(warnings, "/v1/radar/early_fraud_warnings", call.params, ("charge", "payment_intent"))


NAMES: Final = "radar._early_fraud_warning_{0}_params.EarlyFraudWarning{1}Params"

ROUTES: Final = [
    Route(
        "GET",
        "/v1/radar/early_fraud_warnings",
        NAMES.format("list", "List"),
        "limit starting_after ending_before created charge payment_intent",
        list_warnings,
    ),
    Route("GET", "/v1/radar/early_fraud_warnings/{id}", NAMES.format("retrieve", "Retrieve"), "", retrieve_warning),
]
