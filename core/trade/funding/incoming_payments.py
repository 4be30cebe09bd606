"""The buyer's money comes in: counted in parts, however often and in whatever order it is told of.

It is held for what the deal waits for; what is too much is the buyer's credit, and what nobody waits for goes back.
"""

from __future__ import annotations

from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import held_taken
from core.money.ledger import service as ledger
from core.money.ledger.model import PROVIDER, PROVIDER_FEES, buyer_credit, credit, debit, escrow, refund_due
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
    """A transfer came in part. `received`: all that has come by this payment so far; more is awaited.

    Counted up from what is known, so it may be told again, late, or in any order. Of a way to pay that was given up for
    another one the provider puts it into the buyer's balance, where it is found.
    """
    payment = payment_locked(ctx, payment_id)
    way = rails.way_of(ctx, payment_id)
    if way is not None and way.over:
        return  # heard late: it has let go of what had come
    payment.intent_ref = intent_ref
    given_up = payment.state in (PaymentState.CLOSED, PaymentState.LAPSED)
    if payment.state in UNDER_WAY or (
        given_up and tranche_locked(ctx, payment.tranche_id).state != TrancheState.AWAITED
    ):
        _count(ctx, payment, received)


def payment_received(
    ctx: Ctx, payment_id: str, amount: Money, *, intent_ref: str, charge_ref: str, provider_fee: Money
) -> None:
    """All of a payment has come. `amount`: everything that it brought, with what had come of it in parts.

    What the deal waits for is held; too little is held and the rest asked for; too much is kept as the buyer's credit;
    and what comes when nothing is awaited goes back at once.
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
    if tranche.state == TrancheState.AWAITED:  # it was too little
        ask_for(ctx, deals.locked(ctx, payment.deal_id), tranche)


def payment_lapsed(ctx: Ctx, payment_id: str) -> None:
    """The provider has closed the way to pay, or could not open it. What came by it in part, it has let go."""
    payment = payment_locked(ctx, payment_id)
    if payment.state in UNDER_WAY:
        _let_go(ctx, payment)
        payment.state = PaymentState.LAPSED
        ctx.session.flush()
        if awaited(ctx, payment.deal_id) is not None:
            ctx.announce(PaymentLapsed(payment.deal_id, payment.id))


def _give_up_others(ctx: Ctx, payment: Payment, amount: Money) -> None:
    """One payment brings what was to come by two: the transfer of which a part has come is not awaited any more."""
    tranche = tranche_locked(ctx, payment.tranche_id)
    if tranche.state != TrancheState.AWAITED or amount.currency != payment.currency:
        return
    for other in payments_in(ctx, tranche):
        too_much = amount - payment.counted > tranche.missing
        if too_much and other is not payment and other.state in UNDER_WAY:
            _let_go(ctx, other)
            close(ctx, other, PaymentState.CLOSED)


def _let_go(ctx: Ctx, payment: Payment) -> None:
    """What has come of a transfer that is not awaited any more stands in the buyer's balance, and is theirs there.

    It came by no payment then, and is held for none: where it stands it is found, and becomes their credit.
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
    """Book what is new of a payment: to the deal, to the buyer's credit, or straight back."""
    new = total - payment.counted if total.currency == payment.currency else total
    if new.minor <= 0:
        return
    deal, tranche = deals.locked(ctx, payment.deal_id), tranche_locked(ctx, payment.tranche_id)
    wanted = tranche.state == TrancheState.AWAITED and total.currency == payment.currency
    held = min(new, tranche.missing) if wanted else Money.zero(new.currency)
    # What was let go and is told of again, before it is with the buyer, is another entry of the same sum.
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
