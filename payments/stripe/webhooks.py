"""Receives Stripe's webhooks: checks the signature, drops duplicates and names the object to fetch. A webhook is only a
hint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import stripe

from core.kernel.clock import Clock
from core.kernel.request_context import request
from core.kernel.transaction import PROVIDER, Transactions
from payments.stripe.context import CODE
from payments.webhook_inbox import receive_event

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


TOLERANCE: Final = 300  # seconds, into the past and the future; Stripe's own client lets the future be
LONGEST_ID: Final = 100  # characters; Stripe's are some thirty
LONGEST_HEADER: Final = 2_000  # characters; Stripe's are some hundred for each secret


@dataclass(frozen=True, slots=True)
class StripeNotice:
    """An event's `type` and the object it is about. `account`: a seller's, when it happened there."""

    id: str
    type: str
    object_id: str
    account: str | None


class StripeWebhooks:
    """The door for one endpoint, of whole events or of thin ones. `secrets`: the old and the new one while one is
    changed. `provider`: the code of this account at Stripe; `name`: how our rows keep its references."""

    def __init__(
        self,
        transactions: Transactions,
        clock: Clock,
        *secrets: str,
        provider: str = CODE,
        name: Callable[[str], str] = str,
    ) -> None:
        if not secrets or not all(secret.strip() for secret in secrets):
            raise ValueError("without a secret anybody could say that they have paid")
        self._transactions = transactions
        self._clock = clock
        self._secrets = secrets
        self._provider = provider
        self._name = name

    async def take(self, body: bytes, signature: str | None) -> int:
        """Take in a webhook; return the HTTP status.

        401: forged or garbled; 400: not an event; 200: taken (also the second time).
        """
        now = self._clock.now().timestamp()
        if not any(signed(body, signature, secret, now) for secret in self._secrets):
            return 401
        notice = read(body)
        if notice is None:
            return 400
        if notice.type not in EVENT_TYPES:
            return 200
        kind = EVENT_TYPES[notice.type]
        if notice.account is not None and kind != "account":
            return 200  # a seller's own business with Stripe
        object_id = notice.account if notice.account is not None else notice.object_id
        with request(f"{self._provider}:{notice.id}"):
            await self._transactions.run(
                PROVIDER,
                lambda ctx: receive_event(
                    ctx, notice.id, notice.type, kind, self._name(object_id), provider=self._provider
                ),
            )
        return 200


def signed(body: bytes, signature: str | None, secret: str, now: float) -> bool:
    """Check that the body was signed with this secret, at most TOLERANCE ago and no further in the future.

    Any error during the check counts as not signed. Stripe's client raises TypeError on odd letters.
    """
    if signature is None or not signature.isascii() or len(signature) > LONGEST_HEADER:
        return False
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret)
        parts = (part.partition("=") for part in signature.split(","))
        at = next(int(value) for name, _, value in parts if name == "t")  # the one that is under the signature
        return abs(now - at) <= TOLERANCE
    except Exception:
        return False


def read(body: bytes) -> StripeNotice | None:
    """Return a whole event ("event") or a thin one ("v2.core.event"); None when it is neither."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict):
        return None
    thing = event.get("related_object") if event.get("object") == "v2.core.event" else _inside(event.get("data"))
    key, kind = event.get("id"), event.get("type")
    object_id = object_of(str(kind), thing) if isinstance(thing, dict) else None
    for each in (key, kind, object_id):
        if not _is_id(each):
            return None
    account = event.get("account")
    if account is not None and not _is_id(account):
        return None
    return StripeNotice(str(key), str(kind), str(object_id), account)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def _inside(data: Any) -> Any:
    return data.get("object") if isinstance(data, dict) else None
