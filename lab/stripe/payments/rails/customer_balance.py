"""Bank transfers: a virtual IBAN for each customer, partial payments, and the intents that the money covers.

Money is applied in this order (docs.stripe.com/payments/customer-balance/reconciliation):

1. to the open payment that its reference names,
2. to the payment that waits for exactly this amount,
3. to the oldest payment first.

The rest stays in the customer's cash balance.
"""

from __future__ import annotations

from typing import Any, Final

from lab.stripe.amounts import check_currency
from lab.stripe.api.errors import Refusal, at_least_one, missing_parameter
from lab.stripe.api.shapes import Thing, shape
from lab.stripe.books import Books, Call
from lab.stripe.iban import INNER, made_up
from lab.stripe.payments import lifecycle
from lab.stripe.payments.cash_balance import applied, available, book, check_covers, settings_of, shown
from lab.stripe.payments.charges import open_charge, take
from lab.stripe.payments.lifecycle import Confirmation
from lab.stripe.server import Route

BIC: Final = "LABSDEFFXXX"
COUNTRY: Final = "payment_method_options[customer_balance][bank_transfer][eu_bank_transfer][country]"
HOLDER: Final = "Parley (the lab's platform)"
ADDRESS: Final = {"line1": "1 Lab Street", "line2": None, "city": "Dublin", "country": "IE", "postal_code": "D02"}


def confirm(books: Books, intent: Thing, _method: Thing, _how: Confirmation) -> None:
    """Show the account to pay to, and apply what the customer's balance already holds."""
    if intent["customer"] is None:
        raise missing_parameter("customer")
    country = checked_options(intent["payment_method_options"])
    require_transfer(books, intent, country)
    if settings_of(books, intent["customer"]).mode == "automatic":
        reconcile(books, intent["customer"], intent["currency"])


def checked_options(options: Thing | None) -> str:
    """Return the country of the virtual account, from `payment_method_options`."""
    given = (options or {}).get("customer_balance") or {}
    where = "payment_method_options[customer_balance]"
    if given.get("funding_type") != "bank_transfer":
        raise missing_parameter(f"{where}[funding_type]")
    transfer = given.get("bank_transfer") or {}
    if "type" not in transfer:
        raise missing_parameter(f"{where}[bank_transfer][type]")
    if transfer["type"] != "eu_bank_transfer":
        raise Refusal("The lab's Stripe plays `eu_bank_transfer` only.", param=f"{where}[bank_transfer][type]")
    country: str | None = (transfer.get("eu_bank_transfer") or {}).get("country")
    if country is None:
        raise missing_parameter(COUNTRY)
    return country


def check_country(options: Thing | None) -> None:
    """Refuse a country without virtual accounts, wherever it is named."""
    transfer = ((options or {}).get("customer_balance") or {}).get("bank_transfer") or {}
    country = (transfer.get("eu_bank_transfer") or {}).get("country")
    if country is not None and country not in INNER:
        raise Refusal(f"Invalid country: {country}. Accounts are opened in {', '.join(INNER)}.", param=COUNTRY)


def require_transfer(books: Books, intent: Thing, country: str) -> None:
    iban = account_of(books, intent["customer"], country)
    instructions = {
        "amount_remaining": intent["amount"],
        "currency": intent["currency"],
        "financial_addresses": [address(iban)],
        "hosted_instructions_url": f"{books.base_url}/pay/transfer/{intent['id']}",
        "reference": f"LAB-{intent['id'][-8:].upper()}",
        "type": "eu_bank_transfer",
    }
    action = {"type": "display_bank_transfer_instructions", "display_bank_transfer_instructions": instructions}
    lifecycle.require_action(books, intent, action)


def account_of(books: Books, customer: str, country: str) -> str:
    """Return the customer's virtual IBAN; it is opened when it is first needed."""
    settings = settings_of(books, customer)
    if settings.iban is None:
        settings.iban = made_up(country, books.world.random)
    return settings.iban


def address(iban: str) -> dict[str, Any]:
    return {
        "type": "iban",
        "supported_networks": ["sepa"],
        "iban": {
            "account_holder_address": {**ADDRESS, "state": None},
            "account_holder_name": HOLDER,
            "bank_address": {**ADDRESS, "state": None},
            "bic": BIC,
            "country": iban[:2],
            "iban": iban,
        },
    }


def owner_of(books: Books, key: str) -> str:
    """Return the customer of a virtual IBAN. A customer's own id is also accepted."""
    iban = key.replace(" ", "")
    for customer in books.all("customer"):
        if iban in (customer["id"], settings_of(books, customer["id"]).iban):
            return str(customer["id"])
    raise Refusal(f"No account has the IBAN {key}.", code="resource_missing", status=404)


def arrive(
    books: Books,
    customer: str,
    amount: int,
    currency: str,
    reference: str | None = None,
    *,
    sender: tuple[str, str] | None = None,
) -> Thing:
    """Receive money from a bank. `sender`: (IBAN, name), if known; without it a refund has to ask for an account."""
    if amount <= 0:
        raise at_least_one("amount")
    bank = {
        "bic": BIC if sender else None,
        "iban_last4": sender[0][-4:] if sender else None,
        "sender_name": sender[1] if sender else None,
    }
    settings = settings_of(books, customer)
    settings.returns_to = sender[0] if sender else None
    transfer = {"type": "eu_bank_transfer", "eu_bank_transfer": bank, "reference": reference}
    funded = book(books, customer, "funded", amount, currency, funded={"bank_transfer": transfer})
    if settings.mode == "automatic":
        reconcile(books, customer, currency, amount, reference)
    if available(books, customer).get(currency, 0):
        books.announce("cash_balance.funds_available", shown(books, customer))
    return funded


def waiting(books: Books, customer: str, currency: str) -> list[Thing]:
    """Return the payments that this customer's transfers can cover, oldest first."""
    return [
        intent
        for intent in books.all("payment_intent")
        if intent["customer"] == customer
        and intent["currency"] == currency
        and intent["status"] == "requires_action"
        and intent["next_action"]["type"] == "display_bank_transfer_instructions"
    ]


def reconcile(books: Books, customer: str, currency: str, just: int = 0, reference: str | None = None) -> None:
    """Apply the available money. `just` and `reference` are amount and reference of an incoming transfer, if any."""
    intents = waiting(books, customer, currency)

    def rank(intent: Thing) -> tuple[bool, bool]:
        told = intent["next_action"]["display_bank_transfer_instructions"]
        named = bool(reference) and told["reference"] in str(reference).upper()
        return not named, told["amount_remaining"] != just

    for intent in sorted(intents, key=rank):  # sorting keeps the oldest first among equals
        remaining = intent["next_action"]["display_bank_transfer_instructions"]["amount_remaining"]
        amount = min(remaining, available(books, customer).get(currency, 0))
        if amount > 0:
            apply(books, intent, amount)


def apply(books: Books, intent: Thing, amount: int) -> None:
    """Move money from the customer's balance to a payment, which succeeds once it is covered."""
    claim = {"payment_intent": intent["id"]}
    book(books, intent["customer"], "applied_to_payment", -amount, intent["currency"], applied_to_payment=claim)
    told = intent["next_action"]["display_bank_transfer_instructions"]
    told["amount_remaining"] -= amount
    if told["amount_remaining"]:
        books.announce("payment_intent.partially_funded", intent)
        return
    method = books.get("payment_method", intent["payment_method"])
    charge = open_charge(books, intent, method, {}, status="succeeded", paid=True, captured=False)
    take(books, charge, charge["amount"])
    books.announce("charge.succeeded", charge)
    lifecycle.succeed(books, intent, charge)


def release(books: Books, intent: Thing) -> None:
    """Give up a partly covered payment: its money returns to the customer."""
    if (amount := applied(books, intent)) > 0:
        claim = {"payment_intent": intent["id"]}
        book(
            books,
            intent["customer"],
            "unapplied_from_payment",
            amount,
            intent["currency"],
            unapplied_from_payment=claim,
        )


def apply_customer_balance(books: Books, call: Call) -> Thing:
    intent = books.get("payment_intent", call.ids["id"])
    if intent not in waiting(books, intent["customer"] or "", intent["currency"]):
        raise lifecycle.unexpected(intent, "reconciled", ("requires_action",))
    remaining = intent["next_action"]["display_bank_transfer_instructions"]["amount_remaining"]
    amount = call.params.get("amount", remaining)
    if call.params.get("currency", intent["currency"]) != intent["currency"]:
        raise Refusal(f"This payment is in {intent['currency']}.", param="currency")
    if not 0 < amount <= remaining:
        raise Refusal(
            f"The amount must be between 1 and what remains to be paid ({remaining}).",
            code="amount_too_large" if amount > 0 else "amount_too_small",
            param="amount",
        )
    check_covers(books, intent["customer"], amount, intent["currency"])
    apply(books, intent, amount)
    return intent


def fund_cash_balance(books: Books, call: Call) -> Thing:
    """Add a transfer without a known sender, like Stripe's test helper."""
    customer = books.get("customer", call.ids["customer"])["id"]
    currency = check_currency(call.params["currency"])
    if currency != "eur":
        raise Refusal("The lab's Stripe plays bank transfers in euros only.", param="currency")
    return arrive(books, customer, call.params["amount"], currency, call.params.get("reference"))


def create_instructions(books: Books, call: Call) -> Thing:
    """Return the customer's virtual account, without any payment."""
    customer = books.get("customer", call.ids["customer"])["id"]
    options = {"customer_balance": call.params}
    check_country(options)
    country = checked_options(options)
    iban = account_of(books, customer, country)
    return shape(
        "funding_instructions",
        bank_transfer={"country": country, "type": "eu_bank_transfer", "financial_addresses": [address(iban)]},
        currency=check_currency(call.params["currency"]),
        funding_type="bank_transfer",
    )


ROUTES: Final = [
    Route(
        "POST",
        "/v1/payment_intents/{id}/apply_customer_balance",
        "_payment_intent_apply_customer_balance_params.PaymentIntentApplyCustomerBalanceParams",
        "amount currency",
        apply_customer_balance,
    ),
    Route(
        "POST",
        "/v1/test_helpers/customers/{customer}/fund_cash_balance",
        "test_helpers._customer_fund_cash_balance_params.CustomerFundCashBalanceParams",
        "amount currency reference",
        fund_cash_balance,
    ),
    Route(
        "POST",
        "/v1/customers/{customer}/funding_instructions",
        "_customer_funding_instructions_create_params.CustomerFundingInstructionsCreateParams",
        "bank_transfer currency funding_type",
        create_instructions,
    ),
]
