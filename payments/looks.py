"""Looks at one thing at the provider and tells core how it stands. Webhooks, effects and the sweep all end here.

What is told is idempotent in core, so a look may come twice, late, or in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import structlog

from core.escrow import service as escrow
from core.kernel.dispatch import Delivered, Later, Never
from core.kernel.errors import NotFound
from core.kernel.transaction import Ctx
from payments.answers import Answer, Done, Refused, Unknown, Value
from payments.provider import Provider
from payments.things import Account, Checkout, CheckoutState, Funding, Refund, RefundState

log = structlog.get_logger(__name__)

Outcome: TypeAlias = Delivered | Later | Never
Told: TypeAlias = Callable[[Ctx], None] | None


async def look(provider: Provider, kind: str, ref: str) -> Outcome:
    """`kind`: "checkout", "intent", "refund" or "account"; `ref`: the provider's name of it."""
    match kind:
        case "checkout":
            return seen(await provider.checkout(ref), tell_checkout)
        case "intent":
            return seen(await provider.intent(ref), lambda intent: _paid(intent.payment, intent.funding))
        case "refund":
            return seen(await provider.refund_as_it_is(ref), tell_refund)
        case "account":
            return seen(await provider.account(ref), tell_account)
    return Never(f"nobody knows how to look at {kind}")


def seen(answer: Answer[Value], tell: Callable[[Value], Told]) -> Outcome:
    """An answer as the outbox wants it; `tell` makes of a value what core is told."""
    match answer:
        case Done(value):
            return Delivered(tell(value))
        case Refused(why):
            return Never(why)
        case Unknown(why, seconds):
            return Later(why, seconds)


def tell_checkout(checkout: Checkout) -> Told:
    if checkout.state is CheckoutState.PAID:
        return _paid(checkout.payment, checkout.funding)
    if checkout.state in (CheckoutState.EXPIRED, CheckoutState.FAILED) and checkout.payment is not None:
        return known(partial(escrow.payment_lapsed, payment_id=checkout.payment))
    return None


def tell_transfer(effect: str, ref: str) -> Callable[[Ctx], None]:
    return known(partial(escrow.transfer_done, effect_id=effect, ref=ref))


def tell_refund(refund: Refund) -> Told:
    """A refund is booked when the money has gone, which may be days after it was taken on."""
    if refund.effect is None or refund.state is RefundState.PENDING:
        return None
    if refund.state is RefundState.SUCCEEDED:
        return known(partial(escrow.refund_done, effect_id=refund.effect, ref=refund.ref))
    log.warning("refund_failed", refund=refund.ref, effect=refund.effect, why=refund.why)
    why = refund.why or refund.state.value
    return known(partial(escrow.refund_refused, effect_id=refund.effect, why=why, final=True, ref=refund.ref))


def tell_account(account: Account) -> Told:
    def unit(ctx: Ctx) -> None:
        organisation = escrow.organisation_of_account(ctx, account.ref)
        if organisation is not None:
            escrow.payee_ready(ctx, organisation, account.ready)

    return unit


def known(unit: Callable[[Ctx], None]) -> Callable[[Ctx], None]:
    """Tell core of what it knows. Another product may share our account with the provider."""

    def guarded(ctx: Ctx) -> None:
        try:
            unit(ctx)
        except NotFound:
            log.warning("not_of_this_market", told=getattr(unit, "keywords", None))

    return guarded


def _paid(payment: str | None, funding: Funding | None) -> Told:
    if payment is None or funding is None:
        return None
    return known(
        partial(
            escrow.payment_received,
            payment_id=payment,
            amount=funding.amount,
            intent_ref=funding.intent,
            charge_ref=funding.charge,
            provider_fee=funding.fee,
        )
    )
