"""Steps of a deal by the market, time and operators: paid, delivered, settled, in dispute, stuck."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from core.kernel.process import Deadlines, step
from core.kernel.quantity import Quantity
from core.kernel.timers import Timer, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.trade.deals import events, rules
from core.trade.deals.access import locked, operated
from core.trade.deals.model import DEAL, DIRECT_ENDS_AFTER, OVERDUE_AFTER, Deal, DealState
from core.trade.listings.service import give_back

SETTLING: Final = (DealState.SETTLING, DealState.PAYOUT_BLOCKED)
UNWINDING: Final = (DealState.UNWINDING, DealState.REFUND_BLOCKED)
ENDING: Final = (*SETTLING, *UNWINDING)  # only its last money is awaited
LOOK_AGAIN: Final = timedelta(days=1)  # whether its money still may not move


# --- its money --------------------------------------------------------------------------------------------------------


def fund_by(ctx: Ctx, deal_id: str, moment: datetime, *, asked_at: datetime | None = None) -> None:
    """Set the deadline of the first money: later than usual where it may not be held so long.

    `asked_at`: when it can be paid, if that is not now; no reminder comes before.
    """
    set_timer(ctx.session, Timer(DEAL.name, deal_id, "funding_expired", moment), since=asked_at or ctx.now)


def money_in(ctx: Ctx, deal_id: str) -> None:
    """Note that a part of the awaited money has come. A deal that runs already is not changed."""
    deal = locked(ctx, deal_id)
    if deal.state == DealState.AWAITING_FUNDING:
        step(ctx, DEAL, deal, "money_in", ("provider",))
        ctx.session.flush()


def money_complete(ctx: Ctx, deal_id: str) -> None:
    """Start delivery, as all the awaited money is held."""
    deal = locked(ctx, deal_id)
    step(ctx, DEAL, deal, "money_complete", ("provider",), deadlines=_funded(ctx, deal))
    deal.funded_at = ctx.now
    deal.direct_asked_by = deal.direct_requested_by = None
    tell(ctx, deal, events.DealFunded)


def paid_out(ctx: Ctx, deal_id: str) -> None:
    """Complete a deal, as all its money has arrived where it belongs."""
    deal = locked(ctx, deal_id)
    step(ctx, DEAL, deal, "paid_out", ("system",))
    tell(ctx, deal, events.DealCompleted)


def refunded(ctx: Ctx, deal_id: str) -> None:
    """Cancel a deal that was called off, as none of its money is held any more."""
    deal = locked(ctx, deal_id)
    step(ctx, DEAL, deal, "refunded", ("system",))
    tell(ctx, deal, events.DealCancelled, deal.ended_by or "")


def money_stuck(ctx: Ctx, deal_id: str) -> None:
    """Note that the provider did not send a payout or refund. It matters only if nothing else is awaited."""
    deal = locked(ctx, deal_id)
    if deal.state in (DealState.SETTLING, DealState.UNWINDING):
        _stuck(ctx, deal, "payout_failed" if deal.state == DealState.SETTLING else "refund_failed", "provider")


def freeze(ctx: Ctx, deal_id: str, why: str) -> None:
    """Freeze the deal: from now on only an operator's ruling releases any of its money, and no deadline does."""
    deal = locked(ctx, deal_id)
    if deal.frozen is None:
        deal.frozen = why
    elif deal.frozen != why:
        deal.also_frozen = why
    ctx.session.flush()


def thaw(ctx: Ctx, deal_id: str, why: str) -> None:
    """Remove one reason to stand still. Another reason stays."""
    deal = locked(ctx, deal_id)
    if deal.also_frozen == why:
        deal.also_frozen = None
    elif deal.frozen == why:
        deal.frozen, deal.also_frozen = deal.also_frozen, None
    ctx.session.flush()


def stands_still(deal: Deal) -> bool:
    """Return whether a freeze beats the timers: lots are neither accepted nor given up by time."""
    return deal.frozen is not None or deal.state == DealState.DISPUTED


# --- its lots ---------------------------------------------------------------------------------------------------------


def all_lots_closed(ctx: Ctx, deal_id: str, *, delivered: bool = True) -> None:
    """End delivery, as no lot is open any more. A deal that unwinds ends with its refunds instead.

    `delivered`: whether any lot of it was; one that was paid directly and never delivered is not complete.
    """
    deal = locked(ctx, deal_id)
    if deal.state == DealState.IN_DELIVERY_DIRECT and not delivered:
        _undelivered(ctx, deal)
    elif deal.state == DealState.IN_DELIVERY_DIRECT:
        step(ctx, DEAL, deal, "all_lots_closed", ("system",))
        tell(ctx, deal, events.DealCompleted)
    elif deal.state in (DealState.FUNDED, DealState.CANCEL_ASKED, DealState.DISPUTED):
        step(ctx, DEAL, deal, "all_lots_closed", ("system",))
        tell(ctx, deal, events.DealSettling)


def lots_run_on(ctx: Ctx, deal_id: str) -> None:
    """Continue a cancelled deal whose lots were in part on their way already."""
    deal = locked(ctx, deal_id)
    step(ctx, DEAL, deal, "lots_run_on", ("system",), deadlines=_funded(ctx, deal))
    deal.cancel_asked_by = None
    deal.ended_by = None
    tell(ctx, deal, events.DealRunsOn)


# --- its disputes -----------------------------------------------------------------------------------------------------


def freeze_deal(ctx: Ctx, deal_id: str) -> Deal:
    """Stop a deal by an operator: nothing is released until there is a ruling. Raises NotAllowed, Stale."""
    deal = operated(ctx, deal_id)
    step(ctx, DEAL, deal, "freeze", ("operator",))
    _disputed(ctx, deal, "freeze")
    return deal


def resume_deal(ctx: Ctx, deal_id: str) -> Deal:
    """Let a deal go on as it was, by an operator. Raises NotAllowed, Stale."""
    deal = operated(ctx, deal_id)
    step(ctx, DEAL, deal, "resume", ("operator",), deadlines=_funded(ctx, deal))
    tell(ctx, deal, events.DealResumed)
    return deal


def dispute_over(ctx: Ctx, deal_id: str, event: str) -> None:
    """Settle a deal after a ruling ("resolve") or an agreement of the two on shares ("settle_together").

    The caller that decides closes its lots right after this.
    """
    deal = locked(ctx, deal_id)
    step(ctx, DEAL, deal, event, ("system",))
    tell(ctx, deal, events.DealSettling)


def put_off_ruling_by_time(ctx: Ctx, deal_id: str, moment: datetime) -> None:
    """Postpone the ruling by time after an operator's ruling, so that an appeal is heard first."""
    deadline = deadline_of(ctx.session, DEAL.name, deal_id, "final_rule")
    if deadline is None or deadline.due_at < moment:
        set_timer(ctx.session, Timer(DEAL.name, deal_id, "final_rule", moment))


# --- its deadlines ----------------------------------------------------------------------------------------------------


def time_is_up(ctx: Ctx, deal_id: str, event: str, *, on_the_road: bool, delivered: bool = False) -> None:
    """Apply a passed deadline of the deal's present state. `on_the_road`: some lot was sent and has not arrived.

    `delivered`: some lot of it was.
    """
    deal = locked(ctx, deal_id)
    match event:
        case "sign_expired" | "approval_expired" | "idle":
            _idle(ctx, deal, event, delivered)
        case "funding_expired":
            unwind(ctx, deal, event, ("time",))
        case "cancel_silent":
            carry_on(ctx, deal, event, ("time",))
        case "delivery_overdue":
            _overdue(ctx, deal, on_the_road)
        case "escalate":
            step(ctx, DEAL, deal, event, ("time",))
            tell(ctx, deal, events.DealEscalated)
        case "final_rule" if deal.frozen is not None:  # freeze beats timer: a part of the money may be with a bank
            set_timer(ctx.session, Timer(DEAL.name, deal.id, event, ctx.now + LOOK_AGAIN))
        case "final_rule":
            step(ctx, DEAL, deal, event, ("time",))
            tell(ctx, deal, events.DealRuledByTime)
        case "payout_slow" | "refund_slow":
            _stuck(ctx, deal, event, "time")
        case "retry":
            step(ctx, DEAL, deal, event, ("time",))
            tell(ctx, deal, events.DealMoneyTried)
        case _:
            raise ValueError(f"a deal has no deadline {event}")


def _idle(ctx: Ctx, deal: Deal, event: str, delivered: bool) -> None:
    if deal.state != DealState.IN_DELIVERY_DIRECT:
        close(ctx, deal, event, "time")
    elif delivered:
        step(ctx, DEAL, deal, event, ("time",))
        tell(ctx, deal, events.DealCompleted)
    else:
        _undelivered(ctx, deal)


def _overdue(ctx: Ctx, deal: Deal, on_the_road: bool) -> None:
    if on_the_road:
        step(ctx, DEAL, deal, "delivery_overdue", ("time",))
        _disputed(ctx, deal, "delivery_overdue")
    else:  # unsent lots, and lots under inspection, have deadlines of their own
        due = ctx.now + OVERDUE_AFTER
        set_timer(ctx.session, Timer(DEAL.name, deal.id, "delivery_overdue", due))


# --- steps that more than one of them take ----------------------------------------------------------------------------


def tell(ctx: Ctx, deal: Deal, fact: Callable[..., events.DealFact], *details: str | None) -> None:
    """Announce an event of the deal. `details`: the fields that it has beside those of every event of deals."""
    ctx.announce(fact(deal.id, deal.buyer, deal.seller, ctx.actor.person, *details))
    ctx.session.flush()


def close(ctx: Ctx, deal: Deal, event: str, role: str) -> None:
    """End it before any money moved: the goods are for sale again."""
    step(ctx, DEAL, deal, event, (role,))
    deal.ended_by = event
    goods_back(ctx, deal, deal.terms.quantity)
    tell(ctx, deal, events.DealClosed, event)


def _undelivered(ctx: Ctx, deal: Deal) -> None:
    """Close a deal that ended without a delivery, though the seller has said that the money came.

    Such a deal speaks for neither side.
    """
    step(ctx, DEAL, deal, "undelivered", ("system",))
    deal.ended_by = "undelivered"
    tell(ctx, deal, events.DealClosed, "undelivered")


def goods_back(ctx: Ctx, deal: Deal, quantity: Quantity) -> None:
    """Offer undelivered goods for sale again. Goods that were quoted on a request have no listing."""
    if deal.listing_id is not None:
        give_back(ctx, deal.listing_id, quantity)


def unwind(ctx: Ctx, deal: Deal, event: str, roles: Iterable[str]) -> None:
    """Call it off: what was not sent is given up, and what is held for that goes back."""
    step(ctx, DEAL, deal, event, roles)
    deal.ended_by = event
    tell(ctx, deal, events.DealUnwinding, event)


def carry_on(ctx: Ctx, deal: Deal, event: str, roles: Iterable[str]) -> None:
    """Continue a deal although one side has asked to cancel."""
    step(ctx, DEAL, deal, event, roles, deadlines={**_funded(ctx, deal), **still_due(ctx, deal)})
    deal.cancel_asked_by = None
    tell(ctx, deal, events.DealCancelRefused, event)


def still_due(ctx: Ctx, deal: Deal) -> Deadlines:
    """Return the overdue deadline as it stands. Otherwise repeated requests to cancel would put it off each time."""
    deadline = deadline_of(ctx.session, DEAL.name, deal.id, "delivery_overdue")
    return {} if deadline is None else {deadline.event: deadline.due_at}


def delivered_directly(ctx: Ctx, deal: Deal) -> Deadlines:
    """Return the deadlines of a deal that is delivered without held money."""
    return {"idle": rules.ends(deal.terms.window_to, DIRECT_ENDS_AFTER, ctx.now)}


def _funded(ctx: Ctx, deal: Deal) -> Deadlines:
    return {"delivery_overdue": rules.ends(deal.terms.window_to, OVERDUE_AFTER, ctx.now)}


def _disputed(ctx: Ctx, deal: Deal, why: str) -> None:
    deal.cancel_asked_by = None
    tell(ctx, deal, events.DealDisputed, why)


def _stuck(ctx: Ctx, deal: Deal, event: str, role: str) -> None:
    step(ctx, DEAL, deal, event, (role,))
    tell(ctx, deal, events.DealMoneyStuck)
