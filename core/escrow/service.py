"""Holds the buyer's money, parts it lot by lot, and says where it is. Payouts, refunds and payees stand beside it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from core.deals import service as deals
from core.deals.model import FUND_WITHIN, Deal
from core.delivery.model import Lot
from core.escrow import rules
from core.escrow.effects import (
    finish,
    pay_back,
    pay_out,
    refund_done,
    refund_refused,
    send_again,
    transfer_done,
    transfer_refused,
)
from core.escrow.events import LotReleased, PaymentLapsed, PaymentLinkReady, PaymentReceived, PaymentReturned
from core.escrow.model import DealMoney, Effect, EffectKind, EffectState, LotSettlement, Payment, PaymentState
from core.escrow.payees import (
    account_opened,
    ask_onboarding,
    onboarding_link,
    organisation_of_account,
    payee_of,
    payee_ready,
)
from core.escrow.rules import Outcome
from core.kernel.errors import NotAllowed, NotFound, Stale
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.ledger import service as ledger
from core.ledger.model import COMMISSION, PROVIDER, PROVIDER_FEES, credit, debit, escrow, payable, refund_due

__all__ = [
    "account_opened",
    "ask_onboarding",
    "ask_payment",
    "checkout_opened",
    "close_payments",
    "effects_of",
    "finish",
    "money_of",
    "onboarding_link",
    "organisation_of_account",
    "pay_again",
    "payee_of",
    "payee_ready",
    "payment_lapsed",
    "payment_of",
    "payment_received",
    "refund_done",
    "refund_refused",
    "refund_unwound",
    "send_again",
    "settle_lot",
    "transfer_done",
    "transfer_refused",
]

UNDER_WAY = (PaymentState.ASKED, PaymentState.OPEN)


# --- the money comes in -----------------------------------------------------------------------------------------------


def ask_payment(ctx: Ctx, deal_id: str) -> Payment:
    """Have a checkout opened for the deal's amount; the one that is under way when there is one."""
    deal = deals.locked(ctx, deal_id)
    latest = _latest(ctx, deal.id)
    if latest is not None and latest.state in UNDER_WAY:
        if latest.expires_at > ctx.now:
            return latest
        _close(ctx, latest, PaymentState.LAPSED)
    payment = Payment(
        id=ctx.new_id(),
        deal_id=deal.id,
        number=1 if latest is None else latest.number + 1,
        state=PaymentState.ASKED,
        amount_minor=deal.amount_minor,
        currency=deal.currency,
        asked_at=ctx.now,
        expires_at=rules.link_expires(ctx.now, deal.state_since + FUND_WITHIN),
    )
    ctx.session.add(payment)
    ctx.session.flush()
    body = {
        "payment": payment.id,
        "deal": deal.id,
        "ref": deal.ref,
        "title": f"{deal.ref}: {deal.terms.quantity} {deal.terms.product_id.replace('_', ' ')}",
        "amount": payment.amount_minor,
        "currency": payment.currency,
        "expires": payment.expires_at.isoformat(),
    }
    ctx.post("payments", f"deal:{deal.id}", "checkout.open", body)
    return payment


def pay_again(ctx: Ctx, deal_id: str) -> Payment:
    """The buyer asks for a link that works. Raises Stale when the deal no longer waits for money."""
    deal = deals.deal_for(ctx, deal_id)
    if "buyer" not in deals.sides(ctx, deal):
        raise NotAllowed
    if deal.state != "awaiting_funding":
        raise Stale
    return ask_payment(ctx, deal_id)


def checkout_opened(ctx: Ctx, payment_id: str, session_ref: str, url: str, expires_at: datetime) -> None:
    """The provider has a page where the buyer pays. One that nobody needs any more is closed at once."""
    payment = _payment(ctx, payment_id)
    if payment.session_ref is not None:
        return
    payment.session_ref, payment.url, payment.expires_at = session_ref, url, expires_at
    if payment.state is PaymentState.ASKED:
        payment.state = PaymentState.OPEN
        ctx.announce(PaymentLinkReady(payment.deal_id, payment.id))
    else:
        _ask_expiry(ctx, payment)
    ctx.session.flush()


def payment_received(
    ctx: Ctx, payment_id: str, amount: Money, *, intent_ref: str, charge_ref: str, provider_fee: Money
) -> None:
    """Money has come. It is held when it is what the deal waits for; otherwise all of it goes back at once."""
    payment = _payment(ctx, payment_id)
    if payment.state in (PaymentState.RECEIVED, PaymentState.RETURNED):
        return
    payment.intent_ref, payment.charge_ref = intent_ref, charge_ref
    deal = deals.locked(ctx, payment.deal_id)
    awaited = deal.state == "awaiting_funding"
    fits = awaited and amount == payment.amount
    payment.state = PaymentState.RECEIVED if fits else PaymentState.RETURNED
    ctx.session.flush()
    # Two pairs, for the provider may take its fee in the currency of our account with it.
    incoming = [debit(PROVIDER, amount), debit(PROVIDER_FEES, provider_fee), credit(PROVIDER, provider_fee)]
    if fits:
        legs = [*incoming, credit(escrow(deal.id), amount)]
        ledger.post(ctx, f"deal:{deal.id}:funded", "Paid by the buyer", legs, deal=deal.id)
        ctx.announce(PaymentReceived(deal.id, payment.id, amount))
        deals.money_complete(ctx, deal.id)
        close_payments(ctx, deal.id)
    else:
        legs = [*incoming, credit(refund_due(deal.id), amount)]
        ledger.post(ctx, f"deal:{deal.id}:returned:{payment.id}", "Paid, but not as agreed", legs, deal=deal.id)
        ctx.announce(PaymentReturned(deal.id, payment.id, amount, "wrong_amount" if awaited else "too_late"))
        pay_back(ctx, deal, payment, amount.currency)


def payment_lapsed(ctx: Ctx, payment_id: str) -> None:
    """The provider has closed the page, or could not open it."""
    payment = _payment(ctx, payment_id)
    if payment.state in UNDER_WAY:
        payment.state = PaymentState.LAPSED
        ctx.session.flush()
        if deals.locked(ctx, payment.deal_id).state == "awaiting_funding":
            ctx.announce(PaymentLapsed(payment.deal_id, payment.id))


def close_payments(ctx: Ctx, deal_id: str) -> None:
    """Nobody shall pay any more: the deal is off, or paid."""
    query = select(Payment).where(Payment.deal_id == deal_id, Payment.state.in_(UNDER_WAY))
    for payment in ctx.session.scalars(query.order_by(Payment.number)).all():
        _close(ctx, payment, PaymentState.CLOSED)


# --- and goes out -----------------------------------------------------------------------------------------------------


def settle_lot(ctx: Ctx, lot_id: str, outcome: Outcome, *, refund_now: bool = True) -> None:
    """Part a lot's money, once, and send the parts on their way. A lot that was never paid has none.

    `refund_now=False`: more lots follow, and `refund_unwound` gives their money back in one refund.
    """
    lot = ctx.session.get_one(Lot, lot_id)
    deal = deals.locked(ctx, lot.deal_id)
    payment = _funding(ctx, deal.id)
    if payment is None or ctx.session.get(LotSettlement, lot.id) is not None:
        return
    released, fees, _ = _parted(ctx, deal)
    parting = rules.part(lot.amount, outcome, released, fees, deal.commission_bp)
    ctx.session.add(
        LotSettlement(
            lot_id=lot.id,
            deal_id=deal.id,
            released_minor=parting.released.minor,
            fee_minor=parting.fee.minor,
            back_minor=parting.back.minor,
            at=ctx.now,
        )
    )
    ctx.session.flush()
    if lot.amount:
        legs = [
            debit(escrow(deal.id), lot.amount),
            credit(payable(deal.seller), parting.net),
            credit(COMMISSION, parting.fee),
            credit(refund_due(deal.id), parting.back),
        ]
        ledger.post(ctx, f"deal:{deal.id}:lot:{lot.id}", f"Lot {lot.number} {outcome}", legs, deal=deal.id)
    ctx.announce(LotReleased(lot.id, deal.id, parting.net, parting.fee, parting.back))
    pay_out(ctx, deal, lot, payment, parting.net)
    if refund_now:
        pay_back(ctx, deal, payment, deal.currency)


def refund_unwound(ctx: Ctx, deal_id: str) -> None:
    """Every lot of a cancelled deal that could be given up has been: one refund for all of them."""
    deal = deals.locked(ctx, deal_id)
    payment = _funding(ctx, deal.id)
    if payment is not None:
        pay_back(ctx, deal, payment, deal.currency)
    finish(ctx, deal.id)


# --- what is seen of it -----------------------------------------------------------------------------------------------


def payment_of(ctx: Ctx, deal_id: str) -> Payment | None:
    """The payment that counts: the one received, else the latest asked for. Raises NotFound to strangers."""
    deals.deal_for(ctx, deal_id)
    return _funding(ctx, deal_id) or _latest(ctx, deal_id)


def effects_of(ctx: Ctx, deal_id: str) -> list[Effect]:
    """A deal's payouts and refunds in the order they were made. Raises NotFound to strangers."""
    deals.deal_for(ctx, deal_id)
    return list(ctx.session.scalars(select(Effect).where(Effect.deal_id == deal_id).order_by(Effect.id)))


def money_of(ctx: Ctx, deal_id: str) -> DealMoney:
    """Where a deal's money is now. Raises NotFound to strangers."""
    deal = deals.deal_for(ctx, deal_id)
    released, fees, back = _parted(ctx, deal)
    funding = _funding(ctx, deal_id)
    done = [
        effect
        for effect in effects_of(ctx, deal_id)
        if effect.state is EffectState.DONE and funding is not None and effect.payment_id == funding.id
    ]
    sent = {
        kind: Money.total((effect.amount for effect in done if effect.kind is kind), deal.currency)
        for kind in EffectKind
    }
    return DealMoney(
        held=ledger.balance(ctx, escrow(deal.id), deal.currency),
        released=released,
        commission=fees,
        refunded=back,
        paid_out=sent[EffectKind.TRANSFER],
        paid_back=sent[EffectKind.REFUND],
    )


def _parted(ctx: Ctx, deal: Deal) -> tuple[Money, Money, Money]:
    """Released, taken as fees and given back so far."""
    sums = select(
        func.sum(LotSettlement.released_minor), func.sum(LotSettlement.fee_minor), func.sum(LotSettlement.back_minor)
    ).where(LotSettlement.deal_id == deal.id)
    released, fees, back = ctx.session.execute(sums).one()
    return (
        Money(int(released or 0), deal.currency),
        Money(int(fees or 0), deal.currency),
        Money(int(back or 0), deal.currency),
    )


def _payment(ctx: Ctx, payment_id: str) -> Payment:
    """The payment, with its deal locked first as everywhere."""
    deal_id = ctx.session.scalar(select(Payment.deal_id).where(Payment.id == payment_id))
    if deal_id is None:
        raise NotFound
    deals.locked(ctx, deal_id)
    return ctx.session.get_one(Payment, payment_id)


def _latest(ctx: Ctx, deal_id: str) -> Payment | None:
    query = select(Payment).where(Payment.deal_id == deal_id).order_by(Payment.number.desc()).limit(1)
    return ctx.session.scalar(query)


def _funding(ctx: Ctx, deal_id: str) -> Payment | None:
    """The payment that the deal's money came with."""
    return ctx.session.scalar(select(Payment).where(Payment.deal_id == deal_id, Payment.state == PaymentState.RECEIVED))


def _close(ctx: Ctx, payment: Payment, state: PaymentState) -> None:
    payment.state = state
    if payment.session_ref is not None:
        _ask_expiry(ctx, payment)
    ctx.session.flush()


def _ask_expiry(ctx: Ctx, payment: Payment) -> None:
    body = {"payment": payment.id, "session": payment.session_ref}
    ctx.post("payments", f"deal:{payment.deal_id}", "checkout.expire", body)
