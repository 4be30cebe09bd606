"""Count the buyer's incoming money in parts, reported in any order and more than once.

What the deal waits for is held. What is too much becomes the buyer's credit, and what is not awaited is refunded.
"""

from __future__ import annotations

from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import held_taken
from core.money.ledger import service as ledger
from core.money.ledger.accounts import PROVIDER, PROVIDER_FEES, buyer_credit, credit, debit, escrow, refund_due
from core.trade.deals import service as deals
from core.trade.deals.model import Deal, DealState
from core.trade.delivery import service as delivery
from core.trade.funding.events import PaymentLapsed, PaymentPartReceived, PaymentReceived, PaymentReturned
from core.trade.funding.funding import UNDER_WAY, ask_for, awaited, close, payment_locked, payments_in, tranche_locked
from core.trade.funding.model import TRANCHE, Payment, PaymentState, Tranche, TrancheState
from core.trade.funding.payouts import refund
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.surplus import keep_credit


def payment_part(ctx: Ctx, payment_id: str, received: Money, *, intent_ref: str) -> None:
    """Record a part of a bank transfer. `received`: all that has come by this payment so far; more is awaited.

    Only the increase is counted, so reports may come again, late, or in any order. Money for a replaced payment goes to
    the buyer's balance at the provider, where `balances` finds it.
    """
    payment = payment_locked(ctx, payment_id)
    way = rails.way_of(ctx, payment_id)
    if way is not None and way.over:
        return  # reported late: what had come is already released
    payment.intent_ref = intent_ref
    given_up = payment.state in (PaymentState.CLOSED, PaymentState.LAPSED)
    if payment.state in UNDER_WAY or (
        given_up and tranche_locked(ctx, payment.tranche_id).state != TrancheState.AWAITED
    ):
        _count(ctx, payment, received)


def payment_received(
    ctx: Ctx, payment_id: str, amount: Money, *, intent_ref: str, charge_ref: str, provider_fee: Money
) -> None:
    """Record a complete payment. `amount`: everything that it brought, including earlier parts.

    What the deal waits for is held. If it is too little, the rest is asked for. If it is too much, the surplus becomes
    the buyer's credit. If nothing is awaited, it is refunded at once.
    """
    payment = payment_locked(ctx, payment_id)
    if payment.charge_ref is not None:
        return
    payment.intent_ref, payment.charge_ref = intent_ref, charge_ref
    _give_up_others(ctx, payment, amount)
    _count(ctx, payment, amount)
    if provider_fee:
        legs = [debit(PROVIDER_FEES, provider_fee), credit(PROVIDER, provider_fee)]
        key = f"deal:{payment.deal_id}:payment:{payment.id}:fee"
        ledger.post(ctx, key, "Kept by the provider", legs, deal=payment.deal_id)
    if payment.state in UNDER_WAY:
        payment.state = PaymentState.RECEIVED
        ctx.session.flush()
    tranche = tranche_locked(ctx, payment.tranche_id)
    if tranche.state == TrancheState.AWAITED:  # the payment was too small
        ask_for(ctx, deals.locked(ctx, payment.deal_id), tranche)


def payment_lapsed(ctx: Ctx, payment_id: str) -> None:
    """Record that the provider has closed the payment, or could not open it, and release what had come in part."""
    payment = payment_locked(ctx, payment_id)
    if payment.state in UNDER_WAY:
        _let_go(ctx, payment)
        payment.state = PaymentState.LAPSED
        ctx.session.flush()
        if awaited(ctx, payment.deal_id) is not None:
            ctx.announce(PaymentLapsed(payment.deal_id, payment.id))


def _give_up_others(ctx: Ctx, payment: Payment, amount: Money) -> None:
    """If one payment covers everything due, close the partly paid transfer."""
    tranche = tranche_locked(ctx, payment.tranche_id)
    if tranche.state != TrancheState.AWAITED or amount.currency != payment.currency:
        return
    for other in payments_in(ctx, tranche):
        too_much = amount - payment.counted > tranche.missing
        if too_much and other is not payment and other.state in UNDER_WAY:
            _let_go(ctx, other)
            close(ctx, other, PaymentState.CLOSED)


def _let_go(ctx: Ctx, payment: Payment) -> None:
    """Take back what has come of a transfer that is not awaited any more. The provider keeps it in the buyer's balance.

    It is not held for any payment then. `balances` finds it there and makes it the buyer's credit.
    """
    loose = payment.held - held_taken(ctx, payment.id, payment.currency)
    if payment.charge_ref is not None or loose.minor <= 0:
        return
    legs = [debit(escrow(payment.deal_id), loose), credit(PROVIDER, loose)]
    key = f"deal:{payment.deal_id}:payment:{payment.id}:let_go:{payment.received_minor}"
    ledger.post(ctx, key, "Let go by the provider before all of it had come", legs, deal=payment.deal_id)
    payment.received_minor -= loose.minor
    tranche_locked(ctx, payment.tranche_id).held_minor -= loose.minor
    ctx.session.flush()


def _count(ctx: Ctx, payment: Payment, total: Money) -> None:
    """Book the new part of a payment: to the deal, to the buyer's credit, or as a refund."""
    new = total - payment.counted if total.currency == payment.currency else total
    if new.minor <= 0:
        return
    deal, tranche = deals.locked(ctx, payment.deal_id), tranche_locked(ctx, payment.tranche_id)
    wanted = tranche.state == TrancheState.AWAITED and total.currency == payment.currency
    held = min(new, tranche.missing) if wanted else Money.zero(new.currency)
    # A released amount that is reported again before it reaches the buyer is another entry of the same sum.
    key = f"deal:{deal.id}:payment:{payment.id}:{total.minor}" + ("" if wanted else ":unwanted")
    over = credit(buyer_credit(deal.buyer) if wanted else refund_due(deal.id), new - held)
    legs = [debit(PROVIDER, new), credit(escrow(deal.id), held), over]
    ledger.post(ctx, key, "Paid by the buyer", legs, deal=deal.id)
    payment.received_minor += new.minor
    payment.surplus_minor += (new - held).minor
    if not wanted:
        payment.state = PaymentState.RETURNED
        ctx.session.flush()
        late = total.currency == payment.currency
        ctx.announce(PaymentReturned(deal.id, payment.id, new, "too_late" if late else "wrong_currency"))
        refund(ctx, deal, payment, new)
        return
    tranche.held_minor += held.minor
    ctx.session.flush()
    if new > held:
        keep_credit(ctx, deal.buyer, payment, new - held)
    if tranche.missing:
        _part_came(ctx, deal, tranche, payment, held)
    else:
        _complete(ctx, deal, tranche, payment)


def _part_came(ctx: Ctx, deal: Deal, tranche: Tranche, payment: Payment, came: Money) -> None:
    step(ctx, TRANCHE, tranche, "money_in", ("provider",))
    deals.money_in(ctx, deal.id)
    ctx.announce(PaymentPartReceived(deal.id, payment.id, came, tranche.held, tranche.missing))


def _complete(ctx: Ctx, deal: Deal, tranche: Tranche, payment: Payment) -> None:
    payment.state = PaymentState.RECEIVED
    step(ctx, TRANCHE, tranche, "money_complete", ("provider",))
    ctx.session.flush()
    ctx.announce(PaymentReceived(deal.id, payment.id, tranche.amount, tranche.number))
    if deal.state == DealState.AWAITING_FUNDING:
        deals.money_complete(ctx, deal.id)
    for other in payments_in(ctx, tranche):
        if other.state in UNDER_WAY:
            close(ctx, other, PaymentState.RECEIVED if other.received_minor else PaymentState.CLOSED)
    delivery.start_lots(ctx, deal.id, tranche.first_lot, tranche.last_lot)
