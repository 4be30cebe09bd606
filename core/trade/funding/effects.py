"""Payouts and refunds: each is made once, asked for after the commit, and booked when the provider has done it."""

from __future__ import annotations

from itertools import count

from sqlalchemy import func, select

from core.kernel.errors import NotFound
from core.kernel.messages import from_json
from core.kernel.money import Money
from core.kernel.timers import Timer, clear_timers, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.events import RefundReturned
from core.money.ledger.model import PROVIDER, Leg, credit, debit, escrow, payable, refund_due
from core.money.messages import PAYMENTS
from core.trade.deals import service as deals
from core.trade.deals.model import CALLED_BACK, IN_DOUBT, Deal
from core.trade.delivery.model import Lot
from core.trade.funding import rules
from core.trade.funding.called_back import called_back_for_good, frozen
from core.trade.funding.debts import keep_owed
from core.trade.funding.events import EffectRefused, PayoutSent, PayoutWaiting, RefundSent
from core.trade.funding.model import (
    ACCOUNT_AWAITED,
    EFFECT,
    MOST_REFUSALS,
    TRY_AGAIN_AFTER,
    TRY_REFUSED_AGAIN_AFTER,
    Effect,
    EffectKind,
    EffectState,
    Leaving,
    Payee,
    Payment,
    SubjectKind,
)
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.events import PayoutKept
from core.trade.funding.rails.model import Rail
from core.trade.funding.rails.surplus import balance_to_leave
from core.trade.funding.sources import has_left, left, unsent_refunds

TRY_AGAIN = "try_again"
ACCOUNT = "payout_account"
RECALLABLE = "recallable"  # why a payout waits while the buyer's bank may still take the debit back
FROZEN = CALLED_BACK  # why a payout waits while the payer's bank has called the money back


# --- made once --------------------------------------------------------------------------------------------------------


def pay_out(ctx: Ctx, deal: Deal, lot: Lot, amount: Money) -> None:
    """Send a lot's net amount to the seller, out of the payments that brought it, as soon as they can receive it."""
    known = select(Effect.id).where(Effect.lot_id == lot.id, Effect.kind == EffectKind.TRANSFER)
    if not amount or ctx.session.scalar(known.limit(1)) is not None:
        return
    for number, (payment_id, part) in enumerate(rules.drawn(amount, left(ctx, deal, lot)), 1):
        payment = ctx.session.get_one(Payment, payment_id)
        effect = made(ctx, f"transfer:{lot.id}:{number}", EffectKind.TRANSFER, payment, part)
        effect.lot_id, effect.payee = lot.id, deal.seller
        send_when_ready(ctx, effect)
    ctx.session.flush()


def send_when_ready(ctx: Ctx, effect: Effect) -> None:
    """Ask for a payout now, or when the seller has an account."""
    # Locked, or a seller who becomes ready at this very moment would never be sent what has just begun to wait.
    payee = ctx.session.get(Payee, effect.payee, with_for_update=True)
    if payee is not None and payee.ready:
        ask(ctx, effect)
    else:
        ctx.announce(PayoutWaiting(effect.payee or "", effect.deal_id, effect.amount, "no_account"))
        await_account(ctx, effect.payee or "")


def await_account(ctx: Ctx, organisation_id: str) -> None:
    """Money waits for their account. They are told so again, for as long as it does: one message may be lost."""
    if deadline_of(ctx.session, ACCOUNT, organisation_id) is None:
        set_timer(ctx.session, Timer(ACCOUNT, organisation_id, "awaited", ctx.now + ACCOUNT_AWAITED))


def pay_back(
    ctx: Ctx, deal: Deal, payment: Payment | None = None, amount: Money | None = None, *, lot: Lot | None = None
) -> None:
    """Refund so much of one payment; or whatever is due to the buyer and not yet on its way, of those that brought it.

    The provider gives back to where each payment came from: a refund for every payment that is drawn on.
    """
    if payment is not None and amount is not None:
        parts = [(payment.id, amount)]
    else:
        parts = rules.drawn(unsent_refunds(ctx, deal), left(ctx, deal, lot))
    for payment_id, part in parts:
        ask(ctx, refund_of(ctx, ctx.session.get_one(Payment, payment_id), part))
        ctx.session.flush()


def refund_of(
    ctx: Ctx, payment: Payment, amount: Money, *, beside: bool = False, credit_id: str | None = None
) -> Effect:
    """One more refund of a payment, under the next number that is free: one that served a claim is gone."""
    used = set(ctx.session.scalars(select(Effect.key).where(Effect.deal_id == payment.deal_id)))
    keys = (f"refund:{payment.deal_id}:{number}" for number in count(1))
    free = next(key for key in keys if key not in used)
    refund = made(ctx, free, EffectKind.REFUND, payment, amount)
    refund.beside, refund.credit_id = beside, credit_id
    ctx.session.flush()
    return refund


def made(ctx: Ctx, key: str, kind: EffectKind, payment: Payment, amount: Money) -> Effect:
    effect = Effect(
        id=ctx.new_id(),
        key=key,
        kind=kind,
        state=EffectState.WAITING,
        deal_id=payment.deal_id,
        payment_id=payment.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        beside=False,
        attempt=1,
        refusals=0,
        made_at=ctx.now,
    )
    ctx.session.add(effect)
    ctx.session.flush()
    return effect


# --- what the provider answers ----------------------------------------------------------------------------------------


def transfer_done(ctx: Ctx, effect_id: str, ref: str) -> None:
    """The provider has sent a payout."""
    effect = effect_locked(ctx, effect_id)
    if effect.state == EffectState.DONE:
        return
    assert effect.payee is not None, "a payout goes to somebody"
    legs = [debit(payable(effect.payee), effect.amount), credit(PROVIDER, effect.amount)]
    to_buyer = effect.payee == ctx.session.get_one(Deal, effect.deal_id).buyer
    book(ctx, effect, "Sent to the buyer's account" if to_buyer else "Sent to the seller", legs, ref)
    if to_buyer:
        ctx.announce(RefundSent(effect.deal_id, effect.amount))
    else:
        ctx.announce(PayoutSent(effect.payee, effect.deal_id, effect.lot_id, effect.amount))
    finish(ctx, effect.deal_id)


def refund_done(ctx: Ctx, effect_id: str, ref: str) -> None:
    """The provider has sent a refund. One that has failed since is not done, whoever still says so."""
    effect = effect_locked(ctx, effect_id)
    if effect.state == EffectState.DONE or ref in effect.failed:
        return
    legs = [debit(refund_due(effect.deal_id), effect.amount), credit(PROVIDER, effect.amount)]
    book(ctx, effect, "Given back to the buyer", legs, ref)
    ctx.announce(RefundSent(effect.deal_id, effect.amount, "" if effect.credit_id is None else "too_much"))
    finish(ctx, effect.deal_id)


def transfer_refused(ctx: Ctx, effect_id: str, why: str, *, final: bool) -> None:
    """The provider did not send a payout. Not `final`: the seller has to put something right, or time will."""
    effect = effect_locked(ctx, effect_id)
    if put_off(ctx, effect, why, final=final) and effect.payee is not None:
        ctx.announce(PayoutWaiting(effect.payee, effect.deal_id, effect.amount, why))
    if frozen(ctx, effect.deal_id):  # what was under way to the buyer when the bank called has not arrived
        deal, payment = deals.locked(ctx, effect.deal_id), ctx.session.get_one(Payment, effect.payment_id)
        back_to_refunds(ctx, deal, payment)


def refund_refused(
    ctx: Ctx, effect_id: str, why: str, *, final: bool, ref: str | None = None, unclaimed: bool = False
) -> None:
    """The provider did not send a refund; `ref` is its name of it, when it had taken it on.

    Not `final`: it is tried again tomorrow. `unclaimed`: nobody said where to, and it was put into their balance. While
    a bank asks it finds no other way: the bank may give it to the buyer first.
    """
    effect = effect_locked(ctx, effect_id)
    if ref is not None:
        ctx.announce(RefundReturned(ref, f"effect:{effect.id}", effect.deal_id, effect.amount))
    if effect.kind is not EffectKind.REFUND or (ref is not None and ref in effect.failed):
        return  # told of one that has failed before, and nothing of what is under way now
    asks = frozen(ctx, effect.deal_id)
    if effect.state == EffectState.ASKED:
        if ref is None and final and not (effect.beside or asks) and called_back_for_good(ctx, effect.payment_id):
            _to_their_account(ctx, effect)
            return
        if ref is not None:
            effect.provider_ref, effect.failed = ref, [*effect.failed, ref]
        effect.beside = effect.beside or unclaimed
        put_off(ctx, effect, why, final=final)
    refused = effect.state == EffectState.REFUSED and effect.refusals >= MOST_REFUSALS
    if refused and not asks and _is_with_us(ctx, effect):
        _to_their_account(ctx, effect)


def _is_with_us(ctx: Ctx, refund: Effect) -> bool:
    """Whether it is on our balance, and not in one that the provider keeps for the buyer."""
    return not refund.beside and refund.credit_id is None and balance_to_leave(ctx, refund) is None


def _to_their_account(ctx: Ctx, refund: Effect) -> None:
    """What cannot go back the way it came is paid out to the buyer, as to a seller: when they have said where to."""
    deal = deals.locked(ctx, refund.deal_id)
    legs = [debit(refund_due(deal.id), refund.amount), credit(payable(deal.buyer), refund.amount)]
    key = f"deal:{deal.id}:{refund.id}:paid_out:{refund.attempt}"  # its own key may have been another's, which is gone
    ledger.post(ctx, key, "To be paid out to the buyer", legs, deal=deal.id)
    refund.kind, refund.payee, refund.state = EffectKind.TRANSFER, deal.buyer, EffectState.WAITING
    refund.attempt, refund.refusals = refund.attempt + 1, 0
    clear_timers(ctx.session, EFFECT, refund.id)
    ctx.session.flush()
    send_when_ready(ctx, refund)


def back_to_refunds(ctx: Ctx, deal: Deal, payment: Payment) -> None:
    """A bank calls a payment back. What waits for an account of the buyer's is a refund of it again: the bank may give
    it to them first.
    """
    unsent = Effect.state.in_((EffectState.WAITING, EffectState.REFUSED))
    own = (Effect.payment_id == payment.id, Effect.kind == EffectKind.TRANSFER, Effect.payee == deal.buyer)
    for effect in ctx.session.scalars(select(Effect).where(*own, unsent).order_by(Effect.id)).all():
        legs = [debit(payable(deal.buyer), effect.amount), credit(refund_due(deal.id), effect.amount)]
        key = f"deal:{deal.id}:{effect.id}:called_back:{effect.attempt}"
        ledger.post(ctx, key, "Called back before it was paid out", legs, deal=deal.id)
        effect.kind, effect.payee, effect.state, effect.why = EffectKind.REFUND, None, EffectState.WAITING, FROZEN
        clear_timers(ctx.session, EFFECT, effect.id)
    ctx.session.flush()


# --- tried again ------------------------------------------------------------------------------------------------------


def send_again(ctx: Ctx, effect_id: str) -> None:
    """Ask once more for a payout or refund that was put off or refused; under a new attempt, for a no is remembered."""
    effect = effect_locked(ctx, effect_id)
    if effect.state not in (EffectState.WAITING, EffectState.REFUSED):
        return
    effect.attempt += 1
    ask(ctx, effect)
    ctx.session.flush()


def send_waiting(ctx: Ctx, organisation_id: str) -> None:
    """A seller can receive money now: send what has waited for it."""
    query = select(Effect.id).where(Effect.payee == organisation_id, Effect.state == EffectState.WAITING)
    for effect_id in ctx.session.scalars(query.order_by(Effect.id)).all():
        send_again(ctx, effect_id)


def try_deal_again(ctx: Ctx, deal_id: str) -> None:
    """A day has passed on a deal whose last money did not move: ask for all of it that can be asked for."""
    query = select(Effect).where(
        Effect.deal_id == deal_id, Effect.state.in_((EffectState.WAITING, EffectState.REFUSED))
    )
    for effect in ctx.session.scalars(query.order_by(Effect.id)).all():
        payee = ctx.session.get(Payee, effect.payee) if effect.payee is not None else None
        if effect.kind is not EffectKind.TRANSFER or (payee is not None and payee.ready):
            send_again(ctx, effect.id)


def finish(ctx: Ctx, deal_id: str) -> None:
    """End a deal that is settling or unwinding once nothing is held for it and nothing is on its way."""
    deal = deals.locked(ctx, deal_id)
    if deal.state not in deals.ENDING:
        return
    under_way = select(func.count()).where(
        Effect.deal_id == deal_id, Effect.state != EffectState.DONE, Effect.kind != EffectKind.REVERSAL
    )
    if ctx.session.scalar(under_way) or any(
        ledger.balance(ctx, account, deal.currency) for account in (escrow(deal_id), refund_due(deal_id))
    ):
        return
    (deals.paid_out if deal.state in deals.SETTLING else deals.refunded)(ctx, deal_id)


# --- steps that more than one of them take ----------------------------------------------------------------------------


def effect_locked(ctx: Ctx, effect_id: str) -> Effect:
    """The effect, with its deal locked first as everywhere. Raises NotFound."""
    deal_id = ctx.session.scalar(select(Effect.deal_id).where(Effect.id == effect_id))
    if deal_id is None:
        raise NotFound
    deals.locked(ctx, deal_id)
    return ctx.session.get_one(Effect, effect_id)


def ask(ctx: Ctx, effect: Effect) -> None:
    """Post it to the provider. Nothing leaves a deal whose money was called back, or does not add up."""
    stopped = ctx.session.get_one(Deal, effect.deal_id)
    doubted = IN_DOUBT in (stopped.frozen, stopped.also_frozen)
    if effect.kind is not EffectKind.REVERSAL and (doubted or frozen(ctx, effect.deal_id)):
        effect.state, effect.why = EffectState.WAITING, IN_DOUBT if doubted else FROZEN
        clear_timers(ctx.session, EFFECT, effect.id)
        return
    if (until := rails.kept_until(ctx, effect)) is not None:
        effect.state, effect.why = EffectState.WAITING, RECALLABLE
        set_timer(ctx.session, Timer(EFFECT, effect.id, TRY_AGAIN, until))
        ctx.announce(PayoutKept(effect.payee or "", effect.deal_id, effect.amount, until))
        return
    deal = ctx.session.get_one(Deal, effect.deal_id)
    if keep_owed(ctx, effect, deal):
        finish(ctx, deal.id)
        return
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
    match effect.kind:
        case EffectKind.TRANSFER:
            body["account"] = ctx.session.get_one(Payee, effect.payee).account_ref
            of_another = effect.chargeback_id is not None and not has_left(ctx, payment, effect)
            if of_another or effect.payee == deal.buyer:  # kept of another payment, or of one that gives no more
                body["charge"] = None  # it goes out of our balance
        case EffectKind.REFUND:
            body["payment_intent"], body["beside"] = payment.intent_ref, effect.beside
            way = rails.way_of(ctx, payment.id)
            if way is not None and way.rail is Rail.BANK_TRANSFER:
                body["email"] = rails.email_of(ctx, deal.buyer)
            if (balance := balance_to_leave(ctx, effect)) is not None:
                body["payer"], body["kept"] = balance[0], balance[1].minor
        case EffectKind.REVERSAL:
            body["transfer"] = effect.reverses
    effect.state, effect.asked_at = EffectState.ASKED, ctx.now
    effect.why = None
    clear_timers(ctx.session, EFFECT, effect.id)
    ctx.post(f"deal:{deal.id}", from_json(PAYMENTS, effect.kind.value, body))


def book(ctx: Ctx, effect: Effect, memo: str, legs: list[Leg], ref: str) -> None:
    """Write what the provider has done into the books, once for each that it has made: an earlier one may be back."""
    ledger.post(ctx, f"deal:{effect.deal_id}:{effect.key}:{ref}", memo, legs, deal=effect.deal_id)
    effect.state = EffectState.DONE
    effect.provider_ref = ref
    clear_timers(ctx.session, EFFECT, effect.id)
    ctx.session.flush()


def put_off(ctx: Ctx, effect: Effect, why: str, *, final: bool) -> bool:
    """True when it will be tried again soon; what was refused for good is so too, but a person should look at it."""
    if effect.state != EffectState.ASKED:
        return False  # told twice, or overtaken by its success
    effect.state = EffectState.REFUSED if final else EffectState.WAITING
    effect.why = why
    effect.refusals += final
    if final and effect.refusals == 1:
        tell_refused(ctx, SubjectKind.DEAL, effect.deal_id, effect, deals.locked(ctx, effect.deal_id).buyer)
    after = TRY_REFUSED_AGAIN_AFTER if final else TRY_AGAIN_AFTER
    set_timer(ctx.session, Timer(EFFECT, effect.id, TRY_AGAIN, ctx.now + after))
    ctx.session.flush()
    if effect.kind is not EffectKind.REVERSAL:
        deals.money_stuck(ctx, effect.deal_id)
    return not final


def tell_refused(ctx: Ctx, subject_kind: SubjectKind, subject: str, row: Leaving, payer: str) -> None:
    """Something was refused for good, as it seems, for the first time. What is taken back nobody waits for."""
    whose = {EffectKind.TRANSFER: row.payee, EffectKind.REFUND: payer, EffectKind.REVERSAL: None}[row.kind]
    ctx.announce(EffectRefused(subject_kind, subject, row.id, row.kind, whose, row.amount, row.why or ""))
