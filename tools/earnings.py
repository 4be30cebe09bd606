"""`main.py earnings`: what the market has earned and may pay out; `--pay` pays out that amount."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from config.database import DEFAULT, open_database
from config.external_services import SystemClock
from config.migrations import upgrade
from config.settings import Settings
from config.wiring import secret
from core.books.reconciliation.service import free_earnings
from core.kernel.errors import Invalid
from core.kernel.ids import Ids
from core.kernel.money import Money
from core.kernel.reactions import Reactions
from core.kernel.transaction import MARKET, Transactions
from payments.provider import Done, EarningsRequest, Provider, Refused, Unknown
from payments.reconciliation import Reconciler
from payments.stripe.provider import StripeProvider

NO_PROVIDER: Final = (
    "No payment provider is configured, so there are no books of one to lay beside yours. Set STRIPE_SECRET_KEY, and\n"
    "DATABASE_URL for your own. What a market in the lab has earned stands on its page, under Books (make run)."
)


async def earn(settings: Settings, pay: str = "") -> int:
    """Print the free money by currency. Return the exit status: 0 unless a requested payout failed."""
    if settings.stripe_secret_key is None:
        print(NO_PROVIDER)
        return 1 if pay else 0
    await upgrade(settings.database_url or DEFAULT)  # a database that was never opened has no tables yet
    clock = SystemClock()
    transactions = Transactions(await open_database(settings.database_url or DEFAULT), clock, Ids(bytes), Reactions())
    provider = StripeProvider(
        secret(settings.stripe_secret_key), settings.stripe_api_url, return_url="http://localhost"
    )
    try:
        for difference in (await Reconciler(transactions, provider, clock).reconcile()).values():
            print(f"  !!  {difference}")
        free = await transactions.run(MARKET, free_earnings)
        for currency, amount in sorted(free.items()):
            print(f"      {amount} free of {currency}")
        return await pay_out(provider, free, pay, f"{clock.now():%Y-%m-%d}") if pay else 0
    finally:
        await provider.close()
        await transactions.close()


async def pay_out(provider: Provider, free: dict[str, Money], request: str, day: str) -> int:
    """Pay out `request`, for example "100.00 EUR". The same sum on the same day is one payout."""
    amount = amount_of(request)
    if amount is None or amount > free.get(amount.currency, amount - amount):
        print(f"  !!  {request} is not free, or not an amount like 100.00 EUR")
        return 1
    match await provider.pay_out(EarningsRequest(f"earnings:{day}:{amount.currency}:{amount.minor}", amount)):
        case Done(ref):
            print(f"  ok  {amount} is on its way to your bank: {ref}")
            return 0
        case Refused(why) | Unknown(why):
            print(f"  !!  {amount} was not paid out: {why}")
            return 1


def amount_of(request: str) -> Money | None:
    number, _, code = request.strip().partition(" ")
    try:
        amount = Money.of(Decimal(number), code.upper())
    except (InvalidOperation, Invalid):
        return None
    return amount if amount.minor > 0 else None
