"""Calls the operator when something is wrong with money: a line in the log, and a letter through the outbox."""

from __future__ import annotations

import structlog

from conversations.wording import Wordings
from core.kernel.events import Reactions
from core.kernel.transaction import Ctx
from core.ledger.events import InvariantBroken
from core.reconciliation.events import DifferenceFound

log = structlog.get_logger(__name__)


def listen(reactions: Reactions, wordings: Wordings, operator_email: str | None) -> None:
    """`operator_email`: where the letter goes; without one there is only the log, and the light at /metrics."""
    words = wordings.speak("en")

    def call(ctx: Ctx, fact: InvariantBroken) -> None:
        log.critical("invariant_broken", invariant=fact.invariant, deal=fact.deal_id, detail=fact.detail)
        if operator_email is None:
            return
        if fact.deal_id is None:
            text = words("mail.alarm_books", invariant=fact.invariant, detail=fact.detail)
        else:
            text = words("mail.alarm_deal", invariant=fact.invariant, detail=fact.detail, deal=fact.deal_id)
        letter = {"to": operator_email, "subject": words("mail.alarm_subject"), "text": text}
        ctx.post("mail", f"mail:{operator_email}", "alarm", letter)

    def differ(ctx: Ctx, fact: DifferenceFound) -> None:
        log.critical("books_differ", kind=fact.kind, subject=fact.subject, detail=fact.detail)
        if operator_email is not None:
            text = words("mail.alarm_difference", subject=fact.subject, detail=fact.detail)
            letter = {"to": operator_email, "subject": words("mail.alarm_subject"), "text": text}
            ctx.post("mail", f"mail:{operator_email}", "alarm", letter)

    reactions.on(InvariantBroken, call)
    reactions.on(DifferenceFound, differ)
