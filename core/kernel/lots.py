"""How much one payment holds, and into how many lots an amount is cut for it: each lot is paid by itself."""

from __future__ import annotations

from typing import Final

from core.kernel.money import Money

LOTS_AT_MOST: Final = 52  # a year of weekly trucks
# One payment holds eight digits of minor units: 999,999.99 of a currency with cents (Stripe, "amount").
LARGEST_PAYMENT_MINOR: Final = 99_999_999
# 5.00: below that the fees of a card payment eat what it moves.
SMALLEST_PAYMENT_MINOR: Final = 500


def lots_needed(total: Money) -> int:
    """The fewest lots of which each is within one payment; it may be more than there can be."""
    return max(1, -(-total.minor // LARGEST_PAYMENT_MINOR))


def largest_payment(currency: str) -> Money:
    return Money(LARGEST_PAYMENT_MINOR, currency)


def largest_deal(currency: str) -> Money:
    """What one deal can come to, in as many lots as there can be."""
    return Money(LARGEST_PAYMENT_MINOR * LOTS_AT_MOST, currency)
