"""Carries our answer to a dispute: the record of the deal as a document, handed in once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from core.escrow.evidence import service as evidence
from core.escrow.evidence.record import record_of
from core.kernel.dispatch import Delivered, Never
from core.kernel.outbox import Post
from core.kernel.transaction import MARKET, Transactions
from payments.answers import Done, Refused, Unknown
from payments.asks import EvidenceAsk
from payments.document import drawn
from payments.looks import both, tell_dispute
from payments.outcomes import Outcome, again, known
from payments.provider import Provider

LONGEST_FIELD: Final = 5_000  # characters; the document has the whole


class Defence:
    def __init__(self, provider: Provider, transactions: Transactions) -> None:
        self._provider = provider
        self._transactions = transactions

    def kinds(self) -> Mapping[str, Callable[[Post], Awaitable[Outcome]]]:
        return {"evidence.submit": self._submit}

    async def _submit(self, post: Post) -> Outcome:
        body, chargeback = post.body, str(post.body["chargeback"])
        record = await self._transactions.run(MARKET, lambda ctx: record_of(ctx, chargeback))
        # Made of one moment, it is the same document however often it is asked for under this key.
        record["made_at"] = post.created_at.isoformat()
        document = drawn(record, post.created_at)
        key = f"evidence:{chargeback}:{body['attempt']}:{digest(document)[:16]}"
        match await self._provider.submit_evidence(EvidenceAsk(key, body["dispute"], document, texts(record))):
            case Done(dispute):
                sent = known(partial(evidence.pack_sent, chargeback_id=chargeback, digest=digest(document)))
                return Delivered(both(sent, tell_dispute(dispute)))
            case Refused(why):
                return Never(why, known(partial(evidence.pack_refused, chargeback_id=chargeback, why=why)))
            case Unknown(why, seconds):
                return again(post, why, seconds)


def digest(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()


def texts(record: Mapping[str, Any]) -> dict[str, str]:
    """The provider's own fields, filled from the record (docs.stripe.com/disputes/categories)."""
    deal, lots = record["deal"], record["lots"]
    sent = [lot for lot in lots if lot.get("truck")]
    signed = "; ".join(
        f"{each['side']} {each['person']} {each['at']} {each['message']}" for each in record["signatures"]
    )
    goods = deal["terms"].get("product_id", "goods")
    fields = {
        "product_description": f"{goods} under contract {deal['ref']}, terms sha256 {deal['terms_sha256']}",
        "customer_name": deal["buyer"],
        "shipping_date": ", ".join(str(lot.get("eta") or "") for lot in sent),
        "shipping_carrier": ", ".join(str(lot["truck"]) for lot in sent),
        "access_activity_log": "\n".join(
            f"{each['at']} {each['who']} {each['did']} ({each['message']})" for each in record["chat"]
        ),
        "uncategorized_text": f"Contract {deal['ref']} of {deal['agreed_at']}, signed in chat by both: {signed}.",
    }
    return {name: text[:LONGEST_FIELD] for name, text in fields.items() if text}
