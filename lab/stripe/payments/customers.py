"""Customers: payers that are kept so that a card can be charged again."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call, change_metadata, page
from lab.stripe.server import Route

FIELDS: Final = ("name", "email", "phone", "description", "address", "preferred_locales")


def new_customer(books: Books, params: Thing) -> Thing:
    given: Thing = {name: params.get(name) for name in FIELDS}
    if (email := params.get("email")) and "@" not in email:
        raise Refusal(f"Invalid email address: {email}", code="email_invalid", param="email")
    customer = books.add(
        "customer",
        "cus",
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        discount=None,
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        metadata=dict(params.get("metadata") or {}),
        shipping=None,
        tax_exempt="none",
        test_clock=None,
        **given,
    )
    books.announce("customer.created", customer)
    return customer


def create_customer(books: Books, call: Call) -> Thing:
    return new_customer(books, call.params)


def retrieve_customer(books: Books, call: Call) -> Thing:
    return books.get("customer", call.ids["id"])


def update_customer(books: Books, call: Call) -> Thing:
    customer = _living(books, call)
    for name in FIELDS:
        if name in call.params:
            customer[name] = call.params[name] or None
    change_metadata(customer, call.params.get("metadata"))
    books.announce("customer.updated", customer)
    return customer


def delete_customer(books: Books, call: Call) -> Thing:
    """Delete a customer. Stripe keeps the id and answers `deleted` from then on."""
    customer = _living(books, call)
    for method in books.all("payment_method"):
        if method["customer"] == customer["id"]:
            method["customer"] = None
    books.announce("customer.deleted", customer)
    gone = {"id": customer["id"], "object": "customer", "deleted": True, "created": customer["created"]}
    customer.clear()
    customer |= gone
    return {name: gone[name] for name in ("id", "object", "deleted")}


def _living(books: Books, call: Call) -> Thing:
    customer = books.get("customer", call.ids["id"])
    if customer.get("deleted"):
        raise Refusal(f"No such customer: '{customer['id']}'", code="resource_missing", param="id", status=404)
    return customer


def list_customers(books: Books, call: Call) -> Thing:
    living = [each for each in books.all("customer") if not each.get("deleted")]
    return page(living, "/v1/customers", call.params, ("email",))


WRITE: Final = f"{' '.join(FIELDS)} metadata"

ROUTES: Final = [
    Route("POST", "/v1/customers", "_customer_create_params.CustomerCreateParams", WRITE, create_customer),
    Route(
        "GET",
        "/v1/customers",
        "_customer_list_params.CustomerListParams",
        "limit starting_after ending_before created email",
        list_customers,
    ),
    Route("GET", "/v1/customers/{id}", "_customer_retrieve_params.CustomerRetrieveParams", "", retrieve_customer),
    Route("POST", "/v1/customers/{id}", "_customer_update_params.CustomerUpdateParams", WRITE, update_customer),
    Route("DELETE", "/v1/customers/{id}", "_customer_delete_params.CustomerDeleteParams", "", delete_customer),
]
