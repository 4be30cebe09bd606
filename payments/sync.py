"""Fetch one object from the provider and apply its state to core. Webhooks, transports and the sweep all end here.

Core applies a state idempotently, so an object may be fetched twice, late, or in any order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from core.kernel.dispatcher import Never, Outcome
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.model import ChargebackState
from core.money.chargebacks.rules import withdrawal_ref
from core.money.disbursements import service as disbursements
from core.money.disbursements.recovery import chargeback_opened
from core.shop.purchases import payments as purchases
from core.trade.funding import payees
from core.trade.funding import service as escrow
from core.trade.funding.overpayments import surplus_found
from core.trade.funding.rails import service as rails
from payments.card_holds import apply_hold, apply_page
from payments.outcomes import Apply, Unit, known, outcome_of
from payments.provider import Answer, Done, Provider, Value
from payments.provider_models import (
    Account,
    Checkout,
    CheckoutState,
    Dispute,
    DisputeState,
    Funding,
    Intent,
    IntentState,
    Refund,
    RefundState,
    Taking,
)
from payments.webhook_inbox import ask_look

REFUND_TAKES: Final = timedelta(days=60)  # at most, from the request to its end

log = structlog.get_logger(__name__)


async def look(provider: Provider, kind: str, ref: str) -> Outcome:
    """Fetch an object and return the unit that applies it. `ref`: the provider's id of it.

    `kind`: "checkout", "intent", "credit", "refund", "dispute" or "account".
    """
    lookups: Mapping[str, Callable[[], Awaitable[Outcome]]] = {
        "checkout": lambda: _outcome_of(provider.checkout(ref), apply_checkout),
        "intent": lambda: _outcome_of(provider.intent(ref), apply_intent),
        "credit": lambda: _outcome_of(provider.credit(ref), partial(apply_credit, ref)),
        "refund": lambda: _outcome_of(provider.refund_as_it_is(ref), apply_refund),
        "dispute": lambda: look_at_dispute(provider, ref),
        "account": lambda: _outcome_of(provider.account(ref), apply_account),
    }
    return await lookups[kind]() if kind in lookups else Never(f"nobody knows how to look at {kind}")


async def _outcome_of(asked: Awaitable[Answer[Value]], tell: Callable[[Value], Apply]) -> Outcome:
    return outcome_of(await asked, tell)


async def look_at_dispute(provider: Provider, ref: str) -> Outcome:
    """Fetch a dispute. It may be reported before its payment, so the payment is applied first."""
    answer = await provider.dispute(ref)
    paid: Apply = None
    if isinstance(answer, Done) and answer.value.intent is not None:
        match await provider.intent(answer.value.intent):
            case Done(intent):
                paid = apply_intent(intent)
            case other:
                return outcome_of(other, lambda _: None)
    return outcome_of(answer, lambda dispute: both(paid, apply_dispute(dispute)))


def both(first: Apply, second: Apply) -> Unit:
    def unit(ctx: Ctx) -> None:
        for each in (first, second):
            if each is not None:
                each(ctx)

    return unit


# --- money in ---------------------------------------------------------------------------------------------------------


def apply_checkout(checkout: Checkout) -> Apply:
    """Apply the state of a checkout. What a bank transfer has brought is in its intent."""
    payment = checkout.payment
    if payment is None:
        return apply_page(checkout)
    match checkout.state:
        case CheckoutState.PAID:
            return paid(payment, checkout.funding)
        case CheckoutState.SETTLING:
            return known(partial(rails.settling, payment_id=payment))
        case CheckoutState.EXPIRED | CheckoutState.FAILED:
            return lapsed(payment)
        case CheckoutState.OPEN if checkout.intent is not None:
            return in_part(payment, checkout.intent)
    return None


def apply_intent(intent: Intent) -> Apply:
    if intent.payment is None:
        return apply_hold(intent)
    if intent.state is IntentState.PAID:
        return paid(intent.payment, intent.funding)
    if intent.state is IntentState.CANCELLED:
        return lapsed(intent.payment)
    return in_part(intent.payment, intent)


def paid(payment: str, funding: Funding | None) -> Apply:
    if funding is None:
        return None
    received = partial(
        escrow.payment_received,
        payment_id=payment,
        amount=funding.amount,
        intent_ref=funding.intent,
        charge_ref=funding.charge,
        provider_fee=funding.fee,
    )

    def unit(ctx: Ctx) -> None:
        if purchases.owns(ctx, payment):
            sold(ctx, payment, funding)
            return
        received(ctx)
        rails.all_came(ctx, payment)
        rails.over(ctx, payment)

    return known(unit)


def sold(ctx: Ctx, purchase: str, funding: Funding) -> None:
    """Record the payment of something that the market itself sells."""
    refs = {"intent_ref": funding.intent, "charge_ref": funding.charge}
    purchases.card_paid(ctx, purchase, amount=funding.amount, fee=funding.fee, **refs)


def in_part(payment: str, intent: Intent) -> Apply:
    if not intent.so_far:
        return None
    return known(partial(escrow.payment_part, payment_id=payment, received=intent.so_far, intent_ref=intent.ref))


def lapsed(payment: str) -> Unit:
    def unit(ctx: Ctx) -> None:
        if purchases.owns(ctx, payment):
            purchases.page_lapsed(ctx, payment)
            return
        escrow.payment_lapsed(ctx, payment)
        rails.over(ctx, payment)

    return known(unit)


def apply_credit(payer: str, balances: Mapping[str, Money]) -> Apply:
    return known(partial(surplus_found, payer_ref=payer, balances=balances))


# --- money out --------------------------------------------------------------------------------------------------------


def apply_done(disbursement: str, ref: str) -> Unit:
    return known(partial(disbursements.done, disbursement_id=disbursement, ref=ref))


def apply_refund(refund: Refund) -> Apply:
    """Book a refund when the money has gone, which may be days after the provider accepted it."""
    if refund.disbursement_id is None or refund.state is RefundState.PENDING:
        return None
    if refund.state is RefundState.SUCCEEDED:
        return apply_done(refund.disbursement_id, refund.ref)
    log.warning("refund_failed", refund=refund.ref, disbursement_id=refund.disbursement_id, why=refund.why)
    why, unclaimed = refund.why or refund.state.value, refund.state is RefundState.UNCLAIMED
    told = partial(
        disbursements.refused,
        disbursement_id=refund.disbursement_id,
        why=why,
        final=True,
        ref=refund.ref,
        unclaimed=unclaimed,
    )
    return known(told)


async def look_at_transfer_of(provider: Provider, disbursement: str, group: str) -> Outcome:
    """Fetch a payout. If it is not there, its outbox message is still asking for it."""
    found = await provider.find_transfer(disbursement, group)
    return outcome_of(found, lambda ref: apply_done(disbursement, ref) if ref is not None else None)


async def look_at_reversal_of(provider: Provider, disbursement: str, transfer: str) -> Outcome:
    found = await provider.find_reversal(disbursement, transfer)
    return outcome_of(found, lambda ref: apply_done(disbursement, ref) if ref is not None else None)


async def look_at_refund_of(provider: Provider, disbursement: str, intent: str, now: datetime) -> Outcome:
    found = await provider.find_refund(disbursement, intent, now - REFUND_TAKES)
    return outcome_of(found, lambda refund: apply_refund(refund) if refund is not None else None)


# --- sellers and disputes ---------------------------------------------------------------------------------------------


def apply_account(account: Account) -> Apply:
    def unit(ctx: Ctx) -> None:
        organisation = payees.organisation_of_account(ctx, account.ref)
        if organisation is not None:
            payees.payee_told(ctx, organisation, ready=account.ready, missing=account.missing, closed=account.closed)

    return unit


def apply_dispute(dispute: Dispute) -> Apply:
    """Open the chargeback first, even if the bank has decided already. The payment's slice knows its subject.

    If the bank takes the money again after returning it, that is a chargeback of its own.
    """

    def opened(ctx: Ctx, name: str, taking: Taking, due_by: datetime | None) -> None:
        chargeback_opened(
            ctx,
            ref=name,
            intent_ref=dispute.intent or "",
            amount=taking.amount,
            fee=taking.fee,
            reason=dispute.reason,
            evidence_due=due_by,
        )

    def unit(ctx: Ctx) -> None:
        for number, taking in enumerate(dispute.takings, 1):
            name, last = withdrawal_ref(dispute.ref, number), taking is dispute.takings[-1]
            known_so = chargebacks.named(ctx, name)
            if not last and known_so is not None and known_so.state == ChargebackState.WON:
                continue
            opened(ctx, name, taking, dispute.due_by if last else None)
            won = taking.back or (last and dispute.state is DisputeState.WON)
            if won or (last and dispute.state is DisputeState.LOST):
                chargebacks.closed(ctx, ref=name, won=won, fee_returned=taking.fee_returned)
            if not last:  # the consequences of this one are applied before the next one
                ask_look(ctx, "dispute", dispute.ref, "taken again")
                return

    return known(unit)
