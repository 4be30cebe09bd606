"""SetupIntents: a card that is saved today, to be charged later without its owner."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.errors import Refusal, card_declined
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call, change_metadata, page
from lab.stripe.payments.cards import card_of
from lab.stripe.payments.payment_methods import attach, find_method
from lab.stripe.server import Route

OPEN: Final = ("requires_payment_method", "requires_confirmation", "requires_action")


def new_setup(books: Books, params: Thing) -> Thing:
    if params.get("customer"):
        books.get("customer", params["customer"], "customer")
    key = books.new_id("seti")
    intent = books.add(
        "setup_intent",
        "seti",
        id=key,
        client_secret=books.new_id(f"{key}_secret"),
        customer=params.get("customer"),
        description=params.get("description"),
        metadata=dict(params.get("metadata") or {}),
        payment_method_types=["card"],
        status="requires_payment_method",
        usage=params.get("usage", "off_session"),
    )
    books.announce("setup_intent.created", intent)
    return intent


def create_setup(books: Books, call: Call) -> Thing:
    intent = new_setup(books, call.params)
    if key := call.params.get("payment_method"):
        intent["payment_method"] = _card(books, key, intent["customer"])
        intent["status"] = "requires_confirmation"
    if call.params.get("confirm"):
        confirm_setup(books, intent, return_url=call.params.get("return_url"))
    return intent


def _card(books: Books, key: str, customer: str | None) -> str:
    method = find_method(books, key, customer)
    if method["type"] != "card":
        raise Refusal(f"The lab's Stripe saves cards only, not {method['type']}.", param="payment_method")
    return str(method["id"])


def confirm_setup(books: Books, intent: Thing, *, authenticated: bool = False, return_url: str | None = None) -> None:
    """Save the card. Raises a card error (402) if it is declined."""
    if intent["status"] not in OPEN or intent["payment_method"] is None:
        raise Refusal(
            f"This SetupIntent could not be confirmed because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
            setup_intent=intent,
        )
    method = books.get("payment_method", intent["payment_method"])
    card = card_of(books, method)
    if card.decline and card.fails_when == "always":
        code, decline_code, message = card.decline
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_setup_error": {
                "code": code,
                "decline_code": decline_code,
                "message": message,
                "payment_method": dict(method),
                "type": "card_error",
            },
        }
        books.announce("setup_intent.setup_failed", intent)
        raise card_declined(message, code, decline_code, setup_intent=intent)
    if card.authentication != "never" and not authenticated:
        url = f"{books.base_url}/pay/authenticate/{intent['id']}"
        redirect = {"return_url": return_url, "url": url}
        intent |= {"status": "requires_action", "next_action": {"type": "redirect_to_url", "redirect_to_url": redirect}}
        books.announce("setup_intent.requires_action", intent)
        return
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    if intent["customer"]:
        attach(books, method, intent["customer"])
    books.announce("setup_intent.succeeded", intent)


def confirm_call(books: Books, call: Call) -> Thing:
    intent = books.get("setup_intent", call.ids["id"])
    if intent["status"] in OPEN and (key := call.params.get("payment_method")):
        intent["payment_method"] = _card(books, key, intent["customer"])
    confirm_setup(books, intent, return_url=call.params.get("return_url"))
    return intent


def cancel_setup(books: Books, call: Call) -> Thing:
    intent = books.get("setup_intent", call.ids["id"])
    if intent["status"] not in OPEN:
        raise Refusal(
            f"This SetupIntent could not be canceled because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
            setup_intent=intent,
        )
    intent |= {"status": "canceled", "cancellation_reason": call.params.get("cancellation_reason")}
    books.announce("setup_intent.canceled", intent)
    return intent


def update_setup(books: Books, call: Call) -> Thing:
    intent = books.get("setup_intent", call.ids["id"])
    change_metadata(intent, call.params.get("metadata"))
    intent["description"] = call.params.get("description", intent["description"])
    return intent


def retrieve_setup(books: Books, call: Call) -> Thing:
    return books.get("setup_intent", call.ids["id"])


def list_setups(books: Books, call: Call) -> Thing:
    return page(books.all("setup_intent"), "/v1/setup_intents", call.params, ("customer", "payment_method"))


NAMES: Final = "_setup_intent_{0}_params.SetupIntent{1}Params"
PATH: Final = "/v1/setup_intents"

ROUTES: Final = [
    Route(
        "POST",
        PATH,
        NAMES.format("create", "Create"),
        "customer payment_method confirm description metadata usage return_url",
        create_setup,
    ),
    Route(
        "GET",
        PATH,
        NAMES.format("list", "List"),
        "limit starting_after ending_before created customer payment_method",
        list_setups,
    ),
    Route("GET", f"{PATH}/{{id}}", NAMES.format("retrieve", "Retrieve"), "", retrieve_setup),
    Route("POST", f"{PATH}/{{id}}", NAMES.format("update", "Update"), "metadata description", update_setup),
    Route(
        "POST", f"{PATH}/{{id}}/confirm", NAMES.format("confirm", "Confirm"), "payment_method return_url", confirm_call
    ),
    Route("POST", f"{PATH}/{{id}}/cancel", NAMES.format("cancel", "Cancel"), "cancellation_reason", cancel_setup),
]
