"""What must always be true of deals and their money together. Reads everything: for the console and the tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import func, select

from core.deals.model import DEAL, Deal
from core.escrow.model import CREDIT, Chargeback, Credit, Effect, EffectKind, EffectState, LotSettlement, Payment
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import buyer_credit, escrow, payable, receivable, refund_due
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
        _same("what sellers owe is what banks have taken", ledger.standing(ctx, "receivable"), _claimed(ctx)),
        _same("what was paid too much is kept for its buyer", ledger.standing(ctx, "buyer_credit"), _credits(ctx)),
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
    for payment in ctx.session.scalars(select(Payment).where(Payment.received_minor != 0)):
        held[escrow(payment.deal_id), payment.currency] += payment.held.minor
    parted = (
        select(Deal.id, Deal.currency, func.sum(LotSettlement.released_minor + LotSettlement.back_minor).label("minor"))
        .join(LotSettlement, LotSettlement.deal_id == Deal.id)
        .group_by(Deal.id, Deal.currency)
    )
    for row in ctx.session.execute(parted):
        held[escrow(row.id), row.currency] -= int(row.minor)
    for taken in ctx.session.scalars(select(Chargeback).where(Chargeback.state != "won")):
        held[escrow(taken.deal_id), taken.currency] -= taken.from_escrow_minor
    return held


def _claimed(ctx: Ctx) -> Amounts:
    """What sellers owe us after their buyers' banks have taken money back."""
    owed: dict[tuple[str, str], int] = defaultdict(int)
    for found in ctx.session.scalars(select(Chargeback).where(Chargeback.state.in_(("open", "lost")))):
        owed[receivable(found.seller), found.currency] += found.outstanding.minor
    return owed


def _credits(ctx: Ctx) -> Amounts:
    kept: dict[tuple[str, str], int] = defaultdict(int)
    for each in ctx.session.scalars(select(Credit).where(Credit.state == CREDIT.initial)):
        kept[buyer_credit(each.organisation_id), each.currency] += each.amount_minor
    return kept


def _under_way(ctx: Ctx, kind: EffectKind) -> Amounts:
    due: dict[tuple[str, str], int] = defaultdict(int)
    query = select(Effect).where(Effect.kind == kind, Effect.state != EffectState.DONE)
    for effect in ctx.session.scalars(query):
        account = payable(effect.payee or "") if kind is EffectKind.TRANSFER else refund_due(effect.deal_id)
        due[account, effect.currency] += effect.amount_minor
    return due
