"""Disputes: the payer's bank takes the money back until somebody has decided."""

from __future__ import annotations

from typing import Any, Final

from stripe import Dispute

from lab.stripe.api.desk import Route
from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import DAY, move
from lab.stripe.books import PLATFORM, Books, Call, change_metadata, page

FEE: Final = 2_000
"""20.00 per dispute, in the charge's currency (stripe.com/pricing, Europe); given back when won."""

ANSWER_WITHIN: Final = 7 * DAY
OPEN: Final = ("needs_response", "under_review")


def open_dispute(books: Books, charge: Thing) -> Thing:
    """The bank withdraws what is left of the charge, and a fee."""
    amount = charge["amount_captured"] - charge["amount_refunded"]
    if not charge["captured"] or amount <= 0:
        raise Refusal(f"Charge {charge['id']} holds nothing that could be disputed.")
    if charge["disputed"]:
        raise Refusal(f"Charge {charge['id']} is already disputed.")
    due_by = books.now() + ANSWER_WITHIN
    dispute = books.add(
        "dispute",
        "du",
        amount=amount,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence=_empty_evidence(),
        evidence_details={
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "type": "card",
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"},
        },
        reason="fraudulent",
        status="needs_response",
    )
    charge["disputed"] = True
    taken = move(
        books,
        PLATFORM,
        "adjustment",
        -amount,
        currency=charge["currency"],
        source=dispute["id"],
        fee=FEE,
        category="dispute",
    )
    dispute["balance_transactions"].append(taken)
    books.announce("charge.dispute.created", dispute)
    books.announce("charge.dispute.funds_withdrawn", dispute)
    books.later(due_by, lambda: _fall_due(books, dispute))
    return dispute


def _empty_evidence() -> dict[str, Any]:
    evidence: dict[str, Any] = dict.fromkeys(Dispute.Evidence.__annotations__)
    return evidence | {"enhanced_evidence": {}}


def _fall_due(books: Books, dispute: Thing) -> None:
    if dispute["status"] == "needs_response":
        dispute["evidence_details"]["past_due"] = True
        decide(books, dispute, won=False)


def decide(books: Books, dispute: Thing, *, won: bool) -> None:
    """The bank's ruling; money and fee come back only when won."""
    if dispute["status"] not in OPEN:
        raise Refusal(f"This dispute is already closed: {dispute['status']}.")
    before = {"status": dispute["status"]}
    dispute["status"] = "won" if won else "lost"
    if won:
        back = move(
            books,
            PLATFORM,
            "adjustment",
            dispute["amount"],
            currency=dispute["currency"],
            source=dispute["id"],
            fee=-FEE,
            category="dispute_reversal",
        )
        dispute["balance_transactions"].append(back)
        books.announce("charge.dispute.funds_reinstated", dispute)
    books.announce("charge.dispute.closed", dispute, before)


def dispute_of(books: Books, charge_id: str) -> Thing:
    for dispute in reversed(books.all("dispute")):
        if dispute["charge"] == charge_id:
            return dispute
    raise Refusal(f"Charge {charge_id} has no dispute.", code="resource_missing", status=404)


def update_dispute(books: Books, call: Call) -> Thing:
    """Stage evidence, and hand it in unless `submit` is false. It can be handed in once."""
    dispute = books.get("dispute", call.ids["id"])
    if dispute["status"] != "needs_response" and "evidence" in call.params:
        raise Refusal("This dispute is already submitted or closed; its evidence can no longer be changed.")
    before = {"status": dispute["status"]}
    change_metadata(dispute, call.params.get("metadata"))
    if evidence := call.params.get("evidence"):
        dispute["evidence"] |= evidence
        dispute["evidence_details"]["has_evidence"] = True
    if call.params.get("submit", True) and dispute["evidence_details"]["has_evidence"]:
        dispute["status"] = "under_review"
        dispute["evidence_details"]["submission_count"] = 1
    books.announce("charge.dispute.updated", dispute, before)
    return dispute


def close_dispute(books: Books, call: Call) -> Thing:
    """Give in."""
    dispute = books.get("dispute", call.ids["id"])
    decide(books, dispute, won=False)
    return dispute


def retrieve_dispute(books: Books, call: Call) -> Thing:
    return books.get("dispute", call.ids["id"])


def list_disputes(books: Books, call: Call) -> Thing:
    return page(books.all("dispute"), "/v1/disputes", call.params, ("charge", "payment_intent"))


ROUTES: Final = [
    Route(
        "GET",
        "/v1/disputes",
        "_dispute_list_params.DisputeListParams",
        "limit starting_after ending_before created charge payment_intent",
        list_disputes,
    ),
    Route("GET", "/v1/disputes/{id}", "_dispute_retrieve_params.DisputeRetrieveParams", "", retrieve_dispute),
    Route(
        "POST",
        "/v1/disputes/{id}",
        "_dispute_update_params.DisputeUpdateParams",
        "evidence metadata submit",
        update_dispute,
    ),
    Route("POST", "/v1/disputes/{id}/close", "_dispute_close_params.DisputeCloseParams", "", close_dispute),
]
