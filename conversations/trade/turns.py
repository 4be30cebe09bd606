"""Whose turn it is on a deal and on its lots, what happens next and by when: one sentence for every situation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations.talk import Talk
from core.deals.approval import approve_by
from core.deals.model import DEAL, IN_DOUBT, Deal
from core.delivery.model import LOT, UNSENT, Lot
from core.escrow.model import Tranche
from core.kernel.timers import deadline_of
from core.people.company.service import signs_alone
from core.support.service import decision_on


@dataclass(frozen=True, slots=True)
class Now:
    """Where a deal stands for this person, read once. `mine`: their roles; `awaited`: what is to be paid next.

    `confirmed_by`: until when the banks confirm what the buyer has paid, where they are at work.
    """

    deal: Deal
    mine: frozenset[str]
    lots: Sequence[Lot]
    awaited: Tranche | None
    confirmed_by: datetime | None
    may_rate: bool

    @property
    def side(self) -> str:
        """Whose sentences they read; an operator, the seller's."""
        return "buyer" if "buyer" in self.mine else "seller"


def deal_turn(talk: Talk, now: Now, other: str) -> str:
    """Whose turn it is, what happens next and by when. Every state of every process has its sentence here."""
    deal, side, lots = now.deal, now.side, now.lots
    if deal.frozen is not None and deal.state != "disputed" and deal.state not in DEAL.final:
        return _standstill(talk, now)
    if now.confirmed_by is not None and deal.state == "awaiting_funding" and deal.direct_asked_by is None:
        words, due = talk.words, now.confirmed_by
        return (
            words("turn.deal.confirming.buyer", due=due)
            if side == "buyer"
            else words("turn.deal.confirming.seller", due=due)
        )
    if deal.state == "funded" and now.awaited is not None and now.confirmed_by is None and side == "buyer":
        # what is paid goes on without them
        return _sentence(talk, "turn.deal.tranche_awaited.buyer", other, ("tranche", now.awaited.id), None)
    if deal.state == "disputed" and (decided := _decided(talk, deal.id)):
        return decided
    if deal.state == "funded" and lots:
        lot = min((lot for lot in lots if lot.state not in LOT.final), key=_urgency(side), default=lots[-1])
        return lot_turn(talk, lot, side, other)
    timed = ("deal", deal.id) if deal.state not in DEAL.final else None  # after the end nothing is due
    above = deal.state == "agreed" and _needs_approval(talk, now)
    return (
        _above(talk, now, other)
        if above
        else _sentence(talk, f"turn.deal.{_situation(now)}.{side}", other, timed, None)
    )


def lot_turn(talk: Talk, lot: Lot, side: str, other: str) -> str:
    """Whose turn it is with this lot, and by when."""
    if lot.state == "lot_dispute" and (decided := _decided(talk, lot.id)):
        return decided
    return _sentence(talk, f"turn.lot.{_lot_situation(lot, side)}.{side}", other, ("lot", lot.id), lot)


def _needs_approval(talk: Talk, now: Now) -> bool:
    """Whether who has signed for the buyer, or is to, may not do so alone."""
    signer = now.deal.buyer_signed_by or (talk.person.id if now.side == "buyer" else None)
    return signer is not None and not signs_alone(talk.ctx, signer, now.deal.amount)


def _above(talk: Talk, now: Now, other: str) -> str:
    """Who signs above their limit reads from the start that an approval comes before the payment, and so do others."""
    deadline = deadline_of(talk.ctx.session, "deal", now.deal.id)
    due = deadline.due_at if deadline is not None else talk.ctx.now
    approve = approve_by(now.deal, due)
    signed = "turn.deal.agreed_signed_above.buyer" if now.deal.buyer_signed_at else "turn.deal.agreed_above.buyer"
    code = signed if now.side == "buyer" else "turn.deal.agreed_above.seller"
    return talk.words(code, other=other, due=due, approve=approve)


def _decided(talk: Talk, subject: str) -> str:
    """What an operator has decided is what happens next, and no more what time would do. Empty before a ruling."""
    case = decision_on(talk.ctx, subject)
    if case is None:
        return ""
    deadline = deadline_of(talk.ctx.session, "case", case.id)
    return talk.words(f"turn.case.{case.state}.party", due=deadline.due_at if deadline is not None else "")


def _standstill(talk: Talk, now: Now) -> str:
    """Freeze beats timer: whose turn it was, and by when, would be wrong now."""
    if now.deal.frozen == IN_DOUBT:
        return talk.words("turn.frozen.in_doubt")
    if now.side == "buyer":
        return talk.words("turn.frozen.buyer")
    unsent = any(lot.state in UNSENT for lot in now.lots)
    return talk.words("deal.send_nothing" if unsent else "turn.frozen.seller")


def _situation(now: Now) -> str:
    """The deal's state, as far as it is told differently to whoever has to act."""
    deal, mine, side = now.deal, now.mine, now.side
    asked = {"cancel_asked": deal.cancel_asked_by, "funded_direct": deal.cancel_asked_by}
    if deal.state == "agreed" and (deal.buyer_signed_at if side == "buyer" else deal.seller_signed_at):
        return "agreed_signed"
    if deal.state == "awaiting_approval" and "approver" in mine:
        return "approval_asked_me"
    if deal.state == "completed" and not now.may_rate:
        return "completed_rated"
    if deal.state == "awaiting_funding" and deal.direct_asked_by is not None:
        return "direct_asked_me" if "invited" in mine else "direct_asked_them"
    if asked.get(deal.state) is not None:
        return "cancel_asked_me" if "other" in mine else "cancel_asked_them"
    return deal.state


def _lot_situation(lot: Lot, side: str) -> str:
    if lot.state == "planned" and lot.asked_by is not None:
        return "drop_asked_me" if lot.asked_by != side else "drop_asked_them"
    if lot.state == "claim" and lot.never_came:
        return "never_came"
    if lot.state == "referee_found":
        return "referee_found_me" if lot.asked_by != side else "referee_found_them"
    return lot.state


def _urgency(side: str) -> Callable[[Lot], tuple[bool, int]]:
    """What this side has to answer stands before what it only waits for; then the lots in their order."""
    waits_for = URGENT[side]
    return lambda lot: (lot.state not in waits_for, lot.number)


URGENT: dict[str, frozenset[str]] = {
    "buyer": frozenset({"inspection", "claim_offered", "late"}),
    "seller": frozenset({"claim", "late"}),
}


def _sentence(talk: Talk, code: str, other: str, timed: tuple[str, str] | None, lot: Lot | None) -> str:
    words, deadline = talk.words, deadline_of(talk.ctx.session, *timed) if timed is not None else None
    # Where both sides are told the same, the catalogue has one sentence for both.
    code = code if words.knows(code) else code.rpartition(".")[0]
    parts: dict[str, object] = {"other": other}
    parts["due"] = deadline.due_at if deadline is not None else ""
    if lot is not None:
        parts |= {"lot": lot.number, "truck": lot.truck or "", "eta": lot.eta or ""}
    return words(code, **parts)
