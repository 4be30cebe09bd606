"""A process (deal, lot, session) as a table of transitions, with the roles and deadlines of each.

Buttons, timers, the diagram in the docs and the tests are drawn from the table. Nothing else changes a state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.kernel.compiled_statements import find_all
from core.kernel.database import Id, Instant, Table, Versioned
from core.kernel.errors import NotAllowed, Stale
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx

# The roles that no person has; those of people are each process's own.
TIME: Final = frozenset({"time"})  # alone: a deadline
SYSTEM: Final = frozenset({"system"})
PROVIDER: Final = frozenset({"provider"})  # for payments

State = TypeVar("State", bound=StrEnum)  # the states of one process; what the database keeps is their text


@dataclass(frozen=True, slots=True)
class Transition(Generic[State]):
    """One line of the table. `by`: roles that may fire it (`TIME` makes it a deadline).

    `after`: how long after entering the state the deadline falls due. The caller may name the moment instead (a
    listing's own validity, the end of a delivery window). `reminds`: the roles whose turn it is meanwhile.
    """

    source: State
    event: str
    by: frozenset[str]
    to: State
    after: timedelta | None = None
    reminds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Process(Generic[State]):
    """A named table. `also_begins`: other states in which a process may begin.

    `binds`: the events by which a person moves money, signs, or gives something up for good. Each of them happens by
    one press on a button that names it, after a look at what follows.

    No person and no code of ours leaves a `final` state. Only the provider may still report that it has turned.
    """

    name: str
    initial: State
    final: frozenset[State]
    transitions: tuple[Transition[State], ...]
    also_begins: frozenset[State] = frozenset()
    binds: frozenset[str] = frozenset()
    _by_key: dict[tuple[State, str], Transition[State]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {(each.source, each.event): each for each in self.transitions})

    def transition(self, state: State, event: str, roles: Iterable[str]) -> Transition[State]:
        """Return the line of this event from this state. Raises Stale (no such line), NotAllowed (not their role)."""
        line = self._by_key.get((state, event))
        if line is None:
            raise Stale("refused.moved_on", process=self.name, state=state)
        if not line.by & frozenset(roles):
            raise NotAllowed("refused.not_your_turn", process=self.name, state=state)
        return line

    def open_to(self, state: State, roles: Iterable[str]) -> list[str]:
        """Return the events that these roles may fire in this state: the buttons."""
        mine = frozenset(roles)
        return [each.event for each in self.transitions if each.source == state and each.by & mine]

    def timed(self, state: State) -> list[Transition[State]]:
        return [each for each in self.transitions if each.source == state and "time" in each.by]

    def reminds(self, state: State, event: str) -> frozenset[str]:
        """Return the roles whose turn it is while this deadline of this state runs."""
        line = self._by_key.get((state, event))
        return frozenset() if line is None else line.reminds

    def problems(self) -> list[str]:
        """List the faults of the table: unreachable states, dead ends, states that only a person can end."""
        states = set(type(self.initial))
        found = [f"{source}, {event} stands twice" for source, event in _twice(self.transitions)]
        reached = _closure({self.initial, *self.also_begins}, {(each.source, each.to) for each in self.transitions})
        found += [f"{state} is never reached" for state in sorted(states - reached)]
        found += [
            f"{each.event} leaves the final state {each.source}"
            for each in self.transitions
            if each.source in self.final and each.by != PROVIDER
        ]
        alone = {(each.to, each.source) for each in self.transitions if each.by & (TIME | SYSTEM | PROVIDER)}
        ends = _closure(set(self.final), alone)
        found += [f"{state} ends only if a person acts" for state in sorted(states - ends)]
        found += [f"{event} binds, and no person may fire it" for event in sorted(self.binds - self.of_people())]
        return found

    def of_people(self) -> set[str]:
        """Return the events that a person may fire."""
        return {each.event for each in self.transitions if each.by - (TIME | SYSTEM | PROVIDER)}

    def diagram(self) -> str:
        """Draw the table as a Mermaid state diagram, for the docs."""
        begins = [self.initial, *sorted(self.also_begins)]
        lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in begins)]
        lines += [f"    {t.source} --> {t.to}: {t.event} ({', '.join(sorted(t.by))})" for t in self.transitions]
        return "\n".join([*lines, *(f"    {state} --> [*]" for state in sorted(self.final))])


def _twice(transitions: Iterable[Transition[State]]) -> list[tuple[State, str]]:
    declared: set[tuple[State, str]] = set()
    twice = []
    for each in transitions:
        key = (each.source, each.event)
        if key in declared:
            twice.append(key)
        declared.add(key)
    return twice


def _closure(start: set[State], edges: set[tuple[State, State]]) -> set[State]:
    reached = set(start)
    while more := {to for source, to in edges if source in reached} - reached:
        reached |= more
    return reached


class StepRow(Table):
    """One change of state of one subject, kept for ever: the timeline for people and disputes."""

    __tablename__ = "step"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    process: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(Id, index=True)
    source: Mapped[str] = mapped_column(String(40))
    event: Mapped[str] = mapped_column(String(40))
    to: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Instant)


class InProcess(Versioned, Generic[State]):
    """A row that moves through a process. Each table has its own column of states; only `step` writes it."""

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    state_since: Mapped[datetime] = mapped_column(Instant)
    if TYPE_CHECKING:
        state: Mapped[State]


Deadlines = Mapping[str, datetime]  # the moment of each timed event that the subject itself sets


def enter(
    ctx: Ctx, process: Process[State], row: InProcess[State], state: State, deadlines: Deadlines | None = None
) -> None:
    """Put the row into this state and write the state's timers in place of the old ones."""
    row.state = state
    row.state_since = ctx.now
    clear_timers(ctx.session, process.name, row.id)
    for line in process.timed(state):
        due = (deadlines or {}).get(line.event) or (ctx.now + line.after if line.after is not None else None)
        assert due is not None, f"{process.name}.{line.event} has no moment"
        since = ctx.now if line.reminds else None
        set_timer(ctx.session, Timer(process.name, row.id, line.event, due), since=since)


def step(
    ctx: Ctx,
    process: Process[State],
    row: InProcess[State],
    event: str,
    roles: Iterable[str],
    *,
    deadlines: Deadlines | None = None,
) -> None:
    """Take one step: check the table, move the row, note it in the timeline, renew the timers.

    The row's version settles races. A step that stays in its state keeps the running timers, so an action cannot
    prolong a deadline. Raises Stale, NotAllowed.
    """
    line = process.transition(row.state, event, roles)
    if line.to != line.source:
        enter(ctx, process, row, line.to, deadlines)
    ctx.session.add(
        StepRow(
            id=ctx.new_id(),
            process=process.name,
            subject=row.id,
            source=line.source,
            event=event,
            to=line.to,
            actor=ctx.actor.person or ctx.actor.name,
            at=ctx.now,
        )
    )


def timeline(session: Session, subject: str) -> list[StepRow]:
    return find_all(session, StepRow, ("id",), subject=subject)
