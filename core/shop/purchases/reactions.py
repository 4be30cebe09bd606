"""Reactions of purchases to chargebacks, and the timer handlers.

A delivery that runs over time is paused until the bank has decided. A chargeback is about one payment. Only the payment
of the price pauses the delivery. If it is about a payment that came twice or too late, only the refund of that payment
waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from core.kernel.process import step
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.events import ChargebackBooked, ChargebackClosed, ChargebackFact, ChargebackOpened
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.chargebacks.service import frozen, kept_by_bank, of_payment
from core.money.model import SubjectKind
from core.shop.purchases import service
from core.shop.purchases.events import PurchaseChargedBack, PurchaseLost, PurchaseRegained
from core.shop.purchases.model import PURCHASE, REFUND_REQUEST, ChargebackResult, Purchase, PurchaseState
from core.shop.purchases.payments import counts, kept_from, locked


def listen(reactions: Reactions) -> None:
    reactions.on(ChargebackOpened, _of_price(lambda _ctx, _purchase, _fact: None))
    reactions.on(ChargebackBooked, _of_price(_withdrawn))
    reactions.on(ChargebackClosed, _of_price(_closed))


def hangs_on(ctx: Ctx, chargeback_id: str) -> bool:
    """Return whether this chargeback is about the payment that the purchase was delivered for."""
    found = ctx.session.get_one(Chargeback, chargeback_id)
    return counts(ctx, locked(ctx, found.subject), found.payment_id)


def stands_alone(ctx: Ctx, chargeback_id: str) -> bool:
    """Return whether no other chargeback of the same payment is open or lost."""
    known = of_payment(ctx, ctx.session.get_one(Chargeback, chargeback_id).payment_id)
    return all(each.state == ChargebackState.WON for each in known if each.id != chargeback_id)


def _of_price(hear: Callable[[Ctx, Purchase, Any], None]) -> Callable[[Ctx, ChargebackFact], None]:
    """Return a reaction to chargebacks of a purchase's price. It stores the bank's state, then calls `hear`."""

    def react(ctx: Ctx, fact: ChargebackFact) -> None:
        if fact.subject_kind is SubjectKind.PURCHASE and hangs_on(ctx, fact.chargeback_id):
            found, purchase = ctx.session.get_one(Chargeback, fact.chargeback_id), locked(ctx, fact.subject)
            is_disputed, kept = frozen(ctx, purchase.id, found.payment_id), kept_by_bank(ctx, found.payment_id)
            purchase.chargeback = ChargebackResult.OPEN if is_disputed else ChargebackResult.LOST if kept else None
            ctx.session.flush()
            hear(ctx, purchase, fact)

    return react


def _withdrawn(ctx: Ctx, purchase: Purchase, _fact: ChargebackBooked) -> None:
    ctx.announce(PurchaseChargedBack(purchase.id, purchase.thing, purchase.subject))


def _closed(ctx: Ctx, purchase: Purchase, fact: ChargebackClosed) -> None:
    """Apply the bank's decision: the delivery ends, or goes on unless another part is still disputed.

    If the bank returns what it had kept, and the purchase was used up meanwhile, it can be refunded again.
    """
    about = (purchase.id, purchase.thing, purchase.subject)
    if not fact.won and fact.amount:  # an inquiry that was not answered takes no money
        ctx.announce(PurchaseLost(*about))
        return
    payment_id = ctx.session.get_one(Chargeback, fact.chargeback_id).payment_id
    if fact.why == "turned" and purchase.state == PurchaseState.KEPT and not kept_by_bank(ctx, payment_id):
        step(ctx, PURCHASE, purchase, "regain", ("provider",), deadlines={"used_up": kept_from(ctx, purchase)})
    elif purchase.state == PurchaseState.PAID:
        set_timer(ctx.session, Timer(PURCHASE.name, purchase.id, "used_up", kept_from(ctx, purchase)))
    if purchase.chargeback is not ChargebackResult.OPEN:
        ctx.announce(PurchaseRegained(*about))


timer_handlers: Final[Mapping[str, TimerHandler]] = {
    PURCHASE.name: lambda ctx, timer: service.time_is_up(ctx, timer.subject, timer.event),
    REFUND_REQUEST: lambda ctx, timer: service.refund_request_is_due(ctx, timer.subject),
}
