"""The state of a deal's money in words: chargebacks, and disbursements on their way."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.chat_context import ChatContext
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import CHARGEBACK, Chargeback, ChargebackState
from core.money.chargebacks.service import of_subject
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.model import SubjectKind
from core.trade.deals.model import CALLED_BACK, DEAL, Deal, DealState, Side
from core.trade.funding import service as escrow
from core.trade.funding.evidence.model import SEND_BEFORE, PackState
from core.trade.funding.evidence.service import pack_of

GOING_OUT = (DealState.SETTLING, DealState.PAYOUT_BLOCKED)  # for a deal with all deliveries closed


def recalls_of(ctx: Ctx, deal: Deal) -> Sequence[Chargeback]:
    """Return the chargebacks of a deal. They are read only for a frozen or ended deal; others have none."""
    called = CALLED_BACK in (deal.frozen, deal.also_frozen)
    return of_subject(ctx, deal.id) if called or (deal.state in DEAL.final and not deal.direct) else ()


def going_out(ctx: Ctx, deal: Deal) -> Sequence[Disbursement]:
    """The payouts and refunds that a deal waits for before it is complete."""
    if deal.state not in GOING_OUT:
        return ()
    payments = escrow.disbursements_of(ctx, deal.id)
    return [
        each
        for each in payments
        if each.state is not DisbursementState.DONE and each.kind is not DisbursementKind.REVERSAL
    ]


def what_goes_out(state: DealState, payments: Sequence[Disbursement]) -> str:
    """Return the situation of a deal that waits only for its last payments.

    A payout with no account comes first, because only the seller can end it. Then comes the refund, then a payout that
    is on its way.
    """
    kinds = {each.kind for each in payments}
    if state == DealState.PAYOUT_BLOCKED:
        return "payout_blocked_refund" if kinds == {DisbursementKind.REFUND} else state
    if any(each.kind is DisbursementKind.PAYOUT and each.state is DisbursementState.WAITING for each in payments):
        return state
    if DisbursementKind.REFUND in kinds:
        return "settling_refund"
    return "settling_payout" if kinds else state


def chargeback_turn(chat: ChatContext, deal: Deal, side: Side, other: str, found: Sequence[Chargeback]) -> str:
    """Return whose turn it is after a chargeback; an undecided one comes first.

    Return an empty string if all are decided and nothing is owed.
    """
    words = chat.words
    undecided = next((each for each in found if each.state == CHARGEBACK.initial), None)
    if undecided is not None:
        amount = undecided.amount or deal.amount  # a bank that only asks has taken nothing yet
        return words(f"turn.recall.open.{side}", other=other, amount=amount)
    owing = next((each for each in found if each.state == ChargebackState.LOST and each.outstanding), None)
    if owing is not None and side == "seller":
        return words("turn.recall.owed.seller", other=other, amount=owing.amount, owed=owing.outstanding)
    return ""


def our_answer(chat: ChatContext, found: Sequence[Chargeback]) -> str:
    """Return the market's answer to the bank, its date, and the seller's way to add to it."""
    words = chat.words
    undecided = next((each for each in found if each.state == CHARGEBACK.initial), None)
    if undecided is None or undecided.subject_kind is not SubjectKind.DEAL:
        return ""
    pack = pack_of(chat.ctx, undecided.id)
    if pack is None:
        return words("turn.recall.answer.none")
    if pack.state is PackState.WAITING:
        return words("turn.recall.answer.waiting", at=pack.due_by - SEND_BEFORE, write=words("deal.write"))
    if pack.state is PackState.SENT:
        return words("turn.recall.answer.sent", at=pack.sent_at)
    return words("turn.recall.answer.under_way", due=pack.due_by)
