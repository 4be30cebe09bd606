"""Top-ups: the platform's owner pays into its balance, so that it covers refunds, fees and lost disputes."""

from __future__ import annotations

from functools import partial
from typing import Final

from lab.stripe.amounts import check_currency
from lab.stripe.api.errors import Refusal, at_least_one
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import DAY, move
from lab.stripe.books import PLATFORM, Books, Call, change_metadata, page
from lab.stripe.server import Route

ON_ITS_WAY: Final = DAY


def top_up(books: Books, amount: int, currency: str, params: Thing) -> Thing:
    """Create and announce a top-up, which is on its way from the owner's bank."""
    topup = books.add(
        "topup",
        "tu",
        amount=amount,
        balance_transaction=None,
        currency=currency,
        description=params.get("description"),
        expected_availability_date=books.now() + ON_ITS_WAY,
        initiated_by="user",
        metadata=dict(params.get("metadata") or {}),
        source=None,
        statement_descriptor=params.get("statement_descriptor"),
        status="pending",
        transfer_group=params.get("transfer_group"),
    )
    books.announce("topup.created", topup)
    return topup


def arrive(books: Books, topup: Thing) -> None:
    if topup["status"] == "pending":
        came = move(books, PLATFORM, "topup", topup["amount"], currency=topup["currency"], source=topup["id"])
        topup |= {"status": "succeeded", "balance_transaction": came["id"]}
        books.announce("topup.succeeded", topup, {"status": "pending"})


def create_topup(books: Books, call: Call) -> Thing:
    amount, currency = call.params["amount"], check_currency(call.params["currency"])
    if amount <= 0:
        raise at_least_one("amount")
    topup = top_up(books, amount, currency, call.params)
    books.later(books.now() + ON_ITS_WAY, partial(arrive, books, topup))
    return topup


def cancel_topup(books: Books, call: Call) -> Thing:
    topup = books.get("topup", call.ids["id"])
    if topup["status"] != "pending":
        raise Refusal(f"Only pending top-ups can be canceled; this one is {topup['status']}.")
    topup["status"] = "canceled"
    books.announce("topup.canceled", topup, {"status": "pending"})
    return topup


def update_topup(books: Books, call: Call) -> Thing:
    topup = books.get("topup", call.ids["id"])
    change_metadata(topup, call.params.get("metadata"))
    topup["description"] = call.params.get("description", topup["description"])
    return topup


def retrieve_topup(books: Books, call: Call) -> Thing:
    return books.get("topup", call.ids["id"])


def list_topups(books: Books, call: Call) -> Thing:
    return page(books.all("topup"), "/v1/topups", call.params, ("status",))


NAMES: Final = "_topup_{0}_params.Topup{1}Params"

ROUTES: Final = [
    Route(
        "POST",
        "/v1/topups",
        NAMES.format("create", "Create"),
        "amount currency description metadata statement_descriptor transfer_group",
        create_topup,
    ),
    Route(
        "GET",
        "/v1/topups",
        NAMES.format("list", "List"),
        "limit starting_after ending_before created status",
        list_topups,
    ),
    Route("GET", "/v1/topups/{id}", NAMES.format("retrieve", "Retrieve"), "", retrieve_topup),
    Route("POST", "/v1/topups/{id}", NAMES.format("update", "Update"), "metadata description", update_topup),
    Route("POST", "/v1/topups/{id}/cancel", NAMES.format("cancel", "Cancel"), "", cancel_topup),
]
