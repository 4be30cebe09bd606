"""Carries our answer to a dispute: the record of what was paid as a document, handed in once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from core.escrow.evidence import record as deals
from core.escrow.evidence import sale as sales
from core.escrow.evidence import service as evidence
from core.kernel.dispatch import Delivered, Never
from core.kernel.outbox import Post
from core.kernel.transaction import MARKET, Transactions
from core.sessions import evidence as sessions
from payments.answers import Done, Refused, Unknown
from payments.asks import EvidenceAsk
from payments.document import drawn
from payments.looks import both, tell_dispute
from payments.outcomes import Outcome, again, known
from payments.provider import Provider

LONGEST_FIELD: Final = 5_000  # characters; the document has the whole
RECORDS: Final = {"deal": deals.record_of, "session": sessions.record_of, "purchase": sales.record_of}


class Defence:
    def __init__(self, provider: Provider, transactions: Transactions) -> None:
        self._provider = provider
        self._transactions = transactions

    def kinds(self) -> Mapping[str, Callable[[Post], Awaitable[Outcome]]]:
        return {"evidence.submit": self._submit}

    async def _submit(self, post: Post) -> Outcome:
        body, chargeback = post.body, str(post.body["chargeback"])
        record_of = RECORDS[body["matter"]]
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
    fields = {
        **FIELDS[record["matter"]](record),
        "access_activity_log": "\n".join(
            f"{each['at']} {each['who']} {each['did']} ({each['message']})" for each in record["chat"]
        ),
    }
    return {name: text[:LONGEST_FIELD] for name, text in fields.items() if text}


def _of_deal(record: Mapping[str, Any]) -> dict[str, str]:
    deal, lots = record["deal"], record["lots"]
    sent = [lot for lot in lots if lot.get("truck")]
    signed = "; ".join(
        f"{each['side']} {each['person']} {each['at']} {each['message']}" for each in record["signatures"]
    )
    goods = deal["terms"].get("product_id", "goods")
    return {
        "product_description": f"{goods} under contract {deal['ref']}, terms sha256 {deal['terms_sha256']}",
        "customer_name": deal["buyer"],
        "shipping_date": ", ".join(str(lot.get("eta") or "") for lot in sent),
        "shipping_carrier": ", ".join(str(lot["truck"]) for lot in sent),
        "uncategorized_text": f"Contract {deal['ref']} of {deal['agreed_at']}, signed in chat by both: {signed}.",
    }


def _of_session(record: Mapping[str, Any]) -> dict[str, str]:
    session, terms = record["session"], record["terms"]
    yes = "; ".join(f"{each['at']} in {each['place']}: {each['shown']}" for each in record["consents"])
    there = "; ".join(f"{each['at']} {each['who']} {each['did']}" for each in record["presence"])
    rules = (
        f"Free to cancel until {terms['free_to_cancel_until_minutes_before']} minutes before the start; later "
        f"{terms['late_cancellation_percent']} %, for not coming {terms['no_show_percent']} % of {terms['price']}. "
        f"The first {terms['free_minutes']} minutes are free; after them only who says yes goes on and pays."
    )
    what = f"Consultation {session['ref']} with {session['consultant']}, {session['minutes']} minutes, by appointment"
    agreed = f"The customer said yes to going on and paying: {yes}." if yes else "No talk was charged; see the terms."
    return {
        "product_description": what,
        "customer_name": session["seeker"],
        "service_date": session["starts_at"],
        "cancellation_policy_disclosure": f"Shown before booking at {session['booked_at']}. {rules}",
        "refund_policy_disclosure": f"Shown before booking at {session['booked_at']}. {rules}",
        "uncategorized_text": f"{what}. {agreed} Who was there: {there or 'nobody'}.",
    }


def _of_sale(record: Mapping[str, Any]) -> dict[str, str]:
    purchase = record["purchase"]
    days = "; ".join(
        f"{each['day']} shown {each['shown']}, opened {each['opened']}" for each in record["delivery"] if "day" in each
    )
    delivered = f" Shown since then: {days}." if days else ""
    return {
        "product_description": f"{purchase['what']}: {purchase['description']}",
        "customer_name": purchase["buyer"],
        "service_date": purchase["delivered_at"] or "",
        "uncategorized_text": (
            f"{purchase['what']} was ordered in chat at {purchase['ordered_at']} for {purchase['price']}, paid at "
            f"{purchase['paid_at']} and delivered at once.{delivered}"
        ),
    }


FIELDS: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, str]]]] = {
    "deal": _of_deal,
    "session": _of_session,
    "purchase": _of_sale,
}
