"""Purchases from the market: the offer, its withdrawal, the refund request, and the operator's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select

from core.kernel.errors import NotAllowed, NotFound, Refusal, Stale
from core.kernel.money import STARS, Money
from core.kernel.process import enter, step
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.accounts import STAR_SALES, credit, debit, star_credit
from core.money.messages import ClosePurchasePage, OpenPurchasePage, SendInvoice
from core.people.accounts.model import Person
from core.people.accounts.service import acting, identities
from core.shop.purchases import payments
from core.shop.purchases.events import AskedBack, PurchaseClosed, RefundDenied
from core.shop.purchases.model import (
    ANSWERED_WITHIN,
    GIVE_BACK,
    MAY_COME_BACK,
    OFFERED_FOR,
    PURCHASE,
    REFUND_REQUEST,
    TRY_AGAIN_AFTER,
    BuyThing,
    ChargebackResult,
    Purchase,
    PurchaseState,
    Rail,
    Thing,
)
from core.shop.purchases.payments import locked, paid

SHOWN: Final = 5

# --- the buyer's actions ----------------------------------------------------------------------------------------------


def buy(ctx: Ctx, command: BuyThing) -> Purchase:
    """Ask to buy. An invoice goes to the buyer's chat, or a page is opened for their card.

    Stars kept from a partial refund are used first. If they cover everything, it is paid at once. An open offer of the
    same thing is withdrawn. Raises Refusal "purchase.no_chat".
    """
    buyer = acting(ctx)
    # Locked: otherwise two presses at once would not see each other's offer, and both would be paid.
    ctx.session.get(Person, buyer.id, with_for_update=True)
    for earlier in _open_offers(ctx, buyer.id, command):
        _close(ctx, earlier, "leave", ("buyer",))
    purchase = Purchase(
        id=ctx.new_id(),
        buyer=buyer.id,
        thing=command.thing,
        subject=command.subject,
        title=command.title,
        description=command.description,
        rail=command.rail,
        price_minor=command.price_minor,
        credit_minor=0,
        back_minor=0,
        currency=command.currency,
        lasts_days=command.lasts_days,
        made_at=ctx.now,
        open_until=ctx.now + OFFERED_FOR,
    )
    ctx.session.add(purchase)
    enter(ctx, PURCHASE, purchase, PURCHASE.initial)
    ctx.session.flush()
    if purchase.rail is Rail.STARS:
        _use_credit(ctx, purchase)
        if not purchase.asked:
            paid(ctx, purchase)
            return purchase
        _send_invoice(ctx, purchase, command.platform)
    else:
        _open_page(ctx, purchase, buyer.name)
    return purchase


def leave(ctx: Ctx, purchase_id: str) -> Purchase:
    """Withdraw an offer for its buyer. A payment made at this moment is refunded."""
    purchase = mine(ctx, purchase_id)
    _close(ctx, purchase, "leave", ("buyer",))
    return purchase


def ask_back(ctx: Ctx, purchase_id: str, reason: str) -> Purchase:
    """Ask for a refund, within fourteen days. An operator is told once, and decides."""
    purchase = mine(ctx, purchase_id)
    step(ctx, PURCHASE, purchase, "ask_back", ("buyer",))
    if purchase.asked_back_at is not None:
        return purchase
    if not may_ask_back(purchase, ctx.now):
        raise Refusal("purchase.too_late_to_ask", days=MAY_COME_BACK.days)
    purchase.asked_back_at, purchase.back_reason = ctx.now, reason
    set_timer(ctx.session, Timer(REFUND_REQUEST, purchase.id, GIVE_BACK, ctx.now + ANSWERED_WITHIN), since=ctx.now)
    ctx.announce_change(AskedBack(purchase.id, purchase.thing, purchase.subject))
    return purchase


def give_back_whole(ctx: Ctx, purchase_id: str) -> Purchase:
    """Refund all of it, as an operator. Raises NotAllowed, Stale, and Refusal if the bank has taken the price back."""
    if not acting(ctx).operator:
        raise NotAllowed
    purchase = locked(ctx, purchase_id)
    if purchase.chargeback is not None:
        raise Refusal("purchase.called_back")
    payments.give_back(ctx, purchase, purchase.price, by="operator")
    return purchase


def refuse_back(ctx: Ctx, purchase_id: str, answer: str) -> Purchase:
    """Refuse to give all of it back, with an operator's reason. What was not used meanwhile is refunded.

    Raises NotAllowed, and Stale if no refund request is open.
    """
    if not acting(ctx).operator:
        raise NotAllowed
    purchase = locked(ctx, purchase_id)
    if not purchase.refund_is_asked:
        raise Stale
    step(ctx, PURCHASE, purchase, "refuse", ("operator",))
    purchase.back_answer = answer
    clear_timers(ctx.session, REFUND_REQUEST, purchase.id)
    ctx.announce_change(RefundDenied(purchase.id, purchase.thing, purchase.subject))
    if purchase.rest:
        payments.give_back(ctx, purchase, purchase.rest, by="system")
    return purchase


# --- for other slices -------------------------------------------------------------------------------------------------


def give_back(ctx: Ctx, purchase_id: str, amount: Money) -> Purchase:
    """Refund `amount` of what was not used, for the slice that delivers it. It happens once; zero refunds nothing.

    If a refund request is open, it waits for the operator's answer: a price is refunded once.
    """
    purchase = locked(ctx, purchase_id)
    if purchase.refund_is_asked:
        purchase.rest_minor = amount.minor
        ctx.session.flush()
    elif amount and purchase.state == PurchaseState.PAID and purchase.chargeback is None:
        payments.give_back(ctx, purchase, amount, by="system")
    return purchase


def refund_request_is_due(ctx: Ctx, purchase_id: str) -> None:
    """Refund all of it, because no operator has answered in time."""
    purchase = locked(ctx, purchase_id)
    if purchase.chargeback is ChargebackResult.OPEN:  # it is paused until the bank has decided
        set_timer(ctx.session, Timer(REFUND_REQUEST, purchase.id, GIVE_BACK, ctx.now + TRY_AGAIN_AFTER))
    elif purchase.refund_is_asked:
        payments.give_back(ctx, purchase, purchase.price, by="system")


def time_is_up(ctx: Ctx, purchase_id: str, event: str) -> None:
    purchase = locked(ctx, purchase_id)
    if event == "offer_over":
        _close(ctx, purchase, event, ("time",))
    elif purchase.chargeback is ChargebackResult.OPEN:  # it is paused: a part of it may have to be refunded later
        set_timer(ctx.session, Timer(PURCHASE.name, purchase.id, event, ctx.now + TRY_AGAIN_AFTER))
    elif purchase.refund_is_asked:
        _refund_request_waits(ctx, purchase, event)
    else:
        step(ctx, PURCHASE, purchase, event, ("time",))


# --- queries ----------------------------------------------------------------------------------------------------------


def mine(ctx: Ctx, purchase_id: str) -> Purchase:
    """Return a purchase for its buyer. Raises NotFound to everybody else, too."""
    purchase = ctx.session.get(Purchase, purchase_id)
    if purchase is None or purchase.buyer != acting(ctx).id:
        raise NotFound
    return purchase


def open_refund_requests(ctx: Ctx) -> list[Purchase]:
    """Return the purchases whose refund waits for an operator, the oldest request first. Raises NotAllowed."""
    if not acting(ctx).operator:
        raise NotAllowed
    asked = (Purchase.asked_back_at.is_not(None)) & (Purchase.back_answer.is_(None)) & (Purchase.chargeback.is_(None))
    query = select(Purchase).where(asked, Purchase.state == PurchaseState.PAID)
    return list(ctx.session.scalars(query.order_by(Purchase.asked_back_at, Purchase.id)))


def purchase_for(ctx: Ctx, purchase_id: str) -> Purchase:
    """Return a purchase for its buyer, for an operator, or for the system itself. Raises NotFound."""
    purchase = ctx.session.get(Purchase, purchase_id)
    if purchase is None:
        raise NotFound
    if ctx.actor.person not in (None, purchase.buyer) and not acting(ctx).operator:
        raise NotFound
    return purchase


def purchase_of(ctx: Ctx, thing: Thing, subject: str) -> Purchase | None:
    """Return the latest purchase of this thing and subject."""
    query = select(Purchase).where(Purchase.thing == thing, Purchase.subject == subject)
    return ctx.session.scalar(query.order_by(Purchase.id.desc()).limit(1))


def purchases_of(ctx: Ctx, person_id: str) -> list[Purchase]:
    """Return the last few purchases, the newest first."""
    query = select(Purchase).where(Purchase.buyer == person_id).order_by(Purchase.id.desc()).limit(SHOWN)
    return list(ctx.session.scalars(query))


def stars_kept(ctx: Ctx, person_id: str) -> Money:
    """Return the Stars that were kept for a buyer after partial refunds, and are not spent yet."""
    return ledger.available(ctx, star_credit(person_id), STARS.code)


def may_ask_back(purchase: Purchase, now: datetime) -> bool:
    if purchase.chargeback is not None:
        return False
    return (
        purchase.state == PurchaseState.PAID
        and purchase.asked_back_at is None
        and now < purchase.state_since + MAY_COME_BACK
    )


def answered_by(purchase: Purchase) -> datetime | None:
    """Return the time until which an operator may answer the refund request."""
    return None if purchase.asked_back_at is None else purchase.asked_back_at + ANSWERED_WITHIN


# --- steps ------------------------------------------------------------------------------------------------------------


def _refund_request_waits(ctx: Ctx, purchase: Purchase, event: str) -> None:
    """Keep the purchase open while the refund request waits. Without an answer in time, all of it goes back."""
    due = answered_by(purchase)
    if due is not None and ctx.now < due:
        set_timer(ctx.session, Timer(PURCHASE.name, purchase.id, event, due))
    else:
        payments.give_back(ctx, purchase, purchase.price, by="system")


def _open_offers(ctx: Ctx, buyer: str, command: BuyThing) -> list[Purchase]:
    query = select(Purchase).where(
        Purchase.buyer == buyer,
        Purchase.thing == command.thing,
        Purchase.subject == command.subject,
        Purchase.state == PURCHASE.initial,
    )
    return list(ctx.session.scalars(query))


def _use_credit(ctx: Ctx, purchase: Purchase) -> None:
    """Reserve the Stars of the buyer that this purchase can use; they are taken when the rest is paid."""
    use = min(stars_kept(ctx, purchase.buyer), purchase.price)
    if not use:
        return
    purchase.credit_minor = use.minor
    legs = [debit(star_credit(purchase.buyer), use), credit(STAR_SALES, use)]
    key = f"purchase:{purchase.id}:credit"
    purchase.credit_hold = ledger.hold(ctx, key, "Stars kept for the next purchase", legs, deal=purchase.id)


def _send_invoice(ctx: Ctx, purchase: Purchase, platform: str | None) -> None:
    """Send the invoice to the buyer's chat with the market on this platform."""
    chat = next((each for each in identities(ctx, purchase.buyer) if each.platform == platform), None)
    if chat is None or chat.address is None:
        raise Refusal("purchase.no_chat")
    invoice = SendInvoice(
        purchase=purchase.id,
        address=chat.address,
        title=purchase.title,
        description=purchase.description,
        amount=purchase.asked.minor,
    )
    # It has the ordering key of the chat, so that the invoice comes below the message about it.
    ctx.enqueue(f"{chat.platform}:{chat.workspace}:{chat.address}", invoice)


def _open_page(ctx: Ctx, purchase: Purchase, name: str) -> None:
    page = OpenPurchasePage(
        purchase=purchase.id,
        title=purchase.title,
        buyer_name=name,
        amount=purchase.asked.minor,
        currency=purchase.currency,
        expires=purchase.open_until,
    )
    ctx.enqueue(f"purchase:{purchase.id}", page)


def _close(ctx: Ctx, purchase: Purchase, event: str, roles: tuple[str, ...]) -> None:
    step(ctx, PURCHASE, purchase, event, roles)
    if purchase.credit_hold is not None:
        ledger.void_hold(ctx, purchase.credit_hold, "Not bought")
    if purchase.page_ref is not None:
        page = ClosePurchasePage(purchase=purchase.id, session=purchase.page_ref)
        ctx.enqueue(f"purchase:{purchase.id}", page)
    purchase.url = None
    ctx.session.flush()
    why = "left" if event == "leave" else event
    ctx.announce(PurchaseClosed(purchase.id, purchase.thing, purchase.subject, why))
