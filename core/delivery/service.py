"""What sellers and buyers do with lots, and what a deal's course means for them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add

from sqlalchemy import func, select

from core.deals import service as deals
from core.deals.model import Deal
from core.delivery import rules
from core.delivery.events import (
    LotAccepted,
    LotArrived,
    LotClaimed,
    LotDispatched,
    LotDropped,
    LotFact,
    LotHalved,
    LotLate,
    LotsPlanned,
    LotsUnwound,
)
from core.delivery.model import FILES_AT_MOST, LOT, UNSENT, AcceptLot, ClaimLot, DispatchLot, Lot, ReportArrival
from core.files.service import own
from core.kernel.errors import NotFound, Refusal, Stale
from core.kernel.process import enter, step
from core.kernel.quantity import Quantity
from core.kernel.transaction import Ctx
from core.listings.service import give_back

FILES_OF_A_LOT = 4 * FILES_AT_MOST  # dispatch, arrival, claim and acceptance may each bring some


# --- what people do ---------------------------------------------------------------------------------------------------


def dispatch_lot(ctx: Ctx, command: DispatchLot, seen: int | None = None) -> Lot:
    """The seller has sent it."""
    lot, deal = _lot_of(ctx, command.lot_id, seen)
    rules.check_eta(command.eta, ctx.now.date())
    dues = {"transit_limit": rules.transit_limit_at(command.eta)}
    step(ctx, LOT, lot, "dispatch", deals.sides(ctx, deal), dues=dues)
    lot.truck, lot.eta, lot.note = command.truck, command.eta, command.note
    _attach(ctx, lot, command.files)
    return _tell(ctx, lot, LotDispatched)


def report_arrival(ctx: Ctx, command: ReportArrival, seen: int | None = None) -> Lot:
    """Either side says that it is there; the buyer's time to look at it begins."""
    lot, deal = _lot_of(ctx, command.lot_id, seen)
    step(ctx, LOT, lot, "arrive", deals.sides(ctx, deal))
    _measure(lot, command.measured)
    _attach(ctx, lot, command.files)
    return _tell(ctx, lot, LotArrived)


def accept_lot(ctx: Ctx, command: AcceptLot, seen: int | None = None) -> Lot:
    """The buyer takes it, also after a claim: its money is released."""
    lot, deal = _lot_of(ctx, command.lot_id, seen)
    event = "accept_anyway" if lot.state == "claim" else "accept"
    step(ctx, LOT, lot, event, deals.sides(ctx, deal))
    _measure(lot, command.measured)
    _attach(ctx, lot, command.files)
    return _end(ctx, lot, LotAccepted(lot.id, lot.deal_id, ctx.actor.person))


def claim_lot(ctx: Ctx, command: ClaimLot, seen: int | None = None) -> Lot:
    """The buyer says what is wrong with it; nothing is released until the two have settled it."""
    lot, deal = _lot_of(ctx, command.lot_id, seen)
    step(ctx, LOT, lot, "claim", deals.sides(ctx, deal))
    lot.claim_words = command.words
    _measure(lot, command.measured)
    _attach(ctx, lot, command.files)
    return _tell(ctx, lot, LotClaimed)


def drop_lot(ctx: Ctx, lot_id: str, seen: int | None = None) -> Lot:
    """The buyer no longer waits for a late lot."""
    return _drop(ctx, *_lot_of(ctx, lot_id, seen), "drop")


def give_back_lot(ctx: Ctx, lot_id: str, seen: int | None = None) -> Lot:
    """The seller grants the claim: the whole lot's money goes back."""
    return _drop(ctx, *_lot_of(ctx, lot_id, seen), "give_back")


# --- what people see --------------------------------------------------------------------------------------------------


def lot_for(ctx: Ctx, lot_id: str) -> Lot:
    """A lot for the two sides of its deal (or the house itself). Raises NotFound, to strangers too."""
    lot = ctx.session.get(Lot, lot_id)
    if lot is None:
        raise NotFound
    deals.deal_for(ctx, lot.deal_id)
    return lot


def lots_of(ctx: Ctx, deal_id: str) -> list[Lot]:
    """A deal's lots in order; none before both have signed. Raises NotFound to strangers."""
    deals.deal_for(ctx, deal_id)
    return _lots(ctx, deal_id)


def may(ctx: Ctx, lot: Lot) -> list[str]:
    """What who acts may do with the lot now: the buttons."""
    return LOT.open_to(lot.state, deals.sides(ctx, deals.deal_for(ctx, lot.deal_id)))


def check_may(ctx: Ctx, lot: Lot, event: str, seen: int | None = None) -> None:
    """Whether who acts could take this step now, before being asked for particulars. Raises Stale, NotAllowed."""
    if seen is not None and seen != lot.version:
        raise Stale
    LOT.transition(lot.state, event, deals.sides(ctx, deals.deal_for(ctx, lot.deal_id)))


# --- what the deal and time do ----------------------------------------------------------------------------------------


def plan_lots(ctx: Ctx, deal_id: str) -> None:
    """Cut a signed deal into its lots, once. They wait for the money."""
    deal = deals.locked(ctx, deal_id)
    if _lots(ctx, deal.id):
        return
    for number, share in enumerate(rules.shares(deal.terms, deal.amount), 1):
        lot = Lot(
            id=ctx.new_id(),
            deal_id=deal.id,
            number=number,
            quantity_amount=share.quantity.amount,
            unit=share.quantity.unit,
            amount_minor=share.amount.minor,
            currency=share.amount.currency,
            window_from=share.window_from,
            window_to=share.window_to,
        )
        enter(ctx, LOT, lot, LOT.initial)
        ctx.session.add(lot)
    ctx.session.flush()


def start_lots(ctx: Ctx, deal_id: str) -> None:
    """The money is held: the seller can send them."""
    for lot in _lots(ctx, deal_id):
        due = rules.overdue_at(lot.window_to, ctx.now)
        step(ctx, LOT, lot, "funded", ("system",), dues={"lot_overdue": due})
    ctx.announce(LotsPlanned(deal_id))


def give_up_lots(ctx: Ctx, deal_id: str) -> None:
    """The deal is called off: what was not sent is dropped and for sale again, what is on its way runs on."""
    deal = deals.locked(ctx, deal_id)
    unsent = [lot for lot in _lots(ctx, deal.id) if lot.state in UNSENT]
    if unsent:
        # In one sum, for the shelf may count in another unit: rounded lot by lot it would not be what was taken.
        give_back(ctx, deal.listing_id, reduce(add, (lot.quantity for lot in unsent)))
    for lot in unsent:
        step(ctx, LOT, lot, "drop_agreed", ("system",))
        ctx.announce(LotDropped(lot.id, deal.id, ctx.actor.person, "drop_agreed"))
    ctx.session.flush()
    still_open = _open_lots(ctx, deal.id)
    if still_open:
        deals.lots_run_on(ctx, deal.id)
    ctx.announce(LotsUnwound(deal.id, still_open))


def time_is_up(ctx: Ctx, lot_id: str, event: str) -> None:
    """A deadline of the lot's present state has passed."""
    lot, deal = _lot_of(ctx, lot_id, None)
    match event:
        case "lot_overdue":
            step(ctx, LOT, lot, event, ("time",))
            _tell(ctx, lot, LotLate)
        case "transit_limit":
            step(ctx, LOT, lot, event, ("time",))
            _tell(ctx, lot, LotArrived)
        case "auto_accept":
            step(ctx, LOT, lot, event, ("time",))
            _end(ctx, lot, LotAccepted(lot.id, lot.deal_id, None))
        case "claim_limit":
            step(ctx, LOT, lot, event, ("time",))
            _end(ctx, lot, LotHalved(lot.id, lot.deal_id, None))
        case "late_limit":
            _drop(ctx, lot, deal, event, ("time",))
        case _:
            raise ValueError(f"a lot has no deadline {event}")


# --- steps that more than one of them take ----------------------------------------------------------------------------


def _lot_of(ctx: Ctx, lot_id: str, seen: int | None) -> tuple[Lot, Deal]:
    """The lot and its deal, locked in this order everywhere: the deal first."""
    deal_id = ctx.session.scalar(select(Lot.deal_id).where(Lot.id == lot_id))
    if deal_id is None:
        raise NotFound
    deal = deals.locked(ctx, deal_id)
    lot = lot_for(ctx, lot_id)
    if seen is not None and seen != lot.version:
        raise Stale
    return lot, deal


def _lots(ctx: Ctx, deal_id: str) -> list[Lot]:
    return list(ctx.session.scalars(select(Lot).where(Lot.deal_id == deal_id).order_by(Lot.number)))


def _open_lots(ctx: Ctx, deal_id: str) -> int:
    """Asked of the database, for another unit may have closed a lot that was read before the deal was locked."""
    query = select(func.count()).where(Lot.deal_id == deal_id, Lot.state.not_in(LOT.final))
    return ctx.session.scalar(query) or 0


def _drop(ctx: Ctx, lot: Lot, deal: Deal, event: str, roles: Iterable[str] | None = None) -> Lot:
    step(ctx, LOT, lot, event, deals.sides(ctx, deal) if roles is None else roles)
    return _end(ctx, lot, LotDropped(lot.id, lot.deal_id, ctx.actor.person, event))


def _end(ctx: Ctx, lot: Lot, fact: LotFact) -> Lot:
    ctx.session.flush()
    ctx.announce(fact)
    if not _open_lots(ctx, lot.deal_id):
        deals.all_lots_closed(ctx, lot.deal_id)
    return lot


def _tell(ctx: Ctx, lot: Lot, fact: type[LotFact]) -> Lot:
    ctx.announce(fact(lot.id, lot.deal_id, ctx.actor.person))
    ctx.session.flush()
    return lot


def _measure(lot: Lot, measured: Quantity | None) -> None:
    rules.check_measured(measured, lot.quantity)
    if measured is not None:
        lot.measured_amount, lot.measured_unit = measured.amount, measured.unit


def _attach(ctx: Ctx, lot: Lot, files: Iterable[str]) -> None:
    kept = [*lot.files, *(file.id for file in own(ctx, files))] if files else lot.files
    if len(kept) > FILES_OF_A_LOT:
        raise Refusal("lot.too_many_files", field="files", most=FILES_OF_A_LOT)
    lot.files = kept
