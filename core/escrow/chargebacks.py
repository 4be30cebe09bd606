"""A buyer's bank takes a payment back, while the deal runs or long after: who bears it, and what undoes it.

It never changes what the deal has come to. What is held goes first, then our commission, then a claim on the seller:
their payouts of this deal stand still, transfers are taken back as far as their account allows, later payouts are set
off against the claim. A bank that decides for us undoes every leg.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core.deals import service as deals
from core.deals.model import Deal
from core.delivery import service as delivery
from core.escrow import rules
from core.escrow.effects import (
    EFFECT,
    FROZEN,
    ask,
    book,
    effect_locked,
    finish,
    frozen,
    made,
    pay_back,
    put_off,
    send_again,
    send_when_ready,
)
from core.escrow.events import ChargebackClaimed, ChargebackClosed, ChargebackMadeGood, ChargebackOpened, PayoutSetOff
from core.escrow.model import (
    CHARGEBACK,
    Chargeback,
    Effect,
    EffectKind,
    EffectState,
    LotSettlement,
    Payment,
)
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.process import enter, step
from core.kernel.timers import clear_timers
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import (
    COMMISSION,
    LOSS,
    PROVIDER,
    PROVIDER_FEES,
    credit,
    debit,
    escrow,
    payable,
    receivable,
    refund_due,
)

OWING = ("open", "lost")  # states in which a seller's claim stands


# --- what the provider tells ------------------------------------------------------------------------------------------


def chargeback_opened(
    ctx: Ctx,
    *,
    ref: str,
    intent_ref: str,
    taken: Money,
    fee: Money,
    reason: str,
    evidence_due: datetime | None,
) -> Chargeback:
    """The buyer's bank disputes a payment. `taken` and `fee` have left our balance; both zero for a mere question.

    Told again it changes nothing, unless money has been taken since. Raises NotFound for a payment that is not ours.
    """
    payment = ctx.session.scalar(select(Payment).where(Payment.intent_ref == intent_ref))
    if payment is None:
        raise NotFound
    deal = deals.locked(ctx, payment.deal_id)
    known = chargeback_named(ctx, ref)
    if known is None:
        known = Chargeback(
            id=ctx.new_id(),
            ref=ref,
            deal_id=deal.id,
            payment_id=payment.id,
            seller=deal.seller,
            reason=reason[:60],
            amount_minor=0,
            fee_minor=0,
            currency=payment.currency,
            recovered_minor=0,
            evidence_due=evidence_due,
            opened_at=ctx.now,
        )
        enter(ctx, CHARGEBACK, known, CHARGEBACK.initial)
        ctx.session.add(known)
        ctx.session.flush()
        deals.freeze(ctx, deal.id, FROZEN)
        ctx.announce(ChargebackOpened(deal.id, known.id, deal.seller, taken, reason))
    if known.state == CHARGEBACK.initial and not known.amount_minor and taken:
        _take(ctx, deal, known, taken, fee)
    return known


def chargeback_closed(ctx: Ctx, *, ref: str, won: bool, fee_returned: Money | None = None) -> None:
    """The bank has decided. `won`: the money is back with us. Told twice it happens once; a win may follow a loss.

    Raises NotFound for a dispute that nobody has told us of.
    """
    found = chargeback_named(ctx, ref)
    if found is None:
        raise NotFound
    deals.locked(ctx, found.deal_id)
    event = "won" if won else "lost"
    if found.state in CHARGEBACK.final or found.state == event:
        return
    if won:
        _undo(ctx, found, fee_returned)
    else:
        _lose(ctx, found, event, "provider")


def chargeback_named(ctx: Ctx, ref: str) -> Chargeback | None:
    return ctx.session.scalar(select(Chargeback).where(Chargeback.ref == ref))


def chargebacks_of(ctx: Ctx, deal_id: str) -> list[Chargeback]:
    """What a bank has called back of a deal, the first first. Raises NotFound to strangers."""
    deals.deal_for(ctx, deal_id)
    return list(ctx.session.scalars(select(Chargeback).where(Chargeback.deal_id == deal_id).order_by(Chargeback.id)))


def reversal_done(ctx: Ctx, effect_id: str, ref: str) -> None:
    """The provider has taken a transfer, or a part of it, back from the seller's account."""
    effect = effect_locked(ctx, effect_id)
    if effect.state is EffectState.DONE:
        return
    found = ctx.session.get_one(Chargeback, effect.chargeback_id)
    assert effect.payee is not None, "a transfer went to somebody"
    claimed = found.state in OWING and effect.amount <= found.outstanding
    # A seller who has settled the claim otherwise by now, or a bank that has decided for us: it is theirs again.
    owed = receivable(found.seller) if claimed else payable(found.seller)
    book(ctx, effect, "Taken back from the seller", [debit(PROVIDER, effect.amount), credit(owed, effect.amount)], ref)
    if claimed:
        _recovered(ctx, found, effect.amount)
    else:
        _send_back(ctx, found, effect.amount, f"reversal:{effect.id}")


def reversal_refused(ctx: Ctx, effect_id: str, why: str, *, final: bool) -> None:
    """The seller's account does not have it. It is asked for again as long as something is owed."""
    put_off(ctx, effect_locked(ctx, effect_id), why, final=final)


# --- what time and later payouts do -----------------------------------------------------------------------------------


def time_is_up(ctx: Ctx, chargeback_id: str, event: str) -> None:
    """The bank has said nothing for half a year; or a seller has made nothing good for months."""
    found = ctx.session.get_one(Chargeback, chargeback_id)
    deals.locked(ctx, found.deal_id)
    if event == "bank_silent":
        _lose(ctx, found, event, "time")
        return
    step(ctx, CHARGEBACK, found, event, ("time",))
    _give_up_reversals(ctx, found)
    legs = [debit(LOSS, found.outstanding), credit(receivable(found.seller), found.outstanding)]
    ledger.post(ctx, f"chargeback:{found.id}:written_off", "Nobody makes it good", legs, deal=found.deal_id)
    ctx.session.flush()


def set_off(ctx: Ctx, deal: Deal, lot_id: str, net: Money) -> Money:
    """Keep of a payout what the seller owes us; the rest of it is sent. The oldest claim is served first."""
    rest = net
    query = select(Chargeback).where(
        Chargeback.seller == deal.seller, Chargeback.state.in_(OWING), Chargeback.currency == net.currency
    )
    for found in ctx.session.scalars(query.order_by(Chargeback.id).with_for_update()).all():
        kept = min(rest, found.outstanding)
        if kept.minor > 0:
            legs = [debit(payable(deal.seller), kept), credit(receivable(deal.seller), kept)]
            key = f"chargeback:{found.id}:set_off:{lot_id}"
            ledger.post(ctx, key, "Set off against what the seller owes", legs, deal=deal.id)
            _recovered(ctx, found, kept)
            rest -= kept
    if rest != net:
        ctx.announce(PayoutSetOff(deal.seller, deal.id, net - rest, rest))
    return rest


# --- steps that more than one of them take ----------------------------------------------------------------------------


def _take(ctx: Ctx, deal: Deal, found: Chargeback, taken: Money, fee: Money) -> None:
    """Book who bears it for now, and try to get it back from the seller's account."""
    parted = select(LotSettlement).where(LotSettlement.deal_id == deal.id)
    settled = ctx.session.scalars(parted).all()
    released = Money(sum(each.released_minor for each in settled), deal.currency)
    fees = Money(sum(each.fee_minor for each in settled), deal.currency)
    held = ledger.balance(ctx, escrow(deal.id), deal.currency)
    share = rules.recourse(taken, held, released, fees)
    found.amount_minor, found.fee_minor = taken.minor, fee.minor
    found.from_escrow_minor = share.escrow.minor
    found.from_commission_minor = share.commission.minor
    found.claimed_minor = share.claimed.minor
    legs = [
        credit(PROVIDER, taken),
        debit(escrow(deal.id), share.escrow),
        debit(COMMISSION, share.commission),
        debit(receivable(deal.seller), share.claimed),
        credit(PROVIDER, fee),
        debit(PROVIDER_FEES, fee),
    ]
    ledger.post(ctx, f"chargeback:{found.id}:opened", "Taken back by the buyer's bank", legs, deal=deal.id)
    ctx.session.flush()
    if share.claimed:
        ctx.announce(ChargebackClaimed(deal.seller, deal.id, share.claimed))
    _reverse(ctx, deal, found)


def _reverse(ctx: Ctx, deal: Deal, found: Chargeback) -> None:
    """Ask for the deal's payouts back, as far as they cover the claim."""
    payouts = select(Effect).where(
        Effect.deal_id == deal.id, Effect.kind == EffectKind.TRANSFER, Effect.state == EffectState.DONE
    )
    rest = found.outstanding
    for number, payout in enumerate(ctx.session.scalars(payouts.order_by(Effect.id)).all(), 1):
        part = min(rest, payout.amount)
        if part.minor <= 0:
            return
        payment = ctx.session.get_one(Payment, payout.payment_id)
        effect = made(ctx, f"reversal:{found.id}:{number}", EffectKind.REVERSAL, payment, part)
        effect.payee, effect.chargeback_id, effect.reverses = deal.seller, found.id, payout.provider_ref
        ask(ctx, effect)
        rest -= part
    ctx.session.flush()


def _recovered(ctx: Ctx, found: Chargeback, amount: Money) -> None:
    found.recovered_minor += amount.minor
    ctx.session.flush()
    if found.state == "lost" and not found.outstanding:
        step(ctx, CHARGEBACK, found, "made_good", ("system",))
        ctx.announce(ChargebackMadeGood(found.seller, found.deal_id, found.id))
        ctx.session.flush()


def _undo(ctx: Ctx, found: Chargeback, fee_returned: Money | None) -> None:
    """The money is back: every leg is undone, and what the seller has made good is theirs again."""
    step(ctx, CHARGEBACK, found, "won", ("provider",))
    _give_up_reversals(ctx, found)
    money, fee = found.amount, fee_returned or Money.zero(found.currency)
    recovered = Money(found.recovered_minor, found.currency)
    legs = [
        debit(PROVIDER, money),
        credit(escrow(found.deal_id), Money(found.from_escrow_minor, found.currency)),
        credit(COMMISSION, Money(found.from_commission_minor, found.currency)),
        credit(receivable(found.seller), found.outstanding),
        credit(payable(found.seller), recovered),
        debit(PROVIDER, fee),
        credit(PROVIDER_FEES, fee),
    ]
    if money or fee:
        ledger.post(ctx, f"chargeback:{found.id}:won", "Given back by the buyer's bank", legs, deal=found.deal_id)
    ctx.session.flush()
    _thaw(ctx, found)
    if recovered:
        _send_back(ctx, found, recovered, f"return:{found.id}")
    ctx.announce(ChargebackClosed(found.deal_id, found.id, found.seller, money, "won"))


def _lose(ctx: Ctx, found: Chargeback, event: str, role: str) -> None:
    """The buyer keeps the money: what is still to come of the deal ends, and the claim on the seller stands."""
    step(ctx, CHARGEBACK, found, event, (role,))
    ctx.session.flush()
    _not_twice(ctx, found)
    if not found.outstanding:
        step(ctx, CHARGEBACK, found, "made_good", ("system",))
    ctx.announce(ChargebackClosed(found.deal_id, found.id, found.seller, found.amount, "lost"))
    deal = deals.locked(ctx, found.deal_id)
    if found.from_escrow_minor:
        delivery.recall_lots(ctx, deal.id)
        pay_back(ctx, deal)
    _thaw(ctx, found)


def _not_twice(ctx: Ctx, found: Chargeback) -> None:
    """A refund that has waited was covered by what the bank took beyond what was held: it is not owed again."""
    waiting = select(Effect).where(
        Effect.payment_id == found.payment_id,
        Effect.kind == EffectKind.REFUND,
        Effect.state.in_((EffectState.WAITING, EffectState.REFUSED)),
    )
    for effect in ctx.session.scalars(waiting.order_by(Effect.id)).all():
        covered = min(effect.amount, found.outstanding)
        if covered.minor <= 0:
            return
        legs = [debit(refund_due(found.deal_id), covered), credit(receivable(found.seller), covered)]
        key = f"chargeback:{found.id}:covers:{effect.id}"
        ledger.post(ctx, key, "The bank has given it to the buyer already", legs, deal=found.deal_id)
        found.recovered_minor += covered.minor
        effect.amount_minor -= covered.minor
        if not effect.amount_minor:
            clear_timers(ctx.session, EFFECT, effect.id)
            ctx.session.delete(effect)
        ctx.session.flush()


def _thaw(ctx: Ctx, found: Chargeback) -> None:
    """Let the deal's money move again, when no other bank holds it."""
    if frozen(ctx, found.deal_id):
        return
    deals.thaw(ctx, found.deal_id, FROZEN)
    query = select(Effect.id).where(Effect.deal_id == found.deal_id, Effect.why == FROZEN)
    for effect_id in ctx.session.scalars(query.order_by(Effect.id)).all():
        send_again(ctx, effect_id)
    finish(ctx, found.deal_id)


def _send_back(ctx: Ctx, found: Chargeback, amount: Money, key: str) -> None:
    payment = ctx.session.get_one(Payment, found.payment_id)
    effect = made(ctx, key, EffectKind.TRANSFER, payment, amount)
    effect.payee, effect.chargeback_id = found.seller, found.id
    send_when_ready(ctx, effect)
    ctx.session.flush()


def _give_up_reversals(ctx: Ctx, found: Chargeback) -> None:
    """Ask for no transfer back any more. One that is under way is answered, and then sent to the seller again."""
    query = select(Effect).where(
        Effect.chargeback_id == found.id,
        Effect.kind == EffectKind.REVERSAL,
        Effect.state.in_((EffectState.WAITING, EffectState.REFUSED)),
    )
    for effect in ctx.session.scalars(query).all():
        ctx.session.delete(effect)
    ctx.session.flush()
