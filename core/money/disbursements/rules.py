"""Pure decisions about disbursements: which go to the payer, and how much of a payout is reversed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.kernel.money import Money
from core.money.chargebacks.model import OWING, Chargeback
from core.money.disbursements.model import OVER, UNSENT, Disbursement, DisbursementKind


def is_payout_to(organisation_id: str, row: Disbursement) -> bool:
    return row.kind is DisbursementKind.PAYOUT and row.payee == organisation_id


def goes_to_payer(row: Disbursement, seller: str) -> bool:
    """Return whether it is a refund, or a payout to the payer's own account where a refund was not possible."""
    return row.kind is DisbursementKind.REFUND or (row.kind is DisbursementKind.PAYOUT and row.payee != seller)


def unsent_refunds(rows: Sequence[Disbursement], payment_id: str) -> list[Disbursement]:
    """Return the unsent refunds of this payment."""
    refunds = (each for each in rows if each.kind is DisbursementKind.REFUND and each.payment_id == payment_id)
    return [each for each in refunds if each.state in UNSENT]


def not_back(rows: Sequence[Disbursement], payment_id: str, came: Money, seller: str) -> Money:
    """Return what is neither refunded to the payer nor on its way to them. `came`: all that the payment brought."""
    sent = (each for each in rows if each.payment_id == payment_id and each.state not in UNSENT)
    return came - Money.total((each.amount for each in sent if goes_to_payer(each, seller)), came.currency)


def to_take_back(found: Chargeback, rows: Sequence[Disbursement]) -> Iterator[tuple[str, Disbursement, Money]]:
    """Yield the reversals to ask for: key, payout and amount, each payout once.

    If another chargeback has reversed a part of a payout, only the rest is asked for.
    """
    if found.state not in OWING:
        return
    reversals = [each for each in rows if each.kind is DisbursementKind.REVERSAL]
    own = [each for each in reversals if each.chargeback_id == found.id]
    coming = (each.amount for each in own if each.state not in OVER)
    rest = found.outstanding - Money.total(coming, found.currency)
    asked = {each.reverses for each in own}
    for payout in rows:
        sent = is_payout_to(found.seller, payout) and payout.state in OVER
        back = (each.amount for each in reversals if each.reverses == payout.provider_ref)
        part = min(rest, payout.amount - Money.total(back, found.currency))
        if sent and payout.provider_ref not in asked and part.minor > 0:
            yield f"reversal:{found.id}:{payout.id}", payout, part
            rest -= part
