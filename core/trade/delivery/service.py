"""Actions of sellers and buyers on lots, and the effects of the deal, its disputes and time. Claims are in `claims`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import Final

from core.kernel.compiled_statements import find_all
from core.kernel.database import check_version
from core.kernel.errors import Refusal, Stale
from core.kernel.money import Money
from core.kernel.process import enter, step, timeline
from core.kernel.timers import Timer, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.trade.deals import access, lifecycle
from core.trade.deals.model import DEAL, Deal, DealState
from core.trade.delivery import events, rules
from core.trade.delivery.claims import accept_after_claim, accept_as_weighed, adjust, take_value
from core.trade.delivery.lot_summaries import lot_summaries
from core.trade.delivery.model import (
    ARRIVED,
    INSPECT_WITH_LABORATORY,
    LATE_LIMIT,
    LOT,
    UNSENT,
    AcceptLot,
    DispatchLot,
    Finding,
    Lot,
    LotState,
    Proposal,
    ReportArrival,
    WeighLot,
)
from core.trade.delivery.steps import (
    arrived,
    attach,
    end,
    findings_in,
    lot_for,
    lot_of,
    lots_in,
    measure,
    open_lots,
    proposals_in,
    roles,
    side_of,
    step_lot,
    tell,
)

# --- what people do ---------------------------------------------------------------------------------------------------


def dispatch_lot(ctx: Ctx, command: DispatchLot, expected_version: int | None = None) -> Lot:
    """Report that the seller has sent the lot."""
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    rules.check_eta(command.eta, ctx.now.date())
    deadlines = {"transit_limit": rules.transit_limit_at(command.eta)}
    step(ctx, LOT, lot, "dispatch", roles(ctx, lot, deal), deadlines=deadlines)
    lot.truck, lot.eta, lot.note, lot.asked_by = command.truck, command.eta, command.note, None
    attach(ctx, lot, command.files)
    return tell(ctx, lot, events.LotDispatched)


def report_arrival(ctx: Ctx, command: ReportArrival, expected_version: int | None = None) -> Lot:
    """Either side says that it is there; the buyer's time to look at it begins."""
    lot, deal = step_lot(ctx, command.lot_id, "arrive", expected_version)
    lot.arrived_by, lot.arrived_at = side_of(ctx, deal), ctx.now
    arrived(ctx, lot, ctx.now)
    measure(lot, command.measured, lot.arrived_by)
    attach(ctx, lot, command.files)
    return tell(ctx, lot, events.LotArrived)


def send_sample(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Report that the buyer has sent a sample to a laboratory: once, ten days from the arrival instead of seven."""
    lot, deal = lot_of(ctx, lot_id, expected_version)
    if any(row.event == "sample_sent" and row.at >= lot.state_since for row in timeline(ctx.session, lot.id)):
        raise Stale
    access.check_step(ctx, deal, "sample_sent")
    step(ctx, LOT, lot, "sample_sent", roles(ctx, lot, deal))
    due = lot.state_since + INSPECT_WITH_LABORATORY
    set_timer(ctx.session, Timer(LOT.name, lot.id, "auto_accept", due), since=ctx.now)
    return tell(ctx, lot, events.LotSampled)


def weigh_lot(ctx: Ctx, command: WeighLot, expected_version: int | None = None) -> Lot:
    """Report the weighbridge's weight, or correct one's own report, until the lot is taken.

    The other side's weight is theirs: a side that finds otherwise makes a claim. Raises Invalid, Refusal.
    """
    lot, deal = step_lot(ctx, command.lot_id, "weigh", expected_version)
    side = side_of(ctx, deal)
    rules.check_weighing(side, lot, command.files, ctx.now)
    measure(lot, command.measured, side)
    attach(ctx, lot, command.files)
    return tell(ctx, lot, events.LotWeighed)


def accept_lot(ctx: Ctx, command: AcceptLot, expected_version: int | None = None) -> Lot:
    """Accept a lot for the buyer: it is paid by the reported weight. That gives up any claim."""
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    mine, waived = roles(ctx, lot, deal), lot.state != LotState.INSPECTION
    LOT.transition(lot.state, "accept_anyway" if waived else "accept", mine)
    access.check_step(ctx, deal, "accept")
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
    lot, deal = step_lot(ctx, lot_id, "drop_asked", expected_version)
    lot.asked_by = side_of(ctx, deal)
    return tell(ctx, lot, events.LotDropAsked)


def agree_drop(ctx: Ctx, lot_id: str, expected_version: int | None = None) -> Lot:
    """Agree to drop a lot: its money goes back, and the goods are for sale again."""
    lot, deal = step_lot(ctx, lot_id, "drop_agreed", expected_version)
    lifecycle.goods_back(ctx, deal, lot.quantity)
    return end(ctx, lot, events.LotDropped(lot.id, lot.deal_id, ctx.actor.person, "lot_drop_agreed"))


def _drop(ctx: Ctx, lot_id: str, expected_version: int | None, event: str) -> Lot:
    lot, _ = step_lot(ctx, lot_id, event, expected_version)
    if lot.never_came:
        lot.came_in_time = False
    return end(ctx, lot, events.LotDropped(lot.id, lot.deal_id, ctx.actor.person, event))


# --- what people see --------------------------------------------------------------------------------------------------


def lots_of(ctx: Ctx, deal_id: str) -> list[Lot]:
    """Return a deal's lots in order; none before both have signed. Raises NotFound to strangers."""
    access.deal_for(ctx, deal_id)
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
    deal = access.deal_for(ctx, lot.deal_id)
    return lot_summaries(ctx, deal, [lot], access.steps_of_colleagues(ctx, deal)).may(lot)


def check_may(ctx: Ctx, lot: Lot, event: str, expected_version: int | None = None) -> None:
    """Check that the actor could take this step now, before being asked for particulars. Raises Stale, Refusal."""
    check_version(lot, expected_version)
    deal = access.deal_for(ctx, lot.deal_id)
    LOT.transition(lot.state, event, roles(ctx, lot, deal))
    access.check_step(ctx, deal, event)
    # a seller who was reporting it already goes on: they say what has happened
    if event == "dispatch" and deal.has_chargeback:
        raise Refusal("deal.send_nothing")


LOOK_AGAIN: Final = timedelta(days=1)  # whether a deal still stands still
TO_GO_ON: Final = timedelta(days=3)  # at least, until a side is late after a deal has stood still


# --- the deal's course ------------------------------------------------------------------------------------------------


def plan_lots(ctx: Ctx, deal_id: str) -> None:
    """Cut a signed deal into its lots, once. They wait for the money."""
    deal = access.locked(ctx, deal_id)
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
    ctx.announce_change(events.LotsPlanned(deal_id))


def drop_unfunded(ctx: Ctx, deal_id: str, first: int, last: int) -> None:
    """Give up lots that were not paid for in time: they are for sale again."""
    deal = access.locked(ctx, deal_id)
    _give_up(ctx, deal, [lot for lot in lots_in(ctx, deal.id) if first <= lot.number <= last], "unfunded")
    if not open_lots(ctx, deal.id):
        lifecycle.all_lots_closed(ctx, deal.id)


def give_up_lots(ctx: Ctx, deal_id: str) -> None:
    """Call off the deal: unsent lots are dropped and for sale again, lots on their way run on."""
    deal = access.locked(ctx, deal_id)
    _give_up(ctx, deal, lots_in(ctx, deal.id), "drop_agreed")
    if open_lots(ctx, deal.id):
        lifecycle.lots_run_on(ctx, deal.id)
    ctx.announce(events.LotsUnwound(deal.id))


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
        lifecycle.goods_back(ctx, deal, reduce(add, (lot.quantity for lot in unsent)))
    for lot in unsent:
        step(ctx, LOT, lot, event, ("system",))
        ctx.announce(events.LotDropped(lot.id, deal.id, ctx.actor.person, event))
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
    deal = access.locked(ctx, deal_id)
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
    deal = access.locked(ctx, deal_id)
    lots = [lot for lot in lots_in(ctx, deal.id) if lot.state not in LOT.final]
    unsent = [lot.quantity for lot in lots if lot.state in UNSENT]
    if unsent:
        lifecycle.goods_back(ctx, deal, reduce(add, unsent))
    return lots


def is_over_directly(ctx: Ctx, deal_id: str) -> bool:
    """Return whether time can end a deal that was paid directly. Unsent lots are not awaited any more.

    A lot that was sent has deadlines of its own, and the deal is looked at again.
    """
    deal = access.locked(ctx, deal_id)
    if deal.state == DealState.IN_DELIVERY_DIRECT:
        if any(lot.state not in (*LOT.final, *UNSENT) for lot in lots_in(ctx, deal.id)):
            set_timer(ctx.session, Timer(DEAL.name, deal.id, "idle", ctx.now + LOOK_AGAIN))
            return False
        forget_lots(ctx, deal.id)
    return True


def put_off_ruling_by_time(ctx: Ctx, lot_id: str, moment: datetime) -> None:
    """Postpone the ruling by time after an operator's ruling, so that an appeal is heard first."""
    deadline = deadline_of(ctx.session, LOT.name, lot_id, "lot_final_rule")
    if deadline is None or deadline.due_at < moment:
        set_timer(ctx.session, Timer(LOT.name, lot_id, "lot_final_rule", moment))


def chargeback_lots(ctx: Ctx, deal_id: str) -> None:
    """End the open lots of a deal, as the buyer's bank has taken back the money held for them."""
    for lot in _still_open(ctx, deal_id):
        step(ctx, LOT, lot, "recalled", ("system",))
        end(ctx, lot, events.LotDropped(lot.id, lot.deal_id, None, "recalled"))


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
    if lifecycle.stands_still(deal):
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
            tell(ctx, lot, events.LotLate)
        case "transit_limit":
            lot.arrived_at = ctx.now
            arrived(ctx, lot, rules.end_of(lot.eta) if lot.eta else ctx.now)  # silence does not make it late
            tell(ctx, lot, events.LotArrived)
        case "late_limit":
            end(ctx, lot, events.LotDropped(lot.id, lot.deal_id, None, event))
        case "seller_silent" | "buyer_silent" | "sample_silent":
            tell(ctx, lot, events.LotDisputed, event)
        case "unopposed":
            take_value(ctx, deal, lot, event)
        case "lot_final_rule":
            pay, lot.flagged = rules.final_pay(deal.terms.quality, lot, findings_in(ctx, lot.id))
            adjust(ctx, lot, pay, event)
        case _:
            raise ValueError(f"a lot has no deadline {event}")
