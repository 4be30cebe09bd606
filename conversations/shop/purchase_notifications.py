"""Notifications about purchases: to each buyer, and to operators about requested refunds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conversations.chat_context import ChatContext
from conversations.event_sentences import notifications
from conversations.reply import Card
from conversations.shop.purchases import purchase_card
from core.kernel.transaction import Ctx
from core.money.chargebacks import events as money
from core.money.model import SubjectKind
from core.people.accounts.model import Person
from core.people.accounts.service import operators, person_of
from core.shop.purchases import events as purchase
from core.shop.purchases.reactions import hangs_on, stands_alone
from core.shop.purchases.service import purchase_for

PURCHASE_EVENTS: Final[dict[type[Any], str]] = {
    purchase.PurchaseOpened: "",
    purchase.PurchasePaid: "",  # the bought subject's own notification says it
    purchase.PurchaseClosed: "notice.purchase_closed",
    purchase.PaymentSentBack: "notice.purchase_sent_back",
    purchase.PaymentKept: "notice.purchase_not_sent",
}
# Chargebacks of the price. A bank's inquiry takes no money and is not told.
CHARGEBACK_EVENTS: Final[dict[type[Any], str]] = {
    money.ChargebackBooked: "notice.purchase_recalled",
    money.ChargebackClosed: "notice.purchase_recall_closed",
}
REFUND_REQUEST_EVENTS: Final[dict[type[Any], str]] = {
    purchase.AskedBack: "notice.purchase_asked_back",
    purchase.RefundDenied: "notice.purchase_refused",
}
PAGE_EVENTS: Final[dict[type[Any], str]] = {purchase.PurchaseOpened: "notice.purchase_page"}
PRICE_BACK: Final = "notice.purchase_given_back"
GIVEN_BACK: Final[dict[type[Any], str]] = {purchase.PurchaseGivenBack: PRICE_BACK}
KEPT: Final = "notice.purchase_kept"  # a part of a payment in Stars
PARTS: Final = ("why", "amount", "credit")


def on_purchase(code: str) -> Callable[[Ctx, purchase.PurchaseFact], None]:
    def hear(ctx: Ctx, fact: purchase.PurchaseFact) -> None:
        parts = {name: getattr(fact, name) for name in PARTS if hasattr(fact, name)}
        of_price = isinstance(fact, purchase.PaymentSentBack) and fact.of_price
        sentence = PRICE_BACK if of_price else code
        notifications(ctx).say("purchase", fact.purchase_id, sentence, by=None, **parts)

    return hear


def on_chargeback(code: str) -> Callable[[Ctx, money.ChargebackFact], None]:
    def hear(ctx: Ctx, fact: money.ChargebackFact) -> None:
        closed = fact if isinstance(fact, money.ChargebackClosed) else None
        if fact.subject_kind is not SubjectKind.PURCHASE or (closed is not None and not closed.amount):
            return
        parts = {name: getattr(fact, name) for name in PARTS if hasattr(fact, name)}
        # A chargeback of a duplicate or late payment leaves the purchase in force; the card shows its state. Likewise
        # if a part of the price is won while the bank has another part, or may keep it.
        won_in_part = closed is not None and closed.won and not stands_alone(ctx, fact.chargeback_id)
        sentence = code if hangs_on(ctx, fact.chargeback_id) and not won_in_part else ""
        notifications(ctx).say("purchase", fact.subject, sentence, by=None, **parts)

    return hear


def on_refund_request(code: str) -> Callable[[Ctx, purchase.PurchaseFact], None]:
    """Return a listener for requests and their answers. The person who acted is not told."""

    def hear(ctx: Ctx, fact: purchase.PurchaseFact) -> None:
        notifications(ctx).say("purchase", fact.purchase_id, code, by=ctx.actor.person)

    return hear


def on_page(code: str) -> Callable[[Ctx, purchase.PurchaseFact], None]:
    """Return a listener that adds the button to the card, without another message."""

    def hear(ctx: Ctx, fact: purchase.PurchaseFact) -> None:
        buyer = person_of(ctx, purchase_for(ctx, fact.purchase_id).buyer)
        notifications(ctx).say("purchase", fact.purchase_id, code, by=None, in_place=buyer.organisation_id)

    return hear


def on_given_back(code: str) -> Callable[[Ctx, purchase.PurchaseGivenBack], None]:
    """Return a listener that says how much was refunded and how much kept; one purchase can have both."""

    def hear(ctx: Ctx, fact: purchase.PurchaseGivenBack) -> None:
        for sentence, amount in ((code, fact.amount), (KEPT, fact.credit)):
            if amount:
                notifications(ctx).say("purchase", fact.purchase_id, sentence, by=None, amount=amount, why=fact.why)

    return hear


PURCHASE_LISTENERS: Final = (
    (PURCHASE_EVENTS, on_purchase),
    (REFUND_REQUEST_EVENTS, on_refund_request),
    (PAGE_EVENTS, on_page),
    (GIVEN_BACK, on_given_back),
    (CHARGEBACK_EVENTS, on_chargeback),
)


def concerned_by(ctx: Ctx, purchase_id: str) -> list[Person]:
    """Return the buyer, and the operators who can decide on a refund request."""
    found = purchase_for(ctx, purchase_id)
    buyer = person_of(ctx, found.buyer)
    is_asked = found.asked_back_at is not None
    return [buyer, *(each for each in operators(ctx) if is_asked and each.id != buyer.id)]


def purchase_notification_card(chat: ChatContext, subject: str, note: str) -> Card:
    return purchase_card(chat, purchase_for(chat.ctx, subject), note)
