"""Cut disbursements that are not needed any more. The payee owes the amount, or a bank has paid it to the payer.

Only money that has not left is cut: the provider was never asked for it, or has refused it.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.kernel.money import Money
from core.kernel.timers import clear_timers
from core.kernel.transaction import Ctx
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.events import PayoutSetOff
from core.money.chargebacks.model import LOST, OWING, Chargeback, ChargebackState
from core.money.disbursements.model import DISBURSEMENT, Disbursement, DisbursementKind
from core.money.disbursements.rules import is_payout_to
from core.money.disbursements.subjects import Parties
from core.money.ledger import service as ledger
from core.money.ledger.accounts import LOSS, SALES, credit, debit, payable, receivable, refund_due
from core.money.model import SubjectKind


def lessen(ctx: Ctx, row: Disbursement, part: Money) -> None:
    """Reduce a disbursement by `part`, and delete it at zero."""
    row.amount_minor -= part.minor
    if not row.amount_minor:
        clear_timers(ctx.session, DISBURSEMENT.name, row.id)
        ctx.session.delete(row)
    ctx.session.flush()


def set_off(ctx: Ctx, row: Disbursement, parties: Parties) -> bool:
    """Keep from a payout what its seller owes by now. Return whether nothing is left of it.

    A payout to the payer's account replaces a refund, so it serves no claim.
    """
    if not is_payout_to(parties.seller, row) or row.asked_at is not None:
        return False
    # A session's payout may be set off again, under another key, when it has become smaller.
    for_payout = row.id if row.subject_kind is SubjectKind.DEAL else f"{row.id}:{row.amount_minor}"
    rest = chargebacks.set_off(ctx, row.subject_kind, row.subject, parties.seller, row.amount, for_payout=for_payout)
    if rest != row.amount:
        lessen(ctx, row, row.amount - rest)
    return not row.amount


def cover(ctx: Ctx, found: Chargeback, rows: Iterable[Disbursement]) -> None:
    """Use waiting disbursements for the claim first: refunds that the bank has paid already, and payouts to the debtor.

    A refund that is not sent has not reached the payer twice, so it is no loss.
    """
    none = Money.zero(found.currency)
    for row in rows:
        to_payer = row.payee != found.seller
        twice = min(row.amount, found.from_loss) if to_payer else none
        claimed = min(row.amount - twice, found.outstanding) if found.state in OWING else none
        covered = twice + claimed
        if not covered:
            continue
        owed = refund_due(found.subject) if row.payee is None else payable(row.payee)
        legs = [debit(owed, covered), credit(receivable(found.seller), claimed), credit(LOSS, twice)]
        memo = "The bank has given it to the payer already" if to_payer else "Kept for what the bank took"
        ledger.post(ctx, f"chargeback:{found.id}:covers:{row.id}", memo, legs, deal=found.subject)
        rest = row.amount - covered
        lessen(ctx, row, covered)
        if claimed and not to_payer:
            ctx.announce(PayoutSetOff(row.subject_kind, found.subject, found.seller, claimed, rest))
        chargebacks.not_twice(found, twice)
        chargebacks.recovered(ctx, found, claimed, of_refund=to_payer)


def cover_unsent(ctx: Ctx, row: Disbursement) -> bool:
    """Cut a failed disbursement by what a bank has kept of it meanwhile, so it is not paid twice.

    Return whether nothing is left of it.
    """
    known = chargebacks.of_subject(ctx, row.subject)
    if row.kind is DisbursementKind.REFUND:
        known = [each for each in known if each.payment_id == row.payment_id]
        if any(each.state == ChargebackState.OPEN for each in known):
            return False
    for found in known:
        concerned = is_payout_to(found.seller, row) or row.payment_id == found.payment_id
        if found.state in LOST and concerned and row.amount:
            cover(ctx, found, [row])
    return not row.amount


def uncovered(ctx: Ctx, payment_id: str) -> Money | None:
    """Return what banks have kept of a sale's payment and no refund is cut by yet.

    Return None if they kept nothing.
    """
    kept = chargebacks.kept_by_bank(ctx, payment_id)
    return Money.total((each.from_commission for each in kept), kept[0].currency) if kept else None


def cover_sale(ctx: Ctx, row: Disbursement) -> None:
    """Cut a refund of our own sale by what the bank has already given the buyer."""
    rest = row.amount
    for found in chargebacks.kept_by_bank(ctx, row.payment_id):
        part = min(rest, found.from_commission)
        chargebacks.covered_of_sale(found, part)
        rest -= part
    if covered := row.amount - rest:
        legs = [debit(refund_due(row.subject), covered), credit(SALES, covered)]
        key = f"purchase:{row.subject}:covered:{row.id}:{row.attempt}"
        ledger.post(ctx, key, "The bank has given it to the buyer already", legs, deal=row.subject)
        lessen(ctx, row, covered)
