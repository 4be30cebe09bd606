"""PaymentIntents: the calls that make, confirm, capture, cancel and list them (`lifecycle` has the states)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lab.stripe.amounts import check_amount, check_currency
from lab.stripe.api.errors import Refusal, at_least_one, missing_parameter
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call, change_metadata, page
from lab.stripe.payments import lifecycle
from lab.stripe.payments.charges import let_go, take
from lab.stripe.payments.lifecycle import OPEN, Confirmation, unexpected
from lab.stripe.payments.payment_methods import find_method, method_of
from lab.stripe.payments.rails import card, crypto, customer_balance, sepa_debit
from lab.stripe.server import Route


@dataclass(frozen=True, slots=True)
class Rail:
    """The abilities of a payment method type.

    `currencies`: all when empty; `holds`: manual capture; `saves`: reuse.
    """

    confirm: Callable[[Books, Thing, Thing, Confirmation], None]
    currencies: tuple[str, ...] = ()
    holds: bool = False
    saves: bool = False

    def fits(self, currency: str, *, manual: bool, saves: bool) -> bool:
        known = not self.currencies or currency in self.currencies
        return known and (self.holds or not manual) and (self.saves or not saves)


RAILS: Final = {
    "card": Rail(card.confirm, holds=True, saves=True),
    "customer_balance": Rail(customer_balance.confirm, ("eur",)),
    "sepa_debit": Rail(sepa_debit.confirm, ("eur",), saves=True),
    "crypto": Rail(crypto.confirm, ("eur", "usd")),
}
"""Manual capture by type: docs.stripe.com/payments/payment-methods/payment-method-support."""


def compatible_types(allowed: list[str] | None, currency: str, *, manual: bool, saves: bool) -> list[str]:
    """Return the allowed payment method types that can carry this payment; only cards unless others are allowed."""
    for each in allowed or []:
        if each not in RAILS:
            raise Refusal(
                f"The payment method type provided: {each} is invalid. The lab's Stripe plays {', '.join(RAILS)}.",
                code="payment_intent_invalid_parameter",
                param="allowed_payment_method_types",
            )
    method_types = allowed or ["card"]
    fitting = [each for each in method_types if RAILS[each].fits(currency, manual=manual, saves=saves)]
    if not fitting:
        raise Refusal(
            "No valid payment method types for this Payment Intent. Please ensure that you have activated payment"
            " methods compatible with your chosen currency, amount, and parameters.",
            code="payment_intent_invalid_parameter",
            param="allowed_payment_method_types",
        )
    return fitting


def new_intent(books: Books, params: Thing) -> Thing:
    """Return a PaymentIntent in its first state. `params` as in the create call."""
    currency = check_currency(params["currency"])
    check_amount(params["amount"], currency)
    customer_balance.check_country(params.get("payment_method_options"))
    capture_method, saves = params.get("capture_method", "automatic"), params.get("setup_future_usage")
    manual = capture_method == "manual"
    types = compatible_types(params.get("allowed_payment_method_types"), currency, manual=manual, saves=bool(saves))
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
        capture_method=capture_method,
        client_secret=books.new_id(f"{key}_secret"),
        confirmation_method="automatic",
        currency=currency,
        customer=params.get("customer"),
        description=params.get("description"),
        latest_charge=None,
        metadata=dict(params.get("metadata") or {}),
        on_behalf_of=None,
        payment_method=None,
        payment_method_options=params.get("payment_method_options"),
        payment_method_types=types,
        payment_record=None,
        receipt_email=params.get("receipt_email"),
        review=None,
        setup_future_usage=saves,
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
    _choose_method(books, intent, call.params)
    if call.params.get("confirm"):
        confirm(books, intent, _confirmation(call.params))
    return intent


def _choose_method(books: Books, intent: Thing, params: Thing) -> None:
    """Return the payment method that the call names or describes, if it does."""
    if options := params.get("payment_method_options"):
        customer_balance.check_country(options)
        intent["payment_method_options"] = {**(intent["payment_method_options"] or {}), **options}
    if key := params.get("payment_method"):
        method = find_method(books, key, intent["customer"])
    elif "payment_method_data" in params:
        method = method_of(books, params["payment_method_data"])
    else:
        return
    if method["type"] not in intent["payment_method_types"]:
        raise Refusal(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. Please attach a"
            f" PaymentMethod of one of the following types: {', '.join(intent['payment_method_types'])}.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
    intent |= {"payment_method": method["id"], "status": "requires_confirmation"}


def _confirmation(params: Thing) -> Confirmation:
    return Confirmation(
        off_session=bool(params.get("off_session")),
        return_url=params.get("return_url"),
        mandate=params.get("mandate_data") or None,
    )


def confirm(books: Books, intent: Thing, how: Confirmation) -> None:
    """Try the payment method on its rail. Raises a card error (402) if it is declined."""
    if intent["status"] not in OPEN:
        raise unexpected(intent, "confirmed", OPEN)
    if intent["payment_method"] is None:
        raise Refusal(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    method = books.get("payment_method", intent["payment_method"])
    RAILS[method["type"]].confirm(books, intent, method, how)


def confirm_intent(books: Books, call: Call) -> Thing:
    intent = books.get("payment_intent", call.ids["id"])
    if intent["status"] not in OPEN:
        raise unexpected(intent, "confirmed", OPEN)
    _choose_method(books, intent, call.params)
    confirm(books, intent, _confirmation(call.params))
    return intent


def capture_intent(books: Books, call: Call) -> Thing:
    """Capture a hold, once; the rest is released."""
    intent = books.get("payment_intent", call.ids["id"])
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "captured", ("requires_capture",))
    held: int = intent["amount_capturable"]
    amount: int = call.params.get("amount_to_capture", held)
    if amount <= 0:
        raise at_least_one("amount_to_capture")
    if amount > held:
        raise Refusal(
            f"The amount to capture ({amount}) is greater than the amount that can be captured ({held}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    change_metadata(intent, call.params.get("metadata"))
    charge = books.get("charge", intent["latest_charge"])
    take(books, charge, amount)
    books.announce("charge.captured", charge)
    lifecycle.succeed(books, intent, charge)
    return intent


def cancel_intent(books: Books, call: Call) -> Thing:
    intent = books.get("payment_intent", call.ids["id"])
    allowed = (*OPEN, "requires_capture")
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
    lifecycle.cancel(books, intent, reason)
    if intent["customer"]:
        customer_balance.release(books, intent)


def update_intent(books: Books, call: Call) -> Thing:
    """Update an intent. Money may change only before it is asked for; descriptions at any time."""
    intent = books.get("payment_intent", call.ids["id"])
    bound = {"amount", "currency", "customer", "payment_method", "setup_future_usage"} & call.params.keys()
    if bound and intent["status"] not in OPEN:
        raise unexpected(intent, "updated", OPEN)
    if "amount" in call.params:
        check_amount(call.params["amount"], intent["currency"])
        intent["amount"] = call.params["amount"]
    _choose_method(books, intent, call.params)
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


OPTIONS: Final = (
    "payment_method_options.customer_balance payment_method_options.sepa_debit.target_date"
    " payment_method_options.card.request_three_d_secure payment_method_options.card.request_extended_authorization"
)
"""Extended authorisation may be asked for; a platform without the contract does not get it."""

CREATE: Final = (
    "amount currency customer payment_method payment_method_data mandate_data"
    " allowed_payment_method_types automatic_payment_methods.enabled"
    " automatic_payment_methods.allow_redirects capture_method confirm off_session metadata transfer_group description"
    " return_url setup_future_usage receipt_email statement_descriptor_suffix"
    f" {OPTIONS}"
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
        f"payment_method payment_method_data mandate_data off_session return_url {OPTIONS}",
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
