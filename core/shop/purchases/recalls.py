"""A buyer's bank calls the price of something that we have sold back: nothing of it goes back a second time.

A dispute is about one payment. Only that by which the thing was bought says whether the thing stands still; of one that
came twice or too late its refund waits, and nothing else.
"""

from __future__ import annotations

from sqlalchemy import func, select

from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.shop.purchases.events import PurchaseCalledBack, PurchaseLost, PurchaseRegained
from core.shop.purchases.model import PURCHASE, Purchase, PurchasePayment, PurchaseRefund, Recall, RefundState
from core.shop.purchases.payments import kept_from, locked
from core.shop.purchases.refunds import ask_again, counts, send_back, wait_for_bank


def paid_by(ctx: Ctx, intent_ref: str) -> PurchasePayment | None:
    """The payment that the provider knows by this name, when it has paid for a purchase."""
    query = select(PurchasePayment).where(PurchasePayment.intent_ref == intent_ref)
    return ctx.session.scalars(query.order_by(PurchasePayment.id)).first()


def call_back(ctx: Ctx, payment_id: str) -> None:
    """The bank asks, or has taken it: refunds wait until it has decided, also one that waits for an account: the bank
    may give it to the buyer first.
    """
    purchase, payment = _both(ctx, payment_id)
    _stands(ctx, purchase, payment, still=True)
    for refund in _unsent(ctx, payment):
        wait_for_bank(ctx, refund, purchase)


def taken(ctx: Ctx, payment_id: str) -> None:
    purchase, _ = _both(ctx, payment_id)
    if counts(ctx, purchase, payment_id):
        ctx.announce(PurchaseCalledBack(purchase.id, purchase.thing, purchase.subject))


def win(
    ctx: Ctx, payment_id: str, turned: Money | None = None, covered: Money | None = None, *, still: bool = False
) -> None:
    """The bank has given it back; a refund that has waited goes now, and what stood still runs on.

    `turned`: what it had kept before. `covered`: what of that a refund of ours was not sent for; it goes now.
    `still`: the bank asks about another part of the same payment, so all of it waits on.
    """
    purchase, payment = _both(ctx, payment_id)
    if turned is not None and covered is not None:
        payment.lost_minor -= turned.minor
        payment.covered_minor -= covered.minor
    counted = _stands(ctx, purchase, payment, still=still)
    if counted and purchase.state == "kept" and turned and not payment.lost_minor:
        step(ctx, PURCHASE, purchase, "regain", ("provider",), deadlines={"used_up": kept_from(ctx, purchase)})
    elif counted and purchase.state == "paid":
        set_timer(ctx.session, Timer(PURCHASE.name, purchase.id, "used_up", kept_from(ctx, purchase)))
    for refund in _unsent(ctx, payment):
        ask_again(ctx, refund.id)
    if covered:
        numbers = select(func.coalesce(func.max(PurchaseRefund.number), 0))
        last = ctx.session.scalar(numbers.where(PurchaseRefund.payment_id == payment.id)) or 0
        send_back(ctx, purchase, payment, covered, number=last + 1)
    if counted and not still:
        ctx.announce(PurchaseRegained(purchase.id, purchase.thing, purchase.subject))


def lose(ctx: Ctx, payment_id: str, amount: Money, *, still: bool = False) -> None:
    """The bank keeps `amount`. What a refund that has waited was to give is not given twice. `still`: as above."""
    purchase, payment = _both(ctx, payment_id)
    payment.lost_minor += amount.minor
    counted = _stands(ctx, purchase, payment, still=still)
    for refund in _unsent(ctx, payment):
        ask_again(ctx, refund.id)
    if counted:
        ctx.announce(PurchaseLost(purchase.id, purchase.thing, purchase.subject))


# --- steps that more than one of them take ----------------------------------------------------------------------------


def _both(ctx: Ctx, payment_id: str) -> tuple[Purchase, PurchasePayment]:
    """The purchase, locked first as everywhere, and the payment."""
    payment = ctx.session.get_one(PurchasePayment, payment_id)
    return locked(ctx, payment.purchase_id), payment


def _stands(ctx: Ctx, purchase: Purchase, payment: PurchasePayment, *, still: bool) -> bool:
    """How it stands with the bank now, which may `still` ask. Whether it is the payment that counts."""
    recall = Recall.OPEN if still else Recall.LOST if payment.lost_minor else None
    payment.recall = recall
    counted = counts(ctx, purchase, payment.id)
    if counted:
        purchase.recall = recall
    ctx.session.flush()
    return counted


def _unsent(ctx: Ctx, payment: PurchasePayment) -> list[PurchaseRefund]:
    query = select(PurchaseRefund).where(
        PurchaseRefund.payment_id == payment.id,
        PurchaseRefund.state.in_((RefundState.WAITING, RefundState.REFUSED)),
    )
    return list(ctx.session.scalars(query.order_by(PurchaseRefund.id)))
