"""A buyer's bank takes the price of something that we have sold back: what is delivered bit by bit stands still.

A dispute is about one payment. Only that by which the thing was bought says whether the thing stands still; of one that
came twice or too late its refund waits, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.kernel.process import step
from core.kernel.reactions import Reactions
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.events import ChargebackClosed, ChargebackFact, ChargebackOpened, ChargebackTaken
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.chargebacks.service import frozen, kept_by_bank, of_payment
from core.money.model import SubjectKind
from core.shop.purchases.events import PurchaseCalledBack, PurchaseLost, PurchaseRegained
from core.shop.purchases.model import PURCHASE, Purchase, PurchaseState, Recall
from core.shop.purchases.payments import kept_from
from core.shop.purchases.refunds import counts, locked


def listen(reactions: Reactions) -> None:
    reactions.on(ChargebackOpened, _of_price(lambda _ctx, _purchase, _fact: None))
    reactions.on(ChargebackTaken, _of_price(_taken))
    reactions.on(ChargebackClosed, _of_price(_closed))


def hangs_on(ctx: Ctx, chargeback_id: str) -> bool:
    """Whether what was bought hangs on the payment that this dispute is about."""
    found = ctx.session.get_one(Chargeback, chargeback_id)
    return counts(ctx, locked(ctx, found.subject), found.payment_id)


def stands_alone(ctx: Ctx, chargeback_id: str) -> bool:
    """Whether no other dispute of the same payment is open, or was lost."""
    known = of_payment(ctx, ctx.session.get_one(Chargeback, chargeback_id).payment_id)
    return all(each.state == ChargebackState.WON for each in known if each.id != chargeback_id)


def _of_price(hear: Callable[[Ctx, Purchase, Any], None]) -> Callable[[Ctx, ChargebackFact], None]:
    """Note how it stands with the bank now, and hear of it, when the dispute is about the price of a thing."""

    def react(ctx: Ctx, fact: ChargebackFact) -> None:
        if fact.subject_kind is SubjectKind.PURCHASE and hangs_on(ctx, fact.chargeback_id):
            found, purchase = ctx.session.get_one(Chargeback, fact.chargeback_id), locked(ctx, fact.subject)
            asks, kept = frozen(ctx, purchase.id, found.payment_id), kept_by_bank(ctx, found.payment_id)
            purchase.recall = Recall.OPEN if asks else Recall.LOST if kept else None
            ctx.session.flush()
            hear(ctx, purchase, fact)

    return react


def _taken(ctx: Ctx, purchase: Purchase, _fact: ChargebackTaken) -> None:
    ctx.announce(PurchaseCalledBack(purchase.id, purchase.thing, purchase.subject))


def _closed(ctx: Ctx, purchase: Purchase, fact: ChargebackClosed) -> None:
    """The bank keeps it, or has given it back: then what stood still runs on, unless it asks about another part.

    What it gives back after it had kept it, when all was used up by time, can go back to the buyer again.
    """
    about = (purchase.id, purchase.thing, purchase.subject)
    if not fact.won and fact.amount:  # a mere question that nobody has answered takes nothing
        ctx.announce(PurchaseLost(*about))
        return
    payment_id = ctx.session.get_one(Chargeback, fact.chargeback_id).payment_id
    if fact.why == "turned" and purchase.state == PurchaseState.KEPT and not kept_by_bank(ctx, payment_id):
        step(ctx, PURCHASE, purchase, "regain", ("provider",), deadlines={"used_up": kept_from(ctx, purchase)})
    elif purchase.state == PurchaseState.PAID:
        set_timer(ctx.session, Timer(PURCHASE.name, purchase.id, "used_up", kept_from(ctx, purchase)))
    if purchase.recall is not Recall.OPEN:
        ctx.announce(PurchaseRegained(*about))
