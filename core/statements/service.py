"""What an organisation's money is doing now, and all that it has done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, or_, select

from core.deals.model import Deal
from core.delivery.model import Lot
from core.escrow.model import Effect, EffectKind, LotSettlement
from core.kernel.money import Money
from core.kernel.timers import TimerRow
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import Entry, Leg, escrow, payable, receivable
from core.people.service import acting
from core.statements import rules
from core.statements.model import Held, Line, Payout, Statement

LATEST = 10  # payouts on a screen; the file has them all


def statement(ctx: Ctx) -> Statement:
    """The acting person's organisation's money as it is now. Raises NotAllowed when nobody acts."""
    organisation = acting(ctx).organisation_id
    return Statement(
        held=tuple(_held(ctx, organisation)),
        payouts=tuple(_payouts(ctx, organisation)),
        due=tuple(money for money in ledger.balances(ctx, payable(organisation)).values() if money),
        owes=tuple(money for money in ledger.balances(ctx, receivable(organisation)).values() if money),
    )


def lines(ctx: Ctx) -> Iterator[Line]:
    """Every movement of the organisation's money, the first first, out of the books themselves."""
    organisation = acting(ctx).organisation_id
    mine = select(Deal.id, Deal.ref, Deal.buyer).where(or_(Deal.buyer == organisation, Deal.seller == organisation))
    deals = {row.id: row for row in ctx.session.execute(mine)}
    for entry, legs in _entries(ctx, organisation):
        deal = deals[str(entry.deal_id)]
        buys = deal.buyer == organisation
        line = rules.line_of(
            legs, deal.id, organisation, buys=buys, ref=deal.ref, memo=entry.memo, at=entry.at, key=entry.key
        )
        if line is not None:
            yield line


def _entries(ctx: Ctx, organisation: str) -> Iterator[tuple[Entry, list[Leg]]]:
    """The entries of an organisation's deals with what they have moved."""
    of_deals = select(Deal.id).where(or_(Deal.buyer == organisation, Deal.seller == organisation))
    rows = ledger.postings_of(ctx, of_deals)
    for entry, group in groupby(rows, key=lambda row: row[0]):
        yield entry, [leg for _, leg in group]


def _held(ctx: Ctx, organisation: str) -> Iterator[Held]:
    """Only a deal that is under way can hold anything; the latest come first."""
    query = select(Deal).where(
        or_(Deal.buyer == organisation, Deal.seller == organisation), Deal.funded_at.is_not(None)
    )
    for deal in ctx.session.scalars(query.order_by(Deal.id.desc())):
        amount = ledger.balance(ctx, escrow(deal.id), deal.currency)
        if amount:
            yield Held(deal.id, deal.ref, deal.buyer == organisation, amount, _until(ctx, deal.id))


def _until(ctx: Ctx, deal_id: str) -> datetime | None:
    """When time next does something to a deal or to one of its lots."""
    lots = select(Lot.id).where(Lot.deal_id == deal_id)
    of_deal = (TimerRow.kind == "deal") & (TimerRow.subject == deal_id)
    of_lots = (TimerRow.kind == "lot") & TimerRow.subject.in_(lots)
    return ctx.session.scalar(select(func.min(TimerRow.due_at)).where(or_(of_deal, of_lots)))


def _payouts(ctx: Ctx, organisation: str) -> Iterator[Payout]:
    query = (
        select(Effect, Deal.ref, Lot.number, LotSettlement.fee_minor)
        .join(Deal, Deal.id == Effect.deal_id)
        .outerjoin(Lot, Lot.id == Effect.lot_id)
        .outerjoin(LotSettlement, LotSettlement.lot_id == Effect.lot_id)
        .where(Effect.payee == organisation, Effect.kind == EffectKind.TRANSFER)
        .order_by(Effect.id.desc())
        .limit(LATEST)
    )
    for effect, ref, lot, fee in ctx.session.execute(query):
        # A lot that is sent in parts, out of several payments, has its fee deducted once.
        deducted = Money(fee if fee and effect.key.endswith(":1") else 0, effect.currency)
        yield Payout(effect.deal_id, ref, lot, effect.amount, deducted, effect.state.value, effect.why)
