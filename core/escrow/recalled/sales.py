"""A buyer's bank takes back what was paid for something that the market itself has sold: the market bears it."""

from __future__ import annotations

from datetime import datetime

from core.escrow import chargebacks
from core.escrow.chargebacks import Called, Source
from core.escrow.events import ChargebackClosed, ChargebackOpened, ChargebackTaken
from core.escrow.model import MARKET, Chargeback, Matter
from core.escrow.recalled.steps import only_of
from core.kernel.errors import NotFound
from core.kernel.events import Reactions
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.purchases import recalls
from core.purchases.payments import locked


def listen(reactions: Reactions) -> None:
    ours = Matter.PURCHASE
    reactions.on(ChargebackOpened, only_of(ours, lambda ctx, fact: recalls.call_back(ctx, fact.subject)))
    reactions.on(ChargebackTaken, only_of(ours, lambda ctx, fact: recalls.taken(ctx, fact.subject)))
    reactions.on(ChargebackClosed, only_of(ours, _closed))


def owns(ctx: Ctx, intent_ref: str) -> bool:
    """Whether it has paid for something that the market sold."""
    return recalls.paid_by(ctx, intent_ref) is not None


def chargeback_opened(
    ctx: Ctx, *, ref: str, intent_ref: str, taken: Money, fee: Money, reason: str, evidence_due: datetime | None
) -> Chargeback:
    """The buyer's bank disputes a payment (see `chargebacks.opened`). Raises NotFound for one that is not ours."""
    payment = recalls.paid_by(ctx, intent_ref)
    if payment is None:
        raise NotFound
    purchase = locked(ctx, payment.purchase_id)
    source = Source(
        matter=Matter.PURCHASE,
        subject=purchase.id,
        payment_id=payment.id,
        seller=MARKET,
        held=Money.zero(payment.currency),
        released=payment.amount,
        fees=payment.amount,
        waiting=Money.zero(payment.currency),
    )
    return chargebacks.opened(ctx, source, Called(ref, taken, fee, reason, evidence_due))


def _closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    found = ctx.session.get_one(Chargeback, fact.chargeback_id)
    if fact.won:
        recalls.win(ctx, found.subject)
        return
    covered = recalls.lose(ctx, found.subject, found.amount)
    found.from_commission_minor -= covered.minor  # it was not our own any more: it waited to go back
    found.from_escrow_minor += covered.minor
    ctx.session.flush()
