"""Approval by the buyer's company of what its member has signed, and the reference of its book-keeping."""

from __future__ import annotations

from datetime import UTC, datetime, time

from core.kernel.errors import NotAllowed, Stale
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.people.accounts.service import person_of
from core.people.companies.service import signs_alone
from core.trade.deals.access import check_version, party, sides
from core.trade.deals.events import DealApprovalNeeded, DealApproved, DealReadyDirectly, DealReadyToFund
from core.trade.deals.lifecycle import close, tell
from core.trade.deals.model import APPROVE_AT_LEAST, APPROVE_WITHIN, DEAL, Deal, NoteOrder


def signed_by_both(ctx: Ctx, deal: Deal) -> None:
    """Start a deal that both have signed, unless the buyer's company wants to look at what its member has signed."""
    assert deal.buyer_signed_by is not None, "the buyer has signed"
    # A signer who has left has taken their limit along, so the company looks at what they signed for it.
    still_here = person_of(ctx, deal.buyer_signed_by).organisation_id == deal.buyer
    if still_here and signs_alone(ctx, deal.buyer_signed_by, deal.amount):
        step(ctx, DEAL, deal, "both_signed", ("system",))
        _counts(ctx, deal)
    else:
        deadlines = {"approval_expired": approve_by(deal, ctx.now)}
        step(ctx, DEAL, deal, "approval_needed", ("system",), deadlines=deadlines)
        tell(ctx, deal, DealApprovalNeeded)


def approve_by(deal: Deal, signed_at: datetime) -> datetime:
    """Return the time by which the company has to decide: before the delivery begins, where possible.

    `signed_at`: the moment at which both have signed. The seller waits, and cannot leave. At least a day is left to
    decide.
    """
    begins = datetime.combine(deal.terms.window_from, time(), UTC)
    return max(signed_at + APPROVE_AT_LEAST, min(signed_at + APPROVE_WITHIN, begins))


def approve_deal(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Approve what a colleague has signed: the deal awaits its money.

    Raises NotAllowed. The second to decide gets Stale with the person and time of the first decision.
    """
    deal = _to_decide(ctx, deal_id, expected_version)
    step(ctx, DEAL, deal, "approve", sides(ctx, deal))
    deal.decided_by, deal.decided_at = ctx.actor.person, ctx.now
    tell(ctx, deal, DealApproved)
    _counts(ctx, deal)
    return deal


def _counts(ctx: Ctx, deal: Deal) -> None:
    """Start the payment of a deal that needs no more consent, here or directly."""
    if deal.settlement == "direct":
        step(ctx, DEAL, deal, "settles_directly", ("system",))
        tell(ctx, deal, DealReadyDirectly)
    else:
        tell(ctx, deal, DealReadyToFund)


def refuse_deal(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Refuse what a colleague has signed: the deal is closed, and neither side owes anything."""
    deal = _to_decide(ctx, deal_id, expected_version)
    DEAL.transition(deal.state, "refuse", sides(ctx, deal))
    deal.decided_by, deal.decided_at = ctx.actor.person, ctx.now
    close(ctx, deal, "refuse", "approver")
    return deal


def _to_decide(ctx: Ctx, deal_id: str, expected_version: int | None) -> Deal:
    deal, _ = party(ctx, deal_id)
    if deal.decided_by is not None and deal.decided_at is not None:
        name, at = person_of(ctx, deal.decided_by).name, deal.decided_at
        if deal.ended_by == "refuse":
            raise Stale("deal.refused_already", name=name, at=at)
        raise Stale("deal.approved_already", name=name, at=at)
    check_version(deal, expected_version)
    return deal


def note_order(ctx: Ctx, deal_id: str, command: NoteOrder) -> Deal:
    """Note the buyer's own numbers for it, at any time. They change nothing of the agreement. Raises NotAllowed."""
    deal, side = party(ctx, deal_id)
    if side != "buyer":
        raise NotAllowed
    deal.purchase_order, deal.cost_centre = command.purchase_order or None, command.cost_centre or None
    ctx.session.flush()
    return deal
