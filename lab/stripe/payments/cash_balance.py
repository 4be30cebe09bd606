"""Cash balances: money that a customer has sent by bank and that no payment has claimed yet.

A balance is never stored; it is the sum of its transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing, shape
from lab.stripe.books import Books, Call, page
from lab.stripe.server import Route

KIND: Final = "customer_cash_balance_transaction"


@dataclass(slots=True)
class Settings:
    """`iban`: the customer's virtual account, once there is one. `returns_to`: the sender of their last transfer."""

    mode: str = "automatic"
    merchants_default: bool = True
    iban: str | None = None
    returns_to: str | None = None


def settings_of(books: Books, customer: str) -> Settings:
    settings: Settings = books.private.setdefault(customer, Settings())
    return settings


def available(books: Books, customer: str) -> dict[str, int]:
    """Return minor units by currency."""
    sums: dict[str, int] = {}
    for each in books.all(KIND):
        if each["customer"] == customer:
            sums[each["currency"]] = sums.get(each["currency"], 0) + each["net_amount"]
    return sums


def book(books: Books, customer: str, kind: str, net: int, currency: str, **details: Any) -> Thing:
    """Book one movement of the balance, positive if money comes in."""
    transaction = books.add(
        KIND,
        "ccsbtxn",
        currency=currency,
        customer=customer,
        ending_balance=available(books, customer).get(currency, 0) + net,
        net_amount=net,
        type=kind,
        **details,
    )
    books.announce("customer_cash_balance_transaction.created", transaction)
    return transaction


def applied(books: Books, intent: Thing) -> int:
    """Return how much of this payment the customer's balance has covered so far."""
    total = 0
    for each in books.all(KIND):
        claim = each["applied_to_payment"] or each["unapplied_from_payment"]
        if claim and claim["payment_intent"] == intent["id"]:
            total -= each["net_amount"]
    return total


def shown(books: Books, customer: str) -> Thing:
    settings = settings_of(books, customer)
    sums = available(books, customer)
    return shape(
        "cash_balance",
        available=sums or None,
        customer=customer,
        settings={"reconciliation_mode": settings.mode, "using_merchant_default": settings.merchants_default},
    )


def retrieve_balance(books: Books, call: Call) -> Thing:
    return shown(books, books.get("customer", call.ids["customer"])["id"])


def update_balance(books: Books, call: Call) -> Thing:
    customer = books.get("customer", call.ids["customer"])["id"]
    mode = (call.params.get("settings") or {}).get("reconciliation_mode")
    if mode:
        settings = settings_of(books, customer)
        settings.merchants_default = mode == "merchant_default"
        settings.mode = "automatic" if settings.merchants_default else mode
    return shown(books, customer)


def retrieve_transaction(books: Books, call: Call) -> Thing:
    books.get("customer", call.ids["customer"])
    return books.get(KIND, call.ids["id"])


def list_transactions(books: Books, call: Call) -> Thing:
    customer = books.get("customer", call.ids["customer"])["id"]
    mine = [each for each in books.all(KIND) if each["customer"] == customer]
    return page(mine, f"/v1/customers/{customer}/cash_balance_transactions", call.params)


def check_covers(books: Books, customer: str, amount: int, currency: str) -> None:
    if amount > available(books, customer).get(currency, 0):
        raise Refusal(
            "The customer's cash balance does not have enough funds for this.",
            code="balance_insufficient",
            param="amount",
        )


PATH: Final = "/v1/customers/{customer}/cash_balance"
NAMES: Final = "_customer_cash_balance_{0}_params.CustomerCashBalance{1}Params"

ROUTES: Final = [
    Route("GET", PATH, NAMES.format("retrieve", "Retrieve"), "", retrieve_balance),
    Route("POST", PATH, NAMES.format("update", "Update"), "settings.reconciliation_mode", update_balance),
    Route(
        "GET",
        f"{PATH}_transactions",
        NAMES.format("transaction_list", "TransactionList"),
        "limit starting_after ending_before",
        list_transactions,
    ),
    Route(
        "GET",
        f"{PATH}_transactions/{{id}}",
        NAMES.format("transaction_retrieve", "TransactionRetrieve"),
        "",
        retrieve_transaction,
    ),
]
