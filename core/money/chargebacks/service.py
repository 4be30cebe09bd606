"""Book the chargebacks of deals, sessions and purchases, and undo them when the bank decides for us.

A chargeback never changes the outcome of a deal or session. Held money is used first, then what we earned by the
payment, then a claim on the seller. Transfers are reversed as far as the seller's account allows. Waiting and later
payouts are set off against the claim.

The payer has twice what was refunded before: that is our loss, not the seller's. A bank that decides for us undoes
every leg. `core/money/disbursements` handles the effect on payouts and refunds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.kernel.compiled_statements import find_all
from core.kernel.errors import NotAllowed, NotFound
from core.kernel.money import Money
from core.kernel.process import enter, step
from core.kernel.transaction import Ctx
from core.money.chargebacks.events import (
    ChargebackBooked,
    ChargebackClaimed,
    ChargebackClosed,
    ChargebackMadeGood,
    ChargebackOpened,
    ChargebackServed,
    ChargebackThawed,
    ChargebackWrittenOff,
    PayoutSetOff,
)
from core.money.chargebacks.model import CHARGEBACK, LOST, OWING, Chargeback, ChargebackState
from core.money.chargebacks.rules import recourse
from core.money.ledger import service as ledger
from core.money.ledger.accounts import (
    COMMISSION,
    LOSS,
    PROVIDER,
    PROVIDER_FEES,
    SALES,
    credit,
    debit,
    escrow,
    payable,
    receivable,
    refund_due,
)
from core.money.model import MARKET, SubjectKind
from core.people.accounts.service import acting


@dataclass(frozen=True, slots=True)
class Called:
    """The provider's report of a dispute. `amount` and `fee` have left our balance; both are zero for an inquiry."""

    ref: str
    amount: Money
    fee: Money
    reason: str
    evidence_due: datetime | None


@dataclass(frozen=True, slots=True)
class Source:
    """The disputed payment, and where its money is: `held`, or `released` including our `fees`.

    `waiting`: the refunds of it that are not sent yet. `not_back`: what is neither refunded to the payer nor on its way
    to them.
    """

    subject_kind: SubjectKind
    subject: str
    payment_id: str
    seller: str
    held: Money
    released: Money
    fees: Money
    waiting: Money
    not_back: Money


# --- queries ----------------------------------------------------------------------------------------------------------


def frozen(ctx: Ctx, subject: str, payment_id: str | None = None) -> bool:
    """Return whether an open chargeback exists on this deal, session or purchase, or on one payment of it."""
    query = select(Chargeback.id).where(Chargeback.subject == subject, Chargeback.state == ChargebackState.OPEN)
    if payment_id is not None:
        query = query.where(Chargeback.payment_id == payment_id)
    return ctx.session.scalar(query.limit(1)) is not None


def kept_by_bank(ctx: Ctx, payment_id: str) -> list[Chargeback]:
    """Return the chargebacks of a payment that the bank has kept; then the provider refunds nothing of the rest either.

    The provider refuses to refund a charge that was charged back (`charge_disputed`), even if only a part was disputed.
    """
    known = select(Chargeback).where(Chargeback.payment_id == payment_id, Chargeback.state.in_(LOST))
    return list(ctx.session.scalars(known.where(Chargeback.amount_minor > 0).order_by(Chargeback.id)))


# --- reports from the provider ----------------------------------------------------------------------------------------


def opened(ctx: Ctx, source: Source, called: Called) -> Chargeback:
    """Record that a bank disputes a payment of ours. A repeated report may only add that money was taken."""
    known = named(ctx, called.ref)
    if known is None:
        known = Chargeback(
            id=ctx.new_id(),
            ref=called.ref,
            subject_kind=source.subject_kind,
            subject=source.subject,
            payment_id=source.payment_id,
            seller=source.seller,
            reason=called.reason[:60],
            amount_minor=0,
            fee_minor=0,
            currency=source.held.currency,
            recovered_minor=0,
            from_refunds_minor=0,
            evidence_due=called.evidence_due,
            opened_at=ctx.now,
        )
        enter(ctx, CHARGEBACK, known, CHARGEBACK.initial)
        ctx.session.add(known)
        ctx.session.flush()
        facts = (source.subject_kind, source.subject, known.id, source.seller)
        ctx.announce(ChargebackOpened(*facts, called.amount, called.reason))
    if known.state == ChargebackState.OPEN and not known.amount_minor and called.amount:
        _take(ctx, source, known, called.amount, called.fee)
    return known


def closed(ctx: Ctx, *, ref: str, won: bool, fee_returned: Money | None = None) -> None:
    """Apply the bank's decision. `won`: the money is back with us.

    A repeated decision has no effect. A win may follow a loss, also if the seller has repaid it meanwhile.

    Raises NotFound for an unknown dispute.
    """
    found = named(ctx, ref)
    if found is None:
        raise NotFound
    event = "won" if won else "lost"
    if event not in CHARGEBACK.open_to(found.state, ("provider",)):
        return
    if won:
        _undo(ctx, found, fee_returned)
    else:
        _lose(ctx, found, event, "provider")


def named(ctx: Ctx, ref: str) -> Chargeback | None:
    return ctx.session.scalar(select(Chargeback).where(Chargeback.ref == ref))


def of_payment(ctx: Ctx, payment_id: str) -> list[Chargeback]:
    """Return the chargebacks of one payment, the oldest first."""
    return find_all(ctx.session, Chargeback, ("id",), payment_id=payment_id)


def of_subject(ctx: Ctx, subject: str) -> list[Chargeback]:
    """Return the chargebacks of one deal, session or purchase, the oldest first."""
    return find_all(ctx.session, Chargeback, ("id",), subject=subject)


def held_charged_back(ctx: Ctx, payment_id: str, currency: str) -> Money:
    """Return what banks took of a payment while it was held, and have not returned."""
    sums = select(func.coalesce(func.sum(Chargeback.from_escrow_minor), 0))
    amount = ctx.session.scalar(
        sums.where(Chargeback.payment_id == payment_id, Chargeback.state != ChargebackState.WON)
    )
    return Money(int(amount or 0), currency)


def chargeback_for(ctx: Ctx, chargeback_id: str) -> Chargeback:
    """Return one chargeback, for operators. Raises NotFound, and NotAllowed to everybody else."""
    if not acting(ctx).operator:
        raise NotAllowed("refused.operators_only")
    found = ctx.session.get(Chargeback, chargeback_id)
    if found is None:
        raise NotFound
    return found


def open_chargebacks(ctx: Ctx, limit: int = 20) -> list[Chargeback]:
    """Return the chargebacks that banks have not decided yet, the oldest first, for operators. Raises NotAllowed."""
    if not acting(ctx).operator:
        raise NotAllowed("refused.operators_only")
    query = select(Chargeback).where(Chargeback.state == ChargebackState.OPEN).order_by(Chargeback.id)
    return list(ctx.session.scalars(query.limit(limit)))


# --- timers and later payouts -----------------------------------------------------------------------------------------


def time_is_up(ctx: Ctx, chargeback_id: str, event: str) -> None:
    """Treat a chargeback as lost if the bank stays silent, or write off a claim at its deadline."""
    found = ctx.session.get_one(Chargeback, chargeback_id, with_for_update=True)
    if event == "bank_silent":
        _lose(ctx, found, event, "time")
        return
    step(ctx, CHARGEBACK, found, event, ("time",))
    legs = [debit(LOSS, found.outstanding), credit(receivable(found.seller), found.outstanding)]
    ledger.post(ctx, f"chargeback:{found.id}:written_off", "Nobody makes it good", legs, deal=found.subject)
    ctx.announce_change(ChargebackWrittenOff(found.subject_kind, found.subject, found.id))


def set_off(ctx: Ctx, subject_kind: SubjectKind, subject: str, seller: str, net: Money, *, for_payout: str) -> Money:
    """Keep from a payout what the seller owes us, the oldest claim first. Return the rest, which is sent.

    `mark`: the id of the lot or session that is paid out.
    """
    rest = net
    query = select(Chargeback).where(
        Chargeback.seller == seller, Chargeback.state.in_(OWING), Chargeback.currency == net.currency
    )
    for found in ctx.session.scalars(query.order_by(Chargeback.id).with_for_update()).all():
        kept = min(rest, found.outstanding)
        if kept.minor > 0:
            legs = [debit(payable(seller), kept), credit(receivable(seller), kept)]
            key = f"chargeback:{found.id}:set_off:{for_payout}"
            ledger.post(ctx, key, "Set off against what the seller owes", legs, deal=subject)
            if subject_kind is SubjectKind.DEAL and found.subject != subject:
                left, about = found.outstanding - kept, (found.subject_kind, found.subject, found.id)
                ctx.announce(ChargebackServed(*about, seller, subject, kept, left))
            _recovered(ctx, found, kept)
            rest -= kept
    if rest != net:
        ctx.announce(PayoutSetOff(subject_kind, subject, seller, net - rest, rest))
    return rest


def recovered(ctx: Ctx, found: Chargeback, amount: Money, *, of_refund: bool = False) -> None:
    """Record that `amount` of the claim is settled. `of_refund`: it was a refund that was waiting."""
    if of_refund:
        found.from_refunds_minor += amount.minor
    _recovered(ctx, found, amount)


def not_twice(found: Chargeback, amount: Money) -> None:
    """Move `amount` from our loss to settled: the refund that seemed to reach the payer twice is not sent."""
    found.from_loss_minor -= amount.minor
    found.claimed_minor += amount.minor
    found.recovered_minor += amount.minor
    found.from_refunds_minor += amount.minor


def covered_of_sale(found: Chargeback, amount: Money) -> None:
    """Move `amount` from our sales to held: this part of the sale was waiting to be refunded."""
    found.from_commission_minor -= amount.minor
    found.from_escrow_minor += amount.minor


def earned_by(seller: str) -> str:
    """Return the account of what we earned by a payment: our sales, or our commission."""
    return SALES if seller == MARKET else COMMISSION


# --- shared steps -----------------------------------------------------------------------------------------------------


def _take(ctx: Ctx, source: Source, found: Chargeback, amount: Money, fee: Money) -> None:
    """Book which accounts bear it for now. A waiting refund has reached the payer, so it is not claimed."""
    none, before = Money.zero(amount.currency), _earlier_chargebacks(ctx, source)
    once = min(amount, max(source.not_back - before.of_payment, none))
    waited = min(once, source.waiting)
    returned = none if source.seller == MARKET else before.commission  # each payment has its own earnings
    share = recourse(once - waited, source.held, source.released, source.fees, returned, claimed=before.claimed)
    twice = amount - once + share.loss
    found.amount_minor, found.fee_minor = amount.minor, fee.minor
    found.from_escrow_minor = share.escrow.minor
    found.from_commission_minor = share.commission.minor
    found.from_loss_minor = twice.minor
    found.claimed_minor = (share.claimed + waited).minor
    found.recovered_minor = found.from_refunds_minor = waited.minor
    legs = [
        credit(PROVIDER, amount),
        debit(escrow(source.subject), share.escrow),
        debit(earned_by(source.seller), share.commission),
        debit(receivable(source.seller), share.claimed),
        debit(LOSS, twice),
        debit(refund_due(source.subject), waited),
        credit(PROVIDER, fee),
        debit(PROVIDER_FEES, fee),
    ]
    ledger.post(ctx, f"chargeback:{found.id}:opened", "Taken back by the payer's bank", legs, deal=source.subject)
    ctx.session.flush()
    about = (source.subject_kind, source.subject, found.id)
    ctx.announce(ChargebackBooked(*about))
    if share.claimed:
        ctx.announce(ChargebackClaimed(*about, source.seller, share.claimed))


@dataclass(frozen=True, slots=True)
class Before:
    """The amounts that earlier chargebacks took and still keep: of our fees, of the seller, and of this payment."""

    commission: Money
    claimed: Money
    of_payment: Money


def _earlier_chargebacks(ctx: Ctx, source: Source) -> Before:
    """Return what earlier chargebacks took. It limits what this one takes of our fees and claims from the seller."""
    commission = claimed = of_payment = 0
    for each in of_subject(ctx, source.subject):
        if each.state != ChargebackState.WON:
            commission += each.from_commission_minor
            claimed += each.claimed_minor - each.from_refunds_minor
            of_payment += each.amount_minor if each.payment_id == source.payment_id else 0
    currency = source.held.currency
    return Before(Money(commission, currency), Money(claimed, currency), Money(of_payment, currency))


def _recovered(ctx: Ctx, found: Chargeback, amount: Money) -> None:
    found.recovered_minor += amount.minor
    ctx.session.flush()
    if found.state == ChargebackState.LOST and not found.outstanding:
        step(ctx, CHARGEBACK, found, "made_good", ("system",))
        ctx.announce(ChargebackMadeGood(found.subject_kind, found.subject, found.id, found.seller))
        ctx.session.flush()


def _undo(ctx: Ctx, found: Chargeback, fee_returned: Money | None) -> None:
    """Undo every leg, because the money is back.

    What the seller has repaid is theirs again. Waiting refunds are owed to the payer again. The unpaid rest of the
    claim is cancelled, or reduces our loss if it was written off.
    """
    # Money held of a sale was already on its way back to the buyer, and is so again.
    held = refund_due if found.seller == MARKET else escrow
    nobodys = LOSS if found.state == ChargebackState.WRITTEN_OFF else receivable(found.seller)
    if found.seller != MARKET:  # if we are the seller, we bear all of it
        _pass_on(ctx, found)
    why, loss = "won" if found.state == ChargebackState.OPEN else "turned", found.sellers_loss
    step(ctx, CHARGEBACK, found, "won", ("provider",))
    money, fee = found.amount, fee_returned or Money.zero(found.currency)
    legs = [
        debit(PROVIDER, money),
        credit(held(found.subject), found.from_escrow),
        credit(earned_by(found.seller), found.from_commission),
        credit(nobodys, found.outstanding),
        credit(LOSS, found.from_loss),
        credit(payable(found.seller), found.recovered - found.from_refunds),
        credit(refund_due(found.subject), found.from_refunds),
        debit(PROVIDER, fee),
        credit(PROVIDER_FEES, fee),
    ]
    if money or fee:
        ledger.post(ctx, f"chargeback:{found.id}:won", "Given back by the payer's bank", legs, deal=found.subject)
    ctx.announce_change(ChargebackClosed(found.subject_kind, found.subject, found.id, found.seller, money, why, loss))
    _thaw(ctx, found)


def _pass_on(ctx: Ctx, found: Chargeback) -> None:
    """Move shares of a won chargeback to another one of the same payment.

    The later one was booked as our loss, because the payer seemed to have the money twice. After the first is won, the
    payer has it once. So the later one takes over the first one's shares, and the loss is undone with the first.
    """
    for other in of_subject(ctx, found.subject):
        if other.payment_id != found.payment_id or other.id == found.id or other.state == ChargebackState.WON:
            continue
        owing = found.state in OWING and other.state in OWING
        shares = (
            (found.from_escrow_minor, ("from_escrow_minor",)),
            (found.from_refunds_minor, ("claimed_minor", "recovered_minor", "from_refunds_minor")),
            (found.from_commission_minor, ("from_commission_minor",)),
            (found.recovered_minor - found.from_refunds_minor, ("claimed_minor", "recovered_minor")),
            (found.claimed_minor - found.recovered_minor if owing else 0, ("claimed_minor",)),
        )
        owed = other.outstanding
        for there, columns in shares:
            part = min(there, other.from_loss_minor)
            for each, sign in ((found, -1), (other, 1)):
                each.from_loss_minor -= sign * part
                for column in columns:
                    setattr(each, column, getattr(each, column) + sign * part)
        if other.outstanding != owed:
            about = (other.subject_kind, other.subject, other.id, other.seller)
            ctx.announce(ChargebackClaimed(*about, other.outstanding - owed))


def _lose(ctx: Ctx, found: Chargeback, event: str, role: str) -> None:
    """Record that the payer keeps the money, and the claim on the seller stays."""
    step(ctx, CHARGEBACK, found, event, (role,))
    about = (found.subject_kind, found.subject, found.id, found.seller)
    ctx.announce_change(ChargebackClosed(*about, found.amount, "lost", found.sellers_loss))
    if not found.outstanding:
        step(ctx, CHARGEBACK, found, "made_good", ("system",))
        ctx.session.flush()
    _thaw(ctx, found)


def _thaw(ctx: Ctx, found: Chargeback) -> None:
    """Let the subject's money move again, unless another bank holds it."""
    if not frozen(ctx, found.subject):
        ctx.announce(ChargebackThawed(found.subject_kind, found.subject))
