"""A buyer's bank calls the price of something that we have sold back: nothing of it goes back a second time."""

from __future__ import annotations

from sqlalchemy import select

from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import SALES, credit, debit, refund_due
from core.purchases.events import PurchaseCalledBack, PurchaseLost, PurchaseRegained
from core.purchases.model import PURCHASE, Purchase, PurchasePayment, PurchaseRefund, Recall, RefundState
from core.purchases.payments import kept_from, locked
from core.purchases.refunds import TIMER, ask_again


def paid_by(ctx: Ctx, intent_ref: str) -> PurchasePayment | None:
    """The payment that the provider knows by this name, when it has paid for a purchase."""
    query = select(PurchasePayment).where(PurchasePayment.intent_ref == intent_ref)
    return ctx.session.scalars(query.order_by(PurchasePayment.id)).first()


def call_back(ctx: Ctx, purchase_id: str) -> None:
    """The bank asks, or has taken it: refunds wait until it has decided."""
    locked(ctx, purchase_id).recall = Recall.OPEN
    ctx.session.flush()


def taken(ctx: Ctx, purchase_id: str) -> None:
    purchase = locked(ctx, purchase_id)
    if purchase.recall is Recall.OPEN:
        ctx.announce(PurchaseCalledBack(purchase.id, purchase.thing, purchase.subject))


def win(ctx: Ctx, purchase_id: str) -> None:
    """The bank has given it back; a refund that has waited goes now, and what stood still runs on."""
    purchase = locked(ctx, purchase_id)
    purchase.recall = None
    ctx.session.flush()
    if purchase.state == "paid":
        set_timer(ctx.session, Timer(PURCHASE.name, purchase.id, "used_up", kept_from(ctx, purchase)))
    for refund in _waiting(ctx, purchase):
        ask_again(ctx, refund.id)
    ctx.announce(PurchaseRegained(purchase.id, purchase.thing, purchase.subject))


def lose(ctx: Ctx, purchase_id: str, amount: Money) -> Money:
    """The bank keeps `amount`. How much of it was to go back by a refund that has waited: it is not given twice."""
    purchase = locked(ctx, purchase_id)
    purchase.recall = Recall.LOST
    rest = amount
    for refund in _waiting(ctx, purchase):
        covered = min(refund.amount, rest)
        if covered.minor > 0:
            legs = [debit(refund_due(purchase.id), covered), credit(SALES, covered)]
            key = f"purchase:{purchase.id}:covered:{refund.id}"
            ledger.post(ctx, key, "The bank has given it to the buyer already", legs, deal=purchase.id)
            refund.amount_minor -= covered.minor
            rest -= covered
        if not refund.amount_minor:
            clear_timers(ctx.session, TIMER, refund.id)
            ctx.session.delete(refund)
    ctx.session.flush()
    if purchase.state == "giving_back" and not _waiting(ctx, purchase):
        step(ctx, PURCHASE, purchase, "gone_back", ("system",))
        ctx.session.flush()
    ctx.announce(PurchaseLost(purchase.id, purchase.thing, purchase.subject))
    return amount - rest


def _waiting(ctx: Ctx, purchase: Purchase) -> list[PurchaseRefund]:
    query = select(PurchaseRefund).where(
        PurchaseRefund.purchase_id == purchase.id, PurchaseRefund.state == RefundState.REFUSED
    )
    return list(ctx.session.scalars(query.order_by(PurchaseRefund.id)))
