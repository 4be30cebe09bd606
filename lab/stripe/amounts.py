"""Amounts: whole minor units, the supported currencies, and Stripe's limits for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.stripe.api.errors import Refusal, at_least_one

MOST: Final = 99_999_999
"""Eight digits, whatever the currency."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency. `least` payment, minor units; `decimals` of the minor unit; `payout_step`: the divisor of payouts.

    docs.stripe.com/currencies, "minimum and maximum charge amounts", "zero-decimal", "special cases".
    """

    least: int
    decimals: int = 2
    payout_step: int = 1


CURRENCIES: Final = {
    "eur": Currency(50),
    "usd": Currency(50),
    "gbp": Currency(30),
    "chf": Currency(50),
    "cad": Currency(50),
    "pln": Currency(200),
    "sek": Currency(300),
    "nok": Currency(300),
    "dkk": Currency(250),
    "czk": Currency(1_500),
    "ron": Currency(200),
    "huf": Currency(17_500, payout_step=100),
    "jpy": Currency(50, decimals=0),
}
"""Those with a minimum in Stripe's table; for others Stripe converts one that the lab does not know."""


def check_currency(currency: str, param: str = "currency") -> str:
    """Return the currency in small letters."""
    known = currency.lower()
    if known not in CURRENCIES:
        raise Refusal(
            f"Invalid currency: {known}. The lab's Stripe plays {', '.join(sorted(CURRENCIES))}.", param=param
        )
    return known


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Check a payment's limits."""
    if amount <= 0:
        raise at_least_one(param)
    least = CURRENCIES[currency].least
    if amount < least:
        raise Refusal(f"Amount must be at least {in_words(least, currency)}", code="amount_too_small", param=param)
    if amount > MOST:
        raise Refusal(f"Amount must be no more than {in_words(MOST, currency)}", code="amount_too_large", param=param)


def major(amount: int, currency: str, separator: str = "") -> str:
    """Return "1234.50", or "1,234.50" with a separator of thousands."""
    decimals = CURRENCIES[currency].decimals
    whole, rest = divmod(amount, 10**decimals)
    fraction = f".{rest:0{decimals}d}" if decimals else ""
    return f"{whole:,}".replace(",", separator) + fraction


def in_words(amount: int, currency: str) -> str:
    """Return an amount as Stripe's refusals say it: "200.00 eur"."""
    return f"{major(amount, currency)} {currency}"
