"""Payouts: money leaves an owner's balance for their bank, arrives a day later, and may still come back.

The platform is paid out by hand only. A seller's balance is swept only when the player of the seller says so.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from lab.stripe.amounts import CURRENCIES, check_currency
from lab.stripe.api.errors import Refusal, at_least_one
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import DAY, available, insufficient, move
from lab.stripe.books import PLATFORM, Books, Call, change_metadata, page
from lab.stripe.server import Route

PLATFORMS_BANK: Final = "ba_labPlatform"
MAY_FAIL: Final = ("pending", "in_transit", "paid")


def create_payout(books: Books, call: Call) -> Thing:
    amount, currency = call.params["amount"], check_currency(call.params["currency"])
    if amount <= 0:
        raise at_least_one("amount")
    return pay_out(books, call.account, amount, currency, call.params)


def pay_out(books: Books, owner: str, amount: int, currency: str, params: Thing, *, automatic: bool = False) -> Thing:
    """Pay out of the available balance at once."""
    destination = _bank_of(books, owner)
    step = CURRENCIES[currency].payout_step
    if amount % step:
        raise Refusal(f"Payouts in {currency} must be divisible by {step}.", param="amount")
    if available(books, owner, currency) < amount:
        raise insufficient("payout")
    payout = books.add(
        "payout",
        "po",
        owner,
        amount=amount,
        currency=currency,
        arrival_date=books.now() + DAY,
        automatic=automatic,
        destination=destination,
        method="standard",
        reconciliation_status="completed" if automatic else "not_applicable",
        source_type="card",
        status="pending",
        type="bank_account",
        description=params.get("description") or ("STRIPE PAYOUT" if automatic else None),
        metadata=params.get("metadata") or {},
        statement_descriptor=params.get("statement_descriptor"),
    )
    left = move(books, owner, "payout", -amount, currency=currency, source=payout["id"])
    payout["balance_transaction"] = left["id"]
    books.announce("payout.created", payout, account=owner)
    books.later(payout["arrival_date"], partial(_arrive, books, payout, owner))
    return payout


def _bank_of(books: Books, owner: str) -> str:
    if owner == PLATFORM:
        return PLATFORMS_BANK
    account = books.things["account"][owner]
    if not account["payouts_enabled"] or not account["external_accounts"]["data"]:
        raise Refusal(
            "Cannot create payouts: this account has requirements that need to be collected.",
            code="payouts_not_allowed",
        )
    return str(account["external_accounts"]["data"][0]["id"])


def sweep(books: Books, owner: str) -> Thing:
    """Pay out everything available, as Stripe does every day for sellers on the usual schedule."""
    payouts = []
    for currency, known in CURRENCIES.items():
        amount = available(books, owner, currency) // known.payout_step * known.payout_step
        if amount > 0:
            payouts.append(pay_out(books, owner, amount, currency, {}, automatic=True))
    return {"object": "list", "url": "/v1/payouts", "has_more": False, "data": payouts}


def _arrive(books: Books, payout: Thing, owner: str) -> None:
    if payout["status"] == "pending":
        payout["status"] = "paid"
        books.announce("payout.paid", payout, {"status": "pending"}, owner)


def fail(books: Books, payout: Thing) -> None:
    """Let the bank send a payout back, even days after it was "paid"; the money is on the balance again."""
    if payout["status"] not in MAY_FAIL:
        raise Refusal(f"A payout that is {payout['status']} cannot fail.")
    owner = books.owner.get(payout["id"], PLATFORM)
    before = payout["status"]
    payout |= {
        "status": "failed",
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
    }
    _give_back(books, payout, owner, "payout_failure")
    books.announce("payout.failed", payout, {"status": before}, owner)


def _give_back(books: Books, payout: Thing, owner: str, kind: str) -> None:
    back = move(books, owner, kind, payout["amount"], currency=payout["currency"], source=payout["id"])
    payout["failure_balance_transaction"] = back["id"]


def cancel_payout(books: Books, call: Call) -> Thing:
    payout = books.get("payout", call.ids["id"], owner=call.account)
    if payout["status"] != "pending":
        raise Refusal(f"Payouts can only be canceled while they are pending; this one is {payout['status']}.")
    payout["status"] = "canceled"
    _give_back(books, payout, call.account, "payout_cancel")
    books.announce("payout.canceled", payout, {"status": "pending"}, call.account)
    return payout


def retrieve_payout(books: Books, call: Call) -> Thing:
    return books.get("payout", call.ids["id"], owner=call.account)


def update_payout(books: Books, call: Call) -> Thing:
    payout = retrieve_payout(books, call)
    change_metadata(payout, call.params.get("metadata"))
    books.announce("payout.updated", payout, account=call.account)
    return payout


def list_payouts(books: Books, call: Call) -> Thing:
    return page(books.all("payout", call.account), "/v1/payouts", call.params, ("status", "destination"))


NAMES: Final = "_payout_{0}_params.Payout{1}Params"

ROUTES: Final = [
    Route(
        "POST",
        "/v1/payouts",
        NAMES.format("create", "Create"),
        "amount currency description metadata statement_descriptor",
        create_payout,
    ),
    Route(
        "GET",
        "/v1/payouts",
        NAMES.format("list", "List"),
        "limit starting_after ending_before created status destination",
        list_payouts,
    ),
    Route("GET", "/v1/payouts/{id}", NAMES.format("retrieve", "Retrieve"), "", retrieve_payout),
    Route("POST", "/v1/payouts/{id}", NAMES.format("update", "Update"), "metadata", update_payout),
    Route("POST", "/v1/payouts/{id}/cancel", NAMES.format("cancel", "Cancel"), "", cancel_payout),
]
