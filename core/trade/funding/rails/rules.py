"""Pure decisions about rails: which fit a deal, which is proposed, and when money may be passed on.

The payer's bank can take back a card payment or a debit, but no bank transfer or stablecoin payment.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from core.kernel.lot_sizes import largest_payment
from core.kernel.money import Money
from core.trade.funding.rails.model import FACTS, MOST_TRUST, Rail


def fitting(amount: Money, offered: Collection[Rail]) -> list[Rail]:
    """Return the rails that can carry this amount."""
    return [
        rail
        for rail, facts in FACTS.items()
        if rail in offered
        and (facts.currencies is None or amount.currency in facts.currencies)
        and amount <= largest_payment(amount.currency)
    ]


def proposed(amount: Money, offered: Collection[Rail], *, business: bool) -> Rail:
    """Return the rail for a buyer who has not chosen: a business pays by bank transfer, everybody else by card."""
    return Rail.BANK_TRANSFER if business and Rail.BANK_TRANSFER in fitting(amount, offered) else Rail.CARD


def safe_from(rail: Rail, came_at: datetime) -> datetime:
    """Return the time from which money that came by this rail can be sent on without trusting the buyer."""
    chargeback_within = FACTS[rail].chargeback_within
    return came_at if chargeback_within is None else came_at + chargeback_within


def trusted(stood: Money, outstanding: Money, amount: Money) -> bool:
    """Return whether `amount` of a debit may be passed on early, as far as the buyer's earlier debits allow.

    `stood`: debits whose recall time is over. `outstanding`: what was passed on early and can still be recalled. The
    limit is MOST_TRUST.
    """
    return outstanding.minor + amount.minor <= min(stood.minor, MOST_TRUST)
