"""The accounts of the books: names, the side on which each kind grows, and which may never fall below zero.

A leg debits or credits one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from core.kernel.money import Money

PROVIDER: Final = "provider"  # what the payment provider holds for us
PROVIDER_FEES: Final = "provider_fees"  # what it has kept for its work
COMMISSION: Final = "commission"  # what the market has earned
LOSS: Final = "loss"  # what the market has lost for good: chargebacks that no seller bore, or of refunded money
SALES: Final = "sales"  # what the market has earned by what it sells itself, by card
STARS_HELD: Final = "stars"  # what the platform holds for us, in its own unit
STAR_SALES: Final = "star_sales"  # what the market has earned by what it sells itself, in Stars


def escrow(deal_id: str) -> str:
    """Name the account of the buyer's money held for one deal."""
    return f"escrow:{deal_id}"


def payable(organisation_id: str) -> str:
    """Released to a seller, not yet sent."""
    return f"payable:{organisation_id}"


def refund_due(deal_id: str) -> str:
    """To go back to the buyer of one deal, not yet sent."""
    return f"refund_due:{deal_id}"


def buyer_credit(organisation_id: str) -> str:
    """Paid by a buyer beyond what was asked: theirs, to be used or sent back."""
    return f"buyer_credit:{organisation_id}"


def receivable(organisation_id: str) -> str:
    """Name the account of what a seller owes the market after a chargeback of money that had been paid out."""
    return f"receivable:{organisation_id}"


def stars_due(purchase_id: str) -> str:
    """Name the account of Stars to go back to the buyer of one purchase, not yet sent."""
    return f"stars_due:{purchase_id}"


def star_credit(person_id: str) -> str:
    """Name the account of Stars that a buyer had back in part: theirs, for what they buy next."""
    return f"star_credit:{person_id}"


def clearing(rail: str) -> str:
    """Money under way between two of our places ("bank_transfer", "payout"); empty again when all has arrived."""
    return f"clearing:{rail}"


class Kind(NamedTuple):
    """Properties of all accounts of one kind.

    `grows`: the side on which people read it as more. `guarded`: it may be empty, never below. `hot`: every deal writes
    it. On PostgreSQL each writer leaves a row, which is added up later (docs/decisions/0011-ledger.md). A guarded
    account cannot be hot.
    """

    grows: Literal["debit", "credit"]
    guarded: bool = False
    hot: bool = False


# The database knows a new kind from the next migration on, because its guards are made of this table.
KINDS: Final[Mapping[str, Kind]] = {
    "provider": Kind("debit", hot=True),
    "provider_fees": Kind("debit", hot=True),
    "commission": Kind("credit", hot=True),
    "clearing": Kind("debit", hot=True),
    "sales": Kind("credit", hot=True),
    "stars": Kind("debit", hot=True),
    "star_sales": Kind("credit", hot=True),
    "loss": Kind("debit"),
    "escrow": Kind("credit", guarded=True),
    "payable": Kind("credit", guarded=True),
    "refund_due": Kind("credit", guarded=True),
    "buyer_credit": Kind("credit", guarded=True),
    "receivable": Kind("debit", guarded=True),
    "stars_due": Kind("credit", guarded=True),
    "star_credit": Kind("credit", guarded=True),
}


def kind_of(account: str) -> Kind:
    """Return the kind of an account. Raises KeyError if the books know no such kind."""
    return KINDS[account.partition(":")[0]]


def natural(account: str, debits: int, credits_: int) -> int:
    """Return the balance as people read it: owed and earned grow with credits, what we have and spend with debits."""
    return credits_ - debits if kind_of(account).grows == "credit" else debits - credits_


class Leg(NamedTuple):
    """One side of an entry. Debits are positive, credits negative: the legs of an entry add up to nothing."""

    account: str
    amount: Money


def debit(account: str, amount: Money) -> Leg:
    """More that we have or have spent, less that we owe."""
    return Leg(account, amount)


def credit(account: str, amount: Money) -> Leg:
    """More that we owe or have earned, less that we have."""
    return Leg(account, -amount)
