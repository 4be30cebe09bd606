"""Pure decisions of the ledger: what an entry must look like, and on which side an account grows."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence

from core.ledger.model import COMMISSION, OWED, Leg


class LedgerFault(Exception):
    """Our own mistake, never a person's: the books refuse it and the whole unit of work is undone.

    LedgerFault
    ├── Unbalanced    the legs do not add up to nothing
    ├── KeyReused     the key already names an entry with other legs
    └── Overdrawn     an account of other people's money would go below zero
    """


class Unbalanced(LedgerFault):
    """The legs do not add up to nothing in every currency, or there are none."""


class KeyReused(LedgerFault):
    """This key already names another entry."""


class Overdrawn(LedgerFault):
    """More was taken from an account than it held."""


def is_owed(account: str) -> bool:
    """Whether the account holds other people's money."""
    return account.partition(":")[0] in OWED


def natural(account: str, debits: int, credits_: int) -> int:
    """The balance as people read it: owed and earned grow with credits, what we have and spend with debits."""
    return credits_ - debits if is_owed(account) or account == COMMISSION else debits - credits_


def balanced(legs: Sequence[Leg]) -> list[Leg]:
    """The legs that move something, when they add up to nothing. Raises Unbalanced."""
    sums: dict[str, int] = defaultdict(int)
    for leg in legs:
        sums[leg.amount.currency] += leg.amount.minor
    moving = [leg for leg in legs if leg.amount]
    if not moving or any(sums.values()):
        raise Unbalanced(f"{dict(sums)} left over in {len(moving)} legs")
    return moving


def digest(legs: Sequence[Leg]) -> str:
    """The same for the same legs in the same order."""
    plain = [[leg.account, leg.amount.minor, leg.amount.currency] for leg in legs]
    return hashlib.sha256(json.dumps(plain, separators=(",", ":")).encode()).hexdigest()


def sides(legs: Sequence[Leg]) -> dict[tuple[str, str], tuple[int, int]]:
    """Debits and credits by account and currency, in order of the names, so that rows are locked in one order."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for account, amount in legs:
        debits, credits_ = found.get((account, amount.currency), (0, 0))
        found[account, amount.currency] = (debits + max(amount.minor, 0), credits_ + max(-amount.minor, 0))
    return dict(sorted(found.items()))
