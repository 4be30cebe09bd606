"""The test cards and what becomes of a charge on each of them (docs.stripe.com/testing)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from lab.stripe.api.desk import Route
from lab.stripe.api.errors import Refusal, no_such
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call, page

Decline = tuple[str, str, str]
"""(code, decline code, words for the payer)"""

Authentication = Literal["never", "until_saved", "always"]


@dataclass(frozen=True, slots=True)
class Card:
    """One test number. `at_once`: its money is available without the usual two days."""

    number: str
    token: str
    about: str
    brand: str = "visa"
    decline: Decline | None = None
    authentication: Authentication = "never"
    disputed: bool = False
    at_once: bool = False


CARDS: Final = [
    Card("4242424242424242", "pm_card_visa", "Pays at once"),
    Card("5555555555554444", "pm_card_mastercard", "Pays at once (Mastercard)", brand="mastercard"),
    Card(
        "4000000000000002",
        "pm_card_visa_chargeDeclined",
        "Is declined",
        decline=("card_declined", "generic_decline", "Your card was declined."),
    ),
    Card(
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "Has insufficient funds",
        decline=("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    ),
    Card(
        "4000000000000069",
        "pm_card_chargeDeclinedExpiredCard",
        "Has expired",
        decline=("expired_card", "expired_card", "Your card has expired."),
    ),
    Card("4000002760003184", "pm_card_authenticationRequired", "Needs authentication", authentication="always"),
    Card(
        "4000002500003155",
        "pm_card_authenticationRequiredOnSetup",
        "Needs authentication until it is saved",
        authentication="until_saved",
    ),
    Card("4000000000000259", "pm_card_createDispute", "Pays, and is disputed later", disputed=True),
    Card("4000000000000077", "pm_card_bypassPending", "Pays, and the money is available at once", at_once=True),
]
BY_NUMBER: Final = {card.number: card for card in CARDS}
BY_TOKEN: Final = {card.token: card for card in CARDS}


def card_of(books: Books, method: Thing) -> Card:
    return BY_NUMBER[books.cards[method["id"]]]


def new_method(books: Books, number: str, customer: str | None = None, email: str | None = None) -> Thing:
    """A payment method for a card number; Stripe refuses numbers that are no card's."""
    card = BY_NUMBER.get(number.replace(" ", ""))
    if card is None:
        raise Refusal(
            "Your card number is incorrect.", code="incorrect_number", kind="card_error", status=402, param="number"
        )
    method = books.add(
        "payment_method",
        "pm",
        billing_details={"address": None, "email": email, "name": None, "phone": None, "tax_id": None},
        type="card",
        card=details(books, card),
        customer=customer,
        metadata={},
    )
    books.cards[method["id"]] = card.number
    return method


def details(books: Books, card: Card) -> dict[str, Any]:
    return {
        "brand": card.brand,
        "country": "DE",
        "exp_month": 12,
        "exp_year": books.world.clock.now().year + 3,
        "fingerprint": f"lab{card.number[-8:]}",
        "funding": "credit",
        "last4": card.number[-4:],
    }


def find_method(books: Books, key: str, customer: str | None) -> Thing:
    """A stored payment method, or a new one for one of Stripe's test tokens ("pm_card_visa")."""
    if key in BY_TOKEN:
        return new_method(books, BY_TOKEN[key].number, customer)
    method = books.things.get("payment_method", {}).get(key)
    if method is None:
        raise no_such("PaymentMethod", key, "payment_method")
    if method["customer"] is not None and method["customer"] != customer:
        raise Refusal(
            "The payment method you provided is attached to another customer than this payment's.",
            param="payment_method",
        )
    return method


def attach(books: Books, method: Thing, customer: str) -> None:
    if method["customer"] != customer:
        method["customer"] = customer
        books.announce("payment_method.attached", method)


def attach_method(books: Books, call: Call) -> Thing:
    customer = books.get("customer", call.params["customer"], "customer")
    method = find_method(books, call.ids["id"], customer["id"])
    attach(books, method, customer["id"])
    return method


def detach_method(books: Books, call: Call) -> Thing:
    method = books.get("payment_method", call.ids["id"])
    if method["customer"] is None:
        raise Refusal("The payment method you provided is not attached to a customer so detachment is impossible.")
    method["customer"] = None
    books.announce("payment_method.detached", method)
    return method


def retrieve_method(books: Books, call: Call) -> Thing:
    return books.get("payment_method", call.ids["id"])


def list_methods(books: Books, call: Call) -> Thing:
    wanted = call.ids.get("customer") or call.params.get("customer")
    attached = [each for each in books.all("payment_method") if each["customer"] and each["customer"] == wanted]
    url = f"/v1/customers/{wanted}/payment_methods" if "customer" in call.ids else "/v1/payment_methods"
    return page(attached, url, call.params, ("type",))


PAGE: Final = "limit starting_after ending_before"

ROUTES: Final = [
    Route(
        "GET",
        "/v1/payment_methods",
        "_payment_method_list_params.PaymentMethodListParams",
        f"{PAGE} customer type",
        list_methods,
    ),
    Route(
        "GET",
        "/v1/customers/{customer}/payment_methods",
        "_customer_payment_method_list_params.CustomerPaymentMethodListParams",
        f"{PAGE} type",
        list_methods,
    ),
    Route(
        "GET",
        "/v1/payment_methods/{id}",
        "_payment_method_retrieve_params.PaymentMethodRetrieveParams",
        "",
        retrieve_method,
    ),
    Route(
        "POST",
        "/v1/payment_methods/{id}/attach",
        "_payment_method_attach_params.PaymentMethodAttachParams",
        "customer",
        attach_method,
    ),
    Route(
        "POST",
        "/v1/payment_methods/{id}/detach",
        "_payment_method_detach_params.PaymentMethodDetachParams",
        "",
        detach_method,
    ),
]
