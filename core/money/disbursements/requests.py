"""Create each disbursement once. The provider is asked for it after the commit, as soon as it may leave."""

from __future__ import annotations

from typing import Any

from core.kernel.messages import Message
from core.kernel.money import STARS, Money
from core.kernel.timers import Timer, clear_timers, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import frozen
from core.money.disbursements import claims
from core.money.disbursements.events import PayoutKept, PayoutWaiting
from core.money.disbursements.model import (
    DISBURSEMENT,
    FROZEN,
    NO_ACCOUNT,
    POSTED_AS,
    RECALLABLE,
    TRY_AGAIN,
    UNSENT,
    Disbursement,
    DisbursementKind,
    DisbursementState,
)
from core.money.disbursements.subjects import SUBJECTS, Parties, Title
from core.money.ledger import service as ledger
from core.money.ledger.accounts import credit, debit, payable, refund_due
from core.money.messages import RefundStars, SendRefund, SendReversal, SendTransfer
from core.money.model import MARKET, SubjectKind
from core.money.payees.events import AccountAwaited
from core.money.payees.model import ACCOUNT, ACCOUNT_AWAITED, Payee

# --- creation ---------------------------------------------------------------------------------------------------------


def make(
    ctx: Ctx,
    kind: DisbursementKind,
    of: tuple[SubjectKind, str, str],
    amount: Money,
    *,
    key: str | None = None,
    **details: Any,
) -> Disbursement:
    """Create a disbursement under its key. `of`: the subject's kind, the subject, and its payment."""
    subject_kind, subject, payment_id = of
    name = ctx.new_id()
    row = Disbursement(
        id=name,
        key=key or f"{POSTED_AS[kind]}:{name}",
        kind=kind,
        state=DisbursementState.WAITING,
        subject_kind=subject_kind,
        subject=subject,
        payment_id=payment_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        attempt=1,
        refusals=0,
        failed=[],
        made_at=ctx.now,
        **{"beside": False, **details},
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


def send(ctx: Ctx, row: Disbursement) -> None:
    """Request it for the first time. A payee without an account is told that money waits for them."""
    parties = SUBJECTS[row.subject_kind].lock(ctx, row.subject)
    if row.kind is DisbursementKind.PAYOUT and _account(ctx, row) is None:
        payee = str(row.payee)
        if payee == parties.payer and row.subject_kind is not SubjectKind.DEAL:
            ctx.announce(AccountAwaited(payee, (row.amount,)))
        else:
            ctx.announce(PayoutWaiting(row.subject_kind, row.subject, payee, row.amount, NO_ACCOUNT))
        await_account(ctx, payee)
    ask(ctx, row, parties)


def await_account(ctx: Ctx, organisation_id: str) -> None:
    """Set a timer that repeats the message about waiting money, because one message may be lost."""
    if deadline_of(ctx.session, ACCOUNT, organisation_id) is None:
        set_timer(ctx.session, Timer(ACCOUNT, organisation_id, "awaited", ctx.now + ACCOUNT_AWAITED))


# --- requests ---------------------------------------------------------------------------------------------------------


def send_again(ctx: Ctx, row: Disbursement, parties: Parties) -> None:
    """Request again what was put off or refused. The attempt is new, because the provider remembers a refusal."""
    if row.state in UNSENT:
        row.attempt += 1
        ask(ctx, row, parties)


def ask(ctx: Ctx, row: Disbursement, parties: Parties) -> None:
    """Post it to the provider, unless it has to wait or nothing is left of it."""
    subject = SUBJECTS[row.subject_kind]
    if row.kind is not DisbursementKind.REVERSAL:
        if why := parties.stopped or (FROZEN if is_disputed(ctx, row, parties) else None):
            stop(ctx, row, parties, why)
            return
        if claims.set_off(ctx, row, parties):
            subject.on_settled(ctx, row)
            return
        if parties.seller == MARKET and _goes_another_way(ctx, row, parties):
            return
    title = subject.title(ctx, row)
    account = _account(ctx, row) if row.kind is DisbursementKind.PAYOUT else None
    # a payer who has deleted their account cannot receive Stars
    if row.currency == STARS.code and title.stars_payer is None:
        keep(ctx, row)
    elif row.kind is DisbursementKind.PAYOUT and account is None:
        wait(ctx, row, None)  # also what was refused before: it is sent when the payee is ready
        await_account(ctx, str(row.payee))
    elif title.held_until is not None:
        wait(ctx, row, RECALLABLE)
        set_timer(ctx.session, Timer(DISBURSEMENT.name, row.id, TRY_AGAIN, title.held_until))
        ctx.announce(PayoutKept(row.subject_kind, row.subject, str(row.payee), row.amount, title.held_until))
    else:
        _request(ctx, row, _message(row, parties, title, account))


def is_disputed(ctx: Ctx, row: Disbursement, parties: Parties) -> bool:
    """Return whether a bank holds its money: any payment of the subject, or for our own sale that very payment."""
    return frozen(ctx, row.subject, row.payment_id if parties.seller == MARKET else None)


def stop(ctx: Ctx, row: Disbursement, parties: Parties, why: str) -> None:
    """Hold a disbursement while a chargeback is open or the subject's money does not add up.

    A payout to the payer's account becomes a refund again, because the bank may pay the payer first.
    """
    if why == FROZEN and row.kind is DisbursementKind.PAYOUT and row.payee != parties.seller:
        to_refund(ctx, row)
    wait(ctx, row, why)


def wait(ctx: Ctx, row: Disbursement, why: str | None) -> None:
    move(row, "wait")
    row.why = why
    clear_timers(ctx.session, DISBURSEMENT.name, row.id)
    ctx.session.flush()


def move(row: Disbursement, event: str) -> None:
    """Take one step of its process. Raises Stale if the table has no such transition."""
    line = DISBURSEMENT.transition(row.state, event, ("system", "provider"))
    row.state = DisbursementState(line.to)


# --- other ways -------------------------------------------------------------------------------------------------------


def to_account(ctx: Ctx, row: Disbursement, parties: Parties) -> None:
    """Pay out to the payer's account what cannot be refunded. It waits until they have named an account."""
    legs = [debit(refund_due(row.subject), row.amount), credit(payable(parties.payer), row.amount)]
    memo = f"To be paid out to the {parties.payer_word}"
    ledger.post(ctx, f"{row.turn_entry}:paid_out:{row.attempt}", memo, legs, deal=row.subject)
    row.kind, row.payee = DisbursementKind.PAYOUT, parties.payer
    row.attempt, row.refusals = row.attempt + 1, 0
    wait(ctx, row, None)
    send(ctx, row)


def to_refund(ctx: Ctx, row: Disbursement) -> None:
    legs = [debit(payable(str(row.payee)), row.amount), credit(refund_due(row.subject), row.amount)]
    memo = "Called back before it was paid out"
    ledger.post(ctx, f"{row.turn_entry}:called_back:{row.attempt}", memo, legs, deal=row.subject)
    row.kind, row.payee = DisbursementKind.REFUND, None


def keep(ctx: Ctx, row: Disbursement) -> None:
    """Keep Stars that the platform does not refund; they pay for the buyer's next purchase."""
    move(row, "keep")
    clear_timers(ctx.session, DISBURSEMENT.name, row.id)
    ctx.session.flush()
    SUBJECTS[row.subject_kind].on_settled(ctx, row)


def _goes_another_way(ctx: Ctx, row: Disbursement, parties: Parties) -> bool:
    """For our own sale, cut what the bank has kept; the rest can only go to an account.

    Return whether that was necessary.
    """
    kept = claims.uncovered(ctx, row.payment_id)
    if kept is None or (row.kind is DisbursementKind.PAYOUT and not kept):
        return False
    if row.kind is DisbursementKind.PAYOUT:  # the bank has given some of it meanwhile
        to_refund(ctx, row)
    claims.cover_sale(ctx, row)
    if row.amount:
        to_account(ctx, row, parties)
    else:
        SUBJECTS[row.subject_kind].on_settled(ctx, row)
    return True


# --- shared steps -----------------------------------------------------------------------------------------------------


def _account(ctx: Ctx, row: Disbursement) -> str | None:
    """Return the payee's account if it can receive money.

    The row is locked. Otherwise a payee who becomes ready at this moment would never get what has just begun to wait.
    """
    payee = ctx.session.get(Payee, row.payee, with_for_update=True)
    return payee.account_ref if payee is not None and payee.ready else None


def _message(row: Disbursement, parties: Parties, title: Title, account: str | None) -> Message:
    """Return the message for the transport. A charge of None leaves our balance."""
    charge = None if row.payee == parties.payer else title.charge
    common: dict[str, Any] = {
        "disbursement_id": row.id,
        "attempt": row.attempt,
        "amount": row.amount_minor,
        "currency": row.currency,
    }
    if row.kind is DisbursementKind.PAYOUT:
        assert account is not None, "a payout waits until its payee has an account"
        return SendTransfer(**common, account=account, group=f"{row.subject_kind}_{row.subject}", charge=charge)
    if row.kind is DisbursementKind.REVERSAL:
        assert row.reverses is not None, "a reversal names its transfer"
        return SendReversal(**common, transfer=row.reverses)
    if row.currency == STARS.code:
        assert title.stars_payer is not None, "Stars go back to their payer"
        assert charge is not None, "Stars go back by the charge that brought them"
        return RefundStars(**common, payer=title.stars_payer, charge=charge)
    payer, kept = (title.balance[0], title.balance[1].minor) if title.balance is not None else (None, 0)
    return SendRefund(
        **common,
        payment_intent=title.intent,
        charge=charge,
        payer=payer,
        kept=kept,
        email=title.email,
        beside=row.beside,
    )


def _request(ctx: Ctx, row: Disbursement, message: Message) -> None:
    move(row, TRY_AGAIN)
    row.why, row.asked_at = None, ctx.now
    clear_timers(ctx.session, DISBURSEMENT.name, row.id)
    ctx.session.flush()
    ctx.enqueue(f"{row.subject_kind}:{row.subject}", message)
