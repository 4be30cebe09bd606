"""The states of a PaymentIntent and the events of each change; the rails decide on the change.

requires_payment_method -> requires_confirmation -> requires_action -> processing | requires_capture -> succeeded, and
canceled from all but the last (docs.stripe.com/payments/paymentintents/lifecycle).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books

OPEN: Final = ("requires_payment_method", "requires_confirmation", "requires_action")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A confirmation of a payment. `authenticated`: the payer has already said yes to the bank.

    `wallet`: (network, coin) of the wallet that has already sent stablecoins.
    """

    off_session: bool = False
    authenticated: bool = False
    return_url: str | None = None
    mandate: Thing | None = None
    wallet: tuple[str, str] | None = None


def unexpected(intent: Thing, verb: str, allowed: tuple[str, ...]) -> Refusal:
    message = (
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. Only a PaymentIntent"
        f" with one of the following statuses may be {verb}: {', '.join(allowed)}."
    )
    return Refusal(message, code="payment_intent_unexpected_state", payment_intent=intent)


def require_action(books: Books, intent: Thing, action: Thing) -> None:
    intent |= {"status": "requires_action", "next_action": action}
    books.announce("payment_intent.requires_action", intent)


def redirect(books: Books, intent: Thing, path: str, return_url: str | None) -> None:
    """Send the payer to a page of the lab before the payment goes on."""
    url = f"{books.base_url}{path}"
    require_action(
        books, intent, {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
    )


def wait(books: Books, intent: Thing, charge: Thing) -> None:
    """Wait for the banks; the payer has nothing more to do."""
    intent |= {"status": "processing", "latest_charge": charge["id"], "next_action": None, "last_payment_error": None}
    books.announce("payment_intent.processing", intent)


def hold(books: Books, intent: Thing, charge: Thing) -> None:
    intent |= {
        "status": "requires_capture",
        "amount_capturable": charge["amount"],
        "latest_charge": charge["id"],
        "next_action": None,
        "last_payment_error": None,
    }
    books.announce("payment_intent.amount_capturable_updated", intent)


def succeed(books: Books, intent: Thing, charge: Thing) -> None:
    """Succeed, because the money has been taken. A Checkout Session that was completed earlier is told now."""
    intent |= {
        "status": "succeeded",
        "amount_received": charge["amount_captured"],
        "amount_capturable": 0,
        "latest_charge": charge["id"],
        "next_action": None,
        "last_payment_error": None,
    }
    books.announce("payment_intent.succeeded", intent)
    session = done_session(books, intent)
    if session is not None:
        session["payment_status"] = "paid"
        if intent["capture_method"] != "manual":
            books.announce("checkout.session.async_payment_succeeded", session)


def fail(books: Books, intent: Thing, error: dict[str, Any], charge: Thing | None) -> None:
    """Go back to the start: another payment method may be tried."""
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "latest_charge": charge["id"] if charge else None,
        "last_payment_error": error,
    }
    books.announce("payment_intent.payment_failed", intent)
    session = done_session(books, intent)
    if session is not None:
        books.announce("checkout.session.async_payment_failed", session)


def cancel(books: Books, intent: Thing, reason: str | None) -> None:
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": books.now(),
        "cancellation_reason": reason,
        "next_action": None,
    }
    books.announce("payment_intent.canceled", intent)


def done_session(books: Books, intent: Thing) -> Thing | None:
    """Return the Checkout Session that was completed for this intent before the money came, if any."""
    for session in books.all("checkout.session"):
        if session["payment_intent"] == intent["id"] and session["status"] == "complete":
            return session if session["payment_status"] == "unpaid" else None
    return None
