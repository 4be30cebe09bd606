"""The pay page of a Checkout Session: the effects of its button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books
from lab.stripe.iban import checked_iban
from lab.stripe.payments.customers import new_customer
from lab.stripe.payments.lifecycle import Confirmation
from lab.stripe.payments.payment_intents import confirm, new_intent
from lab.stripe.payments.payment_methods import card_method, debit_method, plain_method
from lab.stripe.payments.rails.crypto import NETWORKS, TOKENS
from lab.stripe.payments.setup_intents import confirm_setup

DONE: Final = ("succeeded", "requires_capture", "processing")


@dataclass(frozen=True, slots=True)
class Payer:
    """A person's input on the page. `authenticated`: the person has already proved their identity to their bank."""

    method: Literal["card", "customer_balance", "sepa_debit", "crypto"] = "card"
    number: str = ""
    iban: str = ""
    name: str = "A person"
    network: str = NETWORKS[0]
    token: str = TOKENS[0]
    authenticated: bool = False


def pay(books: Books, key: str, payer: Payer) -> Thing:
    """Pay as the button on the page does. Return {status, error?, return_url?}.

    The status is the session's, or requires_action while the bank wants to see the payer.
    """
    books.settle()
    session = books.get("checkout.session", key)
    if session["status"] != "open":
        return {"status": session["status"], "return_url": _return_url(session)}
    try:
        waits = _attempt(books, session, payer)
    except Refusal as refusal:
        return {"status": "open", "error": str(refusal)}
    if waits:
        return {"status": "requires_action"}
    return {"status": session["status"], "return_url": _return_url(session)}


def _attempt(books: Books, session: Thing, payer: Payer) -> bool:
    """Try to pay. Return True if the bank or the wallet wants to see the payer first."""
    if payer.method not in session["payment_method_types"]:
        raise Refusal(f"This page does not take {payer.method}.", param="method")
    method = _method(books, session, payer)
    if session["mode"] == "setup":
        intent = books.get("setup_intent", session["setup_intent"])
        intent["payment_method"] = method["id"]
        confirm_setup(books, intent, authenticated=payer.authenticated)
    else:
        intent = _intent_of(books, session)
        intent["payment_method"] = method["id"]
        mandate = {"customer_acceptance": {"type": "online", "online": {"ip_address": None, "user_agent": "The lab"}}}
        how = Confirmation(
            authenticated=payer.authenticated,
            return_url=session["success_url"],
            mandate=mandate,
            wallet=(payer.network, payer.token) if payer.method == "crypto" else None,
        )
        confirm(books, intent, how)
    if (intent["next_action"] or {}).get("type") == "redirect_to_url":
        return True
    _complete(books, session, intent)
    return False


def _method(books: Books, session: Thing, payer: Payer) -> Thing:
    email = _email(books, session)
    if payer.method == "card":
        return card_method(books, payer.number, email=email)
    if payer.method == "sepa_debit":
        return debit_method(books, checked_iban(payer.iban, "iban"), {"name": payer.name, "email": email})
    return plain_method(books, payer.method, email)


def _intent_of(books: Books, session: Thing) -> Thing:
    """Return the session's PaymentIntent, made at the payer's first press (as Stripe does since 2022)."""
    if session["payment_intent"] is None:
        _ensure_customer(books, session)
        data = books.private[session["id"]]
        asked_for = {
            "amount": session["amount_total"],
            "currency": session["currency"],
            "customer": session["customer"],
            "allowed_payment_method_types": session["payment_method_types"],
            "payment_method_options": session["payment_method_options"],
        }
        session["payment_intent"] = new_intent(books, {**data, **asked_for})["id"]
    return books.get("payment_intent", session["payment_intent"])


def _ensure_customer(books: Books, session: Thing) -> None:
    saves = bool(books.private[session["id"]].get("setup_future_usage"))
    if session["customer"] is None and (session["customer_creation"] == "always" or saves):
        session["customer"] = new_customer(books, {"email": session["customer_email"]})["id"]


def _complete(books: Books, session: Thing, intent: Thing) -> None:
    session["status"] = "complete"
    session["customer_details"] = {
        "address": None,
        "business_name": None,
        "email": _email(books, session),
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    if session["mode"] == "payment":
        # A hold counts as unpaid: the money has not been taken yet.
        session["payment_status"] = "paid" if intent["status"] == "succeeded" else "unpaid"
    session["url"] = None
    books.announce("checkout.session.completed", session)


def complete_session_of(books: Books, intent: Thing) -> None:
    """Complete the session of a payer who went on at their bank's own page."""
    place = "setup_intent" if intent["object"] == "setup_intent" else "payment_intent"
    for session in books.all("checkout.session"):
        if session[place] == intent["id"] and session["status"] == "open" and intent["status"] in DONE:
            _complete(books, session, intent)


def _email(books: Books, session: Thing) -> str | None:
    if session["customer"]:
        email: str | None = books.get("customer", session["customer"]).get("email")
        return email
    given: str | None = session["customer_email"]
    return given


def _return_url(session: Thing) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])
