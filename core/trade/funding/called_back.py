"""What banks have called back: whether a deal or session stands still for it, and a payment gives nothing back."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from core.kernel.transaction import Ctx
from core.trade.funding.model import CHARGEBACK, LOST, Chargeback

AGAIN: Final = "#"


def taken_as(dispute: str, number: int) -> str:
    """Under which name we know what a dispute has taken: once, or again when it was won and then lost at the scheme.

    `dispute`: the provider's name of it, which has no such sign.
    """
    return dispute if number == 1 else f"{dispute}{AGAIN}{number}"


def dispute_of(ref: str) -> str:
    """The provider's name of a dispute that we know under this one."""
    return ref.partition(AGAIN)[0]


def frozen(ctx: Ctx, subject: str) -> bool:
    """Whether a bank has called money of this deal or session back, and has not decided yet."""
    query = select(Chargeback.id).where(Chargeback.subject == subject, Chargeback.state == CHARGEBACK.initial)
    return ctx.session.scalar(query.limit(1)) is not None


def called_back_for_good(ctx: Ctx, payment_id: str) -> bool:
    """Whether a bank has taken of a payment and kept it: then the provider gives nothing back of the rest either.

    A charge that was charged back cannot be refunded, whatever part of it was disputed.
    """
    kept = select(Chargeback.id).where(
        Chargeback.payment_id == payment_id,
        Chargeback.state.in_(LOST),
        Chargeback.amount_minor > 0,
    )
    return ctx.session.scalar(kept.limit(1)) is not None
