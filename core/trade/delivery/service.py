"""Actions of sellers and buyers on lots. Claims stand in `claims`; what the deal and time do to lots in `lifecycle`."""

from __future__ import annotations

from core.kernel.compiled_statements import find_all
from core.kernel.errors import Refusal, Stale
from core.kernel.process import step, timeline
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.trade.deals import service as deals
from core.trade.delivery import rules
from core.trade.delivery.claims import (
    accept_after_claim,
    accept_as_weighed,
    agree_value,
    ask_operator,
    claim_lot,
    contradict_claim,
    figure_of,
    grant_claim,
    most_for_test,
    proposal_of,
    propose_cut,
    propose_replacement,
    refereed,
    report_referee,
    say_not_arrived,
    show_arrival,
    show_weight,
    take_proposal,
    taking,
    waiving,
    worth_of,
)
from core.trade.delivery.commands import AcceptLot, DispatchLot, ReportArrival, WeighLot
from core.trade.delivery.events import LotArrived, LotDispatched, LotDropAsked, LotDropped, LotSampled, LotWeighed
from core.trade.delivery.late_findings import show_late
from core.trade.delivery.lifecycle import (
    chargeback_lots,
    drop_unfunded,
    forget_lots,
    give_up_lots,
    go_on,
    on_the_road,
    plan_lots,
    put_off_ruling_by_time,
    rule_by_proof,
    rule_lot,
    rule_lots,
    start_lots,
    time_is_up,
)
from core.trade.delivery.lot_summaries import LotSummaries, lot_summaries
from core.trade.delivery.model import INSPECT_WITH_LABORATORY, LOT, Finding, Lot, LotState, Proposal
from core.trade.delivery.steps import (
    arrived,
    attach,
    end,
    findings_in,
    lot_for,
    lot_of,
    lots_in,
    measure,
    proposals_in,
    roles,
    side_of,
    tell,
)

__all__ = [
    "LotSummaries",
    "accept_lot",
    "agree_drop",
    "agree_value",
    "all_findings_of",
    "ask_drop",
    "ask_operator",
    "chargeback_lots",
    "check_may",
    "claim_lot",
    "contradict_claim",
    "dispatch_lot",
    "drop_lot",
    "drop_unfunded",
    "figure_of",
    "findings_of",
    "forget_lots",
    "give_back_lot",
    "give_up_lots",
    "go_on",
    "grant_claim",
    "lot_for",
    "lot_summaries",
    "lots_of",
    "may",
    "most_for_test",
    "on_the_road",
    "plan_lots",
    "proposal_of",
    "proposals_of",
    "propose_cut",
    "propose_replacement",
    "put_off_ruling_by_time",
    "refereed",
    "report_arrival",
    "report_referee",
    "rule_by_proof",
    "rule_lot",
    "rule_lots",
    "say_not_arrived",
    "send_sample",
    "show_arrival",
    "show_late",
    "show_weight",
    "start_lots",
    "take_proposal",
    "taking",
    "time_is_up",
    "waiving",
    "weigh_lot",
    "worth_of",
]


# --- what people do ---------------------------------------------------------------------------------------------------


def dispatch_lot(ctx: Ctx, command: DispatchLot, expected_version: int | None = None) -> Lot:
    """Report that the seller has sent the lot."""
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    rules.check_eta(command.eta, ctx.now.date())
    deadlines = {"transit_limit": rules.transit_limit_at(command.eta)}
    step(ctx, LOT, lot, "dispatch", roles(ctx, lot, deal), deadlines=deadlines)
    lot.truck, lot.eta, lot.note, lot.asked_by = command.truck, command.eta, command.note, None
    attach(ctx, lot, command.files)
    return tell(ctx, lot, LotDispatched)


def report_arrival(ctx: Ctx, command: ReportArrival, expected_version: int | None = None) -> Lot:
    """Either side says that it is there; the buyer's time to look at it begins."""
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    step(ctx, LOT, lot, "arrive", roles(ctx, lot, deal))
    lot.arrived_by, lot.arrived_at = side_of(ctx, deal), ctx.now
    arrived(ctx, lot, ctx.now)
    measure(lot, command.measured, lot.arrived_by)
    attach(ctx, lot, command.files)
    return tell(ctx, lot, LotArrived)


def send_sample(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Report that the buyer has sent a sample to a laboratory: once, ten days from the arrival instead of seven."""
    lot, deal = lot_of(ctx, lot_id, expected_version)
    if _sampled(ctx, lot):
        raise Stale
    step(ctx, LOT, lot, "sample_sent", roles(ctx, lot, deal))
    due = lot.state_since + INSPECT_WITH_LABORATORY
    set_timer(ctx.session, Timer(LOT.name, lot.id, "auto_accept", due), since=ctx.now)
    return tell(ctx, lot, LotSampled)


def weigh_lot(ctx: Ctx, command: WeighLot, expected_version: int | None = None) -> Lot:
    """Report the weighbridge's weight, or correct one's own report, until the lot is taken.

    The other side's weight is theirs: a side that finds otherwise makes a claim. Raises Invalid, Refusal.
    """
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    step(ctx, LOT, lot, "weigh", roles(ctx, lot, deal))
    side = side_of(ctx, deal)
    rules.check_weighing(side, lot, command.files, ctx.now)
    measure(lot, command.measured, side)
    attach(ctx, lot, command.files)
    return tell(ctx, lot, LotWeighed)


def accept_lot(ctx: Ctx, command: AcceptLot, expected_version: int | None = None) -> Lot:
    """Accept a lot for the buyer: it is paid by the reported weight. That gives up any claim."""
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    mine, waived = roles(ctx, lot, deal), lot.state != LotState.INSPECTION
    LOT.transition(lot.state, "accept_anyway" if waived else "accept", mine)
    if not waived:
        return accept_as_weighed(ctx, lot, deal, mine)
    return accept_after_claim(ctx, lot, deal, mine)


def drop_lot(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Drop a late lot that the buyer no longer waits for."""
    return _drop(ctx, lot_id, expected_version, "drop")


def give_back_lot(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Grant a claim in full: the whole lot's money goes back."""
    return _drop(ctx, lot_id, expected_version, "give_back")


def ask_drop(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Propose not to deliver this lot. Nothing changes before the other side agrees."""
    lot, deal = lot_of(ctx, lot_id, expected_version)
    step(ctx, LOT, lot, "drop_asked", roles(ctx, lot, deal))
    lot.asked_by = side_of(ctx, deal)
    return tell(ctx, lot, LotDropAsked)


def agree_drop(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Agree to drop a lot: its money goes back, and the goods are for sale again."""
    lot, deal = lot_of(ctx, lot_id, expected_version)
    step(ctx, LOT, lot, "drop_agreed", roles(ctx, lot, deal))
    deals.goods_back(ctx, deal, lot.quantity)
    return end(ctx, lot, LotDropped(lot.id, lot.deal_id, ctx.actor.person, "lot_drop_agreed"))


def _drop(ctx: Ctx, lot_id: str, expected_version: int | None, event: str) -> Lot:
    lot, deal = lot_of(ctx, lot_id, expected_version)
    step(ctx, LOT, lot, event, roles(ctx, lot, deal))
    if lot.never_came:
        lot.came_in_time = False
    return end(ctx, lot, LotDropped(lot.id, lot.deal_id, ctx.actor.person, event))


# --- what people see --------------------------------------------------------------------------------------------------


def lots_of(ctx: Ctx, deal_id: str) -> list[Lot]:
    """Return a deal's lots in order; none before both have signed. Raises NotFound to strangers."""
    deals.deal_for(ctx, deal_id)
    return lots_in(ctx, deal_id)


def findings_of(ctx: Ctx, lot_id: str) -> list[Finding]:
    """Return the findings about a lot as it came last, in order. Raises NotFound to strangers."""
    return findings_in(ctx, lot_for(ctx, lot_id).id)


def all_findings_of(ctx: Ctx, lot_id: str) -> list[Finding]:
    """Return all findings about a lot, also those about replaced goods. Those decide nothing, and stay on record."""
    return find_all(ctx.session, Finding, ("id",), lot_id=lot_for(ctx, lot_id).id)


def proposals_of(ctx: Ctx, lot_id: str) -> list[Proposal]:
    """Return the proposals for a lot as it came last, in order. Raises NotFound to strangers."""
    return proposals_in(ctx, lot_for(ctx, lot_id).id)


def may(ctx: Ctx, lot: Lot) -> list[str]:
    """Return the actions on the lot open to the current actor: the buttons."""
    return lot_summaries(ctx, deals.deal_for(ctx, lot.deal_id), [lot]).may(lot)


def check_may(ctx: Ctx, lot: Lot, event: str, expected_version: int | None = None) -> None:
    """Check that the actor could take this step now, before being asked for particulars. Raises Stale, Refusal."""
    if expected_version is not None and expected_version != lot.version:
        raise Stale
    deal = deals.deal_for(ctx, lot.deal_id)
    LOT.transition(lot.state, event, roles(ctx, lot, deal))
    # a seller who was reporting it already goes on: they say what has happened
    if event == "dispatch" and deal.called_back:
        raise Refusal("deal.send_nothing")


def _sampled(ctx: Ctx, lot: Lot) -> bool:
    return any(row.event == "sample_sent" and row.at >= lot.state_since for row in timeline(ctx.session, lot.id))
