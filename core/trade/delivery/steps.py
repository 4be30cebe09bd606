"""Common parts of every step of a lot: the lot with its deal locked, measurements, papers, and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, bindparam, func, select

from core.kernel.compiled_statements import find_all, select_all
from core.kernel.database import check_version
from core.kernel.errors import NotFound, Refusal
from core.kernel.process import StepRow, step, timeline
from core.kernel.quantity import Quantity
from core.kernel.transaction import Ctx
from core.people.files.service import own
from core.trade.deals import access, lifecycle
from core.trade.deals.model import Deal, Side
from core.trade.delivery import rules
from core.trade.delivery.events import LotFact
from core.trade.delivery.model import FILES_AT_MOST, LOT, Find, Finder, Finding, Lot, LotState, Proposal

FILES_OF_A_LOT: Final = 6 * FILES_AT_MOST  # dispatch, arrival, claim and findings may each bring some


def lot_for(ctx: Ctx, lot_id: str) -> Lot:
    """Return a lot for the two sides of its deal, an operator or the market itself.

    Raises NotFound, to strangers too.
    """
    return access.row_for(ctx, Lot, lot_id)


def lot_of(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> tuple[Lot, Deal]:
    """Return the lot and its deal, locked in this order everywhere: the deal first. Raises NotFound, Stale."""
    lot, deal = access.row_locked(ctx, Lot, lot_id)
    access.deal_for(ctx, deal.id)
    check_version(lot, expected_version)
    return lot, deal


def step_lot(ctx: Ctx, lot_id: str, event: str, expected_version: int | None) -> tuple[Lot, Deal]:
    """Take a step of the actor's, and return the lot and its deal. Raises NotFound, NotAllowed, Stale."""
    lot, deal = lot_of(ctx, lot_id, expected_version)
    access.check_step(ctx, deal, event)
    step(ctx, LOT, lot, event, roles(ctx, lot, deal))
    return lot, deal


def roles(ctx: Ctx, lot: Lot, deal: Deal) -> frozenset[str]:
    """Return the actor's roles on a lot: the side, and "other" if the other side has asked or reported something."""
    mine = access.sides(ctx, deal) & {"buyer", "seller", "operator"}
    other = {"other"} if lot.asked_by is not None and lot.asked_by not in mine and mine else set()
    return frozenset({*mine, *other})


def side_of(ctx: Ctx, deal: Deal) -> Side:
    """Return the actor's side. Raises NotFound for anybody else."""
    mine = access.sides(ctx, deal)
    sides: tuple[Side, ...] = ("buyer", "seller")
    for side in sides:
        if side in mine:
            return side
    raise NotFound


def lots_in(ctx: Ctx, deal_id: str) -> list[Lot]:
    return find_all(ctx.session, Lot, ("number",), deal_id=deal_id)


def open_lots(ctx: Ctx, deal_id: str) -> int:
    """Asked of the database, for another unit may have closed a lot that was read before the deal was locked."""
    query = select(func.count()).where(Lot.deal_id == deal_id, Lot.state.not_in(LOT.final))
    return ctx.session.scalar(query) or 0


def since_sent_again(kind: type[Finding | Proposal]) -> ColumnElement[bool]:
    """Return the filter for findings or proposals about the goods that came last. Earlier ones decide nothing."""
    again = select(func.coalesce(func.max(StepRow.id), "")).where(
        StepRow.subject == kind.lot_id, StepRow.event == "take_replacement"
    )
    return kind.id > again.correlate(kind).scalar_subquery()


_FINDINGS = select(Finding).where(Finding.lot_id == bindparam("lot"), since_sent_again(Finding)).order_by(Finding.id)
_PROPOSALS = (
    select(Proposal).where(Proposal.lot_id == bindparam("lot"), since_sent_again(Proposal)).order_by(Proposal.id)
)


def findings_in(ctx: Ctx, lot_id: str) -> list[Finding]:
    return select_all(ctx.session, Finding, _FINDINGS, lot=lot_id)


def proposals_in(ctx: Ctx, lot_id: str) -> list[Proposal]:
    return select_all(ctx.session, Proposal, _PROPOSALS, lot=lot_id)


def end(ctx: Ctx, lot: Lot, fact: LotFact) -> Lot:
    """End this lot, and perhaps its deal. Raises Refusal where a bank has called the money back.

    Raises NotAllowed for a member of the buyer's company who may not release this much alone.
    """
    if ctx.actor.person is not None:
        deal = access.locked(ctx, lot.deal_id)
        if deal.frozen is not None:
            raise Refusal("deal.frozen")
        if lot.state != LotState.DROPPED:
            access.check_release(ctx, deal, lot.amount if lot.state == LotState.ACCEPTED else lot.pay or lot.amount)
    lot.asked_by = None
    ctx.announce_change(fact)
    if not open_lots(ctx, lot.deal_id):
        lifecycle.all_lots_closed(ctx, lot.deal_id, delivered=not rules.ended_unpaid(lots_in(ctx, lot.deal_id)))
    return lot


def tell(ctx: Ctx, lot: Lot, fact: Callable[..., LotFact], *details: str) -> Lot:
    """Announce an event of the lot. `details`: the fields that it has beside those of every event of lots."""
    ctx.announce(fact(lot.id, lot.deal_id, ctx.actor.person, *details))
    ctx.session.flush()
    return lot


def measure(lot: Lot, measured: Quantity | None, by: Side | None) -> None:
    """Keep a weight, and whose word it is. Raises Invalid for one that cannot be."""
    rules.check_measured(measured, lot.quantity)
    if measured is not None:
        lot.measured_amount, lot.measured_unit, lot.weighed_by = measured.amount, measured.unit, by


def arrived(ctx: Ctx, lot: Lot, at: datetime) -> None:
    """Record the arrival.

    Whether it came by its day is set once, and allows for weather and drivers as lateness does.
    """
    planned = max(
        (row.at for row in timeline(ctx.session, lot.id) if row.to == LotState.PLANNED), default=lot.state_since
    )
    if lot.came_in_time is None:
        lot.came_in_time = at < rules.overdue_at(lot.window_to, planned)


def find(ctx: Ctx, lot: Lot, finder: Finder, command: Find, words: str) -> Finding:
    """Keep a finding with its papers; a weight counts as the lot's own."""
    measure(lot, command.measured.weight, None if finder == "referee" else finder)
    attach(ctx, lot, command.files)
    found = Finding(
        id=ctx.new_id(),
        lot_id=lot.id,
        finder=finder,
        person=ctx.actor.person or "",
        at=ctx.now,
        words=words,
        figures=command.measured.model_dump(mode="json"),
        measured_by=command.measured_by or None,
        sample=command.sample or None,
        cost_minor=0,
        files=list(command.files),
    )
    ctx.session.add(found)
    return found


def attach(ctx: Ctx, lot: Lot, files: Iterable[str]) -> None:
    kept = [*lot.files, *(file.id for file in own(ctx, files))] if files else lot.files
    if len(kept) > FILES_OF_A_LOT:
        raise Refusal("lot.too_many_files", field="files", most=FILES_OF_A_LOT)
    lot.files = kept
