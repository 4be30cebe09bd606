"""What must always be true of deals and their money together. Reads everything: for the console and the tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import func, select

from core.deals.model import DEAL, Deal
from core.escrow.model import Effect, EffectKind, EffectState, LotSettlement, Payment, PaymentState
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import escrow, payable, refund_due
from core.ledger.service import Check

Amounts = Mapping[tuple[str, str], int]  # minor units by account and currency


def invariants(ctx: Ctx) -> list[Check]:
    """The ledger's own checks, and that it agrees with the deals, payments, payouts and refunds beside it."""
    finished = select(Deal.id).where(Deal.state.in_(DEAL.final))
    over = {escrow(deal_id) for deal_id in ctx.session.scalars(finished)}
    held = ledger.standing(ctx, "escrow")
    left = [account for account, _ in held if account in over]
    return [
        *ledger.invariants(ctx),
        Check("no finished deal holds money", not left, ", ".join(left[:5])),
        _same("held is what was paid less what was parted", held, _held(ctx)),
        _same("every payout due is on its way", ledger.standing(ctx, "payable"), _under_way(ctx, EffectKind.TRANSFER)),
        _same("every refund due is on its way", ledger.standing(ctx, "refund_due"), _under_way(ctx, EffectKind.REFUND)),
    ]


def _same(name: str, kept: Amounts, counted: Amounts) -> Check:
    differ = sorted(
        account for account in kept.keys() | counted.keys() if kept.get(account, 0) != counted.get(account, 0)
    )
    return Check(name, not differ, ", ".join(f"{account} {currency}" for account, currency in differ[:5]))


def _held(ctx: Ctx) -> Amounts:
    held: dict[tuple[str, str], int] = defaultdict(int)
    received = select(Payment.deal_id, Payment.currency, Payment.amount_minor).where(
        Payment.state == PaymentState.RECEIVED
    )
    for row in ctx.session.execute(received):
        held[escrow(row.deal_id), row.currency] += row.amount_minor
    parted = (
        select(Deal.id, Deal.currency, func.sum(LotSettlement.released_minor + LotSettlement.back_minor).label("minor"))
        .join(LotSettlement, LotSettlement.deal_id == Deal.id)
        .group_by(Deal.id, Deal.currency)
    )
    for row in ctx.session.execute(parted):
        held[escrow(row.id), row.currency] -= int(row.minor)
    return held


def _under_way(ctx: Ctx, kind: EffectKind) -> Amounts:
    due: dict[tuple[str, str], int] = defaultdict(int)
    query = select(Effect).where(Effect.kind == kind, Effect.state != EffectState.DONE)
    for effect in ctx.session.scalars(query):
        account = payable(effect.payee or "") if kind is EffectKind.TRANSFER else refund_due(effect.deal_id)
        due[account, effect.currency] += effect.amount_minor
    return due
