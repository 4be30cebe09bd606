"""Refunds: captured money on its way back, never more than was taken less what went back already."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.desk import Route
from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import move, whole
from lab.stripe.books import PLATFORM, Books, Call, change_metadata, page

SETTLING: Final = 1
"""Seconds from pending to succeeded."""

RETRY: Final = 3600
"""Seconds until a refund that the balance cannot cover is tried again."""


def create_refund(books: Books, call: Call) -> Thing:
    charge = _charge_of(books, call.params)
    amount = _checked_amount(charge, call.params.get("amount"))
    refund = books.add(
        "refund",
        "re",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        destination_details={
            "type": "card",
            "card": {"type": "pending", "reference_type": "acquirer_reference_number"},
        },
        failure_balance_transaction=None,
        metadata=dict(call.params.get("metadata") or {}),
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        pending_reason="processing",
        reason=call.params.get("reason"),
        source_transfer_reversal=None,
        status="pending",
        transfer_reversal=None,
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] >= charge["amount_captured"]
    books.expandable[charge["id"], "refunds"]["data"].insert(0, refund)
    books.announce("refund.created", refund)
    books.announce("charge.refunded", charge)
    books.later(books.now() + SETTLING, lambda: _settle(books, refund, charge))
    return refund


def _charge_of(books: Books, params: Thing) -> Thing:
    if ("charge" in params) == ("payment_intent" in params):
        raise Refusal("You must provide either `charge` or `payment_intent`, and only one of them.", param="charge")
    if "charge" in params:
        charge = books.get("charge", params["charge"], "charge")
    else:
        intent = books.get("payment_intent", params["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            raise Refusal(
                "This PaymentIntent does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        charge = books.get("charge", intent["latest_charge"])
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise Refusal(
            f"Charge {charge['id']} has not been captured; cancel its PaymentIntent to release the hold.",
            code="charge_not_refundable",
            param="charge",
        )
    return charge


def _checked_amount(charge: Thing, wanted: int | None) -> int:
    if charge["disputed"]:
        raise Refusal(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = left if wanted is None else wanted
    if amount <= 0:
        raise Refusal(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount > left:
        raise Refusal(
            f"Refund amount ({amount / 100:.2f} {charge['currency']}) is greater than unrefunded amount on charge"
            f" ({left / 100:.2f} {charge['currency']})",
            code="amount_too_large",
            param="amount",
        )
    return amount


def _settle(books: Books, refund: Thing, charge: Thing) -> None:
    """Pay it out of the platform's balance; wait when that is too small."""
    if refund["status"] != "pending":
        return
    if whole(books, PLATFORM, refund["currency"]) < refund["amount"]:
        refund["pending_reason"] = "insufficient_funds"
        books.later(books.now() + RETRY, lambda: _settle(books, refund, charge))
        return
    paid_in = books.get("balance_transaction", charge["balance_transaction"])
    moved = move(
        books,
        PLATFORM,
        "refund",
        -refund["amount"],
        currency=refund["currency"],
        source=refund["id"],
        available_on=paid_in["available_on"],
    )
    refund |= {"status": "succeeded", "pending_reason": None, "balance_transaction": moved["id"]}
    books.announce("refund.updated", refund, {"status": "pending"})
    books.announce("charge.refund.updated", refund, {"status": "pending"})


def cancel_refund(books: Books, call: Call) -> Thing:
    refund = books.get("refund", call.ids["id"])
    raise Refusal(f"Only refunds that require action can be canceled; this one is {refund['status']}.")


def update_refund(books: Books, call: Call) -> Thing:
    refund = books.get("refund", call.ids["id"])
    change_metadata(refund, call.params.get("metadata"))
    books.announce("refund.updated", refund)
    return refund


def retrieve_refund(books: Books, call: Call) -> Thing:
    return books.get("refund", call.ids["id"])


def list_refunds(books: Books, call: Call) -> Thing:
    return page(books.all("refund"), "/v1/refunds", call.params, ("charge", "payment_intent"))


ROUTES: Final = [
    Route(
        "POST",
        "/v1/refunds",
        "_refund_create_params.RefundCreateParams",
        "charge payment_intent amount metadata reason",
        create_refund,
    ),
    Route(
        "GET",
        "/v1/refunds",
        "_refund_list_params.RefundListParams",
        "limit starting_after ending_before created charge payment_intent",
        list_refunds,
    ),
    Route("GET", "/v1/refunds/{id}", "_refund_retrieve_params.RefundRetrieveParams", "", retrieve_refund),
    Route("POST", "/v1/refunds/{id}", "_refund_update_params.RefundUpdateParams", "metadata", update_refund),
    Route("POST", "/v1/refunds/{id}/cancel", "_refund_cancel_params.RefundCancelParams", "", cancel_refund),
]
