"""Refunds: captured money on its way back, never more than was taken less what went back already.

A refund goes from pending to succeeded. It can still fail after that, if the payer's bank sends it back. If the sender
of a bank transfer is unknown, the refund waits in requires_action for the payer's account. Without an account it is
canceled.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from lab.stripe.amounts import in_words
from lab.stripe.api.errors import Refusal, at_least_one, missing_parameter
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import DAY, move, whole
from lab.stripe.books import PLATFORM, Books, Call, change_metadata, page
from lab.stripe.payments.cards import card_of
from lab.stripe.payments.cash_balance import book, check_covers, settings_of
from lab.stripe.payments.disputes import close_inquiry_of
from lab.stripe.payments.fraud_warnings import put_to_rest
from lab.stripe.server import Route

SETTLING: Final = {"card": 1, "crypto": 600, "customer_balance": DAY, "sepa_debit": 3 * DAY}
"""Seconds from pending to succeeded, by how the payment was made."""

RETRY: Final = 3600
"""Seconds until a refund that the balance cannot cover is tried again."""

COMES_BACK_AFTER: Final = DAY
ACCOUNT_WITHIN: Final = 45 * DAY
REFUNDABLE_FOR: Final = {"customer_balance": 180 * DAY, "sepa_debit": 180 * DAY}


def create_refund(books: Books, call: Call) -> Thing:
    if call.params.get("origin") == "customer_balance":
        return _return_cash(books, call.params)
    charge = _charge_of(books, call.params)
    kind = charge["payment_method_details"]["type"]
    amount = _checked_amount(books, charge, kind, call.params.get("amount"))
    needs_email = kind == "customer_balance" and settings_of(books, charge["customer"]).returns_to is None
    email = call.params.get("instructions_email") or _email(books, charge["customer"])
    if needs_email and not email:
        raise missing_parameter("instructions_email")
    refund = _new(
        books,
        call.params,
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        destination_details=_destination(kind),
        instructions_email=email if needs_email else None,
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        status="requires_action" if needs_email else "pending",
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] >= charge["amount_captured"]
    books.expandable[charge["id"], "refunds"]["data"].insert(0, refund)
    books.announce("refund.created", refund)
    books.announce("charge.refunded", charge)
    if charge["refunded"]:
        put_to_rest(books, charge)
        close_inquiry_of(books, charge)
    _go_on(books, refund, kind)
    return refund


def _new(books: Books, params: Thing, **given: Any) -> Thing:
    waits = given["status"] == "requires_action"
    sent = {"email_sent": {"email_sent_at": books.now(), "email_sent_to": given["instructions_email"]}}
    action = {"type": "display_details", "display_details": {**sent, "expires_at": books.now() + ACCOUNT_WITHIN}}
    return books.add(
        "refund",
        "re",
        balance_transaction=None,
        failure_balance_transaction=None,
        metadata=dict(params.get("metadata") or {}),
        next_action=action if waits else None,
        pending_reason=None if waits else "processing",
        reason=params.get("reason"),
        source_transfer_reversal=None,
        transfer_reversal=None,
        **given,
    )


def _go_on(books: Books, refund: Thing, kind: str) -> None:
    if refund["status"] == "requires_action":
        books.later(books.now() + ACCOUNT_WITHIN, partial(expire, books, refund))
    else:
        books.later(books.now() + SETTLING[kind], partial(_settle, books, refund))


def _return_cash(books: Books, params: Thing) -> Thing:
    """Send unclaimed money back from the customer's cash balance, not from the platform's."""
    for name in ("customer", "amount", "currency"):
        if name not in params:
            raise missing_parameter(name)
    customer, amount, currency = params["customer"], params["amount"], params["currency"]
    books.get("customer", customer, "customer")
    check_covers(books, customer, _positive(amount), currency)
    known = settings_of(books, customer).returns_to is not None
    email = params.get("instructions_email") or _email(books, customer)
    if not known and not email:
        raise missing_parameter("instructions_email")
    refund = _new(
        books,
        params,
        amount=amount,
        charge=None,
        currency=currency,
        customer=customer,
        destination_details=_destination("customer_balance"),
        instructions_email=None if known else email,
        payment_intent=None,
        payment_method=None,
        status="pending" if known else "requires_action",
    )
    book(books, customer, "return_initiated", -amount, currency)
    books.announce("refund.created", refund)
    _go_on(books, refund, "customer_balance")
    return refund


def _destination(kind: str) -> dict[str, Any] | None:
    if kind == "sepa_debit":
        return None
    if kind == "card":
        reference: dict[str, Any] = {"reference_type": "acquirer_reference_number", "reference_status": "pending"}
        return {"type": "card", "card": {"type": "pending", **reference}}
    name = {"customer_balance": "eu_bank_transfer"}.get(kind, kind)
    return {"type": name, name: {"reference": None}}


def _email(books: Books, customer: str | None) -> str | None:
    email: str | None = books.get("customer", customer).get("email") if customer else None
    return email


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


def _checked_amount(books: Books, charge: Thing, kind: str, requested: int | None) -> int:
    if charge["disputed"] and not _is_ours(books, charge):
        raise Refusal(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if kind in REFUNDABLE_FOR and charge["created"] + REFUNDABLE_FOR[kind] < books.now():
        raise Refusal(
            f"Charge {charge['id']} is too old to be refunded: payments by {kind} can be refunded for 180 days.",
            param="charge",
        )
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = _positive(left if requested is None else requested)
    if amount > left:
        raise Refusal(
            f"Refund amount ({in_words(amount, charge['currency'])}) is greater than unrefunded amount on charge"
            f" ({in_words(left, charge['currency'])})",
            code="amount_too_large",
            param="amount",
        )
    return amount


def _positive(amount: int) -> int:
    if amount <= 0:
        raise at_least_one("amount")
    return amount


def _is_ours(books: Books, charge: Thing) -> bool:
    """Return whether the charge's dispute leaves it refundable: it is an inquiry, withdrawn or won."""
    disputes = [each for each in books.all("dispute") if each["charge"] == charge["id"]]
    return any(each["is_charge_refundable"] or each["status"] == "won" for each in disputes)


def _settle(books: Books, refund: Thing) -> None:
    """Pay it out of the platform's balance; wait if that is too small."""
    if refund["status"] != "pending":
        return
    if refund["charge"] is not None:
        if whole(books, PLATFORM, refund["currency"]) < refund["amount"]:
            refund["pending_reason"] = "insufficient_funds"
            books.later(books.now() + RETRY, partial(_settle, books, refund))
            return
        refund["balance_transaction"] = _pay(books, refund)["id"]
    refund |= {"status": "succeeded", "pending_reason": None}
    if (refund["destination_details"] or {}).get("type") == "card":
        shown = refund["destination_details"]["card"]
        shown |= {"type": "refund", "reference": "24011340000000000000000", "reference_status": "available"}
    _tell(books, refund, "pending")
    if refund["charge"] and _bounces(books, refund):
        books.later(books.now() + COMES_BACK_AFTER, partial(fail, books, refund, "expired_or_canceled_card"))


def _pay(books: Books, refund: Thing) -> Thing:
    charge = books.get("charge", refund["charge"])
    paid_in = books.get("balance_transaction", charge["balance_transaction"])
    return move(
        books,
        PLATFORM,
        "refund" if charge["payment_method_details"]["type"] == "card" else "payment_refund",
        -refund["amount"],
        currency=refund["currency"],
        source=refund["id"],
        available_on=paid_in["available_on"],
    )


def _tell(books: Books, refund: Thing, before: str) -> None:
    books.announce("refund.updated", refund, {"status": before})
    if refund["charge"]:
        books.announce("charge.refund.updated", refund, {"status": before})


def _bounces(books: Books, refund: Thing) -> bool:
    method = books.get("payment_method", refund["payment_method"])
    return method["type"] == "card" and card_of(books, method).refund == "comes_back"


def fail(books: Books, refund: Thing, reason: str = "unknown") -> None:
    """Fail a refund that the payer's bank rejects: the money returns to the balance that paid it."""
    if refund["status"] not in ("pending", "succeeded", "requires_action"):
        raise Refusal(f"A refund that is {refund['status']} cannot fail.")
    before = refund["status"]
    refund |= {"status": "failed", "failure_reason": reason, "pending_reason": None, "next_action": None}
    _undo(books, refund)
    books.announce("refund.failed", refund, {"status": before})
    _tell(books, refund, before)


def _undo(books: Books, refund: Thing) -> None:
    if refund["charge"] is None:
        book(books, refund["customer"], "return_canceled", refund["amount"], refund["currency"])
        return
    charge = books.get("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    if refund["balance_transaction"]:
        back = move(
            books,
            PLATFORM,
            "refund_failure",
            refund["amount"],
            currency=refund["currency"],
            source=refund["id"],
        )
        refund["failure_balance_transaction"] = back["id"]


def give_account(books: Books, refund: Thing) -> None:
    """Record the account that the payer named in reply to the mail."""
    if refund["status"] != "requires_action":
        raise Refusal(f"This refund asks for no account; it is {refund['status']}.")
    refund |= {"status": "pending", "pending_reason": "processing", "next_action": None}
    _tell(books, refund, "requires_action")
    books.later(books.now() + SETTLING["customer_balance"], partial(_settle, books, refund))


def expire(books: Books, refund: Thing) -> None:
    """Put the money into the customer's cash balance, if no account was named in time."""
    if refund["status"] == "requires_action":
        _give_up(books, refund, to_customer=True)


def _give_up(books: Books, refund: Thing, *, to_customer: bool) -> None:
    refund |= {"status": "canceled", "next_action": None}
    if to_customer and refund["charge"]:
        refund["balance_transaction"] = _pay(books, refund)["id"]
        claim = {"refunded_from_payment": {"refund": refund["id"]}}
        book(books, refund["customer"], "refunded_from_payment", refund["amount"], refund["currency"], **claim)
    else:
        _undo(books, refund)
    _tell(books, refund, "requires_action")


def cancel_refund(books: Books, call: Call) -> Thing:
    refund = books.get("refund", call.ids["id"])
    if refund["status"] != "requires_action":
        raise Refusal(f"Only refunds that require action can be canceled; this one is {refund['status']}.")
    _give_up(books, refund, to_customer=False)
    return refund


def expire_refund(books: Books, call: Call) -> Thing:
    refund = books.get("refund", call.ids["id"])
    if refund["status"] != "requires_action":
        raise Refusal(f"Only refunds that require action can expire; this one is {refund['status']}.")
    expire(books, refund)
    return refund


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
        "charge payment_intent amount metadata reason customer currency origin instructions_email",
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
    Route(
        "POST",
        "/v1/test_helpers/refunds/{id}/expire",
        "test_helpers._refund_expire_params.RefundExpireParams",
        "",
        expire_refund,
    ),
]
