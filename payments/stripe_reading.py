"""Reads Stripe's objects, amounts and errors into the market's own: what came, what is refused, what nobody knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias, TypeVar

import aiohttp
import stripe
import structlog

from core.kernel.money import Money
from payments.provider import Answer, CheckoutState, Done, Funding, Refund, RefundState, Refused, Unknown

log = structlog.get_logger(__name__)

Value = TypeVar("Value")

# Refusals that time or the seller can heal (docs.stripe.com/error-codes).
NOT_YET: Final = frozenset(
    {"balance_insufficient", "insufficient_capabilities_for_transfer", "transfers_not_allowed", "payouts_not_allowed"}
)
# Stripe still counts the króna in hundredths, though nobody can pay them (docs.stripe.com/currencies#special-cases).
HUNDREDTHS: Final = frozenset({"ISK"})


Noted: TypeAlias = stripe.checkout.Session | stripe.PaymentIntent | stripe.Refund | stripe.Transfer


class NotSettled(Exception):
    """Stripe has not yet put down what it took for itself; in a moment it will have."""


async def answered(call: Callable[[], Awaitable[Value]]) -> Answer[Value]:
    """Make a call and read its outcome. Only a plain no from Stripe is a refusal; all else is unknown."""
    try:
        return Done(await call())
    except stripe.StripeError as error:
        return refusal(error)
    except NotSettled as unsettled:
        return Unknown(str(unsettled), seconds=1.0)
    except (aiohttp.ClientError, OSError, TimeoutError) as broken:
        return Unknown(type(broken).__name__)  # the answer broke off while it was read


async def newer_or_older(newer: Callable[[], Awaitable[Value]], older: Callable[[], Awaitable[Value]]) -> Answer[Value]:
    """Ask the second version of Stripe's accounts; and the first one where the second is not open to us."""

    async def call() -> Value:
        try:
            return await newer()
        except stripe.FeatureNotEnabledError:
            return await older()
        except stripe.StripeError as error:
            if error.http_status != 404:
                raise
            return await older()

    return await answered(call)


def refusal(error: stripe.StripeError) -> Refused | Unknown:
    match error:
        case stripe.RateLimitError():
            return Unknown("rate limit", seconds=_wait(error))
        case stripe.AuthenticationError() | stripe.PermissionError():
            # Our key is wrong or too narrow. Nothing has moved, the operator can help, and waiting loses nothing.
            log.error("stripe_key_refused", why=error.user_message)
            return Unknown(f"our key was refused: {error.user_message}")
        case stripe.APIError() | stripe.APIConnectionError():  # 5xx, 409 and the network
            return Unknown(error.code or error.user_message or type(error).__name__)
    return Refused(error.code or error.user_message or type(error).__name__, final=error.code not in NOT_YET)


def _wait(error: stripe.StripeError) -> float | None:
    told = (error.headers or {}).get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else None


def units(amount: Money) -> int:
    """An amount as Stripe counts it."""
    return amount.minor * 100 if amount.currency in HUNDREDTHS else amount.minor


def money(amount: int, currency: str) -> Money:
    code = currency.upper()
    return Money(amount // 100 if code in HUNDREDTHS else amount, code)


def ours(thing: Noted, name: str) -> str | None:
    """What we wrote on it."""
    noted = thing.metadata.to_dict().get(name) if thing.metadata else None
    return None if noted is None else str(noted)


def funding_of(intent: stripe.PaymentIntent) -> Funding | None:
    """The money that came with an intent (read with its charge and the movement that the charge made)."""
    charge = intent.latest_charge
    if intent.status != "succeeded" or not isinstance(charge, stripe.Charge):
        return None
    moved = charge.balance_transaction
    if not isinstance(moved, stripe.BalanceTransaction):
        raise NotSettled("the charge is not on the balance yet")
    return Funding(
        amount=money(charge.amount_captured, charge.currency),
        fee=money(moved.fee, moved.currency),
        intent=intent.id,
        charge=charge.id,
    )


def checkout_state(session: stripe.checkout.Session, intent: stripe.PaymentIntent | None) -> CheckoutState:
    if session.status == "open":
        return CheckoutState.OPEN
    if session.status == "expired":
        return CheckoutState.EXPIRED
    if intent is not None and intent.status == "succeeded":
        return CheckoutState.PAID
    if intent is not None and intent.status in ("canceled", "requires_payment_method"):
        return CheckoutState.FAILED
    return CheckoutState.SETTLING


def as_refund(refund: stripe.Refund) -> Refund:
    states = {"succeeded": RefundState.SUCCEEDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}
    state = states.get(refund.status or "", RefundState.PENDING)
    return Refund(refund.id, ours(refund, "effect"), state, refund.failure_reason or "")
