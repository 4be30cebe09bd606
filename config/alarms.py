"""Alerts the operator when something is wrong with money, or refused: a log line, and a letter by the outbox."""

from __future__ import annotations

import structlog

from conversations.wording import Wordings
from core.books.reconciliation.events import DifferenceFound
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.money.disbursements.events import DisbursementRefused
from core.money.disbursements.model import POSTED_AS
from core.money.ledger.events import InvariantBroken
from core.people.accounts.letters import AlarmLetter
from core.trade.funding.events import AccountRefused

log = structlog.get_logger(__name__)


def listen(reactions: Reactions, wordings: Wordings, operator_email: str | None) -> None:
    """`operator_email`: the letter's address; without one there are only the log and the metric at /metrics."""
    words = wordings.speak("en")

    def call(ctx: Ctx, fact: InvariantBroken) -> None:
        log.critical("invariant_broken", invariant=fact.invariant, deal=fact.deal_id, detail=fact.detail)
        if operator_email is None:
            return
        if fact.deal_id is None:
            text = words("mail.alarm_books", invariant=fact.invariant, detail=fact.detail)
        else:
            text = words("mail.alarm_deal", invariant=fact.invariant, detail=fact.detail, deal=fact.deal_id)
        letter = AlarmLetter(to=operator_email, subject=words("mail.alarm_subject"), text=text)
        ctx.enqueue(f"mail:{operator_email}", letter)

    def differ(ctx: Ctx, fact: DifferenceFound) -> None:
        log.critical("books_differ", kind=fact.kind, subject=fact.subject, detail=fact.detail)
        if operator_email is not None:
            text = words("mail.alarm_difference", subject=fact.subject, detail=fact.detail)
            letter = AlarmLetter(to=operator_email, subject=words("mail.alarm_subject"), text=text)
            ctx.enqueue(f"mail:{operator_email}", letter)

    def refused(ctx: Ctx, fact: DisbursementRefused) -> None:
        kind, subject_kind = POSTED_AS[fact.kind], fact.subject_kind.value
        log.error(
            "effect_refused",
            effect=fact.disbursement_id,
            kind=kind,
            subject_kind=subject_kind,
            subject=fact.subject,
            why=fact.why,
        )
        if operator_email is not None:
            amount, about = fact.amount, fact.subject
            text = words(
                "mail.alarm_refused", amount=amount, kind=kind, matter=subject_kind, subject=about, why=fact.why
            )
            letter = AlarmLetter(to=operator_email, subject=words("mail.alarm_subject_refused"), text=text)
            ctx.enqueue(f"mail:{operator_email}", letter)

    def no_account(_ctx: Ctx, fact: AccountRefused) -> None:
        log.error("account_refused", organisation=fact.organisation_id, why=fact.why)

    reactions.on(DisbursementRefused, refused)
    reactions.on(AccountRefused, no_account)
    reactions.on(InvariantBroken, call)
    reactions.on(DifferenceFound, differ)
