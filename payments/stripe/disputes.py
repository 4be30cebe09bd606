"""Disputes at Stripe: chargebacks by a payer's bank, and our answers to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final, cast

import stripe

from core.kernel.money import Money
from payments.provider import Answer, EvidenceRequest
from payments.provider_models import Dispute, DisputeState, Taking
from payments.stripe.context import Part, under
from payments.stripe.objects import NotSettled, answered, moment, money, ref_of

if TYPE_CHECKING:
    from stripe.params._dispute_update_params import DisputeUpdateParamsEvidence

# A warning ("inquiry") takes no money; "prevented" means that the buyer was refunded before it became a dispute.
STATES: Final = {
    "warning_needs_response": DisputeState.ASKED,
    "warning_under_review": DisputeState.ANSWERED,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.LOST,
    "needs_response": DisputeState.OPEN,
    "appeal_needs_response": DisputeState.OPEN,
    "under_review": DisputeState.ANSWERED,
    "appeal_under_review": DisputeState.ANSWERED,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
ANSWERABLE: Final = (DisputeState.ASKED, DisputeState.OPEN)


class Disputes(Part):
    async def dispute(self, ref: str) -> Answer[Dispute]:
        async def call() -> Dispute:
            return await self._whole(await self._client.v1.disputes.retrieve_async(ref))

        return await answered(call)

    async def disputes(self, since: datetime) -> Answer[Sequence[Dispute]]:
        async def call() -> list[Dispute]:
            found = await self._client.v1.disputes.list_async(
                {"created": {"gte": int(since.timestamp())}, "limit": 100}
            )
            return [await self._whole(each) async for each in found.auto_paging_iter()]

        return await answered(call)

    async def submit_evidence(self, ask: EvidenceRequest) -> Answer[Dispute]:
        async def call() -> Dispute:
            now = await self._client.v1.disputes.retrieve_async(ask.dispute)
            if state_of(now) not in ANSWERABLE:
                return await self._whole(now)
            pack = BytesIO(ask.pack)
            pack.name = f"{ask.dispute}.pdf"
            uploaded = await self._client.v1.files.create_async(
                {"purpose": "dispute_evidence", "file": pack}, under(f"{ask.key}:pack")
            )
            evidence = cast("DisputeUpdateParamsEvidence", {**ask.texts, "uncategorized_file": uploaded.id})
            return await self._whole(
                await self._client.v1.disputes.update_async(
                    ask.dispute, {"evidence": evidence, "submit": True}, under(ask.key)
                )
            )

        return await answered(call)

    async def _whole(self, dispute: stripe.Dispute) -> Dispute:
        """Return the dispute with all its movements. It lists only two itself, and a won one may be lost again."""
        moves = dispute.balance_transactions or []
        if state_of(dispute) is not DisputeState.WON and moves and sum(each.amount for each in moves) >= 0:
            found = await self._client.v1.balance_transactions.list_async({"source": dispute.id, "limit": 100})
            moves = [each async for each in found.auto_paging_iter()][::-1]
        return as_dispute(dispute, moves)


def state_of(dispute: stripe.Dispute) -> DisputeState:
    return STATES.get(dispute.status, DisputeState.OPEN)


def as_dispute(dispute: stripe.Dispute, moves: Sequence[stripe.BalanceTransaction]) -> Dispute:
    """Convert a dispute. Its cost is read from its movements, oldest first, in the currency of our account."""
    takings = takings_of(moves, (moves[0].currency if moves else dispute.currency).upper())
    state = state_of(dispute)
    if state is DisputeState.WON and takings[-1].amount and not takings[-1].back:
        raise NotSettled("the money of a dispute that was won is not back yet")
    due_by = dispute.evidence_details.due_by
    return Dispute(
        ref=dispute.id,
        charge=ref_of(dispute.charge) or "",
        intent=ref_of(dispute.payment_intent),
        state=state,
        amount=money(dispute.amount, dispute.currency),
        takings=takings,
        reason=dispute.reason,
        due_by=moment(due_by) if due_by is not None else None,
    )


def takings_of(moves: Sequence[stripe.BalanceTransaction], currency: str) -> Sequence[Taking]:
    """Group the movements into takings: money taken after all earlier money was returned begins a new one."""
    runs: list[list[stripe.BalanceTransaction]] = [[]]
    for each in moves:
        if each.amount < 0 and runs[-1] and sum(one.amount for one in runs[-1]) >= 0:
            runs.append([])
        runs[-1].append(each)
    return [_taking(run, currency) for run in runs]


def _taking(moves: Sequence[stripe.BalanceTransaction], currency: str) -> Taking:
    withdrawn = Money.total((-money(each.amount, each.currency) for each in moves if each.amount < 0), currency)
    left = Money.total((-money(each.amount, each.currency) for each in moves), currency)
    return Taking(
        amount=withdrawn,
        fee=Money.total((money(each.fee, each.currency) for each in moves if each.fee > 0), currency),
        back=bool(withdrawn) and left.minor <= 0,
        fee_returned=Money.total((-money(each.fee, each.currency) for each in moves if each.fee < 0), currency),
    )
