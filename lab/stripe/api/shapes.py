"""Complete objects of Stripe: every field that the SDK's class declares, empty where the caller gives nothing.

The SDK's own annotations are the source. So a field that Stripe adds or drops shows up with the next upgrade of the
package, not in production.
"""

from __future__ import annotations

import inspect
import typing
from functools import cache
from importlib import import_module
from typing import Any

Thing = dict[str, Any]
"""One object of Stripe's API, as it is sent over the wire."""

CLASSES = {
    "payment_intent": "_payment_intent.PaymentIntent",
    "setup_intent": "_setup_intent.SetupIntent",
    "payment_method": "_payment_method.PaymentMethod",
    "checkout.session": "checkout._session.Session",
    "item": "_line_item.LineItem",
    "price": "_price.Price",
    "customer": "_customer.Customer",
    "cash_balance": "_cash_balance.CashBalance",
    "customer_cash_balance_transaction": "_customer_cash_balance_transaction.CustomerCashBalanceTransaction",
    "funding_instructions": "_funding_instructions.FundingInstructions",
    "mandate": "_mandate.Mandate",
    "charge": "_charge.Charge",
    "balance_transaction": "_balance_transaction.BalanceTransaction",
    "balance": "_balance.Balance",
    "balance_settings": "_balance_settings.BalanceSettings",
    "refund": "_refund.Refund",
    "dispute": "_dispute.Dispute",
    "file": "_file.File",
    "radar.early_fraud_warning": "radar._early_fraud_warning.EarlyFraudWarning",
    "transfer": "_transfer.Transfer",
    "transfer_reversal": "_transfer_reversal.TransferReversal",
    "payout": "_payout.Payout",
    "topup": "_topup.Topup",
    "account": "_account.Account",
    "capability": "_capability.Capability",
    "bank_account": "_bank_account.BankAccount",
    "account_link": "_account_link.AccountLink",
    "event": "_event.Event",
    "webhook_endpoint": "_webhook_endpoint.WebhookEndpoint",
    "v2.core.account": "v2.core._account.Account",
    "v2.core.account_link": "v2.core._account_link.AccountLink",
    "v2.core.event": "v2.core._event.Event",
    "v2.core.event_destination": "v2.core._event_destination.EventDestination",
}

SPARSE = {"payment_method", "account", "customer"}
"""Kinds whose empty fields are left out: they name every payment method on earth, or come only when expanded."""

ON_REQUEST = {("checkout.session", "line_items"), ("charge", "refunds")}
"""Fields that appear only when `expand[]` names them."""


@cache
def resource_class(kind: str) -> type:
    """Return the SDK's class for objects of this kind."""
    module, _, name = CLASSES[kind].rpartition(".")
    found: type = getattr(import_module(f"stripe.{module}"), name)
    return found


def declared(kind: type) -> dict[str, Any]:
    """Return the fields that a resource class, or a hash within one, declares.

    For a thin event, add those of the class above it.
    """
    hints: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if base is kind or base.__name__ == "Event":
            hints |= inspect.get_annotations(base)
    origins: dict[str, Any] = {name: typing.get_origin(hint) for name, hint in hints.items()}
    return {name: hint for name, hint in hints.items() if origins[name] is not typing.ClassVar}


@cache
def fields(kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return (fields that are never empty, fields that may be null), as the SDK's class declares them."""
    firm: set[str] = set()
    loose: set[str] = set()
    for field, hint in declared(resource_class(kind)).items():
        (loose if type(None) in typing.get_args(hint) else firm).add(field)
    return frozenset(firm), frozenset(loose)


def shape(kind: str, **given: Any) -> Thing:
    """Return a complete object of this kind. A missing or unknown field is the lab's own mistake, and raises."""
    firm, loose = fields(kind)
    given["object"] = kind
    if "livemode" in firm | loose:
        given.setdefault("livemode", False)
    if strange := given.keys() - firm - loose:
        raise ValueError(f"{kind} has no field {sorted(strange)}")
    if absent := firm - given.keys():
        raise ValueError(f"{kind} needs {sorted(absent)}")
    empty = () if kind in SPARSE else [name for name in sorted(loose) if name not in given]
    whole = given | {name: None for name in empty if name != "deleted" and (kind, name) not in ON_REQUEST}
    return {"id": whole.pop("id"), **whole} if "id" in whole else whole
