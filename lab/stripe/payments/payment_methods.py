"""Payment methods: a card, a debited account, a bank transfer or a wallet."""

from __future__ import annotations

from typing import Any, Final

from lab.stripe.api.errors import Refusal, missing_parameter, no_such
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call, change_metadata, page
from lab.stripe.iban import checked_iban
from lab.stripe.payments.cards import BY_NUMBER, BY_TOKEN, details
from lab.stripe.server import Route

Owner = dict[str, Any]


def card_method(books: Books, number: str, customer: str | None = None, email: str | None = None) -> Thing:
    """Return a payment method for a card number. Raises Refusal for other numbers."""
    card = BY_NUMBER.get(number.replace(" ", ""))
    if card is None:
        raise Refusal(
            "Your card number is incorrect.", code="incorrect_number", kind="card_error", status=402, param="number"
        )
    method = _new(books, "card", details(books, card), {"email": email}, customer)
    books.cards[method["id"]] = card.number
    return method


def method_of(books: Books, params: Thing, where: str = "payment_method_data", customer: str | None = None) -> Thing:
    """Return a payment method from the caller's description. Cards are excluded: only pages may take their numbers."""
    kind = params.get("type")
    if kind is None:
        raise missing_parameter(f"{where}[type]" if where else "type")
    if kind == "card":
        raise Refusal(
            "Sending credit card numbers directly to the Stripe API is generally unsafe. To continue processing use"
            " Stripe.js, the Stripe mobile bindings, or Stripe Elements.",
            status=402,
            kind="card_error",
        )
    owner = params.get("billing_details") or {}
    if kind == "sepa_debit":
        for name in ("name", "email"):
            if not owner.get(name):
                raise missing_parameter(f"billing_details[{name}]")
        iban = checked_iban((params.get("sepa_debit") or {}).get("iban", ""), "sepa_debit[iban]")
        return debit_method(books, iban, owner, customer)
    if kind in ("customer_balance", "crypto"):
        return _new(books, kind, {}, owner, customer)
    raise Refusal(f"The lab's Stripe does not play the payment method type {kind}.", param="type")


def debit_method(books: Books, iban: str, owner: Owner, customer: str | None = None) -> Thing:
    shown = {
        "bank_code": iban[4:12],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": f"lab{iban[-8:]}",
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }
    method = _new(books, "sepa_debit", shown, owner, customer)
    books.private[method["id"]] = iban
    return method


def plain_method(books: Books, kind: str, email: str | None = None) -> Thing:
    """Return a way to pay that needs no details: a bank transfer or a wallet."""
    return _new(books, kind, {}, {"email": email}, None)


def _new(books: Books, kind: str, shown: dict[str, Any], owner: Owner, customer: str | None) -> Thing:
    blank = dict.fromkeys(("address", "email", "name", "phone", "tax_id"))
    return books.add(
        "payment_method",
        "pm",
        billing_details={**blank, **owner},
        type=kind,
        customer=customer,
        metadata={},
        **{kind: shown},  # type: ignore[arg-type]  # a field named after the type; none is called `owner`
    )


def create_method(books: Books, call: Call) -> Thing:
    method = method_of(books, call.params, "")
    change_metadata(method, call.params.get("metadata"))
    return method


def find_method(books: Books, key: str, customer: str | None) -> Thing:
    """Return a stored payment method, or a new one for one of Stripe's test tokens ("pm_card_visa")."""
    if key in BY_TOKEN:
        return card_method(books, BY_TOKEN[key].number)
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
    customer_id = call.ids.get("customer") or call.params.get("customer")
    attached = [each for each in books.all("payment_method") if each["customer"] and each["customer"] == customer_id]
    url = f"/v1/customers/{customer_id}/payment_methods" if "customer" in call.ids else "/v1/payment_methods"
    return page(attached, url, call.params, ("type",))


PAGE: Final = "limit starting_after ending_before"

ROUTES: Final = [
    Route(
        "POST",
        "/v1/payment_methods",
        "_payment_method_create_params.PaymentMethodCreateParams",
        "type billing_details sepa_debit customer_balance crypto card metadata",
        create_method,
    ),
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
