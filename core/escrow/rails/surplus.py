"""What buyers transfer without being asked: kept as their credit, which they can have back."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from core.deals import service as deals
from core.deals.model import Deal
from core.escrow.events import CreditKept
from core.escrow.model import CREDIT, Credit, Effect, EffectKind, EffectState, Payment
from core.escrow.rails.model import Payer, PaymentWay, Rail
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.process import enter
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import PROVIDER, buyer_credit, credit, debit


def surplus_found(ctx: Ctx, payer_ref: str, standing: Mapping[str, Money]) -> None:
    """The provider holds so much for a buyer beyond their payments, by currency. What is known is not counted twice.

    Raises NotFound for somebody who is no buyer of ours.
    """
    organisation = ctx.session.scalar(select(Payer.organisation_id).where(Payer.ref == payer_ref))
    if organisation is None:
        raise NotFound
    for currency, amount in sorted(standing.items()):
        last = _last_transfer(ctx, organisation, currency)
        if last is None:
            continue  # they were never asked for any: the provider sends it back
        deals.locked(ctx, last.deal_id)
        surplus = amount - _known(ctx, organisation, currency)
        if surplus.minor > 0:
            _keep(ctx, organisation, last, surplus)


def _last_transfer(ctx: Ctx, organisation_id: str, currency: str) -> Payment | None:
    query = (
        select(Payment)
        .join(PaymentWay, PaymentWay.payment_id == Payment.id)
        .join(Deal, Deal.id == Payment.deal_id)
        .where(Deal.buyer == organisation_id, PaymentWay.rail == Rail.BANK_TRANSFER, Payment.currency == currency)
    )
    return ctx.session.scalar(query.order_by(Payment.id.desc()).limit(1))


def _known(ctx: Ctx, organisation_id: str, currency: str) -> Money:
    """What of it is in our books: credits that are kept, and what goes back but has not gone yet."""
    kept = select(func.coalesce(func.sum(Credit.amount_minor), 0)).where(
        Credit.organisation_id == organisation_id, Credit.currency == currency, Credit.state == CREDIT.initial
    )
    going = (
        select(func.coalesce(func.sum(Effect.amount_minor), 0))
        .join(PaymentWay, PaymentWay.payment_id == Effect.payment_id)
        .join(Deal, Deal.id == Effect.deal_id)
        .where(
            Deal.buyer == organisation_id,
            PaymentWay.rail == Rail.BANK_TRANSFER,
            Effect.kind == EffectKind.REFUND,
            Effect.state != EffectState.DONE,
            Effect.currency == currency,
        )
    )
    return Money(int(ctx.session.scalar(kept) or 0) + int(ctx.session.scalar(going) or 0), currency)


def _keep(ctx: Ctx, organisation_id: str, payment: Payment, surplus: Money) -> None:
    kept = Credit(
        id=ctx.new_id(),
        organisation_id=organisation_id,
        deal_id=payment.deal_id,
        payment_id=payment.id,
        amount_minor=surplus.minor,
        currency=surplus.currency,
    )
    enter(ctx, CREDIT, kept, CREDIT.initial)
    ctx.session.add(kept)
    payment.received_minor += surplus.minor
    payment.surplus_minor += surplus.minor
    legs = [debit(PROVIDER, surplus), credit(buyer_credit(organisation_id), surplus)]
    ledger.post(ctx, f"credit:{kept.id}:found", "Transferred without being asked for", legs, deal=payment.deal_id)
    ctx.announce(CreditKept(organisation_id, payment.deal_id, kept.id, surplus))
    ctx.session.flush()
