"""Pure decisions of reconciliation: the kinds of lines, and when a line agrees with a row."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from core.kernel.money import Money


class Sort(StrEnum):
    """The kind of a line, independent of the provider's names."""

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_BACK = "refund_back"
    TRANSFER = "transfer"
    REVERSAL = "reversal"
    DISPUTE = "dispute"
    FEE = "fee"
    OWN = "own"  # the operator's: paid in as a reserve, or taken out as earnings


# Each provider translates its own kinds of lines into these. A line of any other kind makes a case.
SORTS: Final[Mapping[str, Sort]] = {
    "charge": Sort.PAYMENT,
    "payment": Sort.PAYMENT,
    "refund": Sort.REFUND,
    "payment_refund": Sort.REFUND,
    "refund_failure": Sort.REFUND_BACK,
    "payment_failure_refund": Sort.REFUND_BACK,
    "transfer": Sort.TRANSFER,
    "transfer_refund": Sort.REVERSAL,
    "transfer_cancel": Sort.REVERSAL,
    "adjustment": Sort.DISPUTE,
    "provider_fee": Sort.FEE,
    "exchange_fee": Sort.FEE,
    "tax_fee": Sort.FEE,
    "network_cost": Sort.FEE,
    "payout": Sort.OWN,
    "payout_cancel": Sort.OWN,
    "payout_failure": Sort.OWN,
    "topup": Sort.OWN,
    "topup_reversal": Sort.OWN,
}


def agrees(line: Money, booked: Money) -> bool:
    """Return whether a line and a booked amount are the same money.

    A line in another currency agrees as a change of currency, which is booked separately.
    """
    return line == booked if line.currency == booked.currency else (line.minor > 0) == (booked.minor > 0)


def differences(ours: Mapping[str, Money], theirs: Mapping[str, Money]) -> dict[str, str]:
    """Return the differences between two sets of balances, by currency, in words for the operator."""
    found = {}
    for currency in sorted(ours.keys() | theirs.keys()):
        nothing = Money.zero(currency)
        booked, there = ours.get(currency, nothing), theirs.get(currency, nothing)
        if booked != there:
            found[currency] = f"our books say {booked}, the provider {there}: {there - booked} apart"
    return found
