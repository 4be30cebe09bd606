"""A buyer's bank takes money of a deal back: the deal stands still, and its seller's transfers are asked back.

A deal that is complete stays complete. What the bank leaves of one that is under way goes where it belongs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from core.kernel.compiled_statements import find_all
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.model import credit, debit, escrow, refund_due
from core.trade.deals import service as deals
from core.trade.deals.model import Deal
from core.trade.delivery import service as delivery
from core.trade.delivery.model import LOT, Lot
from core.trade.funding import chargebacks, effects, rules
from core.trade.funding.chargebacks import Called, Source
from core.trade.funding.effects import (
    FROZEN,
    ask,
    back_to_refunds,
    book,
    effect_locked,
    finish,
    made,
    pay_back,
    put_off,
    send_again,
    send_when_ready,
)
from core.trade.funding.events import ChargebackClosed, ChargebackOpened, ChargebackThawed, PayoutSent
from core.trade.funding.funding import payments_in
from core.trade.funding.model import (
    EFFECT,
    LOST,
    Chargeback,
    Effect,
    EffectKind,
    EffectState,
    LotSettlement,
    Payment,
    SubjectKind,
    Tranche,
)
from core.trade.funding.recalled import steps
from core.trade.funding.recalled.steps import Way, only_of
from core.trade.funding.sources import left_of


def listen(reactions: Reactions) -> None:
    ours = SubjectKind.DEAL
    steps.follow(reactions, WAY)
    reactions.on(ChargebackOpened, only_of(ours, lambda ctx, fact: deals.freeze(ctx, fact.subject, FROZEN)))
    reactions.on(ChargebackClosed, only_of(ours, _closed))
    reactions.on(ChargebackThawed, only_of(ours, lambda ctx, fact: _thawed(ctx, fact.subject)))
    reactions.on(PayoutSent, lambda ctx, fact: steps.arrived(ctx, WAY, fact.deal_id))


# --- what the provider tells ------------------------------------------------------------------------------------------


def owns(ctx: Ctx, intent_ref: str) -> bool:
    """Whether it has paid for a deal."""
    return ctx.session.scalar(select(Payment.id).where(Payment.intent_ref == intent_ref).limit(1)) is not None


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
    """The buyer's bank disputes a payment (see `chargebacks.opened`). Raises NotFound for one that is not ours."""
    payment = ctx.session.scalar(select(Payment).where(Payment.intent_ref == intent_ref))
    if payment is None:
        raise NotFound
    deal = deals.locked(ctx, payment.deal_id)
    if chargebacks.chargeback_named(ctx, ref) is None:
        back_to_refunds(ctx, deal, payment)
    sums = select(func.sum(LotSettlement.released_minor), func.sum(LotSettlement.fee_minor))
    released, fees = ctx.session.execute(sums.where(LotSettlement.deal_id == deal.id)).one()
    source = Source(
        subject_kind=SubjectKind.DEAL,
        subject=deal.id,
        payment_id=payment.id,
        seller=deal.seller,
        held=ledger.balance(ctx, escrow(deal.id), deal.currency) - _still_coming(ctx, payment),
        released=Money(int(released or 0), deal.currency),
        fees=Money(int(fees or 0), deal.currency),
        waiting=steps.waiting(ctx, WAY, deal.id, payment.id, deal.currency),
        not_back=steps.not_back(ctx, WAY, deal.id, payment.id, payment.received, seller=deal.seller),
    )
    return chargebacks.opened(ctx, source, Called(ref, taken, fee, reason, evidence_due))


def _still_coming(ctx: Ctx, called_back: Payment) -> Money:
    """What other payments of the deal have brought in part: it stands in the buyer's balance at the provider until all
    has come, and they have it back when it does not. So it bears nothing.
    """
    known = find_all(ctx.session, Payment, ("number",), deal_id=called_back.deal_id)
    others = (each for each in known if each.charge_ref is None and each.id != called_back.id)
    came = (each.held - chargebacks.held_taken(ctx, each.id, each.currency) for each in others)
    return Money.total(came, called_back.currency)


def chargebacks_of(ctx: Ctx, deal_id: str) -> list[Chargeback]:
    """What a bank has called back of a deal, the first first. Raises NotFound to strangers."""
    deals.deal_for(ctx, deal_id)
    return chargebacks.of_subject(ctx, deal_id)


def reversal_done(ctx: Ctx, effect_id: str, ref: str) -> None:
    """The provider has taken a transfer, or a part of it, back from the seller's account."""
    steps.came_back(ctx, WAY, effect_locked(ctx, effect_id), ref)


def reversal_refused(ctx: Ctx, effect_id: str, why: str, *, final: bool, perhaps: bool = False) -> None:
    """The seller's account does not have it; or `perhaps` it was taken. It is asked for again as long as it is owed."""
    effect = effect_locked(ctx, effect_id)
    if perhaps or steps.lessen_to_owed(ctx, WAY, effect):
        put_off(ctx, effect, why, final=final)


def try_again(ctx: Ctx, effect_id: str) -> None:
    """The day has come to ask once more for something that was put off."""
    if steps.lessen_to_owed(ctx, WAY, effect_locked(ctx, effect_id)):
        send_again(ctx, effect_id)


def transfer_refused(ctx: Ctx, effect_id: str, why: str, *, final: bool, perhaps: bool = False) -> None:
    """The provider did not send a payout (see `effects.transfer_refused`). `perhaps`: it may have done so after all."""
    effect = effect_locked(ctx, effect_id)
    deal_id = effect.deal_id
    if not perhaps and steps.kept_back(ctx, WAY, deal_id, effect):
        finish(ctx, deal_id)
        return
    if not perhaps and effect.state is EffectState.ASKED:
        effect.asked_at = None  # nothing of it has left
    effects.transfer_refused(ctx, effect_id, why, final=final)


def refund_refused(
    ctx: Ctx, effect_id: str, why: str, *, final: bool, ref: str | None = None, unclaimed: bool = False
) -> None:
    """The provider did not send a refund, or it has come back (see `effects.refund_refused`)."""
    effect = effect_locked(ctx, effect_id)
    final = steps.sent_back(ctx, WAY, effect.deal_id, effect, ref) or final
    deal_id, ours = effect.deal_id, final and not (effect.beside or unclaimed)
    if ours and steps.not_sent(ctx, WAY, deal_id, effect, ref):
        finish(ctx, deal_id)
        return
    effects.refund_refused(ctx, effect_id, why, final=final, ref=ref, unclaimed=unclaimed)


def set_off(ctx: Ctx, deal: Deal, lot_id: str, net: Money) -> Money:
    """Keep of a lot's payout what its seller owes us; the rest of it is sent."""
    return chargebacks.kept_of(ctx, SubjectKind.DEAL, deal.id, deal.seller, net, mark=lot_id)


# --- what follows -----------------------------------------------------------------------------------------------------


def _closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    """What a bank keeps of the held money is missing from its lots: they end, and what it has left goes back.

    What it gives back is held again: who waited for it has time before anybody is late.
    """
    found = ctx.session.get_one(Chargeback, fact.chargeback_id)
    deal = deals.locked(ctx, found.subject)
    over = LOT.final.issuperset(ctx.session.scalars(select(Lot.state).where(Lot.deal_id == deal.id)))
    known = chargebacks.of_subject(ctx, deal.id) if fact.won else [found]  # what one gives back another may keep
    kept = any(each.state in LOST and each.from_escrow_minor for each in known)
    rest = _regained_of_lapsed(ctx, deal, found) if fact.won else Money.zero(found.currency)
    if fact.won and found.from_escrow_minor and (over or not kept):
        if over and rest:
            _regained(ctx, deal, found, rest)
        delivery.go_on(ctx, deal.id)
    elif kept and deal.state == "awaiting_funding":  # nobody shall pay the rest of it any more
        deals.time_is_up(ctx, deal.id, "funding_expired", on_the_road=False)
    elif kept:
        delivery.recall_lots(ctx, deal.id)
        pay_back(ctx, deal)


def _regained_of_lapsed(ctx: Ctx, deal: Deal, found: Chargeback) -> Money:
    """What had come of a part of the deal that nobody paid in full could not go back while the bank had it: now it can.

    Out of the payments that brought it, whichever one it is that the bank had called back. What the lots have is left.
    """
    rest = Money(found.from_escrow_minor, found.currency)
    for tranche in find_all(ctx.session, Tranche, ("number",), deal_id=deal.id, state="lapsed"):
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
            pay_back(ctx, deal, ctx.session.get_one(Payment, payment_id), part)
    return rest


def _regained(ctx: Ctx, deal: Deal, found: Chargeback, rest: Money) -> None:
    """The bank has turned after the lots had ended without the money: the buyer, who has paid again, is given it."""
    legs = [debit(escrow(deal.id), rest), credit(refund_due(deal.id), rest)]
    ledger.post(ctx, f"chargeback:{found.id}:given_back", "Nothing was delivered for it", legs, deal=deal.id)
    query = select(LotSettlement, Lot.amount_minor).join(Lot, Lot.id == LotSettlement.lot_id).order_by(Lot.number)
    for settled, amount in ctx.session.execute(query.where(LotSettlement.deal_id == deal.id)):
        part = min(amount - settled.released_minor - settled.back_minor, rest.minor)
        settled.back_minor += part
        rest -= Money(part, rest.currency)
    ctx.session.flush()
    pay_back(ctx, deal)


def _thawed(ctx: Ctx, deal_id: str) -> None:
    """Let the deal's money move again."""
    deals.thaw(ctx, deal_id, FROZEN)
    query = select(Effect.id).where(Effect.deal_id == deal_id, Effect.why == FROZEN)
    for effect_id in ctx.session.scalars(query.order_by(Effect.id)).all():
        send_again(ctx, effect_id)
    finish(ctx, deal_id)


def _leaving(ctx: Ctx, deal_id: str) -> Sequence[Effect]:
    deals.locked(ctx, deal_id)
    return ctx.session.scalars(select(Effect).where(Effect.deal_id == deal_id).order_by(Effect.id)).all()


def _take_back(ctx: Ctx, found: Chargeback, payout: Effect, part: Money, key: str) -> None:
    payment = ctx.session.get_one(Payment, payout.payment_id)
    effect = made(ctx, key, EffectKind.REVERSAL, payment, part)
    effect.payee, effect.chargeback_id, effect.reverses = found.seller, found.id, payout.provider_ref
    ask(ctx, effect)


def _send_back(ctx: Ctx, found: Chargeback, amount: Money, key: str) -> None:
    payment = ctx.session.get_one(Payment, found.payment_id)
    effect = made(ctx, key, EffectKind.TRANSFER, payment, amount)
    effect.payee, effect.chargeback_id = found.seller, found.id
    send_when_ready(ctx, effect)
    ctx.session.flush()


def _refund(ctx: Ctx, found: Chargeback, amount: Money, _key: str) -> None:
    """Out of the payment that was called back, also of one that had come too late for the deal: no other has it."""
    pay_back(ctx, deals.locked(ctx, found.subject), ctx.session.get_one(Payment, found.payment_id), amount)


WAY = Way(
    subject_kind=SubjectKind.DEAL,
    rows=Effect,
    row_name="effect",
    timer=EFFECT,
    memo="Taken back from the seller",
    sent_back="Sent back by the buyer's bank",
    leaving=_leaving,
    paid_by=lambda effect: effect.payment_id,
    take_back=_take_back,
    send_back=_send_back,
    refund=_refund,
    book=book,
)
