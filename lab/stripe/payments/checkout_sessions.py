"""Checkout Sessions: a page on which a person pays (mode payment) or saves a card (mode setup)."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from lab.stripe.amounts import check_amount, check_currency
from lab.stripe.api.errors import Refusal, at_least_one, missing_parameter
from lab.stripe.api.shapes import Thing, shape
from lab.stripe.books import Books, Call, change_metadata, page
from lab.stripe.payments.payment_intents import OPTIONS, cancel, compatible_types
from lab.stripe.payments.rails.customer_balance import check_country, checked_options
from lab.stripe.payments.setup_intents import new_setup
from lab.stripe.server import Route

HOUR: Final = 3600


def create_session(books: Books, call: Call) -> Thing:
    params = call.params
    mode = _checked_mode(params)
    _check_customer(books, params)
    expires_at = _checked_expiry(books, params)
    lines = [_line(books, each, f"line_items[{index}]") for index, each in enumerate(params.get("line_items") or [])]
    amounts = _amounts(lines) if mode == "payment" else {"currency": params.get("currency")}
    types = _types(params, str(amounts["currency"])) if mode == "payment" else ["card"]
    session = _new_session(books, params, expires_at, {**amounts, "payment_method_types": types})
    key = session["id"]
    url = f"/v1/checkout/sessions/{key}/line_items"
    books.expandable[key, "line_items"] = {"object": "list", "url": url, "has_more": False, "data": lines}
    books.private[key] = params.get("payment_intent_data") or params.get("setup_intent_data") or {}
    if mode == "setup":
        intent = new_setup(books, {"customer": session["customer"], **books.private[key]})
        session["setup_intent"] = intent["id"]
    books.later(expires_at, partial(_expire, books, session))
    return session


def _new_session(books: Books, params: Thing, expires_at: int, amounts: Thing) -> Thing:
    key = books.new_id("cs_test")
    saving = params["mode"] == "setup"
    return books.add(
        "checkout.session",
        "cs_test",
        id=key,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        billing_address_collection=None,
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        custom_fields=[],
        custom_text=dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        customer=params.get("customer"),
        customer_creation=None if saving else params.get("customer_creation", "if_required"),
        customer_email=params.get("customer_email"),
        expires_at=expires_at,
        invoice=None,
        locale=params.get("locale"),
        metadata=dict(params.get("metadata") or {}),
        mode=params["mode"],
        origin_context=None,
        payment_intent=None,
        payment_link=None,
        payment_method_collection="always" if saving else "if_required",
        payment_method_options=params.get("payment_method_options"),
        payment_status="no_payment_required" if saving else "unpaid",
        redirect_on_completion=None,
        setup_intent=None,
        shipping_options=[],
        status="open",
        submit_type=params.get("submit_type"),
        subscription=None,
        success_url=params["success_url"],
        ui_mode="hosted_page",
        url=f"{books.base_url}/pay/{key}",
        **amounts,
    )


def _checked_mode(params: Thing) -> str:
    mode: str = params.get("mode") or ""
    for name in ("mode", "success_url"):
        if not params.get(name):
            raise missing_parameter(name)
    if mode == "subscription":
        raise Refusal("The lab's Stripe plays the modes payment and setup only.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refusal("The lab's Stripe plays `ui_mode` hosted_page only.", param="ui_mode")
    if mode == "setup" and params.get("allowed_payment_method_types", ["card"]) != ["card"]:
        raise Refusal("The lab's Stripe saves cards only.", param="allowed_payment_method_types")
    foreign = {"payment": ("setup_intent_data",), "setup": ("line_items", "payment_intent_data")}
    for name in foreign[mode]:
        if name in params:
            raise Refusal(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    if mode == "payment" and not params.get("line_items"):
        raise missing_parameter("line_items")
    if mode == "setup" and not params.get("currency") and not params.get("allowed_payment_method_types"):
        raise missing_parameter("currency")
    return mode


def _types(params: Thing, currency: str) -> list[str]:
    """Return the ways to pay on this page. A bank transfer needs its options now; the page cannot ask for them."""
    data = params.get("payment_intent_data") or {}
    manual, saves = data.get("capture_method") == "manual", bool(data.get("setup_future_usage"))
    types = compatible_types(params.get("allowed_payment_method_types"), currency, manual=manual, saves=saves)
    if "customer_balance" in types:
        if "customer" not in params:
            raise missing_parameter("customer")
        checked_options(params.get("payment_method_options"))
    check_country(params.get("payment_method_options"))
    return types


def _check_customer(books: Books, params: Thing) -> None:
    if "customer" in params:
        books.get("customer", params["customer"], "customer")
        if "customer_email" in params:
            raise Refusal("You may only specify one of these parameters: customer, customer_email.")


def _checked_expiry(books: Books, params: Thing) -> int:
    expires_at: int = params.get("expires_at", books.now() + 24 * HOUR)
    if expires_at < books.now() + HOUR // 2:
        raise Refusal("The `expires_at` timestamp must be at least 30 minutes from now.", param="expires_at")
    if expires_at > books.now() + 24 * HOUR:
        raise Refusal("The `expires_at` timestamp must be less than 24 hours from now.", param="expires_at")
    return expires_at


def _line(books: Books, item: Thing, where: str) -> Thing:
    """Return one line item from its `price_data`."""
    data = item.get("price_data")
    if data is None:
        raise missing_parameter(f"{where}[price_data]")
    for name in set(item) - {"price_data", "quantity", "metadata"}:
        raise Refusal(f"The lab's Stripe does not play `{name}` of a line item.", param=f"{where}[{name}]")
    for name in set(data) - {"currency", "product_data", "unit_amount"}:
        raise Refusal(f"The lab's Stripe does not play `{name}` of price data.", param=f"{where}[price_data][{name}]")
    for name in ("product_data", "unit_amount"):
        if name not in data:
            raise missing_parameter(f"{where}[price_data][{name}]")
    quantity = item.get("quantity", 1)
    if quantity < 1 or data["unit_amount"] < 0:
        raise at_least_one(where)
    currency = check_currency(data["currency"], f"{where}[price_data][currency]")
    total = quantity * data["unit_amount"]
    return shape(
        "item",
        id=books.new_id("li"),
        amount_discount=0,
        amount_subtotal=total,
        amount_tax=0,
        amount_total=total,
        currency=currency,
        description=data["product_data"]["name"],
        metadata=item.get("metadata") or {},
        price=_price(books, data["unit_amount"], currency),
        quantity=quantity,
    )


def _price(books: Books, unit_amount: int, currency: str) -> dict[str, Any]:
    return {
        "id": books.new_id("price"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": books.now(),
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "product": books.new_id("prod"),
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }


def _amounts(lines: list[Thing]) -> Thing:
    currencies = {each["currency"] for each in lines}
    if len(currencies) != 1:
        raise Refusal("All line items of a Checkout Session must have the same currency.", param="line_items")
    currency, total = currencies.pop(), sum(each["amount_total"] for each in lines)
    check_amount(total, currency, "line_items")
    details = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}
    return {"currency": currency, "amount_total": total, "amount_subtotal": total, "total_details": details}


def _expire(books: Books, session: Thing) -> None:
    if session["status"] != "open":
        return
    session |= {"status": "expired", "url": None}
    if session["payment_intent"]:
        cancel(books, books.get("payment_intent", session["payment_intent"]), "abandoned")
    books.announce("checkout.session.expired", session)


def expire_session(books: Books, call: Call) -> Thing:
    session = books.get("checkout.session", call.ids["id"])
    if session["status"] != "open":
        raise Refusal(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of'
            f" {session['status']}."
        )
    _expire(books, session)
    return session


def update_session(books: Books, call: Call) -> Thing:
    session = books.get("checkout.session", call.ids["id"])
    change_metadata(session, call.params.get("metadata"))
    return session


def retrieve_session(books: Books, call: Call) -> Thing:
    return books.get("checkout.session", call.ids["id"])


def list_sessions(books: Books, call: Call) -> Thing:
    filters = ("customer", "payment_intent", "status")
    return page(books.all("checkout.session"), "/v1/checkout/sessions", call.params, filters)


def list_lines(books: Books, call: Call) -> Thing:
    session = books.get("checkout.session", call.ids["id"])
    lines: Thing = books.expandable[session["id"], "line_items"]
    limit = call.params.get("limit", 10)
    return lines | {"data": lines["data"][:limit], "has_more": len(lines["data"]) > limit}


CREATE: Final = (
    "mode line_items success_url cancel_url client_reference_id customer customer_email customer_creation currency"
    " expires_at locale metadata submit_type ui_mode allowed_payment_method_types"
    " payment_intent_data.capture_method payment_intent_data.description payment_intent_data.metadata"
    " payment_intent_data.receipt_email payment_intent_data.setup_future_usage payment_intent_data.transfer_group"
    " payment_intent_data.statement_descriptor_suffix setup_intent_data.description setup_intent_data.metadata"
    f" {OPTIONS}"
)
NAMES: Final = "checkout._session_{0}_params.Session{1}Params"

ROUTES: Final = [
    Route("POST", "/v1/checkout/sessions", NAMES.format("create", "Create"), CREATE, create_session),
    Route(
        "GET",
        "/v1/checkout/sessions",
        NAMES.format("list", "List"),
        "limit starting_after ending_before created customer payment_intent status",
        list_sessions,
    ),
    Route("GET", "/v1/checkout/sessions/{id}", NAMES.format("retrieve", "Retrieve"), "", retrieve_session),
    Route("POST", "/v1/checkout/sessions/{id}", NAMES.format("update", "Update"), "metadata", update_session),
    Route("POST", "/v1/checkout/sessions/{id}/expire", NAMES.format("expire", "Expire"), "", expire_session),
    Route(
        "GET",
        "/v1/checkout/sessions/{id}/line_items",
        "checkout._session_line_item_list_params.SessionLineItemListParams",
        "limit",
        list_lines,
    ),
]
