"""Apply the provider's results and timers to disbursements. Results come in any order, and more than once."""

from __future__ import annotations

from sqlalchemy import select

from core.kernel.errors import NotFound
from core.kernel.money import STARS
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import kept_by_bank
from core.money.disbursements import claims, recovery
from core.money.disbursements.events import DisbursementPutOff, DisbursementRefused, PayoutWaiting
from core.money.disbursements.model import (
    DISBURSEMENT,
    FROZEN,
    MOST_ATTEMPTS,
    MOST_REFUSALS,
    OVER,
    RETRY_AFTER,
    TRY_AGAIN,
    UNSENT,
    Disbursement,
    DisbursementKind,
    DisbursementState,
)
from core.money.disbursements.requests import is_disputed, keep, move, send_again, stop, to_account
from core.money.disbursements.rules import goes_to_payer, is_payout_to
from core.money.disbursements.subjects import SUBJECTS, Parties
from core.money.ledger import service as ledger
from core.money.ledger.accounts import PROVIDER, STARS_HELD, credit, debit, payable, refund_due, stars_due
from core.money.ledger.events import RefundReturned
from core.money.model import MARKET, SubjectKind

# --- results from the provider ----------------------------------------------------------------------------------------


def done(ctx: Ctx, disbursement_id: str, ref: str) -> None:
    """Book a disbursement that the provider has made. A late success of one that has failed since is ignored."""
    row, parties = locked(ctx, disbursement_id)
    if row.state in OVER or ref in row.failed:
        return
    if row.kind is DisbursementKind.REVERSAL:
        recovery.came_back(ctx, row, parties, ref)
        return
    stars = row.currency == STARS.code
    due = stars_due(row.subject) if stars else refund_due(row.subject)
    owed = due if row.payee is None else payable(row.payee)
    legs = [debit(owed, row.amount), credit(STARS_HELD if stars else PROVIDER, row.amount)]
    recovery.book(ctx, row, _memo(row, parties), legs, ref)
    SUBJECTS[row.subject_kind].on_settled(ctx, row)
    if is_payout_to(parties.seller, row):
        recovery.claim_back(ctx, row.subject)


def refused(
    ctx: Ctx,
    disbursement_id: str,
    why: str,
    *,
    final: bool = False,
    ref: str | None = None,
    unclaimed: bool = False,
    perhaps: bool = False,
) -> None:
    """Record that the provider did not make it, or that a refund has come back (`ref`: the provider's id).

    Not `final`: the payee or time can resolve it. `unclaimed`: the payer gave no account, and the refund went to the
    payer's balance. `perhaps`: it may have been made after all.
    """
    row, parties = locked(ctx, disbursement_id)
    if row.kind is DisbursementKind.REVERSAL:
        if perhaps or recovery.lessen_to_owed(ctx, row):
            _put_off(ctx, row, parties, why, final=final)
        return
    if ref is not None:
        ctx.announce(RefundReturned(ref, row.row_name, row.subject, row.amount))
        if row.kind is DisbursementKind.PAYOUT or ref in row.failed:
            return  # it has failed before; this says nothing about the current attempt
        final = _sent_back(ctx, row, parties, ref) or final
    if row.state is not DisbursementState.ASKED:
        return  # reported twice, or overtaken by its success
    beside = row.beside or unclaimed
    own, refund = parties.seller == MARKET, row.kind is DisbursementKind.REFUND
    if not own and ((final and not beside) if refund else not perhaps) and claims.cover_unsent(ctx, row):
        SUBJECTS[row.subject_kind].on_settled(ctx, row)
        return
    row.beside = beside
    if ref is not None:
        row.provider_ref, row.failed = ref, [*row.failed, ref]
    if not refund and not perhaps:
        row.asked_at = None  # nothing of it has left
    _find_its_way(ctx, row, parties, why, final=final, came=ref is not None)


def _find_its_way(ctx: Ctx, row: Disbursement, parties: Parties, why: str, *, final: bool, came: bool) -> None:
    """Retry it tomorrow, by another way, or after the bank's decision. `came`: a refund that had been sent is back."""
    disputed, refund = is_disputed(ctx, row, parties), row.kind is DisbursementKind.REFUND
    kept = not disputed and bool(kept_by_bank(ctx, row.payment_id))
    if kept and parties.seller == MARKET and (refund or claims.uncovered(ctx, row.payment_id)):
        move(row, "refuse")  # the bank had decided before the failure was known
        send_again(ctx, row, parties)
        return
    if kept and refund and final and not came and not row.beside:
        to_account(ctx, row, parties)
        return
    _put_off(ctx, row, parties, why, final=final)
    if disputed and goes_to_payer(row, parties.seller):
        stop(ctx, row, parties, FROZEN)
    elif row.currency == STARS.code and row.attempt >= MOST_ATTEMPTS:
        keep(ctx, row)
    elif refund and row.refusals >= MOST_REFUSALS and not disputed and _is_with_us(ctx, row):
        to_account(ctx, row, parties)


def _put_off(ctx: Ctx, row: Disbursement, parties: Parties, why: str, *, final: bool) -> None:
    """Set a timer to retry it soon. After a final refusal it is retried too, but an operator should look at it."""
    if row.state is not DisbursementState.ASKED:
        return
    move(row, "refuse" if final else "put_off")
    row.why = why
    row.refusals += final
    set_timer(ctx.session, Timer(DISBURSEMENT.name, row.id, TRY_AGAIN, ctx.now + RETRY_AFTER))
    ctx.session.flush()
    about = (row.subject_kind, row.subject)
    if final and row.refusals == 1:
        whose = parties.payer if row.kind is DisbursementKind.REFUND else row.payee
        waits = None if row.kind is DisbursementKind.REVERSAL else whose
        ctx.announce(DisbursementRefused(*about, row.id, row.kind, waits, row.amount, why))
    if row.kind is not DisbursementKind.REVERSAL:
        ctx.announce(DisbursementPutOff(*about))
    if row.kind is DisbursementKind.PAYOUT and not final:
        ctx.announce(PayoutWaiting(*about, str(row.payee), row.amount, why))


def _sent_back(ctx: Ctx, row: Disbursement, parties: Parties, ref: str) -> bool:
    """Book a refund that was done and has come back: it is owed to the payer again. Return whether it was."""
    if row.state is not DisbursementState.DONE or ref != row.provider_ref:
        return False
    legs = [debit(PROVIDER, row.amount), credit(refund_due(row.subject), row.amount)]
    memo = f"Sent back by the {parties.payer_word}'s bank"
    ledger.post(ctx, f"{row.entry}:{ref}:sent_back", memo, legs, deal=row.subject)
    move(row, "return")
    ctx.session.flush()
    return True


def _is_with_us(ctx: Ctx, row: Disbursement) -> bool:
    """Return whether a refund's money is on our balance, and not in one that the provider keeps for the payer."""
    balance = SUBJECTS[row.subject_kind].title(ctx, row).balance
    return not row.beside and row.credit_id is None and balance is None


def _memo(row: Disbursement, parties: Parties) -> str:
    if is_payout_to(parties.seller, row):
        return f"Sent to the {parties.seller_word}"
    if row.kind is DisbursementKind.PAYOUT and row.subject_kind is SubjectKind.DEAL:
        return "Sent to the buyer's account"
    return f"Given back to the {parties.payer_word}"


# --- timers and accounts ----------------------------------------------------------------------------------------------


def retry(ctx: Ctx, disbursement_id: str) -> None:
    """Retry a disbursement that was put off. Raises NotFound."""
    row, parties = locked(ctx, disbursement_id)
    if recovery.lessen_to_owed(ctx, row):
        send_again(ctx, row, parties)


def ask_again(ctx: Ctx, disbursement_id: str) -> None:
    """Request all of it once more. Raises NotFound."""
    send_again(ctx, *locked(ctx, disbursement_id))


def set_off_waiting(ctx: Ctx, disbursement_id: str) -> None:
    """Set a waiting payout off against what its payee owes, for a claim that arose since it began to wait.

    While the subject's money does not add up nothing moves. It is set off when it does.
    """
    if ctx.session.get(Disbursement, disbursement_id) is None:
        return  # used up meanwhile
    row, parties = locked(ctx, disbursement_id)
    if row.state in UNSENT and parties.stopped is None and claims.set_off(ctx, row, parties):
        SUBJECTS[row.subject_kind].on_settled(ctx, row)


def send_waiting(ctx: Ctx, organisation_id: str) -> None:
    """Send what has waited for an organisation that can receive money now."""
    query = select(Disbursement.id).where(
        Disbursement.payee == organisation_id, Disbursement.state == DisbursementState.WAITING
    )
    for row_id in ctx.session.scalars(query.order_by(Disbursement.id)).all():
        send_again(ctx, *locked(ctx, row_id))


def send_stopped(ctx: Ctx, subject: str, why: str) -> None:
    """Send the disbursements of a subject that were stopped for `why`."""
    for row in recovery.rows_of(ctx, subject):
        if row.why == why:
            send_again(ctx, *locked(ctx, row.id))


def is_under_way(ctx: Ctx, subject: str) -> bool:
    """Return whether a payout or refund of this subject has not arrived yet."""
    rows = recovery.rows_of(ctx, subject)
    return any(each.kind is not DisbursementKind.REVERSAL and each.state not in OVER for each in rows)


def locked(ctx: Ctx, disbursement_id: str) -> tuple[Disbursement, Parties]:
    """Return a disbursement, with its subject locked first as everywhere. Raises NotFound."""
    query = select(Disbursement.subject_kind, Disbursement.subject).where(Disbursement.id == disbursement_id)
    found = ctx.session.execute(query).first()
    if found is None:
        raise NotFound
    parties = SUBJECTS[found.subject_kind].lock(ctx, found.subject)
    return ctx.session.get_one(Disbursement, disbursement_id), parties
