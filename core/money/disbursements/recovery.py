"""What a chargeback does with the payouts and refunds of its subject: the same steps for every kind of subject.

Payouts are asked back when the bank takes the money, and so is one that arrives late. When the bank decides for us each
side has theirs again; when it does not, what waits to leave serves the claim first.
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
from core.money.disbursements.requests import bank_asks, make, move, send, send_again, stop
from core.money.disbursements.subjects import PAYMENTS, SUBJECTS, Parties, paid
from core.money.ledger import service as ledger
from core.money.ledger.model import LOSS, PROVIDER, Leg, credit, debit, payable, receivable
from core.money.model import MARKET, SubjectKind

# --- what the provider tells ------------------------------------------------------------------------------------------


def chargeback_opened(
    ctx: Ctx, *, ref: str, intent_ref: str, taken: Money, fee: Money, reason: str, evidence_due: datetime | None
) -> Chargeback:
    """The payer's bank disputes a payment (see `chargebacks.opened`). Raises NotFound for one that is not ours.

    What waits to go back to the payer waits for the bank from now on: it may give it to them first.
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
    # Of our own sale all is ours to bear: what was refunded is no sale any more.
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
    return chargebacks.opened(ctx, source, Called(ref, taken, fee, reason, evidence_due))


def came_back(ctx: Ctx, row: Disbursement, parties: Parties, ref: str) -> None:
    """The provider has taken a payout, or a part of it, back from the seller's account.

    What the seller has settled otherwise by now, or all of it where a bank has decided for us, is theirs again. Of a
    claim that was written off meanwhile it lessens our loss.
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
    """A payout did not come back, and nothing of it has: no more is asked for again than is owed by now.

    Return whether anything is, or it is not asked for any more.
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


# --- what follows -----------------------------------------------------------------------------------------------------


def claim_back(ctx: Ctx, subject: str) -> None:
    """Ask for payouts back, as far as they cover what is owed: also one that arrived after the bank had called."""
    for found in chargebacks.of_subject(ctx, subject):
        if found.outstanding and found.state in OWING:
            reverse(ctx, found)


def taken(ctx: Ctx, found: Chargeback) -> None:
    """What waited to go back has gone so; what the seller owes is asked for."""
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
    """The bank has decided: each side has theirs again, or what waits serves the claim. The rest goes on."""
    if why == "lost":
        rows = [each for each in rows_of(ctx, found.subject) if each.state in UNSENT]
        payouts = [each for each in rows if rules.is_payout_to(found.seller, each)]
        claims.cover(ctx, found, [*rules.unsent_refunds(rows, found.payment_id), *payouts])
        _look_elsewhere(ctx, found)
    else:
        give_up(ctx, found)
        if sellers := found.recovered - found.from_refunds:
            _give_again(ctx, found, DisbursementKind.PAYOUT, sellers, f"return:{found.id}")
        # Of our own sale, what was not sent because the bank had kept it goes now.
        back = found.from_escrow if found.seller == MARKET else found.from_refunds
        if back:
            _give_again(ctx, found, DisbursementKind.REFUND, back, f"return:{found.id}:refund")
        claim_back(ctx, found.subject)  # another dispute of the same payment may claim it from now on
    if found.seller == MARKET:
        go_on(ctx, found.subject)


def go_on(ctx: Ctx, subject: str) -> None:
    """What has waited for a bank is sent, where no bank holds it any more."""
    for row in rows_of(ctx, subject):
        parties = SUBJECTS[row.subject_kind].lock(ctx, subject)
        if row.why == FROZEN and row.state in UNSENT and not bank_asks(ctx, row, parties):
            send_again(ctx, row, parties)


def give_up(ctx: Ctx, found: Chargeback) -> None:
    """Ask for no payout back any more. One that is under way is answered, and then sent to the seller again."""
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
    """What its seller owes is kept of payouts that wait for other subjects, too.

    Each is looked at in a unit of its own, for it needs its subject's lock: no unit waits for a second one.
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


# --- steps that more than one of them take ----------------------------------------------------------------------------


def rows_of(ctx: Ctx, subject: str) -> list[Disbursement]:
    """What has left, or waits to leave, for one subject: in the order in which it was made."""
    return find_all(ctx.session, Disbursement, ("id",), subject=subject)


def book(ctx: Ctx, row: Disbursement, memo: str, legs: list[Leg], ref: str) -> None:
    """Write what the provider has done into the books, once for each that it has made: an earlier one may be back."""
    ledger.post(ctx, f"{row.entry}:{ref}", memo, legs, deal=row.subject)
    move(row, "succeed")
    row.provider_ref, row.why = ref, None
    clear_timers(ctx.session, DISBURSEMENT.name, row.id)
    ctx.session.flush()
