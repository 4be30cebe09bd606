"""Findings about a delivery in words, the payment by the contract's formula, and the outcome without a decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from conversations.chat_context import ChatContext
from conversations.reply import Line
from conversations.trade.deals.sides import own_or
from core.kernel.money import Money
from core.kernel.timers import deadline_of
from core.trade.deals.model import Deal
from core.trade.delivery import claims
from core.trade.delivery.model import FINAL_RULE_AFTER, LOT, Finding, Lot, LotState
from core.trade.delivery.rules import final_pay
from core.trade.offers.quality_formula import Worth


def never_came_lines(chat: ChatContext, lot: Lot, side: str) -> list[Line]:
    """Return the line of a delivery that never arrived, so that it has no findings. `side`: the reader's."""
    if not lot.never_came:
        return []
    return [Line(label=own_or(chat, side, "claim.by", "buyer"), value=chat.words("claim.never_came"))]


def finding_text(chat: ChatContext, found: Finding) -> str:
    """Return a finding in one line."""
    words, measured = chat.words, found.measured
    parts = [found.words] if found.words else []
    parts += [words(f"claim.found_{name}", value=value) for name, value in measured.figures.items()]
    if measured.weight is not None:
        parts.append(words("lot.measured", measured=measured.weight))
    if found.measured_by:
        parts.append(words("claim.found_by", who=found.measured_by))
    if found.sample:
        parts.append(words("claim.found_sample", sample=found.sample))
    if found.files:
        parts.append(words("form.files", count=len(found.files)))
    return " · ".join(parts)


def finding_line(chat: ChatContext, found: Finding, side: str) -> Line:
    return Line(label=own_or(chat, side, "claim.by", found.finder), value=finding_text(chat, found))


def working_lines(chat: ChatContext, deal: Deal, lot: Lot, findings: list[Finding], side: str) -> list[Line]:
    """Return the calculation by each side's figures. Both sides see the same before any decision."""
    worths = _worths(deal, lot, findings)
    return [
        Line(label=own_or(chat, side, "claim.pays", finder), value=working(chat, worked))
        for finder, worked in worths.items()
    ]


def paid_by_agreement(deal: Deal, lot: Lot, findings: list[Finding]) -> list[tuple[str, Money]]:
    """Return the same amounts alone, each with the finder of its figures."""
    return [(finder, worked.pay) for finder, worked in _worths(deal, lot, findings).items()]


def _worths(deal: Deal, lot: Lot, findings: list[Finding]) -> dict[str, Worth]:
    """Return the payment by the contract for the last figures of each side."""
    found = {each.finder: each.measured for each in findings if each.measured}
    order = ("buyer", "seller", "referee")
    return {finder: claims.worth_of(deal, lot, found[finder]) for finder in order if finder in found}


def working(chat: ChatContext, worked: Worth) -> str:
    """Return the amount and its calculation."""
    steps = [chat.words(step.code, **step.parts) for step in worked.steps]
    return " · ".join([chat.words.show(worked.pay), *steps])


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
