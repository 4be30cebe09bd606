"""Refunds and disputes of cards: money that is refunded, returned, disputed and lost."""

from __future__ import annotations

import io
from typing import Any

import pytest

from lab.tests.stripe.till import Till

DAY = 86_400


async def dispute_of(till: Till, charge: Any) -> Any:
    (dispute,) = (await till.v1.disputes.list_async({"charge": charge.id})).data
    return dispute


async def test_a_refund_that_had_succeeded_may_still_come_back(till: Till) -> None:
    charge = await till.charge(20_000, "pm_card_refundFail")
    await till.charge(20_000)
    refund = await till.v1.refunds.create_async({"charge": charge.id, "amount": 5_000})
    till.later(seconds=5)
    assert (await till.again(refund)).status == "succeeded"
    assert sum(await till.balance()) == 2 * 19_675 - 5_000
    till.later(days=1)
    refund = await till.v1.refunds.retrieve_async(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (refund.status, refund.failure_reason) == ("failed", "expired_or_canceled_card")
    assert refund.failure_balance_transaction.net == 5_000
    assert sum(await till.balance()) == 2 * 19_675
    assert (await till.again(charge)).amount_refunded == 0
    assert "refund.failed" in await till.events()
    again = await till.v1.refunds.create_async({"charge": charge.id})
    assert again.amount == 20_000


async def test_an_unanswered_dispute_is_lost_when_it_is_due(till: Till) -> None:
    charge = await till.charge(card="pm_card_createDisputeProductNotReceived")
    till.later(days=41)
    dispute = await dispute_of(till, charge)
    assert (dispute.status, dispute.reason) == ("needs_response", "product_not_received")
    assert dispute.evidence_details.due_by == dispute.created + 7 * DAY
    assert dispute.created == charge.created + 40 * DAY
    till.later(days=7)
    lost = await till.again(dispute)
    assert (lost.status, lost.evidence_details.past_due) == ("lost", True)
    assert sum(await till.balance()) == 19_675 - 20_000 - 2_000


@pytest.mark.parametrize(("said", "status", "left"), [("winning_evidence", "won", 19_675), ("papers", "lost", -2_325)])
async def test_evidence_is_staged_handed_in_once_and_ruled_upon(till: Till, said: str, status: str, left: int) -> None:
    charge = await till.charge()
    dispute = await till.lab_does(f"stripe/disputes/{charge.id}", do="open", reason="product_unacceptable")
    update = till.v1.disputes.update_async
    staged = await update(dispute["id"], {"evidence": {"product_description": "Pellets"}, "submit": False})
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    handed_in = await update(dispute["id"], {"evidence": {"uncategorized_text": said}})
    assert (handed_in.status, handed_in.evidence.product_description) == ("under_review", "Pellets")
    assert "submitted" in str(await till.refused(update(dispute["id"], {"evidence": {"uncategorized_text": "more"}})))
    till.later(days=1)
    assert ("charge.dispute.funds_reinstated" in await till.events()) is (status == "won")
    till.later(days=60)
    assert (await dispute_of(till, charge)).status == status
    assert sum(await till.balance()) == left


async def test_an_inquiry_takes_nothing_until_the_bank_means_it(till: Till) -> None:
    charge = await till.charge(card="pm_card_createDisputeInquiry")
    till.later(seconds=10)
    inquiry = await dispute_of(till, charge)
    assert (inquiry.status, inquiry.is_charge_refundable) == ("warning_needs_response", True)
    assert inquiry.payment_method_details.card.case_type == "inquiry"
    assert sum(await till.balance()) == 19_675
    answered = await till.v1.disputes.update_async(inquiry.id, {"evidence": {"uncategorized_text": "ticket"}})
    assert answered.status == "warning_under_review"
    meant = await till.lab_does(f"stripe/disputes/{charge.id}", do="escalate")
    assert (meant["status"], meant["payment_method_details"]["card"]["case_type"]) == ("needs_response", "chargeback")
    assert sum(await till.balance()) == 19_675 - 22_000
    assert (await till.refused(till.v1.refunds.create_async({"charge": charge.id}))).code == "charge_disputed"


async def test_a_full_refund_ends_an_inquiry_and_time_does_too(till: Till) -> None:
    refunded, waited = await till.charge(), await till.charge()
    for charge in (refunded, waited):
        await till.lab_does(f"stripe/disputes/{charge.id}", do="inquire")
    await till.v1.refunds.create_async({"charge": refunded.id})
    assert (await dispute_of(till, refunded)).status == "warning_closed"
    till.later(days=119)
    assert (await dispute_of(till, waited)).status == "warning_needs_response"
    till.later(days=2)
    assert (await dispute_of(till, waited)).status == "warning_closed"


async def test_a_prevented_dispute_costs_the_amount_and_no_fee(till: Till) -> None:
    charge = await till.charge()
    dispute = await till.lab_does(f"stripe/disputes/{charge.id}", do="prevent", amount=4_000)
    assert (dispute["status"], dispute["amount"]) == ("prevented", 4_000)
    assert sum(await till.balance()) == 19_675 - 4_000
    told = await till.lab_does(f"stripe/disputes/{charge.id}", do="win")
    assert "already closed" in told["error"]["message"]


async def test_a_bank_warns_of_fraud_until_the_money_is_back(till: Till) -> None:
    charge = await till.charge(card="pm_card_createIssuerFraudRecord")
    (warning,) = (await till.v1.radar.early_fraud_warnings.list_async({"charge": charge.id})).data
    assert warning.actionable is True
    assert "radar.early_fraud_warning.created" in await till.events()
    await till.v1.refunds.create_async({"charge": charge.id})
    warning = await till.v1.radar.early_fraud_warnings.retrieve_async(warning.id)
    assert warning.actionable is False


async def test_a_paper_in_evidence_is_a_file_that_was_uploaded(till: Till) -> None:
    charge = await till.charge()
    dispute = await till.lab_does(f"stripe/disputes/{charge.id}", do="open")
    update = till.v1.disputes.update_async
    refused = await till.refused(update(dispute["id"], {"evidence": {"receipt": "the one from May"}}))
    assert (refused.code, refused.param) == ("resource_missing", "evidence[receipt]")  # type: ignore[attr-defined]  # an invalid request's
    paper = await till.v1.files.create_async({"purpose": "dispute_evidence", "file": io.BytesIO(b"%PDF-1.7 weighed")})
    answered = await update(dispute["id"], {"evidence": {"receipt": paper.id}})
    assert (answered.status, answered.evidence.receipt) == ("under_review", paper.id)
