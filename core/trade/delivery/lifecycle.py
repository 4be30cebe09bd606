"""Effects of a deal's lifecycle, its disputes and time on its lots."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import Final

from core.kernel.money import Money
from core.kernel.process import enter, step
from core.kernel.timers import Timer, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.trade.deals import service as deals
from core.trade.deals.model import DEAL, Deal, DealState
from core.trade.delivery import rules
from core.trade.delivery.claims import accept_as_weighed, adjust, disputed, take_value
from core.trade.delivery.events import LotArrived, LotDropped, LotLate, LotsPlanned, LotsUnwound
from core.trade.delivery.model import ARRIVED, LATE_LIMIT, LOT, UNSENT, Lot, LotState
from core.trade.delivery.steps import arrived, end, findings_in, lot_of, lots_in, open_lots, tell

LOOK_AGAIN: Final = timedelta(days=1)  # whether a deal still stands still
TO_GO_ON: Final = timedelta(days=3)  # at least, until a side is late after a deal has stood still


# --- the deal's course ------------------------------------------------------------------------------------------------


def plan_lots(ctx: Ctx, deal_id: str) -> None:
    """Cut a signed deal into its lots, once. They wait for the money."""
    deal = deals.locked(ctx, deal_id)
    if lots_in(ctx, deal.id):
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


def start_lots(ctx: Ctx, deal_id: str, first: int = 1, last: int | None = None) -> None:
    """Start lots whose money is held, or paid directly: the seller can send them."""
    for lot in lots_in(ctx, deal_id):
        if lot.state == LOT.initial and first <= lot.number and (last is None or lot.number <= last):
            due = rules.overdue_at(lot.window_to, ctx.now)
            step(ctx, LOT, lot, "funded", ("system",), deadlines={"lot_overdue": due})
    ctx.session.flush()
    ctx.announce(LotsPlanned(deal_id))


def drop_unfunded(ctx: Ctx, deal_id: str, first: int, last: int) -> None:
    """Give up lots that were not paid for in time: they are for sale again."""
    deal = deals.locked(ctx, deal_id)
    _give_up(ctx, deal, [lot for lot in lots_in(ctx, deal.id) if first <= lot.number <= last], "unfunded")
    if not open_lots(ctx, deal.id):
        deals.all_lots_closed(ctx, deal.id)


def give_up_lots(ctx: Ctx, deal_id: str) -> None:
    """Call off the deal: unsent lots are dropped and for sale again, lots on their way run on."""
    deal = deals.locked(ctx, deal_id)
    _give_up(ctx, deal, lots_in(ctx, deal.id), "drop_agreed")
    if open_lots(ctx, deal.id):
        deals.lots_run_on(ctx, deal.id)
    ctx.announce(LotsUnwound(deal.id))


def forget_lots(ctx: Ctx, deal_id: str) -> None:
    """Drop the lots of a closed deal that was to be paid directly. Its goods are for sale again already."""
    for lot in lots_in(ctx, deal_id):
        if lot.state in UNSENT:
            step(ctx, LOT, lot, "drop_agreed", ("system",))
    ctx.session.flush()


def _give_up(ctx: Ctx, deal: Deal, lots: list[Lot], event: str) -> None:
    unsent = [lot for lot in lots if lot.state in ((LotState.WAITING,) if event == "unfunded" else UNSENT)]
    if unsent:
        # In one sum, because the listing may count in another unit. Rounded lot by lot, it would not be what was taken.
        deals.goods_back(ctx, deal, reduce(add, (lot.quantity for lot in unsent)))
    for lot in unsent:
        step(ctx, LOT, lot, event, ("system",))
        ctx.announce(LotDropped(lot.id, deal.id, ctx.actor.person, event))
    ctx.session.flush()


# --- rulings ----------------------------------------------------------------------------------------------------------


def rule_lot(ctx: Ctx, lot_id: str, pay: Money, event: str) -> Lot:
    """Split a disputed lot: `pay` goes to the seller. `event`: "rule" or "settle"."""
    lot, _ = lot_of(ctx, lot_id)
    step(ctx, LOT, lot, event, ("system",))
    return adjust(ctx, lot, pay, event)


def rule_lots(ctx: Ctx, deal_id: str, pay: Money) -> None:
    """Split all that is still held of a deal: `pay` goes to the seller, from each lot in proportion.

    A lot that is not paid for yet ends with nothing. Its part of the seller's share would not reach the seller.
    """
    lots = _still_open(ctx, deal_id)
    for lot, part in zip(lots, rules.shares_of([rules.at_stake(lot) for lot in lots], pay), strict=True):
        step(ctx, LOT, lot, "deal_ruled", ("system",))
        adjust(ctx, lot, part, "deal_ruled")


def rule_by_proof(ctx: Ctx, deal_id: str) -> None:
    """Rule by proof, as there was no ruling. What is proven to have arrived is the seller's, as measured.

    The rest is the buyer's. Goods without a complaint are paid by the reported weight, as silence pays.
    """
    deal = deals.locked(ctx, deal_id)
    for lot in _still_open(ctx, deal_id):
        pay, lot.flagged = Money.zero(lot.currency), True
        if lot.state == LotState.INSPECTION:
            pay, lot.flagged = rules.weighed_pay(deal.terms.quality, lot), lot.measured is None
        elif lot.state in ARRIVED:
            pay, lot.flagged = rules.final_pay(deal.terms.quality, lot, findings_in(ctx, lot.id))
        step(ctx, LOT, lot, "deal_ruled", ("system",))
        adjust(ctx, lot, pay, "deal_ruled")


def _still_open(ctx: Ctx, deal_id: str) -> list[Lot]:
    """Return a deal's open lots, about to end all at once. Unsent goods are for sale again."""
    deal = deals.locked(ctx, deal_id)
    lots = [lot for lot in lots_in(ctx, deal.id) if lot.state not in LOT.final]
    unsent = [lot.quantity for lot in lots if lot.state in UNSENT]
    if unsent:
        deals.goods_back(ctx, deal, reduce(add, unsent))
    return lots


def is_over_directly(ctx: Ctx, deal_id: str) -> bool:
    """Return whether time can end a deal that was paid directly. Unsent lots are not awaited any more.

    A lot that was sent has deadlines of its own, and the deal is looked at again.
    """
    deal = deals.locked(ctx, deal_id)
    if deal.state == DealState.IN_DELIVERY_DIRECT:
        if any(lot.state not in (*LOT.final, *UNSENT) for lot in lots_in(ctx, deal.id)):
            set_timer(ctx.session, Timer(DEAL.name, deal.id, "idle", ctx.now + LOOK_AGAIN))
            return False
        forget_lots(ctx, deal.id)
    return True


def put_off_ruling_by_time(ctx: Ctx, lot_id: str, moment: datetime) -> None:
    """Postpone the ruling by time after an operator's ruling, so that an appeal is heard first."""
    standing = deadline_of(ctx.session, LOT.name, lot_id, "lot_final_rule")
    if standing is None or standing.due_at < moment:
        set_timer(ctx.session, Timer(LOT.name, lot_id, "lot_final_rule", moment))


def chargeback_lots(ctx: Ctx, deal_id: str) -> None:
    """End the open lots of a deal, as the buyer's bank has taken back the money held for them."""
    for lot in _still_open(ctx, deal_id):
        step(ctx, LOT, lot, "recalled", ("system",))
        end(ctx, lot, LotDropped(lot.id, lot.deal_id, None, "recalled"))


# --- time -------------------------------------------------------------------------------------------------------------


def go_on(ctx: Ctx, deal_id: str) -> None:
    """Continue after the deal's clocks were stopped. No side is late at once because it waited as it was told."""
    soonest = ctx.now + TO_GO_ON
    for lot in lots_in(ctx, deal_id):
        while (timer := deadline_of(ctx.session, LOT.name, lot.id)) is not None and timer.due_at < soonest:
            set_timer(ctx.session, replace(timer, due_at=soonest), since=ctx.now)


def on_the_road(ctx: Ctx, deal_id: str) -> bool:
    """Return whether some lot was sent and is not there. An unsent lot has a limit of its own: it is given up."""
    return any(lot.state == LotState.DISPATCHED for lot in lots_in(ctx, deal_id))


def time_is_up(ctx: Ctx, lot_id: str, event: str) -> None:
    """Apply a passed deadline of the lot's present state. If the deal stands still, it waits: freeze beats timer."""
    lot, deal = lot_of(ctx, lot_id)
    if deals.stands_still(deal):
        set_timer(ctx.session, Timer(LOT.name, lot.id, event, ctx.now + LOOK_AGAIN))
        return
    if event == "late_limit" and deal.direct:  # paid already, and not by us: no time frees the seller from sending it
        set_timer(ctx.session, Timer(LOT.name, lot.id, event, ctx.now + LATE_LIMIT))
        return
    if event == "auto_accept":
        accept_as_weighed(ctx, lot, deal, ("time", "system"))
        return
    step(ctx, LOT, lot, event, ("time",))
    match event:
        case "lot_overdue":
            lot.came_in_time = False
            tell(ctx, lot, LotLate)
        case "transit_limit":
            lot.arrived_at = ctx.now
            arrived(ctx, lot, rules.end_of(lot.eta) if lot.eta else ctx.now)  # silence does not make it late
            tell(ctx, lot, LotArrived)
        case "late_limit":
            end(ctx, lot, LotDropped(lot.id, lot.deal_id, None, event))
        case "seller_silent" | "buyer_silent" | "sample_silent":
            disputed(ctx, lot, event)
        case "unopposed":
            take_value(ctx, deal, lot, event)
        case "lot_final_rule":
            pay, lot.flagged = rules.final_pay(deal.terms.quality, lot, findings_in(ctx, lot.id))
            adjust(ctx, lot, pay, event)
        case _:
            raise ValueError(f"a lot has no deadline {event}")
