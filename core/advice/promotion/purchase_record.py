"""The record of a purchase for a bank: what was offered, how it was paid, and what was delivered when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.advice.promotion.model import Promotion
from core.advice.promotion.view_counts import by_day
from core.kernel.row_values import columns, plain
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback
from core.money.disbursements.recovery import rows_of
from core.money.ledger import service as ledger
from core.shop.purchases.model import Purchase, PurchasePayment, Thing
from core.trade.funding.evidence.deal_record import beginning, names, shown, steps
from core.trade.funding.evidence.service import marks_of


def record_of(ctx: Ctx, chargeback_id: str) -> dict[str, Any]:
    """Return all our data of a disputed purchase, as plain values."""
    found = ctx.session.get_one(Chargeback, chargeback_id)
    purchase = ctx.session.get_one(Purchase, found.subject)
    evidence = marks_of(ctx, purchase.id)
    people = names(ctx, [purchase.buyer, *(each.person_id for each in evidence)])
    payments = select(PurchasePayment).where(PurchasePayment.purchase_id == purchase.id)
    promotion = ctx.session.get(Promotion, purchase.subject) if purchase.thing is Thing.PROMOTION else None
    return {
        **beginning(ctx, found, purchase.price),
        "purchase": {
            "ref": purchase.id,
            "buyer": people.get(purchase.buyer, ""),
            "what": purchase.title,
            "description": purchase.description,
            "price": str(purchase.price),
            "ordered_at": plain(purchase.made_at),
            "paid_at": plain(purchase.paid_at),
            "delivered_at": plain(purchase.paid_at),
        },
        "delivery": [] if promotion is None else _promotion(ctx, promotion),
        "timeline": [*steps(ctx, purchase.id), *(steps(ctx, promotion.id) if promotion is not None else [])],
        "chat": [shown(each, people) for each in evidence],
        "payments": [columns(each) for each in ctx.session.scalars(payments)],
        "payouts_and_refunds": [columns(each) for each in rows_of(ctx, purchase.id)],
        "books": ledger.books(ctx, purchase.id),
    }


def _promotion(ctx: Ctx, promotion: Promotion) -> list[dict[str, Any]]:
    """Return the promoted profile, and how often it was shown and opened on each day."""
    begins = (promotion.started_at or ctx.now).date()
    ends = (promotion.ended_at or ctx.now).date()
    return [columns(promotion), *(columns(each) for each in by_day(ctx, promotion.expert_id, begins, ends))]
