"""Actions and findings of the lots of a deal, read for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select

from core.kernel.compiled_statements import select_all, select_rows
from core.kernel.money import Money
from core.kernel.process import StepRow
from core.kernel.transaction import Ctx
from core.trade.deals import access
from core.trade.deals.model import Deal
from core.trade.delivery import rules
from core.trade.delivery.model import CLAIM_ROUNDS, CLAIMED, LOT, Finding, Lot, LotState, Proposal
from core.trade.delivery.steps import roles, since_sent_again

ARGUED: Final = (*CLAIMED, LotState.LOT_DISPUTE)  # states in which something was found or proposed
SAMPLED: Final = "sample_sent"

_IN_DEAL = Lot.deal_id == bindparam("deal")
_FINDINGS = (
    select(Finding).join(Lot, Lot.id == Finding.lot_id).where(_IN_DEAL, since_sent_again(Finding)).order_by(Finding.id)
)
_PROPOSALS = (
    select(Proposal)
    .join(Lot, Lot.id == Proposal.lot_id)
    .where(_IN_DEAL, since_sent_again(Proposal))
    .order_by(Proposal.id)
)
_SAMPLES = (
    select(StepRow.subject)
    .join(Lot, Lot.id == StepRow.subject)
    .where(_IN_DEAL, StepRow.event == SAMPLED, StepRow.at >= Lot.state_since)
)


@dataclass(frozen=True, slots=True)
class LotSummaries:
    """Summaries by lot.

    `open_to`: the actions open to the current actor.
    `findings`: those about lots that are argued about.
    `pays`: what accepting a lot would pay by its weight, if it was measured otherwise than agreed.
    """

    open_to: Mapping[str, Sequence[str]]
    findings: Mapping[str, Sequence[Finding]]
    pays: Mapping[str, Money]

    def may(self, lot: Lot) -> list[str]:
        return list(self.open_to.get(lot.id, ()))


def lot_summaries(
    ctx: Ctx, deal: Deal, lots: Sequence[Lot], of_colleagues: frozenset[str], *, argued: bool = True
) -> LotSummaries:
    """Summarise these lots of a deal that the actor may see: at most three statements, however many lots there are.

    `argued=False`: for lots that are argued about, read only the findings; their actions have a card of their own.
    `of_colleagues`: steps that a colleague has to take.
    """
    mine = access.sides(ctx, deal)
    acted_on = [lot for lot in lots if argued or lot.state not in ARGUED]
    open_to = {lot.id: LOT.open_to(lot.state, roles(ctx, lot, deal)) for lot in acted_on}
    findings: dict[str, list[Finding]] = defaultdict(list)
    proposals: dict[str, list[Proposal]] = defaultdict(list)
    if any(lot.state in ARGUED for lot in lots):
        for found in select_all(ctx.session, Finding, _FINDINGS, deal=deal.id):
            findings[found.lot_id].append(found)
        for made in select_all(ctx.session, Proposal, _PROPOSALS, deal=deal.id) if argued else ():
            proposals[made.lot_id].append(made)
    may_sample = any(SAMPLED in events for events in open_to.values())
    sampled = {lot for (lot,) in select_rows(ctx.session, _SAMPLES, deal=deal.id)} if may_sample else set()
    with_point = {
        lot.id: [
            event
            for event in open_to[lot.id]
            if _has_point(lot, event, findings[lot.id], proposals[lot.id], sampled=lot.id in sampled)
            and event not in of_colleagues
            and not (event == "dispatch" and deal.frozen is not None)
            and not (event == "weigh" and lot.weighed_by is not None and lot.weighed_by not in mine)
        ]
        for lot in acted_on
    }
    looked_at = [lot for lot in lots if lot.state == LotState.INSPECTION]
    pays = {lot.id: pay for lot in looked_at if (pay := rules.weighed_pay(deal.terms.quality, lot)) != lot.amount}
    return LotSummaries(with_point, findings, pays)


def _has_point(
    lot: Lot, event: str, findings: Sequence[Finding], proposals: Sequence[Proposal], *, sampled: bool
) -> bool:
    """Return whether a step that the table allows has a point in this lot's own course."""
    proposal = proposals[-1] if proposals else None
    found = rules.last(findings, "buyer")
    pointless = {
        "drop_asked": lot.asked_by is not None,
        "not_arrived": lot.arrived_by == "buyer",
        "sample_sent": sampled,
        "grant": rules.figure_of(proposals, "buyer") is None,
        "take": proposal is None or proposal.kind != "cut",
        "take_replacement": proposal is None or proposal.kind != "replacement",
        "counter": lot.rounds >= CLAIM_ROUNDS,
        "show_late": rules.last(findings, "seller") is not None,
        "contradict": found is None or not found.measured.figures,
        # Consequences of a second finding and of a weight; no side has a button for them.
        "mean_taken": True,
        "accept_weighed": True,
        "accept_anyway_weighed": True,
        "weight_asked": True,
    }
    return not pointless.get(event, False)
