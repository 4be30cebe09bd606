"""Money of a purchase that goes back: written first, asked for after, booked when it has gone; once a payment."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from core.kernel.errors import NotFound
from core.kernel.messages import from_json
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.events import RefundReturned
from core.money.ledger.model import (
    PROVIDER,
    SALES,
    STAR_SALES,
    STARS_HELD,
    credit,
    debit,
    payable,
    refund_due,
    star_credit,
    stars_due,
)
from core.money.messages import PAYMENTS
from core.people.accounts.service import person_of
from core.shop.purchases import rules
from core.shop.purchases.events import (
    PaymentKept,
    PaymentSentBack,
    PurchaseGivenBack,
    RefundCovered,
    RefundForAccount,
    RefundRefused,
)
from core.shop.purchases.messages import STARS
from core.shop.purchases.model import (
    GIVE_BACK,
    MOST_ATTEMPTS,
    MOST_REFUSALS,
    PURCHASE,
    TRY_AGAIN_AFTER,
    WISH,
    Purchase,
    PurchasePayment,
    PurchaseRefund,
    Rail,
    Recall,
    RefundState,
)

TIMER: Final = "purchase_refund"
TRY_AGAIN: Final = "try_again"
CALLED_BACK: Final = "called_back"  # why a refund waits: the buyer's bank has the money already, or may have it


def give_back(ctx: Ctx, purchase: Purchase, amount: Money, *, by: str) -> None:
    """`amount` of a purchase goes back: to where it came from, or as Stars for the next purchase (see `rules`)."""
    back = rules.parted(purchase.rail, purchase.price, purchase.credit, amount)
    step(ctx, PURCHASE, purchase, GIVE_BACK, (by,))
    clear_timers(ctx.session, WISH, purchase.id)
    purchase.back_minor = amount.minor
    ctx.session.flush()
    sold, due = _accounts(purchase)
    if back.credit:
        legs = [debit(sold, back.credit), credit(star_credit(purchase.buyer), back.credit)]
        ledger.post(ctx, f"purchase:{purchase.id}:kept", "Kept for the next purchase", legs, deal=purchase.id)
    if not back.sent:
        _gone(ctx, purchase, by, back.sent)
        return
    legs = [debit(sold, back.sent), credit(due, back.sent)]
    ledger.post(ctx, f"purchase:{purchase.id}:back", "To be given back", legs, deal=purchase.id)
    send_back(ctx, purchase, _kept_payment(ctx, purchase), back.sent)


def send_back(ctx: Ctx, purchase: Purchase, payment: PurchasePayment, amount: Money, *, number: int = 1) -> None:
    """Ask for it, once for each payment and `number`. What is owed stands in the books already."""
    refund = PurchaseRefund(
        id=ctx.new_id(),
        purchase_id=purchase.id,
        payment_id=payment.id,
        number=number,
        state=RefundState.ASKED,
        amount_minor=amount.minor,
        currency=amount.currency,
        attempt=1,
        refusals=0,
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
    if refund.state is RefundState.DONE or ref in refund.failed:
        return
    place = STARS_HELD if purchase.rail is Rail.STARS else PROVIDER
    due = _accounts(purchase)[1] if refund.payee is None else payable(refund.payee)
    legs = [debit(due, refund.amount), credit(place, refund.amount)]
    key = f"purchase:{purchase.id}:refund:{refund.id}:{ref}"
    ledger.post(ctx, key, "Given back to the buyer", legs, deal=purchase.id)
    refund.state, refund.provider_ref, refund.why = RefundState.DONE, ref, None
    clear_timers(ctx.session, TIMER, refund.id)
    ctx.session.flush()
    to = "" if refund.payee is None else "account"
    of_price = counts(ctx, purchase, refund.payment_id)
    if purchase.state == "giving_back" and of_price:
        _gone(ctx, purchase, "provider", refund.amount, to)
    else:
        ctx.announce(PaymentSentBack(purchase.id, purchase.thing, purchase.subject, refund.amount, to, of_price))


def refund_refused(ctx: Ctx, refund_id: str, why: str, ref: str | None = None, *, final: bool = False) -> None:
    """It did not go, or has come back (`ref`); it is asked for again tomorrow, as a new attempt.

    One that has been refused too often goes another way, and so does one of a payment that a bank has kept. `final`: it
    would not go tomorrow either, as it seems.
    """
    refund, purchase = _locked(ctx, refund_id)
    if ref is not None:
        ctx.announce(RefundReturned(ref, f"sold:{refund.id}", purchase.id, refund.amount))
    if refund.state is RefundState.DONE and ref is not None and ref == refund.provider_ref:
        legs = [debit(PROVIDER, refund.amount), credit(refund_due(purchase.id), refund.amount)]
        key = f"purchase:{purchase.id}:refund:{refund.id}:{ref}:sent_back"
        ledger.post(ctx, key, "Sent back by the buyer's bank", legs, deal=purchase.id)
    elif refund.state is not RefundState.ASKED or _is_old(refund, ref):
        return
    if ref is not None:
        refund.provider_ref, refund.failed = ref, [*refund.failed, ref]
    if purchase.rail is Rail.STARS and refund.attempt >= MOST_ATTEMPTS:
        _keep(ctx, refund, purchase)
        return
    refund.state, refund.why = RefundState.REFUSED, why
    refund.refusals += final
    set_timer(ctx.session, Timer(TIMER, refund.id, TRY_AGAIN, ctx.now + TRY_AGAIN_AFTER))
    ctx.session.flush()
    payment = ctx.session.get_one(PurchasePayment, refund.payment_id)
    if payment.recall is Recall.LOST and (refund.payee is None or payment.uncovered):
        ask_again(ctx, refund.id)  # the bank had decided before anybody knew that this would not go
    elif refund.payee is None and refund.refusals >= MOST_REFUSALS and payment.recall is not Recall.OPEN:
        _to_account(ctx, refund, purchase)
    elif final and refund.refusals == 1:
        ctx.announce(RefundRefused(refund.id, purchase.id, refund.amount, why, to_account=refund.payee is not None))


def ask_again(ctx: Ctx, refund_id: str) -> None:
    refund, _ = _locked(ctx, refund_id)
    if refund.state is RefundState.REFUSED:
        refund.attempt += 1
        refund.state, refund.why = RefundState.ASKED, None
        ctx.session.flush()
        _ask(ctx, refund, ctx.session.get_one(PurchasePayment, refund.payment_id))


def waiting_for(ctx: Ctx, organisation_id: str) -> list[str]:
    """What waits for an account of theirs, the oldest first."""
    query = select(PurchaseRefund.id).where(
        PurchaseRefund.payee == organisation_id, PurchaseRefund.state == RefundState.WAITING
    )
    return list(ctx.session.scalars(query.order_by(PurchaseRefund.id)))


def pay_out(ctx: Ctx, refund_id: str, account: str) -> None:
    """There is an account for it: it leaves our balance, for its payment gives nothing back any more."""
    refund, purchase = _locked(ctx, refund_id)
    if refund.state is not RefundState.WAITING:
        return
    refund.attempt += 1
    refund.state, refund.why = RefundState.ASKED, None
    ctx.session.flush()
    body: dict[str, Any] = {
        "effect": refund.id,
        "attempt": refund.attempt,
        "amount": refund.amount_minor,
        "currency": refund.currency,
        "charge": None,
        "account": account,
        "group": f"purchase_{purchase.id}",
    }
    ctx.post(f"purchase:{purchase.id}", from_json(PAYMENTS, "transfer", body))


def wait_for_bank(ctx: Ctx, refund: PurchaseRefund, purchase: Purchase) -> None:
    """The buyer's bank has its payment, or asks about it: nothing of it goes, to a card or to an account."""
    if refund.payee is not None:
        _from_account(ctx, refund, purchase, refund.payee)
    refund.state, refund.why = RefundState.REFUSED, CALLED_BACK
    set_timer(ctx.session, Timer(TIMER, refund.id, TRY_AGAIN, ctx.now + TRY_AGAIN_AFTER))
    ctx.session.flush()


def counts(ctx: Ctx, purchase: Purchase, payment_id: str) -> bool:
    """Whether it is the payment that the thing was delivered for; another came twice or too late."""
    return purchase.paid_at is not None and payment_id == _kept_payment(ctx, purchase).id


def back_of(ctx: Ctx, purchase: Purchase, *, owed: bool) -> Money:
    """What of a price we have given back, and has not come back to us; what is on its way, too, where it is `owed`."""
    rows = select(PurchaseRefund).where(PurchaseRefund.purchase_id == purchase.id)
    own = (each for each in ctx.session.scalars(rows) if counts(ctx, purchase, each.payment_id))
    return Money.total((each.amount for each in own if owed or each.state is RefundState.DONE), purchase.currency)


# --- steps ------------------------------------------------------------------------------------------------------------


def _ask(ctx: Ctx, refund: PurchaseRefund, payment: PurchasePayment) -> None:
    purchase = ctx.session.get_one(Purchase, refund.purchase_id)
    if payment.recall is Recall.OPEN:
        wait_for_bank(ctx, refund, purchase)
        return
    if refund.payee is not None and not payment.uncovered:
        _await_account(ctx, refund, refund.payee)
        return
    if refund.payee is not None:  # the bank has given some of it while it was under way, and it did not arrive
        _from_account(ctx, refund, purchase, refund.payee)
    if payment.recall is Recall.LOST:
        _cover(ctx, refund, purchase, payment)
        if refund.amount:  # no charge that was charged back can be refunded, whatever part of it was disputed
            _to_account(ctx, refund, purchase)
        return
    if payment.intent_ref is None and payment.payer is None:  # who has left is nobody that Stars could be sent to
        _keep(ctx, refund, purchase)
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
        ctx.post(f"purchase:{refund.purchase_id}", from_json(STARS, "refund", {**body, "payer": payment.payer}))
    else:
        ctx.post(f"purchase:{refund.purchase_id}", from_json(PAYMENTS, "refund", body))


def _is_old(refund: PurchaseRefund, ref: str | None) -> bool:
    """Told of one that had failed before: it says nothing of the attempt that is under way, nor of a payout."""
    return ref is not None and (ref in refund.failed or refund.payee is not None)


def _keep(ctx: Ctx, refund: PurchaseRefund, purchase: Purchase) -> None:
    """These Stars cannot be given back: they are the buyer's all the same, and pay for what they buy next."""
    legs = [debit(stars_due(purchase.id), refund.amount), credit(star_credit(purchase.buyer), refund.amount)]
    key = f"purchase:{purchase.id}:refund:{refund.id}:kept"
    ledger.post(ctx, key, "Not given back by the platform, kept for the next purchase", legs, deal=purchase.id)
    refund.state = RefundState.KEPT
    clear_timers(ctx.session, TIMER, refund.id)
    ctx.session.flush()
    if purchase.state == "giving_back" and counts(ctx, purchase, refund.payment_id):
        _gone(ctx, purchase, "system", Money.zero(purchase.currency))
    ctx.announce(PaymentKept(purchase.id, purchase.thing, purchase.subject, refund.amount))


def _cover(ctx: Ctx, refund: PurchaseRefund, purchase: Purchase, payment: PurchasePayment) -> None:
    """What the bank has given the buyer already is not given again; a refund that is used up so is gone."""
    covered = min(refund.amount, payment.uncovered)
    if not covered:
        return
    legs = [debit(refund_due(purchase.id), covered), credit(SALES, covered)]
    key = f"purchase:{purchase.id}:covered:{refund.id}:{refund.attempt}"
    ledger.post(ctx, key, "The bank has given it to the buyer already", legs, deal=purchase.id)
    payment.covered_minor += covered.minor
    refund.amount_minor -= covered.minor
    if not refund.amount:
        clear_timers(ctx.session, TIMER, refund.id)
        ctx.session.delete(refund)
    ctx.session.flush()
    ctx.announce(RefundCovered(payment.id, covered))
    if not refund.amount and purchase.state == "giving_back" and counts(ctx, purchase, payment.id):
        step(ctx, PURCHASE, purchase, "gone_back", ("system",))
        ctx.session.flush()


def _to_account(ctx: Ctx, refund: PurchaseRefund, purchase: Purchase) -> None:
    """What cannot go back the way it came is paid out to the buyer, as to a seller: when they have said where to."""
    payee = person_of(ctx, purchase.buyer).organisation_id
    legs = [debit(refund_due(purchase.id), refund.amount), credit(payable(payee), refund.amount)]
    key = f"purchase:{purchase.id}:refund:{refund.id}:paid_out:{refund.attempt}"
    ledger.post(ctx, key, "To be paid out to the buyer", legs, deal=purchase.id)
    refund.payee, refund.refusals = payee, 0
    _await_account(ctx, refund, payee)


def _from_account(ctx: Ctx, refund: PurchaseRefund, purchase: Purchase, payee: str) -> None:
    legs = [debit(payable(payee), refund.amount), credit(refund_due(purchase.id), refund.amount)]
    key = f"purchase:{purchase.id}:refund:{refund.id}:called_back:{refund.attempt}"
    ledger.post(ctx, key, "Called back before it was paid out", legs, deal=purchase.id)
    refund.payee = None


def _await_account(ctx: Ctx, refund: PurchaseRefund, payee: str) -> None:
    refund.state, refund.why = RefundState.WAITING, None
    clear_timers(ctx.session, TIMER, refund.id)
    ctx.session.flush()
    ctx.announce(RefundForAccount(refund.id, payee, refund.amount))


def _gone(ctx: Ctx, purchase: Purchase, by: str, went: Money, to: str = "") -> None:
    """`went` is less than was given back where a bank has given the buyer the rest, or the platform none of it."""
    back = rules.parted(purchase.rail, purchase.price, purchase.credit, purchase.back)
    step(ctx, PURCHASE, purchase, "gone_back", (by,))
    ctx.session.flush()
    ctx.announce(PurchaseGivenBack(purchase.id, purchase.thing, purchase.subject, went, back.credit, to))


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
