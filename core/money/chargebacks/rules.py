"""Pure decisions about a chargeback: which side bears it, and the reference of each withdrawal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.kernel.money import Money

AGAIN: Final = "#"  # between the provider's id of a dispute and the number of the withdrawal


@dataclass(frozen=True, slots=True)
class Recourse:
    """The shares of a chargeback: what is held, our commission, the claim on the seller, and our loss."""

    escrow: Money
    commission: Money
    claimed: Money
    loss: Money


def recourse(amount: Money, held: Money, released: Money, fees: Money, returned: Money, *, claimed: Money) -> Recourse:
    """Split a chargeback between escrow, our commission, the seller and our loss.

    Money that is still held is used first. Then our commission is returned, in proportion to what was released. The
    seller bears the rest, up to what they have received. What remains is our loss.

    `returned`: the part of our `fees` that other chargebacks of the same subject have taken. `claimed`: what they have
    claimed from the seller.
    """
    none = Money.zero(amount.currency)
    from_escrow = min(amount, held)
    rest = amount - from_escrow
    fraction = Money(fees.minor * rest.minor // released.minor if released else 0, amount.currency)
    sellers = min(rest - min(fraction, rest, fees - returned), max(released - fees - claimed, none))
    commission = min(rest - sellers, fees - returned)
    return Recourse(from_escrow, commission, sellers, rest - sellers - commission)


def withdrawal_ref(dispute: str, number: int) -> str:
    """Return our reference of a dispute's withdrawal. It has a number if the dispute was won before and then lost.

    `dispute`: the provider's id of the dispute, which contains no `#`.
    """
    return dispute if number == 1 else f"{dispute}{AGAIN}{number}"


def dispute_of(ref: str) -> str:
    """Return the provider's id of a dispute from our reference."""
    return ref.partition(AGAIN)[0]
