"""Blocking service: block and unblock a party, report one, and ask whether two may deal with each other."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, exists, func, or_, select

from core.kernel.database import add_unless_present
from core.kernel.errors import Invalid, NotAllowed, NotFound, Refusal, Stale
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting, organisation_of, person_of
from core.people.blocking.events import PartyReported, PartyWarned, ReportClosed
from core.people.blocking.model import Block, Outcome, Report, ReportParty, WarnParty
from core.people.blocking.suspensions import check_not_suspended

REPORTS_A_DAY = 5


# --- blocks -----------------------------------------------------------------------------------------------------------


def block(ctx: Ctx, organisation_id: str) -> None:
    """Block a company: neither finds, writes to or books the other. What both have agreed goes on. Raises Invalid."""
    own = acting(ctx).organisation_id
    if organisation_of(ctx, organisation_id).id == own:
        raise Invalid("contacts.oneself")
    add_unless_present(ctx.session, Block, organisation_id=own, blocked_id=organisation_id, at=ctx.now)


def unblock(ctx: Ctx, organisation_id: str) -> None:
    own = acting(ctx).organisation_id
    ctx.session.execute(delete(Block).where(Block.organisation_id == own, Block.blocked_id == organisation_id))


def blocked_by_me(ctx: Ctx) -> list[str]:
    """Return the companies that the actor's company has blocked, the latest first."""
    query = select(Block.blocked_id).where(Block.organisation_id == acting(ctx).organisation_id)
    return list(ctx.session.scalars(query.order_by(Block.at.desc(), Block.blocked_id)))


def blocked_parties(ctx: Ctx, organisation_id: str) -> frozenset[str]:
    """Return the companies that have blocked this one or that it has blocked."""
    mine = select(Block.blocked_id).where(Block.organisation_id == organisation_id)
    theirs = select(Block.organisation_id).where(Block.blocked_id == organisation_id)
    return frozenset(ctx.session.scalars(mine.union(theirs)))


def blocked_for_me(ctx: Ctx) -> frozenset[str]:
    """Return the blocked parties of the actor's company; none if the market itself looks."""
    return blocked_parties(ctx, acting(ctx).organisation_id) if ctx.actor.person is not None else frozenset()


def check_may_reach(ctx: Ctx, one: str, other: str) -> None:
    """Raise Refusal if one of the two is suspended or has blocked the other. It does not say which."""
    check_not_suspended(ctx, one, other)
    query = select(
        exists().where(
            or_(
                (Block.organisation_id == one) & (Block.blocked_id == other),
                (Block.organisation_id == other) & (Block.blocked_id == one),
            )
        )
    )
    if ctx.session.scalar(query):
        raise Refusal("contacts.apart")


def reachable(ctx: Ctx, organisation_id: str, others: Collection[str]) -> set[str]:
    """Return the companies of `others` that have no block with this one."""
    return set(others) - blocked_parties(ctx, organisation_id)


# --- reports ----------------------------------------------------------------------------------------------------------


def report(ctx: Ctx, command: ReportParty) -> Report:
    """Tell the operators, with what is on the screen. Raises Refusal after five in a day."""
    person = acting(ctx)
    if organisation_of(ctx, command.organisation_id).id == person.organisation_id:
        raise Invalid("contacts.oneself")
    today = select(func.count()).where(Report.reporter == person.id, Report.at > ctx.now.replace(hour=0, minute=0))
    if (ctx.session.scalar(today) or 0) >= REPORTS_A_DAY:
        raise Refusal("contacts.reports_most", most=REPORTS_A_DAY)
    told = Report(
        id=ctx.new_id(),
        reporter=person.id,
        about_id=command.organisation_id,
        words=command.words,
        screen=command.screen,
        kind=command.kind or None,
        subject=command.subject or None,
        at=ctx.now,
    )
    ctx.session.add(told)
    ctx.announce_change(PartyReported(told.id))
    return told


def object_to(ctx: Ctx, kind: str, subject: str, words: str) -> Report:
    """Object to an operator's act against one's own company: a report about oneself. Raises Refusal if one waits."""
    person = acting(ctx)
    waits = select(exists().where(Report.about_id == person.organisation_id, *_objects(kind, subject, person)))
    if ctx.session.scalar(waits):
        raise Refusal("report.objection_waits")
    told = Report(
        id=ctx.new_id(),
        reporter=person.id,
        about_id=person.organisation_id,
        words=words,
        screen="",
        kind=kind,
        subject=subject,
        at=ctx.now,
    )
    ctx.session.add(told)
    ctx.announce_change(PartyReported(told.id))
    return told


def _objects(kind: str, subject: str, person: Person) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of an open objection of this person's company."""
    colleagues = select(Person.id).where(Person.organisation_id == person.organisation_id)
    by_themselves = Report.reporter.in_(colleagues)
    return (Report.kind == kind, Report.subject == subject, Report.closed_at.is_(None), by_themselves)


def is_objection(ctx: Ctx, told: Report) -> bool:
    """Return whether it comes from the company that it is about."""
    return person_of(ctx, told.reporter).organisation_id == told.about_id


def open_reports(ctx: Ctx) -> list[Report]:
    """Return the reports that wait for the acting operator, the oldest first. Raises NotAllowed."""
    operator = acting(ctx)
    if not operator.operator:
        raise NotAllowed
    query = select(Report).where(Report.closed_at.is_(None), Report.about_id != operator.organisation_id)
    return list(ctx.session.scalars(query.order_by(Report.at, Report.id)))


def warn_party(ctx: Ctx, command: WarnParty) -> Report:
    """Warn the party of a report, and close it. Raises NotAllowed, NotFound, Stale."""
    told = close_report(ctx, command.report_id, "warned", command.reason)
    ctx.announce(PartyWarned(told.id, told.about_id, command.reason))
    return told


def close_report(ctx: Ctx, report_id: str, outcome: Outcome, reason: str | None = None) -> Report:
    """Close a report that an operator has looked at. Raises NotAllowed, NotFound, Stale when another was first."""
    told = report_to_decide(ctx, report_id, lock=True)
    told.closed_at, told.closed_by, told.outcome, told.reason = ctx.now, acting(ctx).id, outcome, reason
    ctx.announce_change(ReportClosed(told.id, outcome))
    return told


def report_to_decide(ctx: Ctx, report_id: str, *, lock: bool = False, closed_too: bool = False) -> Report:
    """Return an open report for an operator. Raises NotAllowed, NotFound, Stale when it is closed."""
    operator = acting(ctx)
    if not operator.operator:
        raise NotAllowed
    told = ctx.session.get(Report, report_id, with_for_update=lock)
    if told is None or not may_read(operator, told):
        raise NotFound
    if told.closed_at is not None and not closed_too:
        raise Stale
    return told


def report_for(ctx: Ctx, report_id: str) -> Report:
    """Return a report for operators, its reporter or the market itself. Raises NotFound."""
    told = ctx.session.get(Report, report_id)
    if told is None:
        raise NotFound
    if ctx.actor.person not in (None, told.reporter) and not may_read(acting(ctx), told):
        raise NotFound
    return told


def may_read(person: Person, told: Report) -> bool:
    """Return whether the person is an operator, and the report is not about their own company."""
    return person.operator and person.organisation_id != told.about_id
