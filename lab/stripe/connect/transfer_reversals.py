"""Transfer reversals: transferred money is taken back, as far as the seller's balance still holds it."""

from __future__ import annotations

from typing import Final

from lab.stripe.amounts import major
from lab.stripe.api.errors import Refusal, at_least_one
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import move, whole
from lab.stripe.books import PLATFORM, Books, Call, page
from lab.stripe.server import Route


def create_reversal(books: Books, call: Call) -> Thing:
    """Take a transfer back, up to what the destination's balance still holds."""
    transfer = books.get("transfer", call.ids["id"])
    amount = _reversible(books, transfer, call.params.get("amount"))
    reversal = books.add(
        "transfer_reversal",
        "trr",
        amount=amount,
        currency=transfer["currency"],
        transfer=transfer["id"],
        metadata=dict(call.params.get("metadata") or {}),
        destination_payment_refund=books.new_id("pyr"),
    )
    sent = books.get("balance_transaction", transfer["balance_transaction"])
    money: Thing = {"currency": transfer["currency"], "available_on": sent["available_on"]}
    back = move(books, PLATFORM, "transfer_refund", amount, source=reversal["id"], **money)
    reversal["balance_transaction"] = back["id"]
    refund = reversal["destination_payment_refund"]
    move(books, transfer["destination"], "payment_refund", -amount, source=refund, **money)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    books.announce("transfer.reversed", transfer)
    return reversal


def _reversible(books: Books, transfer: Thing, requested: int | None) -> int:
    currency = transfer["currency"]
    left: int = transfer["amount"] - transfer["amount_reversed"]
    if left <= 0:
        raise Refusal(f"Transfer {transfer['id']} has already been fully reversed.")
    amount: int = left if requested is None else requested
    if amount <= 0:
        raise at_least_one("amount")
    if amount > left:
        raise Refusal(
            f"Reversal amount ({major(amount, currency)}) is greater than unreversed amount on transfer"
            f" ({major(left, currency)})",
            param="amount",
        )
    if whole(books, transfer["destination"], currency) < amount:
        raise Refusal(
            "The connected account's balance is too small for this transfer reversal.", code="balance_insufficient"
        )
    return amount


def retrieve_reversal(books: Books, call: Call) -> Thing:
    reversal = books.get("transfer_reversal", call.ids["reversal"])
    books.get("transfer", call.ids["id"])
    return reversal


def list_reversals(books: Books, call: Call) -> Thing:
    transfer = books.get("transfer", call.ids["id"])
    made = [each for each in books.all("transfer_reversal") if each["transfer"] == transfer["id"]]
    return page(made, transfer["reversals"]["url"], call.params)


ROUTES: Final = [
    Route(
        "POST",
        "/v1/transfers/{id}/reversals",
        "_transfer_reversal_create_params.TransferReversalCreateParams",
        "amount metadata description",
        create_reversal,
    ),
    Route(
        "GET",
        "/v1/transfers/{id}/reversals",
        "_transfer_reversal_list_params.TransferReversalListParams",
        "limit starting_after ending_before",
        list_reversals,
    ),
    Route(
        "GET",
        "/v1/transfers/{id}/reversals/{reversal}",
        "_transfer_reversal_retrieve_params.TransferReversalRetrieveParams",
        "",
        retrieve_reversal,
    ),
]
