"""Takes Stripe's webhooks: who signed it, have we had it, and what has to be looked at. A webhook is only a hint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import stripe
import structlog

from core.kernel.inbox import take_in
from core.kernel.transaction import PROVIDER, Ctx, Transactions

log = structlog.get_logger(__name__)

TOLERANCE: Final = 300  # seconds; what Stripe's own client allows
LONGEST_ID: Final = 100  # characters; Stripe's are some thirty

# What each event makes us look at. None: it is kept and logged for the operator.
MATTERS: Final[dict[str, str | None]] = {
    "checkout.session.completed": "checkout",
    "checkout.session.async_payment_succeeded": "checkout",
    "checkout.session.async_payment_failed": "checkout",
    "checkout.session.expired": "checkout",
    "payment_intent.succeeded": "intent",
    "refund.updated": "refund",
    "refund.failed": "refund",
    "account.updated": "account",
    "v2.core.account[configuration.recipient].capability_status_updated": "account",
    "v2.core.account[requirements].updated": "account",
    "v2.core.account.closed": "account",
    "transfer.reversed": None,
    "charge.dispute.created": None,
    "charge.dispute.updated": None,
    "charge.dispute.closed": None,
    "charge.dispute.funds_withdrawn": None,
    "charge.dispute.funds_reinstated": None,
}


@dataclass(frozen=True, slots=True)
class Hint:
    """What an event says happened (`type`), and to which object. `account`: a seller's, when it happened there."""

    id: str
    type: str
    object_id: str
    account: str | None


class StripeWebhooks:
    """The door for POST /stripe/webhook. `secrets`: each endpoint's, the old and the new one while one is changed."""

    def __init__(self, transactions: Transactions, *secrets: str) -> None:
        if not secrets or not all(secret.strip() for secret in secrets):
            raise ValueError("without a secret anybody could say that they have paid")
        self._transactions = transactions
        self._secrets = secrets

    async def take(self, body: bytes, signature: str | None) -> int:
        """The HTTP status: 401 forged or garbled, 400 not an event, 200 taken (also the second time)."""
        if not any(signed(body, signature, secret) for secret in self._secrets):
            return 401
        hint = read(body)
        if hint is None:
            return 400
        if hint.type not in MATTERS:
            return 200
        kind = MATTERS[hint.type]
        if hint.account is not None and kind != "account":
            return 200  # a seller's own business with Stripe
        await self._transactions.run(PROVIDER, lambda ctx: _take(ctx, hint, kind))
        return 200


def signed(body: bytes, signature: str | None, secret: str) -> bool:
    """Whatever goes wrong while it is checked: it is not signed. Stripe's client raises TypeError on odd letters."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE)
    except Exception:
        return False
    return True


def read(body: bytes) -> Hint | None:
    """A whole event ("event") or a thin one ("v2.core.event"), or None when it is neither."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict):
        return None
    thing = event.get("related_object") if event.get("object") == "v2.core.event" else _inside(event.get("data"))
    key, kind, object_id = event.get("id"), event.get("type"), thing.get("id") if isinstance(thing, dict) else None
    for each in (key, kind, object_id):
        if not isinstance(each, str) or not 0 < len(each) <= LONGEST_ID:
            return None
    account = event.get("account")
    return Hint(str(key), str(kind), str(object_id), account if isinstance(account, str) else None)


def _inside(data: Any) -> Any:
    return data.get("object") if isinstance(data, dict) else None


def _take(ctx: Ctx, hint: Hint, kind: str | None) -> None:
    """Take it in and ask for the look in one transaction: a crash can lose neither without the other."""
    if not take_in(ctx.session, f"stripe:{hint.id}", {"type": hint.type, "object": hint.object_id}, ctx.now):
        return
    if kind is None:
        log.warning("stripe_told", type=hint.type, object=hint.object_id)
        return
    body = {"kind": kind, "id": hint.object_id, "event": hint.type}
    ctx.post("payments", f"look:{hint.object_id}", "look", body)
