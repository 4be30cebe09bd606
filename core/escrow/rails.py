"""The rails on which a buyer's money can come: which fit a deal, and from when it can be passed on to the seller.

A card or a debit can be called back by the payer's bank; a bank transfer or a stablecoin payment cannot.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.kernel.money import Money


class Rail(StrEnum):
    CARD = "card"
    BANK_TRANSFER = "bank_transfer"
    SEPA_DEBIT = "sepa_debit"
    STABLECOIN = "stablecoin"


@dataclass(frozen=True, slots=True)
class RailFacts:
    """`currencies`: those it knows, None for all. `largest`: minor units of one payment, None for no limit of its own.

    `recall`: how long the payer can have the money back without giving a reason.
    """

    currencies: frozenset[str] | None = None
    largest: int | None = None
    recall: timedelta | None = None


# One payment has at most eight digits (docs.stripe.com/api/payment_intents/object#payment_intent_object-amount).
LARGEST_PAYMENT: Final = 99_999_999
# EPC 016-06, SEPA Core Direct Debit Rulebook 4.3.4: eight weeks without a reason.
DEBIT_RECALL: Final = timedelta(weeks=8)
# What a buyer may have outstanding in debits that were passed on before their eight weeks were over, minor units.
MOST_TRUST: Final = 2_000_000

FACTS: Final[Mapping[Rail, RailFacts]] = {
    Rail.BANK_TRANSFER: RailFacts(frozenset({"EUR", "GBP"}), LARGEST_PAYMENT),
    Rail.CARD: RailFacts(None, LARGEST_PAYMENT),
    Rail.SEPA_DEBIT: RailFacts(frozenset({"EUR"}), LARGEST_PAYMENT, DEBIT_RECALL),
    Rail.STABLECOIN: RailFacts(frozenset({"USD", "EUR"}), LARGEST_PAYMENT),
}


def fitting(amount: Money, offered: Collection[Rail]) -> list[Rail]:
    """The rails that can carry this amount, the one to propose first."""
    return [
        rail
        for rail, facts in FACTS.items()
        if rail in offered
        and (facts.currencies is None or amount.currency in facts.currencies)
        and (facts.largest is None or amount.minor <= facts.largest)
    ]


def proposed(amount: Money, offered: Collection[Rail], *, business: bool) -> Rail:
    """The rail for a buyer who has not chosen: a business pays by bank transfer, everybody else by card."""
    fit = fitting(amount, offered)
    return Rail.BANK_TRANSFER if business and Rail.BANK_TRANSFER in fit else Rail.CARD


def passed_on_from(rail: Rail, received_at: datetime) -> datetime:
    """From when money that came by this rail is safe to send on without trusting the buyer."""
    recall = FACTS[rail].recall
    return received_at if recall is None else received_at + recall


def trusted(stood: Money, outstanding: Money, amount: Money) -> bool:
    """Whether `amount` of a debit may be passed on early: within what the same buyer's earlier debits have proven.

    `stood`: debits whose time for recall has gone by; `outstanding`: what was passed on early and can still be
    recalled. Nobody is trusted with more than MOST_TRUST.
    """
    return outstanding.minor + amount.minor <= min(stood.minor, MOST_TRUST)
