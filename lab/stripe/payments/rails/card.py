"""Cards: authorised at once, authenticated if the bank wants it, taken now or held until `capture_before`."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NoReturn

from lab.stripe.api.errors import card_declined
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import DAY
from lab.stripe.books import Books
from lab.stripe.payments import lifecycle
from lab.stripe.payments.cards import Card, Decline, card_of, details
from lab.stripe.payments.charges import let_go, open_charge, take
from lab.stripe.payments.disputes import Complaint, open_dispute
from lab.stripe.payments.fraud_warnings import warn
from lab.stripe.payments.lifecycle import Confirmation
from lab.stripe.payments.payment_methods import attach

HOLD: Final = 7 * DAY
VISA_WITHOUT_THE_PAYER: Final = 4 * DAY + 18 * 3600
"""Visa's five days for what the merchant initiates, less Stripe's six hours (docs.stripe.com, place a hold)."""

UNAUTHENTICATED: Final = (
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)


def window(card: Card, *, off_session: bool) -> int:
    """Return the seconds until an authorisation lapses: network and initiator decide."""
    return VISA_WITHOUT_THE_PAYER if card.brand == "visa" and off_session else HOLD


def confirm(books: Books, intent: Thing, method: Thing, how: Confirmation) -> None:
    """Charge or hold the card, or send the payer to their bank. Raises a card error (402) if it is declined."""
    card = card_of(books, method)
    decline = card.decline if card.fails_when == "always" or method["customer"] else None
    if decline:
        _decline(books, intent, method, decline)
    if _wants_its_owner(intent, method, card) and not how.authenticated:
        if how.off_session:
            _decline(books, intent, method, UNAUTHENTICATED)
        lifecycle.redirect(books, intent, f"/pay/authenticate/{intent['id']}", how.return_url)
        return
    _authorize(books, intent, method, how)


def _wants_its_owner(intent: Thing, method: Thing, card: Card) -> bool:
    asked = ((intent["payment_method_options"] or {}).get("card") or {}).get("request_three_d_secure")
    saved = method["customer"] is not None and card.authentication == "until_saved"
    return asked in ("any", "challenge") or (card.authentication != "never" and not saved)


def _decline(books: Books, intent: Thing, method: Thing, decline: Decline) -> NoReturn:
    code, decline_code, message = decline
    card = {**details(books, card_of(books, method)), "amount_authorized": intent["amount"]}
    charge = open_charge(books, intent, method, card, status="failed", paid=False, captured=False)
    charge |= {"failure_code": code, "failure_message": message}
    charge["outcome"] |= {"type": "issuer_declined", "reason": decline_code, "network_status": "declined_by_network"}
    books.announce("charge.failed", charge)
    error: dict[str, Any] = {
        "charge": charge["id"],
        "code": code,
        "decline_code": decline_code,
        "message": message,
        "payment_method": dict(method),
        "type": "card_error",
    }
    lifecycle.fail(books, intent, error, charge)
    raise card_declined(message, code, decline_code, charge=charge["id"], payment_intent=dict(intent))


def _authorize(books: Books, intent: Thing, method: Thing, how: Confirmation) -> None:
    manual = intent["capture_method"] == "manual"
    card = card_of(books, method)
    shown = {**details(books, card), "amount_authorized": intent["amount"], **_extras(intent)}
    if manual:
        shown["capture_before"] = books.now() + window(card, off_session=how.off_session)
    charge = open_charge(books, intent, method, shown, status="succeeded", paid=True, captured=False)
    if not manual:
        take(books, charge, charge["amount"])
    books.announce("charge.succeeded", charge)
    if intent["setup_future_usage"] and intent["customer"]:
        attach(books, method, intent["customer"])
    if manual:
        lifecycle.hold(books, intent, charge)
        books.later(shown["capture_before"], partial(lapse, books, intent, charge))
    else:
        lifecycle.succeed(books, intent, charge)
    _aftermath(books, charge, card)


def _extras(intent: Thing) -> dict[str, Any]:
    """Return the features that Stripe offers by contract only; the lab's platform has no such contract."""
    return {
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "multicapture": {"status": "unavailable"},
        "overcapture": {"status": "unavailable", "maximum_amount_capturable": intent["amount"]},
    }


def lapse(books: Books, intent: Thing, charge: Thing) -> None:
    """Let a hold lapse, so that Stripe cancels the intent."""
    if intent["status"] == "requires_capture":
        let_go(books, charge, lapsed=True)
        lifecycle.cancel(books, intent, "automatic")


def _aftermath(books: Books, charge: Thing, card: Card) -> None:
    """Schedule what the holder of some test cards does afterwards."""
    if card.complaint:
        complaint = card.complaint
        books.later(books.now() + complaint.after, partial(_complain, books, charge, complaint))
    if card.warned:
        warn(books, charge)


def _complain(books: Books, charge: Thing, complaint: Complaint) -> None:
    """Let the card's holder complain to the bank, unless the money is back already."""
    if charge["amount_captured"] > charge["amount_refunded"] and not charge["disputed"]:
        open_dispute(books, charge, complaint)
