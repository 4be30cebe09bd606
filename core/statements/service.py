"""What somebody's money is doing now, and all that it has done: of their organisation's deals, and of sessions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, groupby

from sqlalchemy import func, or_, select

from core.deals.model import Deal
from core.delivery.model import Lot
from core.escrow.model import CHARGEBACK, Chargeback, Effect, EffectKind, LotSettlement
from core.kernel.money import Money
from core.kernel.timers import TimerRow
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import escrow, payable, receivable
from core.people.model import Person
from core.people.service import acting
from core.sessions.model import Booking
from core.statements import rules, sessions
from core.statements.model import Held, Line, Payout, Statement

LATEST = 10  # payouts on a screen; the file has them all


def statement(ctx: Ctx) -> Statement:
    """The acting person's money, and their organisation's, as it is now. Raises NotAllowed when nobody acts."""
    person = acting(ctx)
    organisation = person.organisation_id
    return Statement(
        held=(*_held(ctx, organisation), *sessions.held(ctx, person)),
        recalled=(*_recalled(ctx, organisation), *sessions.recalled(ctx, person)),
        on_cards=tuple(sessions.on_cards(ctx, person)),
        unpaid=tuple(sessions.unpaid(ctx, person)),
        payouts=tuple(_payouts(ctx, person)),
        taken=tuple(sessions.taken(ctx, person)),
        due=tuple(money for money in ledger.balances(ctx, payable(organisation)).values() if money),
        owes=tuple(money for money in ledger.balances(ctx, receivable(organisation)).values() if money),
    )


def lines(ctx: Ctx) -> Iterator[Line]:
    """Every movement of that money, the first first, out of the books themselves."""
    person = acting(ctx)
    organisation = person.organisation_id
    of_deals = or_(Deal.buyer == organisation, Deal.seller == organisation)
    deals = select(Deal.id, Deal.ref, (Deal.buyer == organisation).label("pays")).where(of_deals)
    talks = select(Booking.id, Booking.ref, (Booking.seeker == person.id).label("pays"))
    mine = {row.id: row for row in ctx.session.execute(deals.union_all(talks.where(sessions.of_person(person))))}
    ids = select(Deal.id).where(of_deals).union_all(select(Booking.id).where(sessions.of_person(person)))
    for entry, group in groupby(ledger.postings_of(ctx, ids), key=lambda row: row[0]):
        about = mine[str(entry.deal_id)]
        legs = [leg for _, leg in group]
        line = rules.line_of(
            legs, about.id, organisation, buys=about.pays, ref=about.ref, memo=entry.memo, at=entry.at, key=entry.key
        )
        if line is not None:
            yield line


def _held(ctx: Ctx, organisation: str) -> Iterator[Held]:
    """Only a deal that is under way can hold anything; the latest come first."""
    query = select(Deal).where(
        or_(Deal.buyer == organisation, Deal.seller == organisation), Deal.funded_at.is_not(None)
    )
    for deal in ctx.session.scalars(query.order_by(Deal.id.desc())):
        amount = ledger.balance(ctx, escrow(deal.id), deal.currency)
        if amount:
            until = None if deal.frozen else _until(ctx, deal.id)  # while it stands still no time does anything
            yield Held(deal.id, deal.ref, deal.buyer == organisation, amount, until)


def _recalled(ctx: Ctx, organisation: str) -> Iterator[Held]:
    query = select(Chargeback, Deal).join(Deal, Deal.id == Chargeback.subject)
    mine = or_(Deal.buyer == organisation, Deal.seller == organisation)
    found = query.where(mine, Chargeback.state == CHARGEBACK.initial).order_by(Chargeback.id.desc())
    for recall, deal in ctx.session.execute(found):
        yield Held(deal.id, deal.ref, deal.buyer == organisation, recall.amount, None)


def _until(ctx: Ctx, deal_id: str) -> datetime | None:
    """When time next does something to a deal or to one of its lots."""
    lots = select(Lot.id).where(Lot.deal_id == deal_id)
    of_deal = (TimerRow.kind == "deal") & (TimerRow.subject == deal_id)
    of_lots = (TimerRow.kind == "lot") & TimerRow.subject.in_(lots)
    return ctx.session.scalar(select(func.min(TimerRow.due_at)).where(or_(of_deal, of_lots)))


def _payouts(ctx: Ctx, person: Person) -> list[Payout]:
    """The latest of deals and sessions together: ids grow with time."""
    found = sorted(
        chain(_of_deals(ctx, person.organisation_id), sessions.payouts(ctx, person)),
        key=lambda each: each[0],
        reverse=True,
    )
    return [payout for _, payout in found[:LATEST]]


def _of_deals(ctx: Ctx, organisation: str) -> Iterator[tuple[str, Payout]]:
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
        yield effect.id, Payout(effect.deal_id, ref, lot, effect.amount, deducted, effect.state.value, effect.why)
