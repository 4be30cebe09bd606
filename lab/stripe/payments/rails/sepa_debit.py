"""SEPA debits: the payer signs a mandate, the banks take days, and a debit may come back weeks later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal

from lab.stripe.api.errors import Refusal, missing_parameter
from lab.stripe.api.shapes import Thing, shape
from lab.stripe.balance import DAY
from lab.stripe.books import Books, Call
from lab.stripe.payments import lifecycle
from lab.stripe.payments.charges import open_charge, take
from lab.stripe.payments.disputes import Complaint, open_dispute
from lab.stripe.payments.lifecycle import Confirmation
from lab.stripe.server import Route

PROCESSING: Final = 5 * DAY
"""Until the banks have answered; Stripe says "up to 5 business days"."""

RETURN_AFTER: Final = 40 * DAY
"""When the account that is "returned later" sends its debit back, within the eight weeks that SEPA gives."""

DebitPlan = Literal["succeeds", "fails", "is_returned"]


@dataclass(frozen=True, slots=True)
class Account:
    iban: str
    plan: DebitPlan
    about: str


ACCOUNTS: Final = [
    Account("DE89370400440532013000", "succeeds", "Is debited after five days"),
    Account("DE62370400440532013001", "fails", "Fails after five days"),
    Account("DE35370400440532013002", "is_returned", "Is debited, and the debit comes back after forty days"),
]
"""Stripe's test accounts (docs.stripe.com/testing). Any other sound IBAN is debited."""

BY_IBAN: Final = {each.iban: each for each in ACCOUNTS}


def confirm(books: Books, intent: Thing, method: Thing, how: Confirmation) -> None:
    if how.mandate is None:
        raise missing_parameter("mandate_data")
    mandate = sign(books, method, how.mandate)
    asked_for = ((intent["payment_method_options"] or {}).get("sepa_debit") or {}).get("target_date")
    done_at = max(books.now() + PROCESSING, _checked_target(books, asked_for) if asked_for else 0)
    account = method["sepa_debit"]
    shown = {
        **{name: account[name] for name in ("bank_code", "branch_code", "country", "fingerprint", "last4")},
        "expected_debit_date": datetime.fromtimestamp(done_at, UTC).date().isoformat(),
        "mandate": mandate["id"],
    }
    charge = open_charge(books, intent, method, shown, status="pending", paid=False, captured=True)
    charge["amount_captured"] = charge["amount"]
    books.announce("charge.pending", charge)
    lifecycle.wait(books, intent, charge)
    books.later(done_at, partial(_end, books, intent, charge, fails=plan_of(books, method) == "fails"))


def _checked_target(books: Books, asked_for: str) -> int:
    """Return `target_date`, which must be three to fifteen days ahead."""
    try:
        target = int(datetime.fromisoformat(asked_for).replace(tzinfo=UTC).timestamp())
    except ValueError:
        target = 0
    if not books.now() + 2 * DAY <= target <= books.now() + 15 * DAY:
        raise Refusal(
            "The target date must be between 3 and 15 days ahead.",
            param="payment_method_options[sepa_debit][target_date]",
        )
    return target


def sign(books: Books, method: Thing, given: Thing) -> Thing:
    """Return a mandate. `given` as in `mandate_data`."""
    acceptance = given["customer_acceptance"]
    key = books.new_id("mandate")
    mandate = shape(
        "mandate",
        id=key,
        customer_acceptance={
            "accepted_at": acceptance.get("accepted_at", books.now()),
            "type": acceptance["type"],
            acceptance["type"]: acceptance.get(acceptance["type"]) or {},
        },
        payment_method=method["id"],
        payment_method_details={
            "type": "sepa_debit",
            "sepa_debit": {"reference": key[-16:].upper(), "url": f"{books.base_url}/pay/mandate/{key}"},
        },
        status="active",
        type="multi_use",
        multi_use={},
    )
    books.keep("mandate", mandate)
    return mandate


def plan_of(books: Books, method: Thing) -> DebitPlan:
    known = BY_IBAN.get(books.private[method["id"]])
    return known.plan if known else "succeeds"


def finish(books: Books, intent: Thing, *, fails: bool) -> None:
    """Let the banks answer now, whatever their planned answer was."""
    charge = books.get("charge", intent["latest_charge"]) if intent["latest_charge"] else None
    if charge is None or charge["payment_method_details"]["type"] != "sepa_debit" or charge["status"] != "pending":
        raise Refusal(f"PaymentIntent {intent['id']} has no SEPA debit under way.")
    _end(books, intent, charge, fails=fails)


def _end(books: Books, intent: Thing, charge: Thing, *, fails: bool) -> None:
    if charge["status"] != "pending":
        return
    if fails:
        _fail(books, intent, charge)
        return
    take(books, charge, charge["amount"])
    charge |= {"status": "succeeded", "paid": True}
    books.announce("charge.succeeded", charge)
    lifecycle.succeed(books, intent, charge)
    method = books.get("payment_method", charge["payment_method"])
    if plan_of(books, method) == "is_returned":
        books.later(books.now() + RETURN_AFTER, partial(give_back, books, charge))


def _fail(books: Books, intent: Thing, charge: Thing) -> None:
    message = "The customer's account has insufficient funds to cover this payment."
    charge |= {"status": "failed", "amount_captured": 0, "captured": False}
    charge |= {"failure_code": "insufficient_funds", "failure_message": message}
    charge["outcome"] |= {"type": "issuer_declined", "reason": "insufficient_funds"}
    charge["outcome"]["network_status"] = "declined_by_network"
    books.announce("charge.failed", charge)
    error = {
        "charge": charge["id"],
        "code": "payment_intent_payment_attempt_failed",
        "message": message,
        "payment_method": dict(books.get("payment_method", charge["payment_method"])),
        "type": "invalid_request_error",
    }
    lifecycle.fail(books, intent, error, charge)


def give_back(books: Books, charge: Thing) -> None:
    """Let the payer's bank return a debit as unauthorised. It cannot be contested."""
    if charge["amount_captured"] > charge["amount_refunded"] and not charge["disputed"]:
        open_dispute(books, charge, Complaint(0, "debit_not_authorized"))


def retrieve_mandate(books: Books, call: Call) -> Thing:
    return books.get("mandate", call.ids["id"])


ROUTES: Final = [
    Route("GET", "/v1/mandates/{id}", "_mandate_retrieve_params.MandateRetrieveParams", "", retrieve_mandate),
]
