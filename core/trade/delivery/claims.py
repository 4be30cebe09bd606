"""Claims for goods that are not as agreed: figures, the formula, proposals, a second laboratory, the referee.

Every statement is kept as it was made. Its worth is worked out by the agreement's own formula, and both sides see the
working before any decision.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from core.kernel.errors import Invalid, Refusal, Stale
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.trade.deals import access
from core.trade.deals.model import Deal, Side
from core.trade.delivery import events, rules
from core.trade.delivery.model import (
    CLAIM_ROUNDS,
    LOT,
    ClaimLot,
    ContradictClaim,
    Find,
    Finding,
    Lot,
    Proposal,
    ProposeCut,
    ProposeReplacement,
    ReportReferee,
    ShowArrival,
    ShowLate,
    ShowWeight,
)
from core.trade.delivery.rules import Refereed
from core.trade.delivery.steps import (
    arrived,
    attach,
    end,
    find,
    findings_in,
    lot_of,
    proposals_in,
    roles,
    side_of,
    step_lot,
    tell,
)
from core.trade.offers import quality_formula
from core.trade.offers.quality_formula import Measured, Worth

NOTHING: Final = Measured()


def claim_lot(ctx: Ctx, command: ClaimLot, expected_version: int | None = None) -> Lot:
    """Claim that the lot is not as agreed, with figures or photos. Nothing is released until it is settled.

    What the buyer would pay for it is their proposal. If they name nothing, the formula's pay for those figures is on
    the table, as the formula's. Raises Invalid, Refusal.
    """
    lot, deal = step_lot(ctx, command.lot_id, "claim", expected_version)
    rules.check_claim(command.measured, command.files, lot.arrived_at, ctx.now)
    lot.never_came = False
    find(ctx, lot, "buyer", command, command.words)
    if command.pay is not None:
        rules.check_pay(command.pay, lot, "sum")
        _propose(ctx, lot, "buyer", command.pay, "")
    elif command.measured:
        worked = worth_of(deal, lot, command.measured)
        if worked.pay < lot.amount:
            _by_formula(ctx, lot, worked.pay)
    lot.rounds = 1
    return tell(ctx, lot, events.LotClaimed, "")


def accept_as_weighed(ctx: Ctx, lot: Lot, deal: Deal, by: Collection[str]) -> Lot:
    """Take what has come, and pay for it as the agreement says: by the weight that was reported.

    Where that is far less by the buyer's word alone, it is the seller's to say whether so little came.
    """
    pay, timed = rules.weighed_pay(deal.terms.quality, lot), "time" in by
    if pay == lot.amount:
        step(ctx, LOT, lot, "auto_accept" if timed else "accept", by)
        return end(ctx, lot, events.LotAccepted(lot.id, lot.deal_id, ctx.actor.person))
    if rules.counts_as_weighed(lot, pay):
        step(ctx, LOT, lot, "accept_weighed", by)
        return adjust(ctx, lot, pay, "auto_accept" if timed else "accept_weighed")
    step(ctx, LOT, lot, "weight_asked", by)
    find(ctx, lot, "buyer", Find(lot_id=lot.id, measured=Measured(weight=lot.measured)), "")
    _by_formula(ctx, lot, pay)
    lot.rounds = 1
    return tell(ctx, lot, events.LotClaimed, "weight_asked")


def accept_after_claim(ctx: Ctx, lot: Lot, deal: Deal, by: Collection[str]) -> Lot:
    """Accept the lot after a claim. It is paid as without the claim: by a weight that counts, else in full."""
    pay = _waived(ctx, lot, deal)
    if pay == lot.amount:
        step(ctx, LOT, lot, "accept_anyway", by)
        arrived(ctx, lot, ctx.now)
        return end(ctx, lot, events.LotAccepted(lot.id, lot.deal_id, ctx.actor.person))
    step(ctx, LOT, lot, "accept_anyway_weighed", by)
    arrived(ctx, lot, ctx.now)
    return adjust(ctx, lot, pay, "accept_weighed")


def waiving(ctx: Ctx, lot: Lot) -> Money:
    """Return what a lot is paid with if its buyer gives up the claim."""
    return _waived(ctx, lot, access.deal_for(ctx, lot.deal_id))


def _waived(ctx: Ctx, lot: Lot, deal: Deal) -> Money:
    return rules.waived_pay(deal.terms.quality, lot, rules.last(findings_in(ctx, lot.id), "buyer"))


def taking(ctx: Ctx, lot: Lot) -> tuple[Money, bool]:
    """Return what accepting a lot as it is weighed would pay, and whether the seller would be asked first."""
    pay = rules.weighed_pay(access.deal_for(ctx, lot.deal_id).terms.quality, lot)
    return pay, not rules.counts_as_weighed(lot, pay)


def say_not_arrived(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Claim that a lot never came. Raises Refusal for one that the buyer has reported, or that is still expected."""
    lot, deal = lot_of(ctx, lot_id, expected_version)
    if lot.arrived_by == "buyer":
        raise Refusal("claim.has_arrived")
    rules.check_missed(lot, ctx.now)
    access.check_step(ctx, deal, "not_arrived")
    step(ctx, LOT, lot, "not_arrived", roles(ctx, lot, deal))
    _propose(ctx, lot, "buyer", Money.zero(lot.currency), "")
    lot.rounds, lot.never_came, lot.came_in_time = 1, True, None
    return tell(ctx, lot, events.LotClaimed, "not_arrived")


def grant_claim(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Grant the figure that the buyer has named last. Raises Stale when there is none."""
    lot, _ = step_lot(ctx, lot_id, "grant", expected_version)
    named = [each for each in proposals_in(ctx, lot.id) if each.side == "buyer" and each.pay is not None]
    pay = named[-1].pay if named else None
    if pay is None:
        raise Stale
    return adjust(ctx, lot, pay, "grant_formula" if named[-1].kind == "formula" else "grant")


def propose_cut(ctx: Ctx, command: ProposeCut, expected_version: int | None = None) -> Lot:
    """Name a figure: the seller in answer to a claim, the buyer in answer to that. Raises Invalid, Refusal."""
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    side = side_of(ctx, deal)
    event = "propose" if side == "seller" else "counter"
    access.check_step(ctx, deal, event)
    step(ctx, LOT, lot, event, roles(ctx, lot, deal))
    rules.check_pay(command.pay, lot)
    if side == "buyer":
        if lot.rounds >= CLAIM_ROUNDS:
            raise Refusal("claim.too_many_rounds", most=CLAIM_ROUNDS)
        lot.rounds += 1
    _propose(ctx, lot, side, command.pay, command.words)
    if side == "buyer":
        return tell(ctx, lot, events.LotCountered)
    return tell(ctx, lot, events.LotProposed, "cut")


def propose_replacement(ctx: Ctx, command: ProposeReplacement, expected_version: int | None = None) -> Lot:
    """Propose to send the lot again, rather than be paid less."""
    lot, _ = step_lot(ctx, command.lot_id, "propose", expected_version)
    rules.check_replacement(command.by_day, ctx.now.date())
    proposal = _propose(ctx, lot, "seller", None, command.words)
    proposal.kind, proposal.by_day = "replacement", command.by_day
    return tell(ctx, lot, events.LotProposed, "replacement")


def show_arrival(ctx: Ctx, command: ShowArrival, expected_version: int | None = None) -> Lot:
    """Show that the lot did come, and propose full pay: the buyer's turn. Raises Invalid without a word."""
    lot, _ = step_lot(ctx, command.lot_id, "propose", expected_version)
    if not lot.never_came:
        raise Stale
    if not command.words and not command.files:
        raise Invalid("claim.needs_answer", field="words")
    find(ctx, lot, "seller", Find(lot_id=lot.id, files=command.files), command.words)
    _propose(ctx, lot, "seller", lot.amount, "")
    return tell(ctx, lot, events.LotProposed, "arrive")


def show_weight(ctx: Ctx, command: ShowWeight, expected_version: int | None = None) -> Lot:
    """Show the seller's own weight and propose to be paid by it: the buyer's turn.

    If there is no ruling in the end, the mean of both weights counts, as for all that both measured. Raises Stale for
    another kind of claim.
    """
    lot, deal = step_lot(ctx, command.lot_id, "propose", expected_version)
    if not rules.by_weight_alone(rules.last(findings_in(ctx, lot.id), "buyer")):
        raise Stale
    found = Measured(weight=command.measured)
    find(ctx, lot, "seller", Find(lot_id=lot.id, measured=found, files=command.files), "")
    _propose(ctx, lot, "seller", worth_of(deal, lot, found).pay, "")
    return tell(ctx, lot, events.LotProposed, "cut")


def take_proposal(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Accept the seller's proposal: the lot is paid with that figure, or sent again."""
    lot, deal = lot_of(ctx, lot_id, expected_version)
    proposal = proposal_of(ctx, lot)
    if proposal is None or proposal.side != "seller":
        raise Stale
    if proposal.pay is not None:
        access.check_step(ctx, deal, "take")
        step(ctx, LOT, lot, "take", roles(ctx, lot, deal))
        return adjust(ctx, lot, proposal.pay, "take")
    assert proposal.by_day is not None, "a replacement comes by a day"
    due = rules.overdue_at(proposal.by_day, ctx.now)
    access.check_step(ctx, deal, "take_replacement")
    step(ctx, LOT, lot, "take_replacement", roles(ctx, lot, deal), deadlines={"lot_overdue": due})
    if lot.never_came:
        lot.came_in_time = False
    lot.window_from, lot.window_to = ctx.now.date(), max(proposal.by_day, ctx.now.date())
    lot.truck, lot.eta, lot.note, lot.arrived_by, lot.arrived_at = None, None, None, None, None
    lot.measured_amount, lot.measured_unit, lot.weighed_by, lot.never_came = None, None, None, False
    return tell(ctx, lot, events.LotReplaced)


def contradict_claim(ctx: Ctx, command: ContradictClaim, expected_version: int | None = None) -> Lot:
    """Contradict a claim by the seller's own finding. Beyond the laboratories' tolerance the reserve sample decides.

    Within it the mean counts if each side has enclosed its paper. Otherwise it is a proposal that the buyer answers.
    Raises Invalid when there is nothing to compare.
    """
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    LOT.transition(lot.state, "contradict", roles(ctx, lot, deal))
    claimed = rules.last(findings_in(ctx, lot.id), "buyer")
    theirs = claimed.measured if claimed is not None else NOTHING
    if not theirs.figures.keys() & command.measured.figures.keys():
        raise Invalid("claim.nothing_to_compare", field="moisture")
    find(ctx, lot, "seller", command, command.words)
    if quality_formula.same(theirs, command.measured):
        pay = worth_of(deal, lot, quality_formula.mean(theirs, command.measured)).pay
        if rules.settles_by_mean(claimed, command.files, deal.terms_version):
            step(ctx, LOT, lot, "mean_taken", roles(ctx, lot, deal))
            return adjust(ctx, lot, pay, "mean_taken")
        step(ctx, LOT, lot, "propose", roles(ctx, lot, deal))
        _propose(ctx, lot, "seller", pay, "")
        return tell(ctx, lot, events.LotProposed, "mean")
    step(ctx, LOT, lot, "contradict", roles(ctx, lot, deal))
    return tell(ctx, lot, events.LotContradicted)


def report_referee(ctx: Ctx, command: ReportReferee, expected_version: int | None = None) -> Lot:
    """Report the agreed laboratory's result, to which the other side may object. Raises Invalid without a report."""
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    side = side_of(ctx, deal)
    access.check_step(ctx, deal, "referee_value")
    step(ctx, LOT, lot, "referee_value", roles(ctx, lot, deal))
    if not command.measured.figures:
        raise Invalid("claim.needs_value", field="moisture")
    if not command.files:
        raise Invalid("claim.needs_report", field="files")
    if command.cost is not None:
        rules.check_cost(side, command.cost, command.receipts, most_for_test(ctx, deal, lot))
    found = find(ctx, lot, "referee", command, command.words)
    if command.cost is not None:
        attach(ctx, lot, command.receipts)
        found.cost_minor, found.receipts = command.cost.minor, list(command.receipts)
    lot.asked_by = side
    return tell(ctx, lot, events.LotRefereed)


def agree_value(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Accept the referee's value for the other side."""
    lot, deal = step_lot(ctx, lot_id, "agree_value", expected_version)
    return take_value(ctx, deal, lot, "agree_value")


def ask_operator(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Ask for an operator, as one side does not want to talk on."""
    lot, _ = step_lot(ctx, lot_id, "operator_asked", expected_version)
    return tell(ctx, lot, events.LotDisputed, "operator_asked")


# --- what is seen of it -----------------------------------------------------------------------------------------------


def worth_of(deal: Deal, lot: Lot, found: Measured) -> Worth:
    """Return what the agreement's formula pays for a lot with these findings, and the working."""
    return rules.worth(deal.terms.quality, lot, found)


def proposal_of(ctx: Ctx, lot: Lot) -> Proposal | None:
    """Return the proposal on the table."""
    proposals = proposals_in(ctx, lot.id)
    return proposals[-1] if proposals else None


def figure_of(ctx: Ctx, lot: Lot, side: Side) -> Money | None:
    """Return the figure that this side has named last, or that the formula has for it."""
    return rules.figure_of(proposals_in(ctx, lot.id), side)


def refereed(deal: Deal, lot: Lot, findings: Sequence[Finding]) -> Refereed | None:
    """Return what the referee's value pays, and the bearer of its test; None while the referee has not spoken."""
    referee = rules.last(findings, "referee")
    if referee is None:
        return None
    return rules.refereed(deal.terms.quality, lot, referee, *_of_both(findings))


def most_for_test(ctx: Ctx, deal: Deal, lot: Lot) -> Money:
    """Return how much of a test's cost the buyer may ask the seller for."""
    return rules.most_for_test(deal.terms.quality, lot, *_of_both(findings_in(ctx, lot.id)))


def _of_both(findings: Sequence[Finding]) -> tuple[Measured, Measured]:
    """Return the last findings of the buyer and of the seller."""
    buyers, sellers = (rules.last(findings, finder) for finder in ("buyer", "seller"))
    return (
        buyers.measured if buyers is not None else NOTHING,
        sellers.measured if sellers is not None else NOTHING,
    )


# --- steps that more than one of them take ----------------------------------------------------------------------------


def take_value(ctx: Ctx, deal: Deal, lot: Lot, why: str) -> Lot:
    """Pay the lot by the referee's value. The side further from it bears the test. The step was taken already."""
    found = refereed(deal, lot, findings_in(ctx, lot.id))
    assert found is not None, "the referee has spoken"
    lot.test_minor = found.test.minor
    return adjust(ctx, lot, found.pay, why)


def adjust(ctx: Ctx, lot: Lot, pay: Money, why: str) -> Lot:
    """Pay the lot with this much, and close it. The step itself was taken already."""
    rules.check_pay(pay, lot)
    lot.pay_minor = pay.minor
    if lot.never_came and pay < lot.amount:
        lot.came_in_time = False
    return end(ctx, lot, events.LotAdjusted(lot.id, lot.deal_id, ctx.actor.person, why))


def _propose(ctx: Ctx, lot: Lot, side: Side, pay: Money | None, words: str) -> Proposal:
    proposal = Proposal(
        id=ctx.new_id(),
        lot_id=lot.id,
        side=side,
        person=ctx.actor.person or "",
        at=ctx.now,
        kind="cut",
        pay_minor=None if pay is None else pay.minor,
        currency=lot.currency,
        words=words,
    )
    ctx.session.add(proposal)
    return proposal


def _by_formula(ctx: Ctx, lot: Lot, pay: Money) -> None:
    """Propose a figure that neither side has named. The seller may take it, and both read whose figure it is."""
    _propose(ctx, lot, "buyer", pay, "").kind = "formula"


def show_late(ctx: Ctx, command: ShowLate, expected_version: int | None = None) -> Lot:
    """Show that the seller has found otherwise, which they did not say while they were asked.

    It counts if the claim is not settled. It is possible once, and with its paper, as the goods can no longer be looked
    at. Raises Invalid, and Stale for a second finding.
    """
    lot, _ = step_lot(ctx, command.lot_id, "show_late", expected_version)
    findings = findings_in(ctx, lot.id)
    if rules.last(findings, "seller") is not None:
        raise Stale
    rules.check_shown_late(rules.last(findings, "buyer"), command.measured, command.files)
    find(ctx, lot, "seller", command, command.words)
    return tell(ctx, lot, events.LotShown)
