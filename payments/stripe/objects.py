"""Reads Stripe's objects, amounts and errors into the market's own: done, refused or unknown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias, TypeVar

import aiohttp
import stripe
import structlog

from core.kernel.money import Money
from payments.provider import Answer, Done, Refused, Unknown
from payments.provider_models import (
    BankDetails,
    Checkout,
    CheckoutState,
    Funding,
    Held,
    Intent,
    IntentState,
    Refund,
    RefundState,
)

log = structlog.get_logger(__name__)

Value = TypeVar("Value")

# Refusals that time or the seller can heal (docs.stripe.com/error-codes).
NOT_YET: Final = frozenset(
    {
        "balance_insufficient",
        "insufficient_capabilities_for_transfer",
        "insufficient_funds",
        "payouts_not_allowed",
        "transfers_not_allowed",
    }
)
# Stripe still counts the króna in hundredths, though they cannot be paid (docs.stripe.com/currencies#special-cases).
HUNDREDTHS: Final = frozenset({"ISK"})

INTENT_STATES: Final = {
    "processing": IntentState.SETTLING,
    "requires_capture": IntentState.HELD,
    "succeeded": IntentState.PAID,
    "canceled": IntentState.CANCELLED,
}


Noted: TypeAlias = (
    stripe.checkout.Session | stripe.PaymentIntent | stripe.Refund | stripe.Transfer | stripe.TransferReversal
)

Instructions: TypeAlias = stripe.PaymentIntent.NextAction.DisplayBankTransferInstructions


class NotSettled(Exception):
    """Stripe has not recorded its fee yet; it will in a moment."""


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
            replayed = (error.headers or {}).get("Idempotent-Replayed") == "true"
            return Unknown(error.code or error.user_message or type(error).__name__, saved=replayed)
    return Refused(error.code or error.user_message or type(error).__name__, final=error.code not in NOT_YET)


def _wait(error: stripe.StripeError) -> float | None:
    told = (error.headers or {}).get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else None


def units(amount: Money) -> int:
    """Return an amount in Stripe's units."""
    return amount.minor * 100 if amount.currency in HUNDREDTHS else amount.minor


def money(amount: int, currency: str) -> Money:
    code = currency.upper()
    return Money(amount // 100 if code in HUNDREDTHS else amount, code)


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def ref_of(thing: str | stripe.StripeObject | None) -> str | None:
    """Return the id of an object that Stripe gives whole or by its id alone."""
    if thing is None or isinstance(thing, str):
        return thing
    return str(thing["id"])


def ours(thing: Noted, name: str) -> str | None:
    """Return the value that we wrote into the object's metadata."""
    noted = thing.metadata.to_dict().get(name) if thing.metadata else None
    return None if noted is None else str(noted)


# --- payments ---------------------------------------------------------------------------------------------------------


def funding_of(intent: stripe.PaymentIntent) -> Funding | None:
    """Return the money that came with an intent (read with its charge and the charge's balance movement)."""
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


def as_intent(intent: stripe.PaymentIntent) -> Intent:
    """Convert an intent that was read with its charge."""
    failure = intent.last_payment_error
    return Intent(
        ref=intent.id,
        state=INTENT_STATES.get(intent.status, IntentState.OPEN),
        payment=ours(intent, "payment"),
        hold=ours(intent, "hold"),
        funding=funding_of(intent),
        so_far=_so_far(intent),
        bank=_bank(intent),
        held=_held(intent),
        card=ref_of(intent.payment_method),
        why=(failure.code or "") if failure is not None else "",
    )


def _instructions(
    intent: stripe.PaymentIntent,
) -> Instructions | None:
    return intent.next_action.display_bank_transfer_instructions if intent.next_action is not None else None


def _so_far(intent: stripe.PaymentIntent) -> Money | None:
    told = _instructions(intent)
    if told is None or told.amount_remaining is None:
        return None
    return money(intent.amount - told.amount_remaining, intent.currency)


def _bank(intent: stripe.PaymentIntent) -> BankDetails | None:
    told = _instructions(intent)
    for address in (told.financial_addresses or []) if told is not None else []:
        if address.iban is not None and told is not None:
            iban = address.iban
            return BankDetails(iban.iban, iban.bic, iban.account_holder_name, told.reference or "")
    return None


def _held(intent: stripe.PaymentIntent) -> Held | None:
    charge = intent.latest_charge
    if intent.status != "requires_capture" or not isinstance(charge, stripe.Charge):
        return None
    details = charge.payment_method_details
    until = details.card.capture_before if details is not None and details.card is not None else None
    if until is None:
        raise NotSettled("the card's bank has not said yet how long it holds the money")
    return Held(money(intent.amount_capturable, intent.currency), moment(until))


def as_checkout(
    session: stripe.checkout.Session, intent: stripe.PaymentIntent | None, card: str | None = None
) -> Checkout:
    """Convert a page. `card`: the one that was added on a page without a payment."""
    return Checkout(
        ref=session.id,
        payment=ours(session, "payment"),
        state=checkout_state(session, intent),
        url=session.url,
        expires_at=moment(session.expires_at),
        hold=ours(session, "hold"),
        intent=as_intent(intent) if intent is not None else None,
        card=card,
    )


def as_transfer(intent: stripe.PaymentIntent) -> Checkout:
    """Convert an awaited bank transfer into a way to pay."""
    read, told = as_intent(intent), _instructions(intent)
    states = {IntentState.PAID: CheckoutState.PAID, IntentState.CANCELLED: CheckoutState.EXPIRED}
    return Checkout(
        ref=intent.id,
        payment=read.payment,
        state=states.get(read.state, CheckoutState.OPEN),
        url=told.hosted_instructions_url if told is not None else None,
        expires_at=moment(int(ours(intent, "expires") or 0)),
        intent=read,
    )


def checkout_state(session: stripe.checkout.Session, intent: stripe.PaymentIntent | None) -> CheckoutState:
    if session.status == "open":
        return CheckoutState.OPEN
    if session.status == "expired":
        return CheckoutState.EXPIRED
    if session.mode == "setup":
        return CheckoutState.SAVED
    ends = {
        "succeeded": CheckoutState.PAID,
        "requires_capture": CheckoutState.HELD,
        "canceled": CheckoutState.FAILED,
        "requires_payment_method": CheckoutState.FAILED,
    }
    return ends.get(intent.status, CheckoutState.SETTLING) if intent is not None else CheckoutState.SETTLING


def as_refund(refund: stripe.Refund) -> Refund:
    """Convert a refund. One of a buyer's excess transfer has no payment, and is done once Stripe accepts it."""
    states = {"succeeded": RefundState.SUCCEEDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}
    from_credit = refund.payment_intent is None and refund.charge is None
    otherwise = RefundState.SUCCEEDED if from_credit else RefundState.PENDING
    state = states.get(refund.status or "", otherwise)
    if refund.status == "canceled" and not from_credit and refund.balance_transaction is not None:
        state = RefundState.UNCLAIMED  # it has left our balance all the same
    return Refund(refund.id, ours(refund, "effect"), state, refund.failure_reason or "")
