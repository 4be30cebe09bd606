"""Pure decisions about statements: the meaning of an entry for one side, and safe cells in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from core.books.statements.model import Line, What
from core.kernel.money import Money
from core.money.ledger.accounts import (
    COMMISSION,
    PROVIDER,
    PROVIDER_FEES,
    Leg,
    buyer_credit,
    escrow,
    payable,
    receivable,
    refund_due,
)

# A spreadsheet takes a cell that begins so for a formula, and runs it (OWASP, "CSV injection").
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines_of(
    legs: Sequence[Leg], deal_id: str, organisation: str, *, buys: bool, ref: str, memo: str, at: datetime, key: str
) -> list[Line]:
    """Return the meanings of a deal's entry to its buyer or seller; none if it moved nothing of theirs."""
    own = _payers(legs, deal_id, organisation, key) if buys else [_sellers(legs, organisation, key)]
    return [Line(at, ref, what, memo, came, went, fee, key) for what, came, went, fee in filter(None, own)]


Meaning = tuple[What, Money | None, Money | None, Money | None]  # what, came, went, fee


def _payers(legs: Sequence[Leg], deal_id: str, organisation: str, key: str) -> list[Meaning | None]:
    """Read a bank's chargeback from what has left us, and the rest from what we hold for the payer."""
    match key.split(":"):
        case ["chargeback", _, "opened" | "won"]:
            return [_by_the_bank(legs)]
        case ["deal", _, "payment", _, "let_go", _]:  # nothing was sent: the money stays theirs where it is
            held = _buyers(legs, deal_id, organisation)
            return [None if held is None else ("adjusted", *held[1:])]
    own = _buyers(legs, deal_id, organisation)
    if own is None:
        return []
    if own[0] == "refunded" and ":spent:" in key:  # the provider has put it into another payment
        return [("credit_used", *own[1:])]
    kept = _sum(legs, buyer_credit(organisation))
    if own[2] is None or kept is None or kept.minor > 0:
        return [own]
    paid, too_much = own[2] + kept, -kept
    return [("paid", None, paid, None) if paid else None, ("overpaid", None, too_much, None)]


def _buyers(legs: Sequence[Leg], deal_id: str, organisation: str) -> Meaning | None:
    """Return what an entry meant to a buyer. Their money leaves when it is paid, and comes back as a refund."""
    provider = _sum(legs, PROVIDER)
    # A refund that cannot go back the way it came is paid out to them, as to sellers.
    kept = _sum(legs, escrow(deal_id), refund_due(deal_id), buyer_credit(organisation), payable(organisation))
    if provider is None or kept is None:
        return None  # it only moved between accounts of ours
    if kept.minor < 0:
        return "paid", None, -kept, None
    return "refunded", kept, None, None


def _by_the_bank(legs: Sequence[Leg]) -> Meaning | None:
    """Return what a chargeback meant to the payer: all that left us. The provider's charge is ours."""
    moved = _sum(legs, PROVIDER, PROVIDER_FEES)
    if moved is None:
        return None  # the bank has only asked
    return ("by_bank", -moved, None, None) if moved.minor < 0 else ("bank_reversed", None, moved, None)


def _sellers(legs: Sequence[Leg], organisation: str, key: str) -> Meaning | None:
    """Return what an entry meant to a seller. Money is theirs when it is released, and with them when it is sent.

    Their fee is stated once. What they had made good is theirs again when the bank gives it up, and nothing is deducted
    from that.
    """
    moved, claimed = _sum(legs, payable(organisation)), _sum(legs, receivable(organisation))
    if moved is None:
        by_provider = claimed is not None and _sum(legs, PROVIDER) == -claimed
        return (
            ("taken_back", None, -claimed, None) if claimed is not None and by_provider and claimed.minor < 0 else None
        )
    if moved.minor < 0:
        if key.startswith("chargeback:"):
            return "returned", -moved, None, None
        fee = _sum(legs, COMMISSION)
        fees = -fee if fee is not None and fee.minor < 0 else None
        return "released" if fees is not None or _sum(legs, PROVIDER) is None else "adjusted", -moved, None, fees
    if claimed is not None:
        return "set_off", None, moved, None
    return "sent", None, moved, None


def _sum(legs: Sequence[Leg], *accounts: str) -> Money | None:
    """Return what these accounts have moved together; None when nothing."""
    amounts = [leg.amount for leg in legs if leg.account in accounts]
    total = Money.total(amounts, amounts[0].currency) if amounts else None
    return total or None


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]], point: str = ".") -> bytes:
    """Write a file that every spreadsheet opens (it begins with the mark of UTF-8), without any formula.

    `point`: before the decimals. Where that is a comma, spreadsheets look for a semicolon between cells.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n", delimiter=";" if point == "," else ",")
    writer.writerow([neutral(cell) for cell in header])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def neutral(cell: str) -> str:
    """Return the same words, never a formula: an apostrophe before them says that they are words."""
    return f"'{cell}" if cell.lstrip(" ").startswith(DANGEROUS) else cell
