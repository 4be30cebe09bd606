"""Refunds of purchases: once a payment, to where it came from, or as Stars for the next purchase."""

from __future__ import annotations

from sqlalchemy import select

from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.timers import clear_timers
from core.kernel.transaction import Ctx
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.disbursements.recovery import rows_of
from core.money.disbursements.requests import make, send
from core.money.disbursements.subjects import Exposure, Parties, Payments, Subject, Title, plug
from core.money.ledger import service as ledger
from core.money.ledger.accounts import SALES, STAR_SALES, credit, debit, refund_due, star_credit, stars_due
from core.money.model import MARKET, SubjectKind
from core.people.accounts.service import person_of
from core.shop.purchases import rules
from core.shop.purchases.events import PaymentKept, PaymentSentBack, PurchaseGivenBack
from core.shop.purchases.model import GIVE_BACK, PURCHASE, WISH, Purchase, PurchasePayment, PurchaseState, Rail


def give_back(ctx: Ctx, purchase: Purchase, amount: Money, *, by: str) -> None:
    """Refund `amount` of a purchase to where it came from, or as Stars for the next purchase (see `rules`)."""
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
    send_back(ctx, purchase, _kept_payment(ctx, purchase).id, back.sent)


def send_back(ctx: Ctx, purchase: Purchase, payment_id: str, amount: Money) -> None:
    """Send a refund to where the payment came from. The debt is booked already."""
    send(ctx, make(ctx, DisbursementKind.REFUND, (SubjectKind.PURCHASE, purchase.id, payment_id), amount))


def counts(ctx: Ctx, purchase: Purchase, payment_id: str) -> bool:
    """Return whether the goods were delivered for this payment; another one came twice or too late."""
    return purchase.paid_at is not None and payment_id == _kept_payment(ctx, purchase).id


def back_of(ctx: Ctx, purchase: Purchase, *, owed: bool) -> Money:
    """Return what we have refunded of the price and has not come back to us. `owed`: include what is on its way."""
    own = (each for each in rows_of(ctx, purchase.id) if counts(ctx, purchase, each.payment_id))
    return Money.total((each.amount for each in own if owed or each.state is DisbursementState.DONE), purchase.currency)


def locked(ctx: Ctx, purchase_id: str) -> Purchase:
    """Return a purchase, locked until the end of this unit of work. Raises NotFound."""
    purchase = ctx.session.get(Purchase, purchase_id, with_for_update=True)
    if purchase is None:
        raise NotFound
    return purchase


# --- what purchases plug into the disbursement machine ----------------------------------------------------------------


def _lock(ctx: Ctx, purchase_id: str) -> Parties:
    purchase = locked(ctx, purchase_id)
    return Parties(payer=person_of(ctx, purchase.buyer).organisation_id, seller=MARKET)


def _title(ctx: Ctx, row: Disbursement) -> Title:
    payment = ctx.session.get_one(PurchasePayment, row.payment_id)
    payer = payment.payer if payment.intent_ref is None else None
    return Title(row.subject, payment.charge_ref, payment.intent_ref, stars_payer=payer)


def _settled(ctx: Ctx, row: Disbursement) -> None:
    purchase = ctx.session.get_one(Purchase, row.subject)
    of_price = counts(ctx, purchase, row.payment_id)
    waited_for = purchase.state == PurchaseState.GIVING_BACK and of_price
    about, to = (purchase.id, purchase.thing, purchase.subject), "" if row.payee is None else "account"
    if row.state is DisbursementState.KEPT:
        legs = [debit(stars_due(purchase.id), row.amount), credit(star_credit(purchase.buyer), row.amount)]
        memo = "Not given back by the platform, kept for the next purchase"
        ledger.post(ctx, f"{row.entry}:kept", memo, legs, deal=purchase.id)
        if waited_for:
            _gone(ctx, purchase, "system", Money.zero(purchase.currency))
        ctx.announce(PaymentKept(*about, row.amount))
    elif row.state is not DisbursementState.DONE:  # the bank has given all of it
        if waited_for:
            step(ctx, PURCHASE, purchase, "gone_back", ("system",))
            ctx.session.flush()
    elif waited_for:
        _gone(ctx, purchase, "provider", row.amount, to)
    else:
        ctx.announce(PaymentSentBack(*about, row.amount, to, of_price))


def _exposure(ctx: Ctx, _purchase_id: str, payment_id: str) -> Exposure:
    """Return the exposure of a payment: the market bears all of it, because all of a sale is our earnings."""
    amount = ctx.session.get_one(PurchasePayment, payment_id).amount
    return Exposure(held=Money.zero(amount.currency), released=amount, fees=amount, came=amount)


_PAYMENTS = select(
    PurchasePayment.id.label("payment_id"), PurchasePayment.purchase_id.label("subject"), PurchasePayment.intent_ref
)
plug(SubjectKind.PURCHASE, Subject(_lock, _title, _settled), Payments(_PAYMENTS, _exposure))

# --- steps ------------------------------------------------------------------------------------------------------------


def _gone(ctx: Ctx, purchase: Purchase, by: str, went: Money, to: str = "") -> None:
    """Record that the price has gone back.

    `went`: less than the refund if a bank has paid the rest, or if the platform gave nothing back.
    """
    back = rules.parted(purchase.rail, purchase.price, purchase.credit, purchase.back)
    step(ctx, PURCHASE, purchase, "gone_back", (by,))
    ctx.session.flush()
    ctx.announce(PurchaseGivenBack(purchase.id, purchase.thing, purchase.subject, went, back.credit, to))


def _accounts(purchase: Purchase) -> tuple[str, str]:
    """Return the account of its earnings, and the account of its refund."""
    if purchase.rail is Rail.STARS:
        return STAR_SALES, stars_due(purchase.id)
    return SALES, refund_due(purchase.id)


def _kept_payment(ctx: Ctx, purchase: Purchase) -> PurchasePayment:
    """Return the payment that the goods were delivered for: the first that came. Raises NotFound."""
    query = select(PurchasePayment).where(
        PurchasePayment.purchase_id == purchase.id, PurchasePayment.amount_minor == purchase.asked.minor
    )
    found = ctx.session.scalars(query.order_by(PurchasePayment.id)).first()
    if found is None:
        raise NotFound
    return found
