"""Sentences about a chargeback: what the bank did, and the loss of each side."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from core.kernel.money import Money
from core.money.chargebacks.model import LOST, OWING, Chargeback, ChargebackState
from core.money.model import SubjectKind


def chargeback_told(chat: ChatContext, found: Chargeback, side: str) -> str:
    """Return what a bank did. The seller reads their loss and what they owe; the buyer, that it counts.

    `side`: the reader's. It is empty for an operator.
    """
    words, lost = chat.words, found.state in LOST
    if found.subject_kind is SubjectKind.DEAL:
        code = f"state.chargeback.{ChargebackState.LOST if lost else found.state}"
        parts = [words(f"{code}.buyer" if side == "buyer" else code, amount=found.amount)]
        if lost and side == "buyer":
            parts.append(words("chargeback.counts"))
    else:
        parts = [outcome(chat, found)]
    if side == "seller" and lost:
        parts.append(loss_told(chat, found.sellers_loss))
        if found.our_loss:
            parts.append(words("chargeback.ours", amount=found.our_loss))
    if side == "seller" and found.state in OWING and found.outstanding:
        parts.append(words("chargeback.owed", amount=found.outstanding))
    return " ".join(parts)


def loss_told(chat: ChatContext, loss: Money) -> str:
    """Return what a seller bears of a payment that the bank has kept."""
    return chat.words("chargeback.loss", amount=loss) if loss else chat.words("chargeback.no_loss")


def outcome(chat: ChatContext, found: Chargeback) -> str:
    """Return what a bank did, in words for either side and for operators."""
    known = found.state if found.state in (ChargebackState.OPEN, ChargebackState.WON) else "lost"
    return chat.words(f"recall.state.{known}", amount=found.amount)
