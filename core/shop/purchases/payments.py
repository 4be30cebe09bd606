"""Record reports on a purchase's money, from the chat platform or the payment provider.

Reports come in any order, and more than once. A payment counts once, by its outside id. If the offer is over or the
amount differs, the whole payment goes back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from core.kernel.errors import Refusal
from core.kernel.money import STARS, Money
from core.kernel.process import step
from core.kernel.transaction import Ctx
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
    stars_due,
)
from core.money.messages import ClosePurchasePage
from core.people.accounts.model import Identity
from core.people.accounts.service import known as person_known
from core.shop.purchases import refunds
from core.shop.purchases.events import PurchaseClosed, PurchaseOpened, PurchasePaid
from core.shop.purchases.model import MAY_COME_BACK, PURCHASE, Purchase, PurchasePayment, Rail
from core.shop.purchases.refunds import locked

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
    """Record that the platform has charged the buyer; only now the goods are theirs. Raises NotFound for an unknown
    purchase.
    """
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
        ctx.post(f"purchase:{purchase.id}", ClosePurchasePage(purchase=purchase.id, session=page_ref))
        return
    purchase.url = url
    ctx.session.flush()
    ctx.announce(PurchaseOpened(purchase.id, purchase.thing, purchase.subject))


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


# --- steps ------------------------------------------------------------------------------------------------------------


def paid(ctx: Ctx, purchase: Purchase) -> None:
    """Complete a paid purchase: take the buyer's reserved Stars, and announce that the goods are theirs."""
    step(ctx, PURCHASE, purchase, "pay", ("provider",), deadlines={"used_up": kept_from(ctx, purchase)})
    purchase.paid_at, purchase.url = ctx.now, None
    if purchase.credit_hold is not None:
        ledger.post_hold(ctx, purchase.credit_hold, "Paid with Stars from an earlier purchase")
    ctx.session.flush()
    ctx.announce(PurchasePaid(purchase.id, purchase.thing, purchase.subject))


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
    wanted = purchase.state == PURCHASE.initial and amount == purchase.asked
    sold, due = (STAR_SALES, stars_due) if stars else (SALES, refund_due)
    account = sold if wanted else due(purchase.id)
    legs = [*came, credit(account, amount)]
    key = f"purchase:{purchase.id}:paid:{payment.id}"
    ledger.post(ctx, key, f"Sold: {purchase.title}", legs, deal=purchase.id)
    if wanted:
        paid(ctx, purchase)
    else:
        refunds.send_back(ctx, purchase, payment.id, amount)


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
