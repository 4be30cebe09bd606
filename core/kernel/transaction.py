"""The one transaction: `await transactions.run(actor, unit)` is the only commit of the product.

A unit is a plain function `unit(ctx) -> answer`: it reads, decides, writes rows and announces events. It has no
`await`, so no call to the outside world can slip in. Refusals undo it and reach the caller; a lost race runs it again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from core.kernel.clock import Clock
from core.kernel.compiled_statements import UnitSession, add_rows
from core.kernel.events import Event, Listeners
from core.kernel.ids import Ids
from core.kernel.messages import Message, channel_of
from core.kernel.outbox import LEASE, OutboxMessage, OutboxRow
from core.kernel.request_context import current_request, current_request_id, working_on

Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)
Collected = TypeVar("Collected")


@dataclass(frozen=True, slots=True)
class Actor:
    """Actor of a unit: a person of the market by id, or one of three that are no person."""

    person: str | None
    name: str  # "person", "time", "provider", "operator"


TIME = Actor(None, "time")
PROVIDER = Actor(None, "provider")
MARKET = Actor(None, "market")


def person(person_id: str) -> Actor:
    return Actor(person_id, "person")


@dataclass(slots=True)
class Ctx:
    """Context of a unit of work: the session, the moment, ids for new rows, and the actor."""

    session: Session
    now: datetime
    ids: Ids
    actor: Actor
    reactions: Listeners
    outbox_messages: list[OutboxMessage] = field(default_factory=list)
    collections: dict[type[Any], Any] = field(default_factory=dict)  # by their type; read by `collected`
    _facts: deque[Event] = field(default_factory=deque)

    def new_id(self) -> str:
        return self.ids.new(self.now)

    @property
    def effectual(self) -> bool:
        """Return whether this unit has so far announced an event or posted a message."""
        return bool(self._facts or self.outbox_messages)

    def collected(self, kind: type[Collected]) -> Collected:
        """Return what this unit knows or gathers of one kind. It begins as the kind's own default."""
        found: Collected | None = self.collections.get(kind)
        if found is None:
            found = self.collections[kind] = kind()
        return found

    def announce(self, event: Event) -> None:
        """Tell a fact. Its listeners run at the end of this unit, in the same transaction."""
        self._facts.append(event)

    def announce_change(self, event: Event) -> None:
        """Announce an event after its rows are written: readers find their new versions."""
        self.session.flush()
        self.announce(event)

    def enqueue(self, ordering_key: str, message: Message, *, channel: str | None = None) -> OutboxMessage:
        """Ask for something outside, to be done after the commit.

        `channel`: the platform of the chat, where the message is for any of them.
        """
        outbox_message = OutboxMessage(
            self.new_id(),
            channel or channel_of(message),
            ordering_key,
            message,
            self.now,
            request_id=current_request_id(),
        )
        self.outbox_messages.append(outbox_message)
        return outbox_message

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Run a part of the unit that may be refused. A refusal undoes its rows, events and messages."""
        outbox_messages, facts = len(self.outbox_messages), list(self._facts)
        try:
            with self.session.begin_nested():
                self.session.connection()  # the savepoint stands from here on, also for statements past the session
                yield
        except Exception:
            del self.outbox_messages[outbox_messages:]
            self._facts.clear()
            self._facts.extend(facts)
            self.session.expire_all()  # the objects must be read again, as statements past the session were undone
            raise

    def acting_as(self, actor: Actor) -> Ctx:
        """Return the context for another actor: what they may see and do. Events and messages are shared."""
        return replace(self, actor=actor)

    def settle(self) -> None:
        """Let every fact reach its listeners, and theirs in turn, then write down what goes outside."""
        while self._facts:
            event = self._facts.popleft()
            for reaction in self.reactions.to(event):
                reaction(self, event)
        for close in self.reactions.closing:
            close(self)
        if self.outbox_messages:
            held = self.now + LEASE  # by this process, which delivers right after the commit
            add_rows(
                self.session,
                OutboxRow,
                [outbox_values(outbox_message, self.now, held) for outbox_message in self.outbox_messages],
            )


def outbox_values(outbox_message: OutboxMessage, due: datetime, leased_until: datetime | None) -> dict[str, Any]:
    return {
        "id": outbox_message.id,
        "channel": outbox_message.channel,
        "ordering_key": outbox_message.ordering_key,
        "kind": outbox_message.kind,
        "body": outbox_message.body,
        "created_at": outbox_message.created_at,
        "due_at": due,
        "leased_until": leased_until,
        "attempts": 0,
        "dead": False,
        "request_id": outbox_message.request_id,
    }


class Unit(Protocol[Answer_co]):
    """A unit of work. It may be run more than once (after a lost race), never half."""

    def __call__(self, ctx: Ctx) -> Answer_co: ...


@dataclass(frozen=True, slots=True)
class Done:
    """Result of a finished unit: its answer, and the messages to deliver now."""

    answer: Any
    outbox_messages: Sequence[OutboxMessage]


class Runner(Protocol):
    """Database that runs units: SQLite by one writer in groups, PostgreSQL by many at once."""

    async def run(self, attempt: Callable[[Connection], Done]) -> Done: ...

    async def close(self) -> None: ...


class Transactions:
    """Runner of units of work, which hands their messages to the dispatcher."""

    def __init__(self, runner: Runner, clock: Clock, ids: Ids, reactions: Listeners) -> None:
        self._runner = runner
        self._clock = clock
        self._ids = ids
        self._reactions = reactions
        self._deliver: Callable[[Sequence[OutboxMessage]], None] = lambda _messages: None

    def deliver_by(self, deliver: Callable[[Sequence[OutboxMessage]], None]) -> None:
        """Name the fast path that takes posts right after their commit."""
        self._deliver = deliver

    async def run(self, actor: Actor, unit: Callable[[Ctx], Answer]) -> Answer:
        """Run a unit, commit, start delivery. Raises the unit's `Refusal` with nothing written."""
        request = current_request()

        def attempt(connection: Connection) -> Done:
            with working_on(request), UnitSession(connection) as session:  # a writer's thread does not inherit it
                ctx = Ctx(session, self._clock.now(), self._ids, actor, self._reactions)
                answer = unit(ctx)
                ctx.settle()
                if session.in_transaction():  # a unit of plain statements has never made it begin
                    session.commit()
                return Done(answer, ctx.outbox_messages)

        done = await self._runner.run(attempt)
        if done.outbox_messages:
            self._deliver(done.outbox_messages)
        answer: Answer = done.answer
        return answer

    async def close(self) -> None:
        await self._runner.close()
