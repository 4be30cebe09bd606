"""The outcome of a claim without an answer and a decision: the sum, whose figures count, and the day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from conversations.chat_context import ChatContext
from conversations.reply import Line
from core.kernel.timers import deadline_of
from core.trade.deals.model import Deal
from core.trade.delivery.model import FINAL_RULE_AFTER, LOT, Finding, Lot, LotState
from core.trade.delivery.rules import final_pay

BY: Final = ("buyer", "seller", "buyer_seller", "referee", "nobody")  # the side whose figures count then
# Silence makes a dispute of it, and then the month begins.
UNANSWERED: Final = frozenset({LotState.CLAIM, LotState.CLAIM_OFFERED})


def undecided_lines(chat: ChatContext, deal: Deal, lot: Lot, findings: Sequence[Finding]) -> list[Line]:
    """Return the lines for a reader of a claim or dispute; none while time decides nothing."""
    timer = deadline_of(chat.ctx.session, LOT.name, lot.id)
    if timer is None or lot.state not in (*UNANSWERED, LotState.LOT_DISPUTE):
        return []
    due = timer.due_at + FINAL_RULE_AFTER if lot.state in UNANSWERED else timer.due_at
    return [Line(label=chat.words("claim.undecided", due=due), value=undecided(chat, deal, lot, findings))]


def undecided(chat: ChatContext, deal: Deal, lot: Lot, findings: Sequence[Finding]) -> str:
    pay, _ = final_pay(deal.terms.quality, lot, findings)
    finders = {found.finder for found in findings if found.measured}
    by = "referee" if "referee" in finders else "_".join(sorted(finders)) or "nobody"
    assert by in BY, f"nobody told of {by}"
    return chat.words(f"claim.undecided.{by}", pay=pay, amount=lot.amount)
