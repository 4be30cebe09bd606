"""What of a buyer's money stands in their balance at the provider, as our books know it.

It was transferred without being asked for, came in part alone, or went back and was claimed by nobody.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from core.kernel.money import Money
from core.kernel.process import enter
from core.kernel.transaction import Ctx
from core.trade.deals.model import Deal
from core.trade.funding.events import CreditKept
from core.trade.funding.model import CREDIT, Credit, Effect, EffectKind, EffectState, Payment
from core.trade.funding.rails.model import Payer, PaymentWay, Rail


def last_transfer(ctx: Ctx, organisation_id: str, currency: str) -> Payment | None:
    query = (
        select(Payment)
        .join(PaymentWay, PaymentWay.payment_id == Payment.id)
        .join(Deal, Deal.id == Payment.deal_id)
        .where(Deal.buyer == organisation_id, PaymentWay.rail == Rail.BANK_TRANSFER, Payment.currency == currency)
    )
    return ctx.session.scalar(query.order_by(Payment.id.desc()).limit(1))


def known_of(ctx: Ctx, organisation_id: str, currency: str) -> Money:
    """What of it is in our books: credits that are kept, and what goes back but has not gone yet."""
    going = _going_back(ctx, organisation_id, currency, Effect.state != EffectState.DONE, _leaves_their_balance())
    return transferred_too_much(ctx, organisation_id, currency) + Money.total((each.amount for each in going), currency)


def still_there(ctx: Ctx, organisation_id: str, currency: str) -> list[Effect]:
    """Refunds out of their balance that wait, so that their money still stands there if nobody else has used it."""
    unsent = Effect.state.in_((EffectState.WAITING, EffectState.REFUSED))
    there = or_(Effect.beside, and_(Payment.charge_ref.is_(None), PaymentWay.over))
    return _going_back(ctx, organisation_id, currency, unsent, there)


def _going_back(ctx: Ctx, organisation_id: str, currency: str, *which: ColumnElement[bool]) -> list[Effect]:
    query = (
        select(Effect)
        .join(Payment, Payment.id == Effect.payment_id)
        .join(PaymentWay, PaymentWay.payment_id == Effect.payment_id)
        .join(Deal, Deal.id == Effect.deal_id)
        .where(
            Deal.buyer == organisation_id,
            PaymentWay.rail == Rail.BANK_TRANSFER,
            Effect.kind == EffectKind.REFUND,
            Effect.currency == currency,
            *which,
        )
    )
    return list(ctx.session.scalars(query.order_by(Effect.id)))


def transferred_too_much(ctx: Ctx, organisation_id: str, currency: str) -> Money:
    """What stands at the provider for a buyer, and pays for their next bank transfer as far as it goes."""
    return Money.total((each.amount for each in kept_of(ctx, organisation_id, currency)), currency)


def kept_of(ctx: Ctx, organisation_id: str, currency: str) -> list[Credit]:
    """Credits that stand at the provider as transfers, the oldest first; not those that came by a payment."""
    query = (
        select(Credit)
        .join(Payment, Payment.id == Credit.payment_id)
        .join(PaymentWay, PaymentWay.payment_id == Credit.payment_id)
        .where(
            Credit.organisation_id == organisation_id,
            Credit.currency == currency,
            Credit.state == CREDIT.initial,
            PaymentWay.rail == Rail.BANK_TRANSFER,
            or_(Credit.beside, Payment.charge_ref.is_(None)),
        )
    )
    return list(ctx.session.scalars(query.order_by(Credit.id)))


# --- what goes back ---------------------------------------------------------------------------------------------------


def balance_to_leave(ctx: Ctx, effect: Effect) -> tuple[str, Money] | None:
    """Whose balance at the provider a refund leaves from, and how much of it is not to be touched; None: the payment's.

    A payment that has all come was taken out of that balance. Its refund is the payment's: else it would be paid with
    what the books keep for the buyer, and their credit would look spent.
    """
    query = (
        select(Payer)
        .join(Deal, Deal.buyer == Payer.organisation_id)
        .join(Effect, Effect.deal_id == Deal.id)
        .join(Payment, Payment.id == Effect.payment_id)
        .join(PaymentWay, PaymentWay.payment_id == Payment.id)
        .where(Effect.id == effect.id, PaymentWay.rail == Rail.BANK_TRANSFER, _leaves_their_balance())
    )
    payer = ctx.session.scalar(query)
    if payer is None:
        return None
    return payer.ref, transferred_too_much(ctx, payer.organisation_id, effect.currency)


def _leaves_their_balance() -> ColumnElement[bool]:
    """Beside the payment, or of one that came in part alone."""
    return or_(Effect.beside, Payment.charge_ref.is_(None))


def keep_credit(ctx: Ctx, organisation_id: str, payment: Payment, surplus: Money, *, beside: bool = False) -> Credit:
    """Note what came too much: by a payment, or beside it."""
    kept = Credit(
        id=ctx.new_id(),
        organisation_id=organisation_id,
        deal_id=payment.deal_id,
        payment_id=payment.id,
        amount_minor=surplus.minor,
        currency=surplus.currency,
        beside=beside,
    )
    enter(ctx, CREDIT, kept, CREDIT.initial)
    ctx.session.add(kept)
    ctx.session.flush()
    ctx.announce(CreditKept(organisation_id, payment.deal_id, kept.id, surplus))
    return kept
