"""Money at Stripe: balance transactions, and the available and pending sums.

Every movement is one balance transaction of one owner. A balance is never stored; it is the sum of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing, shape
from lab.stripe.books import Books, Call, page
from lab.stripe.server import Route

DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Tariff:
    """Stripe's fee on a payment, and how long it keeps the rest (stripe.com/pricing, Europe).

    `most` caps the fee, minor units; `days` until the money is available.
    """

    per_mille: int
    fixed: int
    days: int
    most: int | None = None

    def fee(self, amount: int) -> int:
        """Return the fee in minor units; half a cent is rounded up."""
        cost = (amount * self.per_mille + 500) // 1000 + self.fixed
        return cost if self.most is None else min(cost, self.most)


TARIFFS: Final = {
    "card": Tariff(15, 25, days=2),
    "sepa_debit": Tariff(0, 35, days=0),
    "customer_balance": Tariff(5, 0, days=1, most=500),
    "crypto": Tariff(15, 0, days=2),
}


def move(
    books: Books,
    owner: str,
    kind: str,
    amount: int,
    *,
    currency: str,
    source: str,
    fee: int = 0,
    available_on: int | None = None,
    category: str | None = None,
) -> Thing:
    """Book `amount` (minor units, negative if it leaves) less `fee` on the owner's balance."""
    when = books.now() if available_on is None else max(available_on, books.now())
    details = [
        {"amount": fee, "application": None, "currency": currency, "description": "Stripe fees", "type": "stripe_fee"}
    ]
    return books.add(
        "balance_transaction",
        "txn",
        owner,
        amount=amount,
        available_on=when,
        balance_type="payments",
        currency=currency,
        fee=fee,
        fee_details=details if fee else [],
        net=amount - fee,
        reporting_category=category or kind,
        source=source,
        status="pending" if when > books.now() else "available",
        type=kind,
    )


def totals(books: Books, owner: str) -> tuple[dict[str, int], dict[str, int]]:
    """Return (available, pending) by currency."""
    available: dict[str, int] = {}
    pending: dict[str, int] = {}
    for each in books.all("balance_transaction", owner):
        ready = each["available_on"] <= books.now()
        each["status"] = "available" if ready else "pending"
        side = available if ready else pending
        side[each["currency"]] = side.get(each["currency"], 0) + each["net"]
    return available, pending


def available(books: Books, owner: str, currency: str) -> int:
    return totals(books, owner)[0].get(currency, 0)


def whole(books: Books, owner: str, currency: str) -> int:
    ready, pending = totals(books, owner)
    return ready.get(currency, 0) + pending.get(currency, 0)


def insufficient(what: str) -> Refusal:
    return Refusal(
        f"You have insufficient available funds in your Stripe account for this {what}. Try adding funds directly to"
        " your available balance by creating Charges using the 4000000000000077 test card.",
        code="balance_insufficient",
    )


def balance_of(books: Books, owner: str) -> Thing:
    ready, pending = totals(books, owner)
    currencies = sorted({"eur", *ready, *pending})

    def side(sums: dict[str, int]) -> list[dict[str, Any]]:
        return [
            {"amount": sums.get(each, 0), "currency": each, "source_types": {"card": sums.get(each, 0)}}
            for each in currencies
        ]

    thing = shape("balance", available=side(ready), pending=side(pending))
    return {name: value for name, value in thing.items() if value is not None}


def retrieve_balance(books: Books, call: Call) -> Thing:
    return balance_of(books, call.account)


def retrieve_transaction(books: Books, call: Call) -> Thing:
    totals(books, call.account)  # brings `status` up to date
    return books.get("balance_transaction", call.ids["id"], owner=call.account)


def list_transactions(books: Books, call: Call) -> Thing:
    totals(books, call.account)
    things = books.all("balance_transaction", call.account)
    return page(things, "/v1/balance_transactions", call.params, ("type", "source", "currency"))


PAGE: Final = "limit starting_after ending_before created"

ROUTES: Final = [
    Route("GET", "/v1/balance", "_balance_retrieve_params.BalanceRetrieveParams", "", retrieve_balance),
    Route(
        "GET",
        "/v1/balance_transactions",
        "_balance_transaction_list_params.BalanceTransactionListParams",
        f"{PAGE} type source currency",
        list_transactions,
    ),
    Route(
        "GET",
        "/v1/balance_transactions/{id}",
        "_balance_transaction_retrieve_params.BalanceTransactionRetrieveParams",
        "",
        retrieve_transaction,
    ),
]
