"""Money of a purchase that goes back: written first, asked for after, booked when it has gone; once a payment."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.events import RefundReturned
from core.ledger.model import (
    PROVIDER,
    SALES,
    STAR_SALES,
    STARS_HELD,
    credit,
    debit,
    refund_due,
    star_credit,
    stars_due,
)
from core.purchases import rules
from core.purchases.events import PaymentKept, PaymentSentBack, PurchaseGivenBack
from core.purchases.model import (
    MOST_ATTEMPTS,
    PURCHASE,
    TRY_AGAIN_AFTER,
    Purchase,
    PurchasePayment,
    PurchaseRefund,
    Rail,
    RefundState,
)

TIMER: Final = "purchase_refund"
TRY_AGAIN: Final = "try_again"
CALLED_BACK: Final = "called_back"  # why a refund waits: the buyer's bank has the money already, or may have it


def give_back(ctx: Ctx, purchase: Purchase, amount: Money, *, by: str) -> None:
    """`amount` of a purchase goes back: to where it came from, or as Stars for the next purchase (see `rules`)."""
    back = rules.parted(purchase.rail, purchase.price, purchase.credit, amount)
    step(ctx, PURCHASE, purchase, "give_back", (by,))
    purchase.back_minor = amount.minor
    ctx.session.flush()
    sold, due = _accounts(purchase)
    if back.credit:
        legs = [debit(sold, back.credit), credit(star_credit(purchase.buyer), back.credit)]
        ledger.post(ctx, f"purchase:{purchase.id}:kept", "Kept for the next purchase", legs, deal=purchase.id)
    if not back.sent:
        _gone(ctx, purchase, by)
        return
    legs = [debit(sold, back.sent), credit(due, back.sent)]
    ledger.post(ctx, f"purchase:{purchase.id}:back", "To be given back", legs, deal=purchase.id)
    send_back(ctx, purchase, _kept_payment(ctx, purchase), back.sent)


def send_back(ctx: Ctx, purchase: Purchase, payment: PurchasePayment, amount: Money) -> None:
    """Ask for it, once for each payment. What is owed stands in the books already."""
    refund = PurchaseRefund(
        id=ctx.new_id(),
        purchase_id=purchase.id,
        payment_id=payment.id,
        state=RefundState.ASKED,
        amount_minor=amount.minor,
        currency=amount.currency,
        attempt=1,
    )
    ctx.session.add(refund)
    ctx.session.flush()
    _ask(ctx, refund, payment)


# --- what is told of it -----------------------------------------------------------------------------------------------


def owns(ctx: Ctx, refund_id: str) -> bool:
    return ctx.session.get(PurchaseRefund, refund_id) is not None


def refund_done(ctx: Ctx, refund_id: str, ref: str) -> None:
    """It has gone back."""
    refund, purchase = _locked(ctx, refund_id)
    if refund.state is RefundState.DONE or refund.provider_ref == ref:
        return
    place = STARS_HELD if purchase.rail is Rail.STARS else PROVIDER
    legs = [debit(_accounts(purchase)[1], refund.amount), credit(place, refund.amount)]
    key = f"purchase:{purchase.id}:refund:{refund.id}:{ref}"
    ledger.post(ctx, key, "Given back to the buyer", legs, deal=purchase.id)
    refund.state, refund.provider_ref, refund.why = RefundState.DONE, ref, None
    clear_timers(ctx.session, TIMER, refund.id)
    ctx.session.flush()
    if purchase.state == "giving_back" and refund.payment_id == _kept_payment(ctx, purchase).id:
        _gone(ctx, purchase, "provider")
    else:
        ctx.announce(PaymentSentBack(purchase.id, purchase.thing, purchase.subject, refund.amount))


def refund_refused(ctx: Ctx, refund_id: str, why: str, ref: str | None = None) -> None:
    """It did not go, or has come back (`ref`); it is asked for again tomorrow, as a new attempt."""
    refund, purchase = _locked(ctx, refund_id)
    if ref is not None:
        ctx.announce(RefundReturned(ref, f"sold:{refund.id}", purchase.id, refund.amount))
    known = ref is not None and ref == refund.provider_ref
    if known and refund.state is RefundState.DONE:
        legs = [debit(PROVIDER, refund.amount), credit(refund_due(purchase.id), refund.amount)]
        key = f"purchase:{purchase.id}:refund:{refund.id}:{ref}:sent_back"
        ledger.post(ctx, key, "Sent back by the buyer's bank", legs, deal=purchase.id)
    elif known or refund.state is not RefundState.ASKED:
        return  # told twice, or of one that has failed before
    else:
        refund.provider_ref = ref
    if purchase.rail is Rail.STARS and refund.attempt >= MOST_ATTEMPTS:
        _keep(ctx, refund, purchase)
        return
    refund.state, refund.why = RefundState.REFUSED, why
    set_timer(ctx.session, Timer(TIMER, refund.id, TRY_AGAIN, ctx.now + TRY_AGAIN_AFTER))
    ctx.session.flush()


def ask_again(ctx: Ctx, refund_id: str) -> None:
    refund, _ = _locked(ctx, refund_id)
    if refund.state is RefundState.REFUSED:
        refund.attempt += 1
        refund.state, refund.why = RefundState.ASKED, None
        ctx.session.flush()
        _ask(ctx, refund, ctx.session.get_one(PurchasePayment, refund.payment_id))


# --- steps ------------------------------------------------------------------------------------------------------------


def _ask(ctx: Ctx, refund: PurchaseRefund, payment: PurchasePayment) -> None:
    if ctx.session.get_one(Purchase, refund.purchase_id).recall is not None:
        refund.state, refund.why = RefundState.REFUSED, CALLED_BACK
        set_timer(ctx.session, Timer(TIMER, refund.id, TRY_AGAIN, ctx.now + TRY_AGAIN_AFTER))
        ctx.session.flush()
        return
    if payment.intent_ref is None and payment.payer is None:  # who has left is nobody that Stars could be sent to
        _keep(ctx, refund, ctx.session.get_one(Purchase, refund.purchase_id))
        return
    body: dict[str, Any] = {
        "effect": refund.id,
        "attempt": refund.attempt,
        "amount": refund.amount_minor,
        "currency": refund.currency,
        "payment_intent": payment.intent_ref,
        "charge": payment.charge_ref,
        "payer": None,
    }
    if payment.intent_ref is None:
        ctx.post("stars", f"purchase:{refund.purchase_id}", "refund", {**body, "payer": payment.payer})
    else:
        ctx.post("payments", f"purchase:{refund.purchase_id}", "refund", body)


def _keep(ctx: Ctx, refund: PurchaseRefund, purchase: Purchase) -> None:
    """Telegram gives these Stars to nobody: they are the buyer's all the same, and pay for what they buy next."""
    legs = [debit(stars_due(purchase.id), refund.amount), credit(star_credit(purchase.buyer), refund.amount)]
    key = f"purchase:{purchase.id}:refund:{refund.id}:kept"
    ledger.post(ctx, key, "Not given back by Telegram, kept for the next purchase", legs, deal=purchase.id)
    refund.state = RefundState.KEPT
    clear_timers(ctx.session, TIMER, refund.id)
    ctx.session.flush()
    if purchase.state == "giving_back" and refund.payment_id == _kept_payment(ctx, purchase).id:
        _gone(ctx, purchase, "system", sent=False)
    ctx.announce(PaymentKept(purchase.id, purchase.thing, purchase.subject, refund.amount))


def _gone(ctx: Ctx, purchase: Purchase, by: str, *, sent: bool = True) -> None:
    back = rules.parted(purchase.rail, purchase.price, purchase.credit, purchase.back)
    step(ctx, PURCHASE, purchase, "gone_back", (by,))
    ctx.session.flush()
    went = back.sent if sent else Money.zero(purchase.currency)
    ctx.announce(PurchaseGivenBack(purchase.id, purchase.thing, purchase.subject, went, back.credit))


def _accounts(purchase: Purchase) -> tuple[str, str]:
    """Where its price was earned, and where it waits on its way back."""
    if purchase.rail is Rail.STARS:
        return STAR_SALES, stars_due(purchase.id)
    return SALES, refund_due(purchase.id)


def _kept_payment(ctx: Ctx, purchase: Purchase) -> PurchasePayment:
    """The payment that the thing was delivered for: the first that came."""
    query = select(PurchasePayment).where(
        PurchasePayment.purchase_id == purchase.id, PurchasePayment.amount_minor == purchase.asked.minor
    )
    return ctx.session.scalars(query.order_by(PurchasePayment.id)).first() or _missing()


def _missing() -> PurchasePayment:
    raise NotFound


def _locked(ctx: Ctx, refund_id: str) -> tuple[PurchaseRefund, Purchase]:
    """The refund, with its purchase locked first as everywhere."""
    purchase_id = ctx.session.scalar(select(PurchaseRefund.purchase_id).where(PurchaseRefund.id == refund_id))
    if purchase_id is None:
        raise NotFound
    purchase = ctx.session.get_one(Purchase, purchase_id, with_for_update=True)
    return ctx.session.get_one(PurchaseRefund, refund_id), purchase
