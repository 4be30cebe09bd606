"""PaymentIntents: from the wish for money to held, taken or given up.

requires_payment_method -> requires_confirmation -> requires_action -> requires_capture -> succeeded,
and canceled from all but the last (docs.stripe.com/payments/paymentintents/lifecycle).
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from lab.stripe.api.desk import Route
from lab.stripe.api.errors import Refusal, card_declined, missing_parameter
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call, change_metadata, check_amount, check_currency, page
from lab.stripe.payments.cards import Decline, attach, card_of, find_method
from lab.stripe.payments.charges import authorize, fail, let_go, take
from lab.stripe.payments.disputes import open_dispute

OPEN: Final = ("requires_payment_method", "requires_confirmation", "requires_action")
UNAUTHENTICATED: Final = (
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
DISPUTE_DELAY: Final = 5
"""Seconds until the card "disputed later" is disputed."""


def unexpected(intent: Thing, verb: str, allowed: tuple[str, ...]) -> Refusal:
    message = (
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. Only a PaymentIntent"
        f" with one of the following statuses may be {verb}: {', '.join(allowed)}."
    )
    return Refusal(message, code="payment_intent_unexpected_state", payment_intent=intent)


def cards_only(types: list[str] | None, param: str) -> None:
    """Refuse payment methods that the lab cannot carry through: never a fake success."""
    for each in types or []:
        if each != "card":
            raise Refusal(
                f"The payment method type provided: {each} is invalid. The lab's Stripe plays cards only so far.",
                code="payment_intent_invalid_parameter",
                param=param,
            )


def new_intent(books: Books, params: Thing) -> Thing:
    """A PaymentIntent in its first state. `params` as in the create call."""
    currency = check_currency(params["currency"])
    check_amount(params["amount"], currency)
    cards_only(params.get("allowed_payment_method_types"), "allowed_payment_method_types")
    if params.get("customer"):
        books.get("customer", params["customer"], "customer")
    key = books.new_id("pi")
    intent = books.add(
        "payment_intent",
        "pi",
        id=key,
        amount=params["amount"],
        amount_capturable=0,
        amount_received=0,
        application=None,
        automatic_payment_methods=params.get("automatic_payment_methods"),
        cancellation_reason=None,
        capture_method=params.get("capture_method", "automatic"),
        client_secret=books.new_id(f"{key}_secret"),
        confirmation_method="automatic",
        currency=currency,
        customer=params.get("customer"),
        description=params.get("description"),
        latest_charge=None,
        metadata=dict(params.get("metadata") or {}),
        on_behalf_of=None,
        payment_method=None,
        payment_method_types=["card"],
        payment_record=None,
        receipt_email=params.get("receipt_email"),
        review=None,
        setup_future_usage=params.get("setup_future_usage"),
        source=None,
        statement_descriptor_suffix=params.get("statement_descriptor_suffix"),
        status="requires_payment_method",
        transfer_group=params.get("transfer_group"),
    )
    books.announce("payment_intent.created", intent)
    return intent


def create_intent(books: Books, call: Call) -> Thing:
    if call.params.get("off_session") and not call.params.get("confirm"):
        raise Refusal("You can only set `off_session` when `confirm` is true.", param="off_session")
    intent = new_intent(books, call.params)
    if method := call.params.get("payment_method"):
        intent["payment_method"] = find_method(books, method, intent["customer"])["id"]
        intent["status"] = "requires_confirmation"
    if call.params.get("confirm"):
        confirm(
            books, intent, off_session=bool(call.params.get("off_session")), return_url=call.params.get("return_url")
        )
    return intent


def confirm(
    books: Books,
    intent: Thing,
    *,
    off_session: bool = False,
    authenticated: bool = False,
    return_url: str | None = None,
) -> None:
    """Try the payment method. Raises a card error (402) when it is declined."""
    if intent["status"] not in OPEN:
        raise unexpected(intent, "confirmed", OPEN)
    if intent["payment_method"] is None:
        raise Refusal(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    method = books.get("payment_method", intent["payment_method"])
    card = card_of(books, method)
    if card.decline:
        _decline(books, intent, card.decline)
    saved = method["customer"] is not None and card.authentication == "until_saved"
    if card.authentication != "never" and not authenticated and not saved:
        if off_session:
            _decline(books, intent, UNAUTHENTICATED)
        _ask_authentication(books, intent, return_url)
        return
    _succeed(books, intent, method)


def _decline(books: Books, intent: Thing, decline: Decline) -> NoReturn:
    code, decline_code, message = decline
    method = books.get("payment_method", intent["payment_method"])
    charge = fail(books, intent, method, decline)
    error: dict[str, Any] = {
        "charge": charge["id"],
        "code": code,
        "decline_code": decline_code,
        "message": message,
        "payment_method": dict(method),
        "type": "card_error",
    }
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "latest_charge": charge["id"],
        "last_payment_error": error,
    }
    books.announce("payment_intent.payment_failed", intent)
    raise card_declined(message, code, decline_code, charge=charge["id"], payment_intent=intent)


def _ask_authentication(books: Books, intent: Thing, return_url: str | None) -> None:
    url = f"{books.base_url}/pay/authenticate/{intent['id']}"
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
    books.announce("payment_intent.requires_action", intent)


def _succeed(books: Books, intent: Thing, method: Thing) -> None:
    manual = intent["capture_method"] == "manual"
    charge = authorize(books, intent, method, capture=not manual)
    intent |= {"latest_charge": charge["id"], "next_action": None, "last_payment_error": None}
    if intent["setup_future_usage"] and intent["customer"]:
        attach(books, method, intent["customer"])
    if manual:
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        books.announce("payment_intent.amount_capturable_updated", intent)
        lapse_at = charge["payment_method_details"]["card"]["capture_before"]
        books.later(lapse_at, lambda: _lapse(books, intent, charge))
    else:
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        books.announce("payment_intent.succeeded", intent)
    if card_of(books, method).disputed:
        books.later(books.now() + DISPUTE_DELAY, lambda: _complain(books, charge))


def _complain(books: Books, charge: Thing) -> None:
    """The holder of the card "disputed later" turns to the bank, unless the money is back already."""
    if charge["amount_captured"] > charge["amount_refunded"] and not charge["disputed"]:
        open_dispute(books, charge)


def _lapse(books: Books, intent: Thing, charge: Thing) -> None:
    """The bank lets the hold go by itself; Stripe cancels the intent."""
    if intent["status"] == "requires_capture":
        let_go(books, charge, lapsed=True)
        _canceled(books, intent, "automatic")


def _canceled(books: Books, intent: Thing, reason: str | None) -> None:
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": books.now(),
        "cancellation_reason": reason,
        "next_action": None,
    }
    books.announce("payment_intent.canceled", intent)


def confirm_intent(books: Books, call: Call) -> Thing:
    intent = books.get("payment_intent", call.ids["id"])
    if intent["status"] not in OPEN:
        raise unexpected(intent, "confirmed", OPEN)
    if key := call.params.get("payment_method"):
        intent["payment_method"] = find_method(books, key, intent["customer"])["id"]
    confirm(books, intent, off_session=bool(call.params.get("off_session")), return_url=call.params.get("return_url"))
    return intent


def capture_intent(books: Books, call: Call) -> Thing:
    """Once per hold: what is not captured is released."""
    intent = books.get("payment_intent", call.ids["id"])
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "captured", ("requires_capture",))
    held: int = intent["amount_capturable"]
    amount: int = call.params.get("amount_to_capture", held)
    if amount <= 0:
        raise Refusal(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="amount_to_capture",
        )
    if amount > held:
        raise Refusal(
            f"The amount to capture ({amount}) is greater than the amount that can be captured ({held}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    change_metadata(intent, call.params.get("metadata"))
    charge = books.get("charge", intent["latest_charge"])
    take(books, charge, amount)
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    books.announce("charge.captured", charge)
    books.announce("payment_intent.succeeded", intent)
    return intent


def cancel_intent(books: Books, call: Call) -> Thing:
    intent = books.get("payment_intent", call.ids["id"])
    allowed = (*OPEN, "requires_capture", "processing")
    if intent["status"] not in allowed:
        raise unexpected(intent, "canceled", allowed)
    sessions = books.all("checkout.session")
    if any(each["payment_intent"] == intent["id"] and each["status"] == "open" for each in sessions):
        raise Refusal(
            "You cannot cancel a PaymentIntent that belongs to an open Checkout Session. Expire the session instead.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    cancel(books, intent, call.params.get("cancellation_reason"))
    return intent


def cancel(books: Books, intent: Thing, reason: str | None) -> None:
    if intent["status"] == "requires_capture":
        let_go(books, books.get("charge", intent["latest_charge"]), lapsed=False)
    _canceled(books, intent, reason)


def update_intent(books: Books, call: Call) -> Thing:
    """Money may change only before it is asked for; descriptions at any time."""
    intent = books.get("payment_intent", call.ids["id"])
    bound = {"amount", "currency", "customer", "payment_method", "setup_future_usage"} & call.params.keys()
    if bound and intent["status"] not in OPEN:
        raise unexpected(intent, "updated", OPEN)
    if "amount" in call.params:
        check_amount(call.params["amount"], intent["currency"])
        intent["amount"] = call.params["amount"]
    if "payment_method" in call.params:
        intent["payment_method"] = find_method(books, call.params["payment_method"], intent["customer"])["id"]
        intent["status"] = "requires_confirmation"
    change_metadata(intent, call.params.get("metadata"))
    for name in ("description", "transfer_group", "receipt_email"):
        if name in call.params:
            intent[name] = call.params[name]
    return intent


def retrieve_intent(books: Books, call: Call) -> Thing:
    if not call.ids["id"]:
        raise missing_parameter("intent")
    return books.get("payment_intent", call.ids["id"])


def list_intents(books: Books, call: Call) -> Thing:
    return page(books.all("payment_intent"), "/v1/payment_intents", call.params, ("customer",))


CREATE: Final = (
    "amount currency customer payment_method allowed_payment_method_types automatic_payment_methods.enabled"
    " automatic_payment_methods.allow_redirects capture_method confirm off_session metadata transfer_group description"
    " return_url setup_future_usage receipt_email statement_descriptor_suffix"
)

ROUTES: Final = [
    Route(
        "POST",
        "/v1/payment_intents",
        "_payment_intent_create_params.PaymentIntentCreateParams",
        CREATE,
        create_intent,
    ),
    Route(
        "GET",
        "/v1/payment_intents",
        "_payment_intent_list_params.PaymentIntentListParams",
        "limit starting_after ending_before created customer",
        list_intents,
    ),
    Route(
        "GET",
        "/v1/payment_intents/{id}",
        "_payment_intent_retrieve_params.PaymentIntentRetrieveParams",
        "",
        retrieve_intent,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{id}",
        "_payment_intent_update_params.PaymentIntentUpdateParams",
        "amount payment_method metadata description transfer_group receipt_email",
        update_intent,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{id}/confirm",
        "_payment_intent_confirm_params.PaymentIntentConfirmParams",
        "payment_method off_session return_url",
        confirm_intent,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{id}/capture",
        "_payment_intent_capture_params.PaymentIntentCaptureParams",
        "amount_to_capture metadata",
        capture_intent,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{id}/cancel",
        "_payment_intent_cancel_params.PaymentIntentCancelParams",
        "cancellation_reason",
        cancel_intent,
    ),
]
