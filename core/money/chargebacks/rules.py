"""Pure decisions about a chargeback: who bears it, and how we name what a dispute has taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.kernel.money import Money

AGAIN: Final = "#"  # between the provider's name of a dispute and the number of its taking


@dataclass(frozen=True, slots=True)
class Recourse:
    """Where the money of a chargeback is taken from: what is held, our commission, the seller, and then ourselves."""

    escrow: Money
    commission: Money
    claimed: Money
    loss: Money


def recourse(amount: Money, held: Money, released: Money, fees: Money, returned: Money, *, claimed: Money) -> Recourse:
    """What is still held goes first. Of what was released our commission is returned first, in proportion; the seller
    bears the rest, as far as they have been given it, and what neither of us has is our loss.

    `returned`: what of our `fees` other chargebacks of the same thing have taken already; `claimed`: of the seller's.
    """
    none = Money.zero(amount.currency)
    from_escrow = min(amount, held)
    rest = amount - from_escrow
    fraction = Money(fees.minor * rest.minor // released.minor if released else 0, amount.currency)
    sellers = min(rest - min(fraction, rest, fees - returned), max(released - fees - claimed, none))
    commission = min(rest - sellers, fees - returned)
    return Recourse(from_escrow, commission, sellers, rest - sellers - commission)


def taken_as(dispute: str, number: int) -> str:
    """Under which name we know what a dispute has taken: once, or again when it was won and then lost at the scheme.

    `dispute`: the provider's name of it, which has no such sign.
    """
    return dispute if number == 1 else f"{dispute}{AGAIN}{number}"


def dispute_of(ref: str) -> str:
    """The provider's name of a dispute that we know under this one."""
    return ref.partition(AGAIN)[0]
