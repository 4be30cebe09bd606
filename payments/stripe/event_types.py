"""Stripe's event types that the market handles, and the object to fetch for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# None: it is kept and logged for the operator.
EVENT_TYPES: Final[Mapping[str, str | None]] = {
    "checkout.session.completed": "checkout",
    "checkout.session.async_payment_succeeded": "checkout",
    "checkout.session.async_payment_failed": "checkout",
    "checkout.session.expired": "checkout",
    "payment_intent.succeeded": "intent",
    "payment_intent.partially_funded": "intent",
    "payment_intent.amount_capturable_updated": "intent",
    "payment_intent.payment_failed": "intent",
    "payment_intent.canceled": "intent",
    "cash_balance.funds_available": "credit",
    "refund.updated": "refund",
    "refund.failed": "refund",
    "transfer.reversed": None,
    "charge.dispute.created": "dispute",
    "charge.dispute.updated": "dispute",
    "charge.dispute.closed": "dispute",
    "charge.dispute.funds_withdrawn": "dispute",
    "charge.dispute.funds_reinstated": "dispute",
    "radar.early_fraud_warning.created": None,
    "account.updated": "account",
    "capability.updated": "account",
    "account.application.deauthorized": "account",
    "v2.core.account[configuration.recipient].capability_status_updated": "account",
    "v2.core.account[requirements].updated": "account",
    "v2.core.account.closed": "account",
}


def object_of(type_: str, thing: Mapping[str, object]) -> object:
    """Return the id of the object to fetch. A cash balance has no id of its own: its customer's is used."""
    return thing.get("customer") if type_.startswith("cash_balance.") else thing.get("id")
