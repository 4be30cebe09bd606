"""Payments of purchases as the chat platform or the payment provider reports them, and their refunds.

Reports come in any order, and more than once. A payment counts once, by its outside id. If the offer is over or the
amount differs, the whole payment goes back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from core.kernel.errors import NotFound, Refusal
from core.kernel.money import STARS, Money
from core.kernel.process import step
from core.kernel.timers import clear_timers
from core.kernel.transaction import Ctx
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.disbursements.recovery import rows_of
from core.money.disbursements.requests import make, send
from core.money.disbursements.subjects import Exposure, Parties, Payments, Subject, Title, plug
from core.money.ledger import service as ledger
from core.money.ledger.accounts import (
    PROVIDER,
    PROVIDER_FEES,
    SALES,
    STAR_SALES,
    STARS_HELD,
    Leg,
    credit,
    debit,
    refund_due,
    star_credit,
    stars_due,
)
from core.money.messages import ClosePurchasePage
from core.money.model import MARKET, SubjectKind
from core.people.accounts.model import Identity
from core.people.accounts.service import known as person_known
from core.people.accounts.service import person_of
from core.shop.purchases import rules
from core.shop.purchases.events import (
    PaymentKept,
    PaymentSentBack,
    PurchaseClosed,
    PurchaseGivenBack,
    PurchaseOpened,
    PurchasePaid,
)
from core.shop.purchases.model import (
    GIVE_BACK,
    MAY_COME_BACK,
    PURCHASE,
    REFUND_REQUEST,
    Purchase,
    PurchasePayment,
    PurchaseState,
    Rail,
)

# --- refunds ----------------------------------------------------------------------------------------------------------


def give_back(ctx: Ctx, purchase: Purchase, amount: Money, *, by: str) -> None:
    """Refund `amount` of a purchase to where it came from, or as Stars for the next purchase (see `rules`)."""
    back = rules.split(purchase.rail, purchase.price, purchase.credit, amount)
    step(ctx, PURCHASE, purchase, GIVE_BACK, (by,))
    clear_timers(ctx.session, REFUND_REQUEST, purchase.id)
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

# --- steps of a refund ------------------------------------------------------------------------------------------------


def _gone(ctx: Ctx, purchase: Purchase, by: str, went: Money, to: str = "") -> None:
    """Record that the price has gone back.

    `went`: less than the refund if a bank has paid the rest, or if the platform gave nothing back.
    """
    back = rules.split(purchase.rail, purchase.price, purchase.credit, purchase.back)
    step(ctx, PURCHASE, purchase, "gone_back", (by,))
    ctx.announce_change(PurchaseGivenBack(purchase.id, purchase.thing, purchase.subject, went, back.credit, to))


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


# --- Stars ------------------------------------------------------------------------------------------------------------


def check_stars(ctx: Ctx, payer: Identity, purchase_id: str, currency: str, amount: int) -> None:
    """Check that the platform may charge now; it waits only seconds for the answer. Changes nothing. Raises Refusal."""
    purchase = ctx.session.get(Purchase, purchase_id)
    person = person_known(ctx, payer)
    if purchase is None or person is None or person.id != purchase.buyer:
        raise Refusal("purchase.not_yours")
    if purchase.state != PURCHASE.initial or purchase.open_until <= ctx.now:
        raise Refusal("purchase.paid_already" if purchase.paid_at is not None else "purchase.offer_over")
    if (currency, amount) != (purchase.currency, purchase.asked.minor):
        raise Refusal("purchase.other_price")


def stars_paid(ctx: Ctx, purchase_id: str, payer: str, charge_ref: str, amount: int) -> Purchase:
    """Record that the platform has charged the buyer; only now the goods are theirs. Raises NotFound."""
    purchase = locked(ctx, purchase_id)
    money = Money(amount, STARS.code)
    legs = [debit(STARS_HELD, money)]
    _receive(ctx, purchase, charge_ref, money, legs, payer=payer)
    return purchase


def invoice_not_sent(ctx: Ctx, purchase_id: str) -> None:
    """Close the offer, because the invoice reached no chat."""
    _not_offered(ctx, locked(ctx, purchase_id))


# --- cards ------------------------------------------------------------------------------------------------------------


def page_opened(ctx: Ctx, purchase_id: str, *, page_ref: str, url: str) -> None:
    """Record the page to pay on. A page that came too late is closed."""
    purchase = locked(ctx, purchase_id)
    if purchase.page_ref is not None:
        return
    purchase.page_ref = page_ref
    if purchase.state != PURCHASE.initial:
        ctx.enqueue(f"purchase:{purchase.id}", ClosePurchasePage(purchase=purchase.id, session=page_ref))
        return
    purchase.url = url
    ctx.announce_change(PurchaseOpened(purchase.id, purchase.thing, purchase.subject))


def page_lapsed(ctx: Ctx, purchase_id: str) -> None:
    """Close the offer, because its page has lapsed."""
    _not_offered(ctx, locked(ctx, purchase_id))


def card_paid(ctx: Ctx, purchase_id: str, *, amount: Money, fee: Money, intent_ref: str, charge_ref: str) -> None:
    """Record that the provider has the money, less its fee."""
    purchase = locked(ctx, purchase_id)
    legs = [debit(PROVIDER, amount), debit(PROVIDER_FEES, fee), credit(PROVIDER, fee)]
    _receive(ctx, purchase, charge_ref, amount, legs, intent_ref=intent_ref)


def owns(ctx: Ctx, purchase_id: str) -> bool:
    """Return whether the id is a purchase's. The provider reports every paid page in the same way."""
    return ctx.session.get(Purchase, purchase_id) is not None


# --- steps of a payment -----------------------------------------------------------------------------------------------


def paid(ctx: Ctx, purchase: Purchase) -> None:
    """Complete a paid purchase: take the buyer's reserved Stars, and announce that the goods are theirs."""
    step(ctx, PURCHASE, purchase, "pay", ("provider",), deadlines={"used_up": kept_from(ctx, purchase)})
    purchase.paid_at, purchase.url = ctx.now, None
    if purchase.credit_hold is not None:
        ledger.post_hold(ctx, purchase.credit_hold, "Paid with Stars from an earlier purchase")
    ctx.announce_change(PurchasePaid(purchase.id, purchase.thing, purchase.subject))


def kept_from(ctx: Ctx, purchase: Purchase) -> datetime:
    """Return the time from which no part of it can be refunded, if its delivery starts now."""
    return ctx.now + max(MAY_COME_BACK, timedelta(days=purchase.lasts_days + 1))


def _receive(
    ctx: Ctx,
    purchase: Purchase,
    charge_ref: str,
    amount: Money,
    came: list[Leg],
    *,
    intent_ref: str | None = None,
    payer: str | None = None,
) -> None:
    known = select(PurchasePayment.id).where(PurchasePayment.charge_ref == charge_ref)
    if ctx.session.scalar(known) is not None:
        return
    payment = PurchasePayment(
        id=ctx.new_id(),
        purchase_id=purchase.id,
        charge_ref=charge_ref,
        intent_ref=intent_ref,
        payer=payer,
        amount_minor=amount.minor,
        currency=amount.currency,
        at=ctx.now,
    )
    ctx.session.add(payment)
    ctx.session.flush()
    stars = purchase.rail is Rail.STARS
    is_due = purchase.state == PURCHASE.initial and amount == purchase.asked
    sold, due = (STAR_SALES, stars_due) if stars else (SALES, refund_due)
    account = sold if is_due else due(purchase.id)
    legs = [*came, credit(account, amount)]
    key = f"purchase:{purchase.id}:paid:{payment.id}"
    ledger.post(ctx, key, f"Sold: {purchase.title}", legs, deal=purchase.id)
    if is_due:
        paid(ctx, purchase)
    else:
        send_back(ctx, purchase, payment.id, amount)


def _not_offered(ctx: Ctx, purchase: Purchase) -> None:
    if purchase.state != PURCHASE.initial:
        return
    step(ctx, PURCHASE, purchase, "not_offered", ("provider",))
    if purchase.credit_hold is not None:
        ledger.void_hold(ctx, purchase.credit_hold, "Not bought")
    purchase.url = None
    ctx.session.flush()
    # The page closes at the time the offer ends, and its report often comes first.
    why = "offer_over" if ctx.now >= purchase.open_until else "not_offered"
    ctx.announce(PurchaseClosed(purchase.id, purchase.thing, purchase.subject, why))
