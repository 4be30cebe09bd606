"""What a dispute does with the payouts and refunds of its matter: a deal's and a session's take the same steps.

Payouts are asked back when the bank takes the money, and so is one that arrives late. When the bank decides for us each
side has theirs again; when it does not, what waits to leave serves the claim first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import select

from core.kernel.money import Money
from core.kernel.reactions import Reactions
from core.kernel.timers import clear_timers
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.events import RefundReturned
from core.money.ledger.model import LOSS, PROVIDER, Leg, credit, debit, payable, receivable, refund_due
from core.trade.funding import chargebacks
from core.trade.funding.chargebacks import OWING
from core.trade.funding.events import ChargebackClosed, ChargebackTaken, ChargebackWrittenOff, PayoutSetOff, RecallFact
from core.trade.funding.model import CHARGEBACK, LOST, Chargeback, EffectKind, EffectState, Leaving, SubjectKind

UNSENT = (EffectState.WAITING, EffectState.REFUSED)

Fact = TypeVar("Fact", bound=RecallFact)
Row = TypeVar("Row", bound=Leaving)


@dataclass(frozen=True, slots=True)
class Way(Generic[Row]):
    """How the money of one matter leaves, and is asked back.

    `leaving`: its rows, the first first, with the subject locked. `paid_by`: which payment of ours a row goes out of.
    `take_back` and `send_back` make a row under that key, and ask the provider; so does `refund`, of what is due to the
    payer out of the payment that the bank has called back.
    """

    subject_kind: SubjectKind
    rows: type[Row]
    row_name: str  # what the books of the provider call a row, before its id
    timer: str  # the kind under which a row is tried again
    memo: str  # what the books say when a transfer has come back
    sent_back: str  # and when a refund has
    leaving: Callable[[Ctx, str], Sequence[Row]]
    paid_by: Callable[[Row], str]
    take_back: Callable[[Ctx, Chargeback, Row, Money, str], None]
    send_back: Callable[[Ctx, Chargeback, Money, str], None]
    refund: Callable[[Ctx, Chargeback, Money, str], None]
    book: Callable[[Ctx, Row, str, list[Leg], str], None]


def follow(reactions: Reactions, way: Way[Row]) -> None:
    """Do with the rows of one matter what its disputes ask for."""
    reactions.on(ChargebackTaken, only_of(way.subject_kind, lambda ctx, fact: _taken(ctx, way, _row(ctx, fact))))
    reactions.on(ChargebackClosed, only_of(way.subject_kind, lambda ctx, fact: _closed(ctx, way, fact)))
    reactions.on(ChargebackWrittenOff, only_of(way.subject_kind, lambda ctx, fact: _give_up(ctx, way, _row(ctx, fact))))


def only_of(subject_kind: SubjectKind, hear: Callable[[Ctx, Fact], None]) -> Callable[[Ctx, Fact], None]:
    """Hear such a fact when it is of this matter."""
    return lambda ctx, fact: hear(ctx, fact) if fact.subject_kind is subject_kind else None


def arrived(ctx: Ctx, way: Way[Row], subject: str) -> None:
    """A payout that was under way when the bank called arrived after all: it is asked back like the others."""
    for found in chargebacks.of_subject(ctx, subject):
        if found.outstanding and found.state in OWING:
            _reverse(ctx, way, found)


def came_back(ctx: Ctx, way: Way[Row], effect: Row, ref: str) -> None:
    """The provider has taken a transfer, or a part of it, back from the seller's account.

    What the seller has settled otherwise by now, or all of it where a bank has decided for us, is theirs again. Of a
    claim that was written off meanwhile it lessens our loss.
    """
    if effect.state is EffectState.DONE:
        return
    found = ctx.session.get_one(Chargeback, effect.chargeback_id)
    claimed = Money.zero(found.currency) if found.state == "won" else min(effect.amount, found.outstanding)
    rest = effect.amount - claimed
    owed = LOSS if found.state == "written_off" else receivable(found.seller)
    legs = [debit(PROVIDER, effect.amount), credit(owed, claimed), credit(payable(found.seller), rest)]
    way.book(ctx, effect, way.memo, legs, ref)
    chargebacks.recovered(ctx, found, claimed)
    if rest:
        way.send_back(ctx, found, rest, f"reversal:{effect.id}")


def lessen_to_owed(ctx: Ctx, way: Way[Row], effect: Row) -> bool:
    """A transfer did not come back, and nothing of it has: no more is asked for again than is owed by now.

    Whether anything is, or it is asked for no more.
    """
    if effect.kind is not EffectKind.REVERSAL or effect.state is EffectState.DONE:
        return True
    found = ctx.session.get_one(Chargeback, effect.chargeback_id)
    own = [each for each in way.leaving(ctx, found.subject) if each.chargeback_id == found.id and each.id != effect.id]
    asked = (each.amount for each in own if each.kind is EffectKind.REVERSAL and each.state is EffectState.ASKED)
    none = Money.zero(found.currency)
    rest = found.outstanding - Money.total(asked, found.currency) if found.state in OWING else none
    _lessen(ctx, way, effect, max(effect.amount - max(rest, none), none))
    return bool(effect.amount)


def sent_back(ctx: Ctx, way: Way[Row], subject: str, refund: Row, ref: str | None) -> bool:
    """Whether a refund that was done has come back to us: it is owed to the payer again, as one that never went."""
    done = refund.kind is EffectKind.REFUND and refund.state is EffectState.DONE
    if not done or ref is None or ref != refund.provider_ref:
        return False
    legs = [debit(PROVIDER, refund.amount), credit(refund_due(subject), refund.amount)]
    ledger.post(ctx, f"{way.subject_kind}:{subject}:{refund.key}:{ref}:sent_back", way.sent_back, legs, deal=subject)
    refund.state = EffectState.ASKED
    ctx.session.flush()
    return True


def not_sent(ctx: Ctx, way: Way[Row], subject: str, refund: Row, ref: str | None) -> bool:
    """A refund did not go, and only now is that heard: what a bank has kept of it meanwhile is not given twice.

    Whether nothing is left of it. `ref`: the provider's name of it, when it had been sent.
    """
    if refund.kind is not EffectKind.REFUND or refund.state is not EffectState.ASKED or ref in refund.failed:
        return False
    kept = [each for each in chargebacks.of_subject(ctx, subject) if each.payment_id == way.paid_by(refund)]
    if any(each.state == CHARGEBACK.initial for each in kept):
        return False
    name, whole = f"{way.row_name}:{refund.id}", refund.amount
    for found in kept:
        if found.state in LOST and refund.amount:
            _cover(ctx, way, found, [refund])
    if ref is not None and refund.amount != whole:
        ctx.announce(RefundReturned(ref, name, subject, whole))
    return not refund.amount


def kept_back(ctx: Ctx, way: Way[Row], subject: str, payout: Row) -> bool:
    """A payout did not go, and only now is that heard: what its seller owes by a bank's decision is kept of it; and of
    one to the payer's account, instead of a refund, what the bank has given them meanwhile.

    Whether nothing is left of it. Not for one that may have gone after all.
    """
    if payout.kind is not EffectKind.TRANSFER or payout.state is not EffectState.ASKED:
        return False
    for found in chargebacks.of_subject(ctx, subject):
        concerned = _is_payout(found, payout) or way.paid_by(payout) == found.payment_id
        if found.state in LOST and concerned and payout.amount:
            _cover(ctx, way, found, [payout])
    return not payout.amount


# --- what follows -----------------------------------------------------------------------------------------------------


def waiting(ctx: Ctx, way: Way[Row], subject: str, payment_id: str, currency: str) -> Money:
    """What is to go back to the payer out of this payment, and has not gone."""
    return Money.total((each.amount for each in _unsent_refunds(ctx, way, subject, payment_id)), currency)


def not_back(ctx: Ctx, way: Way[Row], subject: str, payment_id: str, came: Money, *, seller: str) -> Money:
    """What of a payment has not gone back to the payer, nor is on its way to them. `came`: all that it has brought."""
    sent = [each for each in way.leaving(ctx, subject) if each.state not in UNSENT and way.paid_by(each) == payment_id]
    back = (each.amount for each in sent if each.kind is EffectKind.REFUND or _is_back(each, seller))
    return came - Money.total(back, came.currency)


def _is_back(each: Leaving, seller: str) -> bool:
    """A payout to the payer's own account, for their card took no refund."""
    return each.kind is EffectKind.TRANSFER and each.payee != seller


def _unsent_refunds(ctx: Ctx, way: Way[Row], subject: str, payment_id: str) -> list[Row]:
    unsent = [each for each in way.leaving(ctx, subject) if each.kind is EffectKind.REFUND and each.state in UNSENT]
    return [each for each in unsent if way.paid_by(each) == payment_id]


def _taken(ctx: Ctx, way: Way[Row], found: Chargeback) -> None:
    """What waited to go back has gone so; what the seller owes is asked for."""
    rest = found.from_refunds
    for effect in _unsent_refunds(ctx, way, found.subject, found.payment_id):
        part = min(rest, effect.amount)
        rest -= part
        _lessen(ctx, way, effect, part)
    _reverse(ctx, way, found)


def _lessen(ctx: Ctx, way: Way[Row], effect: Row, part: Money) -> None:
    """So much of it has no need to leave any more; what is used up is gone."""
    effect.amount_minor -= part.minor
    if not effect.amount_minor:
        clear_timers(ctx.session, way.timer, effect.id)
        ctx.session.delete(effect)
    ctx.session.flush()


def _reverse(ctx: Ctx, way: Way[Row], found: Chargeback) -> None:
    """Ask for payouts back, as far as they cover the claim."""
    for key, payout, part in to_take_back(found, way.leaving(ctx, found.subject)):
        way.take_back(ctx, found, payout, part, key)
    ctx.session.flush()


def to_take_back(found: Chargeback, leaving: Sequence[Row]) -> Iterator[tuple[str, Row, Money]]:
    """Of which payouts how much is asked back from the seller's account, each once, and under which key.

    Of one that another dispute has asked back, what is left of it.
    """
    if found.state not in OWING:
        return
    reversals = [each for each in leaving if each.kind is EffectKind.REVERSAL]
    own = [each for each in reversals if each.chargeback_id == found.id]
    coming = (each.amount for each in own if each.state is not EffectState.DONE)
    rest = found.outstanding - Money.total(coming, found.currency)
    asked = {each.reverses for each in own}
    for payout in leaving:
        sent = _is_payout(found, payout) and payout.state is EffectState.DONE
        back = (each.amount for each in reversals if each.reverses == payout.provider_ref)
        part = min(rest, payout.amount - Money.total(back, found.currency))
        if sent and payout.provider_ref not in asked and part.minor > 0:
            yield f"reversal:{found.id}:{payout.id}", payout, part
            rest -= part


def _closed(ctx: Ctx, way: Way[Row], fact: ChargebackClosed) -> None:
    found = _row(ctx, fact)
    leaving = way.leaving(ctx, found.subject)
    if fact.won:
        _give_up(ctx, way, found)
        if sellers := found.recovered - found.from_refunds:
            way.send_back(ctx, found, sellers, f"return:{found.id}")
        if found.from_refunds:
            way.refund(ctx, found, found.from_refunds, f"return:{found.id}:refund")
        arrived(ctx, way, found.subject)  # another dispute of the same payment may claim it from now on
        return
    waiting = [each for each in leaving if each.state in UNSENT]
    refunds = (each for each in waiting if each.kind is EffectKind.REFUND and way.paid_by(each) == found.payment_id)
    payouts = (each for each in waiting if _is_payout(found, each))
    _cover(ctx, way, found, [*refunds, *payouts])


def _is_payout(found: Chargeback, each: Leaving) -> bool:
    """To who owes it: what goes to a payer's account, because it cannot go back otherwise, serves no claim."""
    return each.kind is EffectKind.TRANSFER and each.payee == found.seller


def _cover(ctx: Ctx, way: Way[Row], found: Chargeback, waiting: Iterable[Row]) -> None:
    """What waits to leave serves the claim first: a refund that the bank has given already, a payout to who owes it.

    A refund that seemed to be with the payer twice is not, when it has not left: that was no loss. What is used up is
    gone.
    """
    none = Money.zero(found.currency)
    for effect in waiting:
        to_payer = effect.payee != found.seller
        twice = min(effect.amount, found.from_loss) if to_payer else none
        claimed = min(effect.amount - twice, found.outstanding) if found.state in OWING else none
        covered = twice + claimed
        if not covered:
            continue
        owed = refund_due(found.subject) if effect.payee is None else payable(effect.payee)
        legs = [debit(owed, covered), credit(receivable(found.seller), claimed), credit(LOSS, twice)]
        memo = "The bank has given it to the payer already" if to_payer else "Kept for what the bank took"
        ledger.post(ctx, f"chargeback:{found.id}:covers:{effect.id}", memo, legs, deal=found.subject)
        rest = effect.amount - covered
        _lessen(ctx, way, effect, covered)
        if claimed and not to_payer:
            about = (way.subject_kind, found.subject, found.seller)
            ctx.announce(PayoutSetOff(*about, claimed, rest))
        chargebacks.not_twice(found, twice)
        chargebacks.recovered(ctx, found, claimed, of_refund=to_payer)


def _give_up(ctx: Ctx, way: Way[Row], found: Chargeback) -> None:
    """Ask for no transfer back any more. One that is under way is answered, and then sent to the seller again."""
    own = (way.rows.chargeback_id == found.id, way.rows.kind == EffectKind.REVERSAL, way.rows.state.in_(UNSENT))
    for effect in ctx.session.scalars(select(way.rows).where(*own)).all():
        clear_timers(ctx.session, way.timer, effect.id)
        ctx.session.delete(effect)
    ctx.session.flush()


def _row(ctx: Ctx, fact: ChargebackTaken | ChargebackClosed | ChargebackWrittenOff) -> Chargeback:
    return ctx.session.get_one(Chargeback, fact.chargeback_id)
