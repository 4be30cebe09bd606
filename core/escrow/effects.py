"""Payouts and refunds: each is made once, asked for after the commit, and booked when the provider has done it."""

from __future__ import annotations

from sqlalchemy import func, select

from core.deals import service as deals
from core.deals.model import Deal
from core.delivery.model import Lot
from core.escrow.events import EffectRefused, PayoutSent, PayoutWaiting, RefundSent
from core.escrow.model import (
    TRY_AGAIN_AFTER,
    TRY_REFUSED_AGAIN_AFTER,
    Effect,
    EffectKind,
    EffectState,
    Payee,
    Payment,
)
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import PROVIDER, Leg, credit, debit, escrow, payable, refund_due

EFFECT = "effect"
TRY_AGAIN = "try_again"


def pay_out(ctx: Ctx, deal: Deal, lot: Lot, payment: Payment, amount: Money) -> None:
    """Send a lot's net amount to the seller, as soon as the seller can receive it."""
    key = f"transfer:{lot.id}:1"
    if not amount or ctx.session.scalar(select(Effect.id).where(Effect.key == key)) is not None:
        return
    effect = _made(ctx, key, EffectKind.TRANSFER, payment, amount)
    effect.lot_id, effect.payee = lot.id, deal.seller
    # Locked, or a seller who becomes ready at this very moment would never be sent what has just begun to wait.
    payee = ctx.session.get(Payee, deal.seller, with_for_update=True)
    if payee is not None and payee.ready:
        _ask(ctx, effect)
    else:
        ctx.announce(PayoutWaiting(deal.seller, deal.id, amount, "no_account"))
    ctx.session.flush()


def pay_back(ctx: Ctx, deal: Deal, payment: Payment, currency: str) -> None:
    """Refund what is due to the buyer and not yet on its way."""
    due = ledger.balance(ctx, refund_due(deal.id), currency)
    known = select(Effect).where(Effect.deal_id == deal.id, Effect.kind == EffectKind.REFUND)
    refunds = ctx.session.scalars(known).all()
    open_ones = (each.amount for each in refunds if each.state is not EffectState.DONE and each.currency == currency)
    missing = due - Money.total(open_ones, currency)
    if missing.minor > 0:
        _ask(ctx, _made(ctx, f"refund:{deal.id}:{len(refunds) + 1}", EffectKind.REFUND, payment, missing))
        ctx.session.flush()


def transfer_done(ctx: Ctx, effect_id: str, ref: str) -> None:
    """The provider has sent a payout."""
    effect = _effect(ctx, effect_id)
    if effect.state == EffectState.DONE:
        return
    assert effect.payee is not None, "a payout goes to somebody"
    legs = [debit(payable(effect.payee), effect.amount), credit(PROVIDER, effect.amount)]
    _book(ctx, effect, "Sent to the seller", legs, ref)
    ctx.announce(PayoutSent(effect.payee, effect.deal_id, effect.lot_id, effect.amount))
    finish(ctx, effect.deal_id)


def refund_done(ctx: Ctx, effect_id: str, ref: str) -> None:
    """The provider has sent a refund. One that has failed since is not done, whoever still says so."""
    effect = _effect(ctx, effect_id)
    if effect.state == EffectState.DONE or effect.provider_ref == ref:
        return
    legs = [debit(refund_due(effect.deal_id), effect.amount), credit(PROVIDER, effect.amount)]
    _book(ctx, effect, "Given back to the buyer", legs, ref)
    ctx.announce(RefundSent(effect.deal_id, effect.amount))
    finish(ctx, effect.deal_id)


def transfer_refused(ctx: Ctx, effect_id: str, why: str, *, final: bool) -> None:
    """The provider did not send a payout. Not `final`: the seller has to put something right, or time will."""
    effect = _effect(ctx, effect_id)
    if _put_off(ctx, effect, why, final=final) and effect.payee is not None:
        ctx.announce(PayoutWaiting(effect.payee, effect.deal_id, effect.amount, why))


def refund_refused(ctx: Ctx, effect_id: str, why: str, *, final: bool, ref: str | None = None) -> None:
    """The provider did not send a refund, or the buyer's bank has sent the one named `ref` back.

    Not `final`: it is tried again tomorrow.
    """
    effect = _effect(ctx, effect_id)
    known = ref is not None and ref == effect.provider_ref
    if known and effect.state == EffectState.DONE:
        _book_back(ctx, effect, why)
    elif not known and effect.state == EffectState.ASKED:  # else it is told of one that has failed before
        effect.provider_ref = ref
        _put_off(ctx, effect, why, final=final)


def send_again(ctx: Ctx, effect_id: str) -> None:
    """Ask once more for a payout or refund that was put off or refused; under a new attempt, for a no is remembered."""
    effect = _effect(ctx, effect_id)
    if effect.state not in (EffectState.WAITING, EffectState.REFUSED):
        return
    effect.attempt += 1
    _ask(ctx, effect)
    ctx.session.flush()


def send_waiting(ctx: Ctx, organisation_id: str) -> None:
    """A seller can receive money now: send what has waited for it."""
    query = select(Effect.id).where(Effect.payee == organisation_id, Effect.state == EffectState.WAITING)
    for effect_id in ctx.session.scalars(query.order_by(Effect.id)).all():
        send_again(ctx, effect_id)


def finish(ctx: Ctx, deal_id: str) -> None:
    """End a deal that is settling or unwinding once nothing is held for it and nothing is on its way."""
    deal = deals.locked(ctx, deal_id)
    if deal.state not in ("settling", "unwinding"):
        return
    under_way = select(func.count()).where(Effect.deal_id == deal_id, Effect.state != EffectState.DONE)
    if ctx.session.scalar(under_way) or ledger.balance(ctx, escrow(deal_id), deal.currency):
        return
    (deals.paid_out if deal.state == "settling" else deals.refunded)(ctx, deal_id)


def _made(ctx: Ctx, key: str, kind: EffectKind, payment: Payment, amount: Money) -> Effect:
    effect = Effect(
        id=ctx.new_id(),
        key=key,
        kind=kind,
        state=EffectState.WAITING,
        deal_id=payment.deal_id,
        payment_id=payment.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        attempt=1,
        made_at=ctx.now,
    )
    ctx.session.add(effect)
    return effect


def _effect(ctx: Ctx, effect_id: str) -> Effect:
    """The effect, with its deal locked first as everywhere."""
    deal_id = ctx.session.scalar(select(Effect.deal_id).where(Effect.id == effect_id))
    if deal_id is None:
        raise NotFound
    deals.locked(ctx, deal_id)
    return ctx.session.get_one(Effect, effect_id)


def _ask(ctx: Ctx, effect: Effect) -> None:
    deal = ctx.session.get_one(Deal, effect.deal_id)
    payment = ctx.session.get_one(Payment, effect.payment_id)
    body = {
        "effect": effect.id,
        "attempt": effect.attempt,
        "amount": effect.amount_minor,
        "currency": effect.currency,
        "charge": payment.charge_ref,
        "group": f"deal_{deal.id}",
        "ref": deal.ref,
    }
    if effect.kind is EffectKind.TRANSFER:
        payee = ctx.session.get_one(Payee, effect.payee)
        body["account"] = payee.account_ref
    else:
        body["payment_intent"] = payment.intent_ref
    effect.state = EffectState.ASKED
    effect.why = None
    clear_timers(ctx.session, EFFECT, effect.id)
    ctx.post("payments", f"deal:{deal.id}", effect.kind.value, body)


def _book(ctx: Ctx, effect: Effect, memo: str, legs: list[Leg], ref: str) -> None:
    again = f":{effect.attempt}" if effect.attempt > 1 else ""  # an earlier attempt may have been booked, and come back
    ledger.post(ctx, f"deal:{effect.deal_id}:{effect.key}{again}", memo, legs, deal=effect.deal_id)
    effect.state = EffectState.DONE
    effect.provider_ref = ref
    clear_timers(ctx.session, EFFECT, effect.id)
    ctx.session.flush()


def _book_back(ctx: Ctx, effect: Effect, why: str) -> None:
    """A refund has come back to us: it is owed to the buyer again, also when the deal is long over."""
    legs = [debit(PROVIDER, effect.amount), credit(refund_due(effect.deal_id), effect.amount)]
    key = f"deal:{effect.deal_id}:{effect.key}:{effect.attempt}:sent_back"
    ledger.post(ctx, key, "Sent back by the buyer's bank", legs, deal=effect.deal_id)
    effect.state = EffectState.ASKED
    _put_off(ctx, effect, why, final=True)


def _put_off(ctx: Ctx, effect: Effect, why: str, *, final: bool) -> bool:
    """True when it will be tried again soon; what was refused for good is so too, but a person should look at it."""
    if effect.state != EffectState.ASKED:
        return False  # told twice, or overtaken by its success
    effect.state = EffectState.REFUSED if final else EffectState.WAITING
    effect.why = why
    if final:
        ctx.announce(EffectRefused(effect.id, effect.deal_id, why))
    after = TRY_REFUSED_AGAIN_AFTER if final else TRY_AGAIN_AFTER
    set_timer(ctx.session, Timer(EFFECT, effect.id, TRY_AGAIN, ctx.now + after))
    ctx.session.flush()
    return not final
