"""Pure decisions of the ledger: the shape of an entry, the meaning of its key, and the order of writing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from core.money.ledger.accounts import Leg, kind_of
from core.money.ledger.model import EntryKind, Movement, Phase


class LedgerFault(Exception):
    """Our own mistake, never a person's: the books refuse it and the whole unit of work is undone.

    - `Unbalanced`: the legs do not add up to nothing
    - `KeyReused`: the key already names an entry of other input
    - `Overdrawn`: a guarded account would go below zero, counting what is reserved as gone
    - `HoldOver`: the hold has ended already, in another way than is asked now
    - `BeyondHold`: more would be posted than the hold has reserved
    """


class Unbalanced(LedgerFault):
    """The legs do not add up to nothing in every currency, or there are none."""


class KeyReused(LedgerFault):
    """This key already names another entry."""


class Overdrawn(LedgerFault):
    """More was taken or reserved than the account held."""


class HoldOver(LedgerFault):
    """The hold was posted, voided or has expired."""


class BeyondHold(LedgerFault):
    """More would be posted, or from or to other accounts, than the hold has reserved."""


def balanced(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Return the legs that move something, if they add up to nothing. Raises Unbalanced, KeyError (no such account)."""
    sums: dict[str, int] = defaultdict(int)
    for account, amount in legs:
        kind_of(account)
        sums[amount.currency] += amount.minor
    moving = tuple(leg for leg in legs if leg.amount)
    if not moving or any(sums.values()):
        raise Unbalanced(f"{dict(sums)} left over in {len(moving)} legs")
    return moving


def within_hold(held: Sequence[Leg], posted: Sequence[Leg]) -> None:
    """Raise BeyondHold unless each account moves at most what is reserved there, in the same direction."""
    reserved, moved = _by_account(held), _by_account(posted)
    for account, minor in moved.items():
        most = reserved.get(account, 0)
        if minor and not (0 < minor <= most or most <= minor < 0):
            raise BeyondHold(f"{account}: {minor} of {most}")


def _by_account(legs: Sequence[Leg]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for account, amount in legs:
        sums[account, amount.currency] += amount.minor
    return sums


def digest(movement: Movement) -> str:
    """Return a digest of the input under a key: legs, deal and resolved hold. The memo is not part of it."""
    legs = "".join(f"|{account} {amount.minor} {amount.currency}" for account, amount in movement.legs)
    plain = f"{movement.kind} {movement.deal} {movement.resolves}{legs}"  # names and numbers have no space in them
    return hashlib.sha256(plain.encode()).hexdigest()


MOVED: dict[EntryKind, Phase] = {"transfer": "posted", "hold": "pending", "post": "posted"}
PHASES: tuple[Phase, ...] = ("released", "posted", "pending")  # what is released first can then be moved


def postings(movement: Movement, held: Sequence[Leg] = ()) -> Iterator[tuple[Phase, Leg]]:
    """Yield the postings of a movement; `held` is what the hold that it ends had reserved."""
    for account, amount in held:
        yield "released", Leg(account, -amount)
    for leg in movement.legs:
        yield MOVED[movement.kind], leg


def lock_order(place: int, phase: Phase, leg: Leg) -> tuple[str, str, int, int, int]:
    """Return the order in which all writers write accounts, so that no two wait for each other.

    For one account the earlier movement comes first; within a movement, what lets the account grow.
    """
    grows = leg.amount.minor if kind_of(leg.account).grows == "debit" else -leg.amount.minor
    return leg.account, leg.amount.currency, place, PHASES.index(phase), -grows
