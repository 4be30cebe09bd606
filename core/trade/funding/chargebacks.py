"""Chargebacks of deals: the deal is frozen until the bank has decided.

A complete deal stays complete. If a deal is under way, what the bank leaves of its money goes where it belongs.
"""

from __future__ import annotations

from sqlalchemy import select

from core.kernel.compiled_statements import find_all
from core.kernel.money import Money
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.events import ChargebackClosed, ChargebackOpened, ChargebackThawed
from core.money.chargebacks.model import LOST, Chargeback
from core.money.disbursements.model import FROZEN
from core.money.ledger import service as ledger
from core.money.ledger.accounts import credit, debit, escrow, refund_due
from core.money.model import SubjectKind
from core.trade.deals import access, lifecycle
from core.trade.deals.model import Deal, DealState
from core.trade.delivery import service as delivery
from core.trade.delivery.model import LOT, Lot
from core.trade.funding import rules
from core.trade.funding.model import LotSettlement, Payment, Tranche, TrancheState
from core.trade.funding.payouts import finish, left_of, refund
from core.trade.funding.service import payments_in


def listen(reactions: Reactions) -> None:
    reactions.on(ChargebackOpened, _opened)
    reactions.on(ChargebackClosed, _closed)
    reactions.on(ChargebackThawed, _thawed)


def chargebacks_of(ctx: Ctx, deal_id: str) -> list[Chargeback]:
    """Return the chargebacks of a deal, the oldest first. Raises NotFound to strangers."""
    access.deal_for(ctx, deal_id)
    return chargebacks.of_subject(ctx, deal_id)


def _opened(ctx: Ctx, fact: ChargebackOpened) -> None:
    if fact.subject_kind is SubjectKind.DEAL:
        lifecycle.freeze(ctx, fact.subject, FROZEN)


def _closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    """Apply the bank's decision to the deal.

    If the bank keeps held money, the lots without it end, and what is left is refunded. If the bank returns it, it is
    held again, and the parties get time before anything counts as late.
    """
    if fact.subject_kind is not SubjectKind.DEAL:
        return
    found = ctx.session.get_one(Chargeback, fact.chargeback_id)
    deal = access.locked(ctx, found.subject)
    over = LOT.final.issuperset(ctx.session.scalars(select(Lot.state).where(Lot.deal_id == deal.id)))
    # another chargeback may keep what this one returns
    known = chargebacks.of_subject(ctx, deal.id) if fact.won else [found]
    kept = any(each.state in LOST and each.from_escrow_minor for each in known)
    rest = _regained_of_lapsed(ctx, deal, found) if fact.won else Money.zero(found.currency)
    if fact.won and found.from_escrow_minor and (over or not kept):
        if over and rest:
            _regained(ctx, deal, found, rest)
        delivery.go_on(ctx, deal.id)
    elif kept and deal.state == DealState.AWAITING_FUNDING:  # the rest must not be paid any more
        lifecycle.time_is_up(ctx, deal.id, "funding_expired", on_the_road=False)
    elif kept:
        delivery.chargeback_lots(ctx, deal.id)
        refund(ctx, deal)


def _regained_of_lapsed(ctx: Ctx, deal: Deal, found: Chargeback) -> Money:
    """Refund what a lapsed tranche had received, if it could not be refunded while the bank had the money.

    Each refund comes from the payments of that tranche, even if the bank had disputed another one. Return the rest,
    which belongs to the lots.
    """
    rest = Money(found.from_escrow_minor, found.currency)
    for tranche in find_all(ctx.session, Tranche, ("number",), deal_id=deal.id, state=TrancheState.LAPSED):
        sources = [each for each in left_of(ctx, deal, payments_in(ctx, tranche)) if each[1].minor > 0]
        back = min(rest, tranche.held, Money.total((left for _, left in sources), rest.currency))
        if not back:
            continue
        legs = [debit(escrow(deal.id), back), credit(refund_due(deal.id), back)]
        key = f"chargeback:{found.id}:given_back:{tranche.number}"
        ledger.post(ctx, key, "Not enough had come in time", legs, deal=deal.id)
        tranche.held_minor -= back.minor
        rest -= back
        ctx.session.flush()
        for payment_id, part in rules.drawn(back, sources):
            refund(ctx, deal, ctx.session.get_one(Payment, payment_id), part)
    return rest


def _regained(ctx: Ctx, deal: Deal, found: Chargeback, rest: Money) -> None:
    """Refund to the buyer what the bank returns after the lots have ended without that money."""
    legs = [debit(escrow(deal.id), rest), credit(refund_due(deal.id), rest)]
    ledger.post(ctx, f"chargeback:{found.id}:given_back", "Nothing was delivered for it", legs, deal=deal.id)
    query = select(LotSettlement, Lot.amount_minor).join(Lot, Lot.id == LotSettlement.lot_id).order_by(Lot.number)
    for settled, amount in ctx.session.execute(query.where(LotSettlement.deal_id == deal.id)):
        part = min(amount - settled.released_minor - settled.back_minor, rest.minor)
        settled.back_minor += part
        rest -= Money(part, rest.currency)
    ctx.session.flush()
    refund(ctx, deal)


def _thawed(ctx: Ctx, fact: ChargebackThawed) -> None:
    """Let the deal go on; the part of its money that had waited is on its way already."""
    if fact.subject_kind is SubjectKind.DEAL:
        lifecycle.thaw(ctx, fact.subject, FROZEN)
        finish(ctx, fact.subject)
