"""A buyer's bank takes back what was paid for something that the market itself has sold: the market bears it."""

from __future__ import annotations

from datetime import datetime

from core.kernel.compiled_statements import find_all
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.service import person_of
from core.shop.purchases import recalls, refunds
from core.shop.purchases.events import RefundCovered, RefundForAccount, RefundRefused
from core.shop.purchases.payments import locked
from core.trade.funding import chargebacks
from core.trade.funding.chargebacks import Called, Source
from core.trade.funding.effects import await_account
from core.trade.funding.events import (
    AccountAwaited,
    ChargebackClosed,
    ChargebackFact,
    ChargebackOpened,
    ChargebackTaken,
    EffectRefused,
    PayeeReady,
)
from core.trade.funding.model import CHARGEBACK, LOST, MARKET, Chargeback, EffectKind, Payee, SubjectKind
from core.trade.funding.recalled.steps import only_of


def listen(reactions: Reactions) -> None:
    ours = SubjectKind.PURCHASE
    reactions.on(ChargebackOpened, only_of(ours, lambda ctx, fact: recalls.call_back(ctx, _paid_by(ctx, fact))))
    reactions.on(ChargebackTaken, only_of(ours, lambda ctx, fact: recalls.taken(ctx, _paid_by(ctx, fact))))
    reactions.on(ChargebackClosed, only_of(ours, _closed))
    reactions.on(RefundCovered, _covered)
    reactions.on(RefundForAccount, _send_when_ready)
    reactions.on(RefundRefused, _refused)
    reactions.on(PayeeReady, lambda ctx, fact: _send_waiting(ctx, fact.organisation_id))


def owns(ctx: Ctx, intent_ref: str) -> bool:
    """Whether it has paid for something that the market sold."""
    return recalls.paid_by(ctx, intent_ref) is not None


def hangs_on(ctx: Ctx, chargeback_id: str) -> bool:
    """Whether what was bought hangs on the payment that this dispute is about."""
    found = ctx.session.get_one(Chargeback, chargeback_id)
    return refunds.counts(ctx, locked(ctx, found.subject), found.payment_id)


def stands_alone(ctx: Ctx, chargeback_id: str) -> bool:
    """Whether no other dispute of the same payment is open, or was lost."""
    found = ctx.session.get_one(Chargeback, chargeback_id)
    return all(each.state == "won" for each in _of_payment(ctx, found.payment_id) if each.id != found.id)


def chargeback_opened(
    ctx: Ctx, *, ref: str, intent_ref: str, taken: Money, fee: Money, reason: str, evidence_due: datetime | None
) -> Chargeback:
    """The buyer's bank disputes a payment (see `chargebacks.opened`). Raises NotFound for one that is not ours."""
    payment = recalls.paid_by(ctx, intent_ref)
    if payment is None:
        raise NotFound
    purchase = locked(ctx, payment.purchase_id)
    source = Source(
        subject_kind=SubjectKind.PURCHASE,
        subject=purchase.id,
        payment_id=payment.id,
        seller=MARKET,
        held=Money.zero(payment.currency),
        released=payment.amount,
        fees=payment.amount,
        waiting=Money.zero(payment.currency),
        not_back=payment.amount,  # what was refunded is no sale any more: either way it is ours to bear
    )
    return chargebacks.opened(ctx, source, Called(ref, taken, fee, reason, evidence_due))


def _paid_by(ctx: Ctx, fact: ChargebackFact) -> str:
    """The payment that a dispute is about."""
    return ctx.session.get_one(Chargeback, fact.chargeback_id).payment_id


def _of_payment(ctx: Ctx, payment_id: str) -> list[Chargeback]:
    return find_all(ctx.session, Chargeback, ("id",), payment_id=payment_id)


def _closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    """What the bank had kept and now gives back is booked, too; what was not sent because of it goes to the buyer."""
    found = ctx.session.get_one(Chargeback, fact.chargeback_id)
    still = any(each.state == CHARGEBACK.initial for each in _of_payment(ctx, found.payment_id))
    if fact.why == "turned":
        covered = Money(found.from_escrow_minor, found.currency)
        recalls.win(ctx, found.payment_id, found.amount, covered, still=still)
    elif fact.won or not found.amount:  # a mere question that nobody has answered takes nothing
        recalls.win(ctx, found.payment_id, still=still)
    else:
        recalls.lose(ctx, found.payment_id, found.amount, still=still)


def _covered(ctx: Ctx, fact: RefundCovered) -> None:
    """It was not our own any more when the bank took it: it waited to go back."""
    rest = fact.amount.minor
    for found in _of_payment(ctx, fact.payment_id):
        part = min(rest, found.from_commission_minor) if found.state in LOST else 0
        found.from_commission_minor -= part
        found.from_escrow_minor += part
        rest -= part
    ctx.session.flush()


def _refused(ctx: Ctx, fact: RefundRefused) -> None:
    """Told as of everything that leaves."""
    buyer = person_of(ctx, locked(ctx, fact.purchase_id).buyer).organisation_id
    kind = EffectKind.TRANSFER if fact.to_account else EffectKind.REFUND
    facts = (SubjectKind.PURCHASE, fact.purchase_id, fact.refund_id, kind, buyer, fact.amount)
    ctx.announce(EffectRefused(*facts, fact.why))


def _send_when_ready(ctx: Ctx, fact: RefundForAccount) -> None:
    """To the account that the buyer has as a seller, or when they have one."""
    # Locked, or one who becomes ready at this very moment would never be sent what has just begun to wait.
    payee = ctx.session.get(Payee, fact.organisation_id, with_for_update=True)
    if payee is not None and payee.ready:
        _send_waiting(ctx, fact.organisation_id)
    else:
        ctx.announce(AccountAwaited(fact.organisation_id, (fact.amount,)))
        await_account(ctx, fact.organisation_id)


def _send_waiting(ctx: Ctx, organisation_id: str) -> None:
    account = ctx.session.get_one(Payee, organisation_id).account_ref
    for refund_id in refunds.waiting_for(ctx, organisation_id):
        refunds.pay_out(ctx, refund_id, account or "")
