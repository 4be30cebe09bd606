"""Delivery of outbox messages: right after their commit on the fast path, and again from the table if that fails."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, Protocol, TypeAlias, TypeVar

import structlog

from core.kernel import outbox
from core.kernel.clock import Clock
from core.kernel.database import Unavailable
from core.kernel.errors import Refusal
from core.kernel.messages import Message, Unreadable, name_of
from core.kernel.observer import Observer
from core.kernel.outbox import OutboxMessage
from core.kernel.request_context import RequestContext, working_on
from core.kernel.transaction import MARKET, Ctx, Transactions

log = structlog.get_logger(__name__)

ATTEMPTS = 12  # with the waits below that is about two days; then the operator looks at it
FIRST_WAIT, LONGEST_WAIT = 1.0, 6 * 3600.0  # seconds
CLOSING_SECONDS = 5.0  # for what is being carried when the process is told to end


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is done outside. `then` notes the result, in the transaction that removes the message."""

    then: Callable[[Ctx], None] | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """It did not happen, or its outcome is unknown: try again with the same id. `seconds`: the wait they told us.

    `logged`: what the log says instead of a `why` that may quote a message.
    """

    why: str
    seconds: float | None = None
    logged: str | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """It was refused for good (a blocked chat, a closed modal). `then` notes what follows from that."""

    why: str
    then: Callable[[Ctx], None] | None = None
    logged: str | None = None  # as of `Later`


Outcome: TypeAlias = Delivered | Later | Never
Carry: TypeAlias = Callable[[OutboxMessage], Awaitable[Outcome]]
Carried = TypeVar("Carried", bound=Message)


def handles(kind: type[Carried], carry: Callable[[OutboxMessage, Carried], Awaitable[Outcome]]) -> tuple[str, Carry]:
    """Return under which name posts of a kind are stored, and what carries one: it is handed the typed message."""

    async def handed(queued: OutboxMessage) -> Outcome:
        assert isinstance(queued.message, kind)
        return await carry(queued, queued.message)

    return name_of(kind), handed


def routes(*handled: tuple[str, Carry]) -> dict[str, Carry]:
    return dict(handled)


class Transport(Protocol):
    """Connection to one outside service. An error that it raises counts as `Later`: unknown is not failed."""

    async def carry(self, queued: OutboxMessage) -> Outcome: ...


class Dispatcher:
    """Dispatcher: in order within a lane, and lanes side by side. A slow or dead lane delays no other lane."""

    def __init__(
        self,
        transactions: Transactions,
        clock: Clock,
        transports: Mapping[str, Transport],
        observer: Observer | None = None,
    ) -> None:
        self._observer = observer or Observer()
        self._transactions = transactions
        self._clock = clock
        self._transports = transports
        self._by_key: dict[str, deque[OutboxMessage]] = {}
        self._held: set[str] = set()
        self._put_off: dict[str, datetime] = {}  # lanes whose first message must be tried again, and when
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._given_back: set[str] = set()

    def offer(self, batch: Sequence[OutboxMessage]) -> None:
        """Take posts right after their commit. Where an earlier one has to wait, they wait behind it in the table."""
        waiting = [
            queued
            for queued in batch
            if queued.ordering_key in self._put_off and queued.ordering_key not in self._by_key
        ]
        for queued in waiting:
            self._start(self._wait_behind(queued.ordering_key, [queued]), f"waiting {queued.ordering_key}")
        self._take([queued for queued in batch if queued not in waiting] if waiting else batch)

    def _take(self, batch: Sequence[OutboxMessage]) -> None:
        """Take posts that this process holds a lease on, in the order of their lanes."""
        for queued in batch:
            if self._closing:
                self._given_back.add(queued.id)
                continue
            if queued.id in self._held:
                continue
            self._held.add(queued.id)
            ordering_key = self._by_key.get(queued.ordering_key)
            if ordering_key is not None:
                ordering_key.append(queued)
                continue
            self._by_key[queued.ordering_key] = deque([queued])
            self._start(self._run(queued.ordering_key), f"ordering key {queued.ordering_key}")

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_behind(self, ordering_key: str, batch: Sequence[OutboxMessage]) -> None:
        due = self._put_off.get(ordering_key, self._clock.now())
        await self._transactions.run(
            MARKET, lambda ctx: outbox.wait_behind(ctx.session, [queued.id for queued in batch], due)
        )

    async def sweep(self) -> int:
        """Pick up what is due and not leased: retries, and what a dead process left. Return how many."""
        batch = await self._transactions.run(MARKET, lambda ctx: outbox.lease_due(ctx.session, ctx.now))
        self._take(batch)
        return len(batch)

    async def idle(self) -> None:
        """Wait until all messages in hand are delivered."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def keep_leases(self) -> None:
        """Hold the messages in hand for longer; call it every `outbox.RENEW_EVERY`."""
        if self._held:
            held = sorted(self._held)
            await self._transactions.run(MARKET, lambda ctx: outbox.renew_leases(ctx.session, held, ctx.now))

    async def close(self) -> None:
        """Let what is being carried arrive, then give all other messages back to the table."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        left, self._given_back = sorted(self._given_back), set()
        if left:
            try:
                await self._transactions.run(MARKET, lambda ctx: outbox.give_back(ctx.session, left))
            except Unavailable:
                log.warning("leases_not_given_back", messages=len(left))  # they run out by themselves

    async def _run(self, ordering_key: str) -> None:
        waiting = self._by_key[ordering_key]
        try:
            while waiting and not self._closing:
                if not await self._carry(waiting[0]):
                    # The rest of the lane waits in the table behind the message that must be tried again. That includes
                    # messages that joined the lane later. Otherwise they would wait for their lease to run out.
                    if len(waiting) > 1:
                        self._start(self._wait_behind(ordering_key, list(waiting)), f"waiting {ordering_key}")
                    return
                self._held.discard(waiting.popleft().id)
        except Exception:
            # The database would not take the outcome. The lease runs out, and the message is sent again under its id.
            log.exception("lane_stopped", ordering_key=ordering_key)
        finally:
            if self._closing:
                self._given_back.update(queued.id for queued in waiting)
            self._held.difference_update(queued.id for queued in waiting)
            del self._by_key[ordering_key]

    async def _carry(self, queued: OutboxMessage) -> bool:
        """Carry one post and note the outcome. False: it stays at the head of its lane."""
        request = RequestContext(queued.request_id) if queued.request_id is not None else None
        with working_on(request), self._observer.span("deliver", channel=queued.channel, kind=queued.kind):
            return await self._carry_for_request(queued)

    async def _carry_for_request(self, queued: OutboxMessage) -> bool:
        begun = perf_counter()
        outcome = await self._tried(queued)
        if isinstance(outcome, Later):
            outcome = enough(queued, outcome)
        self._report(queued, outcome, perf_counter() - begun)
        try:
            await self._transactions.run(MARKET, lambda ctx: self._note(ctx, queued, outcome))
        except Unavailable:
            raise
        except Refusal as refusal:
            # The result to note has lost its point (its subject is gone); the message itself is done.
            log.warning("message_note_refused", kind=queued.kind, outbox_message=queued.id, code=refusal.code)
            await self._transactions.run(MARKET, lambda ctx: outbox.finish(ctx.session, queued.id))
        except Exception as failure:
            # Our own mistake: counted like one of theirs, or the same message would be sent for ever.
            log.exception("message_not_noted", channel=queued.channel, kind=queued.kind, outbox_message=queued.id)
            outcome = enough(queued, unexpected(failure, "not noted: "))
            await self._transactions.run(MARKET, lambda ctx: self._note(ctx, queued, outcome))
        if isinstance(outcome, Later):
            self._put_off[queued.ordering_key] = self._clock.now() + wait_of(queued, outcome)
        else:
            self._put_off.pop(queued.ordering_key, None)
        return not isinstance(outcome, Later)

    async def _tried(self, queued: OutboxMessage) -> Delivered | Later | Never:
        if isinstance(queued.message, Unreadable):  # perhaps written by a newer release, which can read it
            log.error(
                "message_unreadable",
                channel=queued.channel,
                kind=queued.kind,
                outbox_message=queued.id,
                why=queued.message.why,
            )
            return Later(queued.message.why)
        try:
            return await self._transports[queued.channel].carry(queued)
        except Exception as failure:
            log.exception("delivery_failed", channel=queued.channel, kind=queued.kind, outbox_message=queued.id)
            return unexpected(failure)

    def _report(self, queued: OutboxMessage, outcome: Delivered | Later | Never, seconds: float) -> None:
        word = {Delivered: "delivered", Later: "later", Never: "refused"}[type(outcome)]
        age = max((self._clock.now() - queued.created_at).total_seconds(), 0.0)
        self._observer.message_delivered(queued.channel, word, seconds, age)
        log.info(
            "message_carried",
            channel=queued.channel,
            kind=queued.kind,
            outbox_message=queued.id,
            outcome=word,
            attempt=queued.attempts + 1,
            ms=round(seconds * 1000),
        )

    def _note(self, ctx: Ctx, queued: OutboxMessage, outcome: Delivered | Later | Never) -> None:
        match outcome:
            case Delivered(then):
                outbox.finish(ctx.session, queued.id)
            case Later(why):
                outbox.postpone(ctx.session, queued, ctx.now + wait_of(queued, outcome), why)
                return
            case Never(why, then, logged):
                log.warning(
                    "message_refused",
                    channel=queued.channel,
                    kind=queued.kind,
                    outbox_message=queued.id,
                    why=logged or why,
                )
                outbox.dead_letter(ctx.session, queued.id, why)
        if then is not None:
            then(ctx)


def enough(queued: OutboxMessage, outcome: Later) -> Later | Never:
    """Return another try, unless the attempts are used up. A recipient that names the wait may do so without limit."""
    if queued.attempts + 1 >= ATTEMPTS and outcome.seconds is None:
        given_up = f"given up after {ATTEMPTS} attempts"
        return Never(f"{given_up}: {outcome.why}", logged=f"{given_up}: {outcome.logged or outcome.why}")
    return outcome


def unexpected(failure: Exception, before: str = "") -> Later:
    """Return another try after an error of ours, whose text may quote the message."""
    name = type(failure).__name__
    return Later(f"{before}{name}: {failure}", logged=f"{before}{name}")


def wait_of(queued: OutboxMessage, outcome: Later) -> timedelta:
    told = outcome.seconds
    return timedelta(seconds=told if told is not None else min(FIRST_WAIT * 4**queued.attempts, LONGEST_WAIT))
