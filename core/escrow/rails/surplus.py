"""What buyers transfer without being asked: kept as their credit, which they can have back, or pay the next part with.

The provider keeps such money for the buyer, and puts it into the next payment that the buyer transfers too little for.
So it tells us what stands there: more than we know of is a new credit, less is one that was spent.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, or_, select

from core.deals import service as deals
from core.deals.model import Deal
from core.escrow.events import CreditKept, CreditSpent
from core.escrow.model import CREDIT, Credit, Effect, EffectKind, EffectState, Payment
from core.escrow.rails.model import Payer, PaymentWay, Rail
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.process import enter, step
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
        else:
            _spend(ctx, organisation, amount)


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
    going = (
        select(func.coalesce(func.sum(Effect.amount_minor), 0))
        .join(Payment, Payment.id == Effect.payment_id)
        .join(PaymentWay, PaymentWay.payment_id == Effect.payment_id)
        .join(Deal, Deal.id == Effect.deal_id)
        .where(
            Deal.buyer == organisation_id,
            PaymentWay.rail == Rail.BANK_TRANSFER,
            Effect.kind == EffectKind.REFUND,
            Effect.state != EffectState.DONE,
            Effect.currency == currency,
            _leaves_their_balance(),
        )
    )
    return transferred_too_much(ctx, organisation_id, currency) + Money(int(ctx.session.scalar(going) or 0), currency)


def _keep(ctx: Ctx, organisation_id: str, payment: Payment, surplus: Money) -> None:
    kept = keep_credit(ctx, organisation_id, payment, surplus, beside=True)
    payment.received_minor += surplus.minor
    payment.surplus_minor += surplus.minor
    payment.beside_minor += surplus.minor  # else what comes by the payment itself would count for so much less
    legs = [debit(PROVIDER, surplus), credit(buyer_credit(organisation_id), surplus)]
    ledger.post(ctx, f"credit:{kept.id}:found", "Transferred without being asked for", legs, deal=payment.deal_id)
    ctx.session.flush()


def _spend(ctx: Ctx, organisation_id: str, standing: Money) -> None:
    """Less stands there than is kept here: it has come to us as a part of a later payment, and is counted there."""
    kept = _kept(ctx, organisation_id, standing.currency)
    spent = Money.total((each.amount for each in kept), standing.currency) - standing
    for each in kept:
        part = min(each.amount, spent)
        if part.minor <= 0:
            return
        spent -= part
        _spend_of(ctx, each, part)


def _spend_of(ctx: Ctx, kept: Credit, part: Money) -> None:
    deals.locked(ctx, kept.deal_id)
    brought = ctx.session.get_one(Payment, kept.payment_id)
    brought.received_minor -= part.minor
    brought.surplus_minor -= part.minor
    brought.beside_minor -= part.minor
    legs = [debit(buyer_credit(kept.organisation_id), part), credit(PROVIDER, part)]
    key = f"credit:{kept.id}:spent:{kept.amount_minor}"
    ledger.post(ctx, key, "Paid with what was too much before", legs, deal=kept.deal_id)
    if part == kept.amount:
        step(ctx, CREDIT, kept, "spend", ("provider",))
    else:
        kept.amount_minor -= part.minor
    ctx.session.flush()
    ctx.announce(CreditSpent(kept.organisation_id, kept.deal_id, part))


def transferred_too_much(ctx: Ctx, organisation_id: str, currency: str) -> Money:
    """What stands at the provider for a buyer, and pays for their next bank transfer as far as it goes."""
    return Money.total((each.amount for each in _kept(ctx, organisation_id, currency)), currency)


def _kept(ctx: Ctx, organisation_id: str, currency: str) -> list[Credit]:
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
    """Beside the payment; or of one that came in part alone; or put there by a refund that nobody could receive."""
    return or_(Effect.beside, Payment.charge_ref.is_(None), Effect.provider_ref.is_not(None))


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
