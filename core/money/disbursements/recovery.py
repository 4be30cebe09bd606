"""Apply a chargeback to the payouts and refunds of its subject: the same steps for every kind of subject.

Payouts are reversed when the bank takes the money, and so is a payout that arrives late. If the bank decides for us,
each side gets its money again. If it does not, waiting disbursements serve the claim first.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core.kernel.compiled_statements import find_all
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.model import OWING, Chargeback, ChargebackState
from core.money.chargebacks.service import Called, Source
from core.money.disbursements import claims, rules
from core.money.disbursements.model import (
    DISBURSEMENT,
    FROZEN,
    OVER,
    SET_OFF,
    UNSENT,
    Disbursement,
    DisbursementKind,
    DisbursementState,
)
from core.money.disbursements.requests import is_disputed, make, move, send, send_again, stop
from core.money.disbursements.subjects import PAYMENTS, SUBJECTS, Parties, paid
from core.money.ledger import service as ledger
from core.money.ledger.accounts import LOSS, PROVIDER, Leg, credit, debit, payable, receivable
from core.money.model import MARKET, SubjectKind

# --- reports from the provider ----------------------------------------------------------------------------------------


def chargeback_opened(
    ctx: Ctx, *, ref: str, intent_ref: str, amount: Money, fee: Money, reason: str, evidence_due: datetime | None
) -> Chargeback:
    """Record that the payer's bank disputes a payment (see `chargebacks.opened`). Raises NotFound for an unknown
    payment.

    Waiting refunds wait for the bank from now on, because it may pay the payer first.
    """
    known = paid()
    query = select(known.c.payment_id, known.c.subject, known.c.subject_kind).where(known.c.intent_ref == intent_ref)
    found = ctx.session.execute(query.order_by(known.c.payment_id).limit(1)).first()
    if found is None:
        raise NotFound
    kind, subject, payment_id = SubjectKind(found.subject_kind), found.subject, found.payment_id
    parties = SUBJECTS[kind].lock(ctx, subject)
    rows = rows_of(ctx, subject)
    if chargebacks.named(ctx, ref) is None:
        for row in rows:
            if row.payment_id == payment_id and row.state in UNSENT and rules.goes_to_payer(row, parties.seller):
                stop(ctx, row, parties, FROZEN)
    # We bear all of our own sale: what was refunded is no sale any more.
    exposure, own = PAYMENTS[kind].exposure(ctx, subject, payment_id), parties.seller == MARKET
    waiting = () if own else (each.amount for each in rules.unsent_refunds(rows, payment_id))
    not_back = exposure.came if own else rules.not_back(rows, payment_id, exposure.came, parties.seller)
    source = Source(
        subject_kind=kind,
        subject=subject,
        payment_id=payment_id,
        seller=parties.seller,
        held=exposure.held,
        released=exposure.released,
        fees=exposure.fees,
        waiting=Money.total(waiting, exposure.held.currency),
        not_back=not_back,
    )
    return chargebacks.opened(ctx, source, Called(ref, amount, fee, reason, evidence_due))


def came_back(ctx: Ctx, row: Disbursement, parties: Parties, ref: str) -> None:
    """Book a reversal: the provider has taken back a payout, or a part of it, from the seller's account.

    The seller gets again what they have settled otherwise by now, or everything if a bank has decided for us. If the
    claim was written off meanwhile, it lessens our loss.
    """
    found = ctx.session.get_one(Chargeback, row.chargeback_id)
    none = Money.zero(found.currency)
    claimed = none if found.state == ChargebackState.WON else min(row.amount, found.outstanding)
    rest = row.amount - claimed
    owed = LOSS if found.state == ChargebackState.WRITTEN_OFF else receivable(found.seller)
    legs = [debit(PROVIDER, row.amount), credit(owed, claimed), credit(payable(found.seller), rest)]
    book(ctx, row, f"Taken back from the {parties.seller_word}", legs, ref)
    chargebacks.recovered(ctx, found, claimed)
    if rest:
        _give_again(ctx, found, DisbursementKind.PAYOUT, rest, f"reversal:{row.id}")


def lessen_to_owed(ctx: Ctx, row: Disbursement) -> bool:
    """Limit a failed reversal to what the seller still owes.

    Return whether anything is left to ask for.
    """
    if row.kind is not DisbursementKind.REVERSAL or row.state in OVER:
        return True
    found = ctx.session.get_one(Chargeback, row.chargeback_id)
    own = (each for each in rows_of(ctx, found.subject) if each.chargeback_id == found.id and each.id != row.id)
    reversals = (each for each in own if each.kind is DisbursementKind.REVERSAL)
    asked = (each.amount for each in reversals if each.state is DisbursementState.ASKED)
    none = Money.zero(found.currency)
    rest = found.outstanding - Money.total(asked, found.currency) if found.state in OWING else none
    claims.lessen(ctx, row, max(row.amount - max(rest, none), none))
    return bool(row.amount)


# --- consequences -----------------------------------------------------------------------------------------------------


def claim_back(ctx: Ctx, subject: str) -> None:
    """Reverse payouts as far as they cover what is owed, also those that arrived after the chargeback."""
    for found in chargebacks.of_subject(ctx, subject):
        if found.outstanding and found.state in OWING:
            reverse(ctx, found)


def recover_booked(ctx: Ctx, found: Chargeback) -> None:
    """Cut the waiting refunds that the bank has paid, and reverse payouts for what the seller owes."""
    rest = found.from_refunds
    for row in rules.unsent_refunds(rows_of(ctx, found.subject), found.payment_id) if rest else ():
        part = min(rest, row.amount)
        rest -= part
        claims.lessen(ctx, row, part)
    reverse(ctx, found)


def reverse(ctx: Ctx, found: Chargeback) -> None:
    for key, payout, part in rules.to_take_back(found, rows_of(ctx, found.subject)):
        of = (found.subject_kind, found.subject, payout.payment_id)
        about = {"payee": found.seller, "chargeback_id": found.id, "reverses": payout.provider_ref}
        send(ctx, make(ctx, DisbursementKind.REVERSAL, of, part, key=key, **about))


def closed(ctx: Ctx, found: Chargeback, why: str) -> None:
    """Apply the bank's decision: each side gets its money again, or waiting disbursements serve the claim."""
    if why == "lost":
        rows = [each for each in rows_of(ctx, found.subject) if each.state in UNSENT]
        payouts = [each for each in rows if rules.is_payout_to(found.seller, each)]
        claims.cover(ctx, found, [*rules.unsent_refunds(rows, found.payment_id), *payouts])
        _look_elsewhere(ctx, found)
    else:
        give_up(ctx, found)
        if sellers := found.recovered - found.from_refunds:
            _give_again(ctx, found, DisbursementKind.PAYOUT, sellers, f"return:{found.id}")
        # For our own sale: send now what was not sent because the bank had kept it.
        back = found.from_escrow if found.seller == MARKET else found.from_refunds
        if back:
            _give_again(ctx, found, DisbursementKind.REFUND, back, f"return:{found.id}:refund")
        claim_back(ctx, found.subject)  # another dispute of the same payment may claim it from now on
    if found.seller == MARKET:
        go_on(ctx, found.subject)


def go_on(ctx: Ctx, subject: str) -> None:
    """Send what has waited for a bank, unless another bank still holds it."""
    for row in rows_of(ctx, subject):
        parties = SUBJECTS[row.subject_kind].lock(ctx, subject)
        if row.why == FROZEN and row.state in UNSENT and not is_disputed(ctx, row, parties):
            send_again(ctx, row, parties)


def give_up(ctx: Ctx, found: Chargeback) -> None:
    """Delete the reversals that are not sent yet. One under way is finished, and then paid out again."""
    for row in rows_of(ctx, found.subject):
        own = row.chargeback_id == found.id and row.kind is DisbursementKind.REVERSAL
        if own and row.state in UNSENT:
            clear_timers(ctx.session, DISBURSEMENT.name, row.id)
            ctx.session.delete(row)
    ctx.session.flush()


def _give_again(ctx: Ctx, found: Chargeback, kind: DisbursementKind, amount: Money, key: str) -> None:
    of = (found.subject_kind, found.subject, found.payment_id)
    payout = kind is DisbursementKind.PAYOUT
    about = {"payee": found.seller, "chargeback_id": found.id} if payout else {}
    send(ctx, make(ctx, kind, of, amount, key=key, **about))


def _look_elsewhere(ctx: Ctx, found: Chargeback) -> None:
    """Set the claim off against the seller's payouts that wait for other subjects, too.

    Each payout gets a timer and so a unit of work of its own. It needs its subject's lock, and no unit waits for a
    second one.
    """
    if not found.outstanding:
        return
    waiting = select(Disbursement.id).where(
        Disbursement.payee == found.seller,
        Disbursement.subject != found.subject,
        Disbursement.kind == DisbursementKind.PAYOUT,
        Disbursement.state.in_(UNSENT),
        Disbursement.asked_at.is_(None),
        Disbursement.currency == found.currency,
    )
    for row_id in ctx.session.scalars(waiting.order_by(Disbursement.id)).all():
        set_timer(ctx.session, Timer(DISBURSEMENT.name, row_id, SET_OFF, ctx.now))


# --- shared steps -----------------------------------------------------------------------------------------------------


def rows_of(ctx: Ctx, subject: str) -> list[Disbursement]:
    """Return all disbursements of a subject, the oldest first."""
    return find_all(ctx.session, Disbursement, ("id",), subject=subject)


def book(ctx: Ctx, row: Disbursement, memo: str, legs: list[Leg], ref: str) -> None:
    """Book what the provider has done, once for each of its objects: an earlier one may have come back."""
    ledger.post(ctx, f"{row.entry}:{ref}", memo, legs, deal=row.subject)
    move(row, "succeed")
    row.provider_ref, row.why = ref, None
    clear_timers(ctx.session, DISBURSEMENT.name, row.id)
    ctx.session.flush()
