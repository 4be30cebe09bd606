"""Transfers from the platform to a connected account.

With `source_transaction` a transfer is accepted at once and its money moves when the charge's does. All transfers from
one charge together may not exceed what was captured less what was refunded. Without it the platform's available balance
must cover the transfer.
"""

from __future__ import annotations

from typing import Final

from lab.stripe.amounts import check_currency, in_words
from lab.stripe.api.errors import Refusal, at_least_one, missing_parameter
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import available, insufficient, move
from lab.stripe.books import PLATFORM, Books, Call, change_metadata, page
from lab.stripe.connect.accounts import may_receive
from lab.stripe.server import Route


def create_transfer(books: Books, call: Call) -> Thing:
    params = call.params
    destination = _checked_destination(books, params["destination"])
    currency = check_currency(params["currency"])
    if "amount" not in params:
        raise missing_parameter("amount")
    amount = _positive(params["amount"])
    charge = _source(books, params.get("source_transaction"), currency)
    available_on = None
    group = params.get("transfer_group")
    if charge is None:
        if available(books, PLATFORM, currency) < amount:
            raise insufficient("transfer")
    else:
        _check_source(books, charge, amount)
        available_on = books.get("balance_transaction", charge["balance_transaction"])["available_on"]
        group = group or charge["transfer_group"]
    transfer = books.add(
        "transfer",
        "tr",
        amount=amount,
        amount_reversed=0,
        balance_transaction=None,
        currency=currency,
        description=params.get("description"),
        destination=destination,
        destination_payment=books.new_id("py"),
        metadata=dict(params.get("metadata") or {}),
        reversals={"object": "list", "url": "", "has_more": False, "data": []},
        reversed=False,
        source_transaction=charge["id"] if charge else None,
        source_type="card",
        transfer_group=group,
    )
    transfer["reversals"]["url"] = f"/v1/transfers/{transfer['id']}/reversals"
    left = move(
        books, PLATFORM, "transfer", -amount, currency=currency, source=transfer["id"], available_on=available_on
    )
    transfer["balance_transaction"] = left["id"]
    move(
        books,
        destination,
        "payment",
        amount,
        currency=currency,
        source=transfer["destination_payment"],
        available_on=available_on,
    )
    books.announce("transfer.created", transfer)
    return transfer


def _checked_destination(books: Books, key: str) -> str:
    if key not in books.things.get("account", {}):
        raise Refusal(f"No such destination: '{key}'", code="resource_missing", param="destination")
    if not may_receive(books, key):
        raise Refusal(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers,"
            " crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
            param="destination",
        )
    return key


def _positive(amount: int) -> int:
    if amount <= 0:
        raise at_least_one("amount")
    return amount


def _source(books: Books, key: str | None, currency: str) -> Thing | None:
    if key is None:
        return None
    charge = books.get("charge", key, "source_transaction")
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise Refusal("The source transaction has not been captured.", param="source_transaction")
    if charge["currency"] != currency:
        raise Refusal(
            f"The currency of source_transaction's balance transaction ({charge['currency']}) must be the same as the"
            f" transfer currency ({currency})",
            param="currency",
        )
    return charge


def _check_source(books: Books, charge: Thing, amount: int) -> None:
    used = sum(
        each["amount"] - each["amount_reversed"]
        for each in books.all("transfer")
        if each["source_transaction"] == charge["id"]
    )
    most = charge["amount_captured"] - charge["amount_refunded"]
    if used + amount > most:
        currency = charge["currency"]
        raise Refusal(
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {in_words(most, currency)}. (There are already transfers using this source, amounting to a total of"
            f" {in_words(used, currency)}.)",
            param="amount",
        )


def update_transfer(books: Books, call: Call) -> Thing:
    transfer = books.get("transfer", call.ids["id"])
    change_metadata(transfer, call.params.get("metadata"))
    transfer["description"] = call.params.get("description", transfer["description"])
    books.announce("transfer.updated", transfer)
    return transfer


def retrieve_transfer(books: Books, call: Call) -> Thing:
    return books.get("transfer", call.ids["id"])


def list_transfers(books: Books, call: Call) -> Thing:
    return page(books.all("transfer"), "/v1/transfers", call.params, ("destination", "transfer_group"))


PAGE: Final = "limit starting_after ending_before"

ROUTES: Final = [
    Route(
        "POST",
        "/v1/transfers",
        "_transfer_create_params.TransferCreateParams",
        "amount currency destination description metadata source_transaction transfer_group",
        create_transfer,
    ),
    Route(
        "GET",
        "/v1/transfers",
        "_transfer_list_params.TransferListParams",
        f"{PAGE} created destination transfer_group",
        list_transfers,
    ),
    Route("GET", "/v1/transfers/{id}", "_transfer_retrieve_params.TransferRetrieveParams", "", retrieve_transfer),
    Route(
        "POST",
        "/v1/transfers/{id}",
        "_transfer_update_params.TransferUpdateParams",
        "metadata description",
        update_transfer,
    ),
]
