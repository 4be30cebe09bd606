"""Disputes: the payer's bank takes the money back until the dispute is decided.

An inquiry (`warning_...`) only asks, and takes nothing unless it is escalated. A SEPA debit that comes back is lost
from the start. Bank transfers and stablecoins are never disputed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from stripe import Dispute

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import DAY, move
from lab.stripe.books import PLATFORM, Books, Call, change_metadata, page
from lab.stripe.payments.fraud_warnings import put_to_rest
from lab.stripe.server import Route

FEE: Final = 2_000
"""20.00 per dispute, in the charge's currency (stripe.com/pricing, Europe); given back when won."""

ANSWER_WITHIN: Final = 7 * DAY
RULED_AFTER: Final = 60 * DAY
"""The bank's ruling on submitted evidence: against the merchant, unless the evidence says Stripe's test words."""

INQUIRY_LASTS: Final = 120 * DAY
EVIDENCE_CHARACTERS: Final = 150_000
EVIDENCE_BYTES: Final = 4_500_000
"""Text and files of one dispute together (docs.stripe.com/disputes/responding)."""

PAPERS: Final = frozenset(name for name, hint in Dispute.Evidence.__annotations__.items() if "File" in str(hint))
NETWORK_REASONS: Final = {"fraudulent": "10.4", "product_not_received": "13.1", "product_unacceptable": "13.3"}
OPEN: Final = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
ANSWERABLE: Final = ("needs_response", "warning_needs_response")

Reason = Literal["fraudulent", "product_not_received", "product_unacceptable", "debit_not_authorized"]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A payer's complaint to their bank, `after` seconds. `amount`: minor units; all that is left by default."""

    after: int = 0
    reason: Reason = "fraudulent"
    inquiry: bool = False
    prevented: bool = False
    amount: int | None = None


def open_dispute(books: Books, charge: Thing, complaint: Complaint) -> Thing:
    """Open a dispute: the bank withdraws the amount and a fee, unless it only inquires."""
    amount = _checked_amount(charge, complaint.amount)
    status = "needs_response"
    if complaint.inquiry:
        status = "warning_needs_response"
    elif complaint.prevented:
        status = "prevented"
    elif complaint.reason == "debit_not_authorized":
        status = "lost"
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
            "due_by": due_by if status in ANSWERABLE else None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        is_charge_refundable=complaint.inquiry,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details=_details(charge, complaint),
        reason=complaint.reason,
        status=status,
    )
    charge["disputed"] = True
    put_to_rest(books, charge)
    books.announce("charge.dispute.created", dispute)
    if not complaint.inquiry:
        _withdraw(books, dispute, fee=0 if complaint.prevented else FEE)
    if status in ANSWERABLE:
        books.later(due_by, partial(_fall_due, books, dispute))
    else:
        books.announce("charge.dispute.closed", dispute)
    return dispute


def _checked_amount(charge: Thing, requested: int | None) -> int:
    kind = charge["payment_method_details"]["type"]
    if kind not in ("card", "sepa_debit"):
        raise Refusal(f"Payments by {kind} cannot be disputed.", param="charge")
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    if not charge["captured"] or charge["status"] != "succeeded" or left <= 0:
        raise Refusal(f"Charge {charge['id']} holds nothing that could be disputed.", param="charge")
    if charge["disputed"]:
        raise Refusal(f"Charge {charge['id']} is already disputed.", param="charge")
    amount = left if requested is None else requested
    if not 0 < amount <= left:
        raise Refusal(f"Of charge {charge['id']} {left} can be disputed, not {amount}.", param="amount")
    return amount


def _details(charge: Thing, complaint: Complaint) -> dict[str, Any] | None:
    card = charge["payment_method_details"].get("card")
    if card is None:
        return None
    case = "inquiry" if complaint.inquiry else "resolution" if complaint.prevented else "chargeback"
    network = {
        "brand": card["brand"],
        "case_type": case,
        "network": card["brand"],
        "network_reason_code": NETWORK_REASONS.get(complaint.reason),
    }
    return {"type": "card", "card": network}


def _withdraw(books: Books, dispute: Thing, fee: int) -> None:
    taken = _move(books, dispute, -dispute["amount"], fee, "dispute")
    dispute["balance_transactions"].append(taken)
    books.announce("charge.dispute.funds_withdrawn", dispute)


def _move(books: Books, dispute: Thing, amount: int, fee: int, category: str) -> Thing:
    return move(
        books,
        PLATFORM,
        "adjustment",
        amount,
        currency=dispute["currency"],
        source=dispute["id"],
        fee=fee,
        category=category,
    )


def _empty_evidence() -> dict[str, Any]:
    evidence: dict[str, Any] = dict.fromkeys(Dispute.Evidence.__annotations__)
    return evidence | {"enhanced_evidence": {}}


def _fall_due(books: Books, dispute: Thing) -> None:
    if dispute["status"] in ANSWERABLE:
        dispute["evidence_details"]["past_due"] = True
        if dispute["status"] == "needs_response":
            decide(books, dispute, "lost")
        else:
            _wait_out(books, dispute)


def _wait_out(books: Books, dispute: Thing) -> None:
    """Close an inquiry by itself, unless it is escalated in time."""
    books.later(dispute["created"] + INQUIRY_LASTS, partial(_close, books, dispute))


def _close(books: Books, dispute: Thing) -> None:
    if dispute["status"].startswith("warning_") and dispute["status"] in OPEN:
        decide(books, dispute, "warning_closed")


def decide(books: Books, dispute: Thing, outcome: Literal["won", "lost", "warning_closed"]) -> None:
    """Close a dispute by the bank's ruling; money and fee come back only if it is won."""
    inquiry = dispute["status"].startswith("warning_")
    if dispute["status"] not in OPEN:
        raise Refusal(f"This dispute is already closed: {dispute['status']}.")
    if inquiry != (outcome == "warning_closed"):
        raise Refusal(f"A dispute with the status {dispute['status']} cannot become {outcome}.")
    before = {"status": dispute["status"]}
    dispute["status"] = outcome
    if outcome == "won":
        back = _move(books, dispute, dispute["amount"], -FEE, "dispute_reversal")
        dispute["balance_transactions"].append(back)
        books.announce("charge.dispute.funds_reinstated", dispute)
    if inquiry:
        books.get("charge", dispute["charge"])["disputed"] = False
    books.announce("charge.dispute.closed", dispute, before)


def take_again(books: Books, dispute: Thing) -> None:
    """Decide a won dispute against the merchant, as the card scheme."""
    if dispute["status"] != "won":
        raise Refusal(f"Only a dispute that was won can be lost again; this dispute is {dispute['status']}.")
    dispute["status"] = "lost"
    _move(books, dispute, -dispute["amount"], FEE, "dispute")  # it only lists the first withdrawal and its return
    books.announce("charge.dispute.funds_withdrawn", dispute)
    books.announce("charge.dispute.closed", dispute, {"status": "won"})


def escalate(books: Books, dispute: Thing) -> None:
    """Escalate an inquiry whose answer did not satisfy the bank: now it takes the money."""
    if dispute["status"] not in ("warning_needs_response", "warning_under_review"):
        raise Refusal(f"Only an inquiry can be escalated; this dispute is {dispute['status']}.")
    before = {"status": dispute["status"]}
    due_by = books.now() + ANSWER_WITHIN
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    dispute["evidence_details"] |= {"due_by": due_by, "past_due": False}
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    books.announce("charge.dispute.updated", dispute, before)
    _withdraw(books, dispute, FEE)
    books.later(due_by, partial(_fall_due, books, dispute))


def dispute_of(books: Books, charge_id: str) -> Thing:
    for dispute in reversed(books.all("dispute")):
        if dispute["charge"] == charge_id:
            return dispute
    raise Refusal(f"Charge {charge_id} has no dispute.", code="resource_missing", status=404)


def close_inquiry_of(books: Books, charge: Thing) -> None:
    """Close the inquiry of a charge that was refunded in full."""
    for dispute in books.all("dispute"):
        if dispute["charge"] == charge["id"] and dispute["status"].startswith("warning_") and dispute["status"] in OPEN:
            decide(books, dispute, "warning_closed")


def update_dispute(books: Books, call: Call) -> Thing:
    """Stage evidence, and submit it unless `submit` is false. It can be submitted once."""
    dispute = books.get("dispute", call.ids["id"])
    if dispute["status"] not in ANSWERABLE and "evidence" in call.params:
        raise Refusal("This dispute is already submitted or closed; its evidence can no longer be changed.")
    before = {"status": dispute["status"]}
    change_metadata(dispute, call.params.get("metadata"))
    if evidence := call.params.get("evidence"):
        staged = dispute["evidence"] | evidence
        _check_evidence(books, staged)
        dispute["evidence"] = staged
        dispute["evidence_details"]["has_evidence"] = True
    if call.params.get("submit", True) and dispute["status"] in ANSWERABLE:
        _submit(books, dispute)
    books.announce("charge.dispute.updated", dispute, before)
    return dispute


def _check_evidence(books: Books, staged: Thing) -> None:
    """Check that each file of evidence was uploaded, and that their total size and length are within the limits."""
    papers = [books.get("file", staged[name], f"evidence[{name}]") for name in PAPERS if staged[name]]
    size = sum(each["size"] for each in papers)
    if size > EVIDENCE_BYTES:
        raise Refusal(f"The files have {size} bytes; together they may be {EVIDENCE_BYTES}.", param="evidence")
    length = sum(len(each) for name, each in staged.items() if isinstance(each, str) and name not in PAPERS)
    if length > EVIDENCE_CHARACTERS:
        raise Refusal(
            f"The evidence has {length} characters; together they may be {EVIDENCE_CHARACTERS}.", param="evidence"
        )


def _submit(books: Books, dispute: Thing) -> None:
    details = dispute["evidence_details"]
    if not details["has_evidence"]:
        return
    details |= {"submission_count": 1, "submission_method": "manual"}
    if dispute["status"] == "warning_needs_response":
        dispute["status"] = "warning_under_review"
        _wait_out(books, dispute)
        return
    dispute["status"] = "under_review"
    said = dispute["evidence"]["uncategorized_text"]
    after = 0 if said in ("winning_evidence", "losing_evidence") else RULED_AFTER
    books.later(books.now() + after, partial(_rule, books, dispute, "won" if said == "winning_evidence" else "lost"))


def _rule(books: Books, dispute: Thing, ruling: Literal["won", "lost"]) -> None:
    if dispute["status"] == "under_review":
        decide(books, dispute, ruling)


def close_dispute(books: Books, call: Call) -> Thing:
    """Accept the dispute as lost."""
    dispute = books.get("dispute", call.ids["id"])
    decide(books, dispute, "warning_closed" if dispute["status"].startswith("warning_") else "lost")
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
