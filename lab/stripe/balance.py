"""Money at Stripe: balance transactions, what is available and what still pends, payouts.

Every movement is one balance transaction of one owner. A balance is never stored; it is the sum of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from lab.stripe.api.desk import Route
from lab.stripe.api.errors import Refusal, at_least_one
from lab.stripe.api.shapes import Thing, shape
from lab.stripe.books import Books, Call, change_metadata, check_currency, page

DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Tariff:
    """What Stripe keeps of a payment, and how long it keeps the rest (stripe.com/pricing, Europe).

    `most` caps the fee, minor units; `days` until the money is available.
    """

    per_mille: int
    fixed: int
    days: int
    most: int | None = None

    def fee(self, amount: int) -> int:
        """Half a cent is rounded up."""
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
    """Book `amount` (minor units, negative when it leaves) less `fee` on the owner's balance."""
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
    """(available, pending) by currency."""
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


def create_payout(books: Books, call: Call) -> Thing:
    """To the owner's bank: out of the available balance at once, there a day later."""
    amount, currency = call.params["amount"], check_currency(call.params["currency"])
    if amount <= 0:
        raise at_least_one("amount")
    if available(books, call.account, currency) < amount:
        raise insufficient("payout")
    payout = books.add(
        "payout",
        "po",
        call.account,
        amount=amount,
        currency=currency,
        arrival_date=books.now() + DAY,
        automatic=False,
        method="standard",
        reconciliation_status="not_applicable",
        source_type="card",
        status="pending",
        type="bank_account",
        description=call.params.get("description"),
        metadata=call.params.get("metadata") or {},
        statement_descriptor=call.params.get("statement_descriptor"),
    )
    payout["balance_transaction"] = move(
        books, call.account, "payout", -amount, currency=currency, source=payout["id"]
    )["id"]
    books.announce("payout.created", payout, account=call.account)
    books.later(payout["arrival_date"], lambda: _arrive(books, payout, call.account))
    return payout


def _arrive(books: Books, payout: Thing, owner: str) -> None:
    if payout["status"] == "pending":
        payout["status"] = "paid"
        books.announce("payout.paid", payout, {"status": "pending"}, owner)


def cancel_payout(books: Books, call: Call) -> Thing:
    payout = books.get("payout", call.ids["id"], owner=call.account)
    if payout["status"] != "pending":
        raise Refusal(f"Payouts can only be canceled while they are pending; this one is {payout['status']}.")
    payout["status"] = "canceled"
    back = move(
        books, call.account, "payout_cancel", payout["amount"], currency=payout["currency"], source=payout["id"]
    )
    payout["failure_balance_transaction"] = back["id"]
    books.announce("payout.canceled", payout, {"status": "pending"}, call.account)
    return payout


def retrieve_payout(books: Books, call: Call) -> Thing:
    return books.get("payout", call.ids["id"], owner=call.account)


def update_payout(books: Books, call: Call) -> Thing:
    payout = retrieve_payout(books, call)
    change_metadata(payout, call.params.get("metadata"))
    return payout


def list_payouts(books: Books, call: Call) -> Thing:
    return page(books.all("payout", call.account), "/v1/payouts", call.params, ("status",))


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
    Route(
        "POST",
        "/v1/payouts",
        "_payout_create_params.PayoutCreateParams",
        "amount currency description metadata statement_descriptor",
        create_payout,
    ),
    Route("GET", "/v1/payouts", "_payout_list_params.PayoutListParams", f"{PAGE} status", list_payouts),
    Route("GET", "/v1/payouts/{id}", "_payout_retrieve_params.PayoutRetrieveParams", "", retrieve_payout),
    Route("POST", "/v1/payouts/{id}", "_payout_update_params.PayoutUpdateParams", "metadata", update_payout),
    Route("POST", "/v1/payouts/{id}/cancel", "_payout_cancel_params.PayoutCancelParams", "", cancel_payout),
]
