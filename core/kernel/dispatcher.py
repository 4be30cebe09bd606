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

    async def handed(post: OutboxMessage) -> Outcome:
        assert isinstance(post.message, kind)
        return await carry(post, post.message)

    return name_of(kind), handed


def routes(*handled: tuple[str, Carry]) -> dict[str, Carry]:
    return dict(handled)


class Transport(Protocol):
    """Connection to one outside service. An error that it raises counts as `Later`: unknown is not failed."""

    async def carry(self, post: OutboxMessage) -> Outcome: ...


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

    def offer(self, posts: Sequence[OutboxMessage]) -> None:
        """Take posts right after their commit. Where an earlier one has to wait, they wait behind it in the table."""
        waiting = [
            post for post in posts if post.ordering_key in self._put_off and post.ordering_key not in self._by_key
        ]
        for post in waiting:
            self._start(self._wait_behind(post.ordering_key, [post]), f"waiting {post.ordering_key}")
        self._take([post for post in posts if post not in waiting] if waiting else posts)

    def _take(self, posts: Sequence[OutboxMessage]) -> None:
        """Take posts that this process holds a lease on, in the order of their lanes."""
        for post in posts:
            if post.id in self._held:
                continue
            self._held.add(post.id)
            ordering_key = self._by_key.get(post.ordering_key)
            if ordering_key is not None:
                ordering_key.append(post)
                continue
            self._by_key[post.ordering_key] = deque([post])
            self._start(self._run(post.ordering_key), f"ordering key {post.ordering_key}")

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_behind(self, ordering_key: str, posts: Sequence[OutboxMessage]) -> None:
        due = self._put_off.get(ordering_key, self._clock.now())
        await self._transactions.run(
            MARKET, lambda ctx: outbox.wait_behind(ctx.session, [post.id for post in posts], due)
        )

    async def sweep(self) -> int:
        """Pick up what is due and not leased: retries, and what a dead process left. Return how many."""
        posts = await self._transactions.run(MARKET, lambda ctx: outbox.lease_due(ctx.session, ctx.now))
        self._take(posts)
        return len(posts)

    async def idle(self) -> None:
        """Wait until all messages in hand are delivered."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, ordering_key: str) -> None:
        waiting = self._by_key[ordering_key]
        try:
            while waiting:
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
            self._held.difference_update(post.id for post in waiting)
            del self._by_key[ordering_key]

    async def _carry(self, post: OutboxMessage) -> bool:
        """Carry one post and note the outcome. False: it stays at the head of its lane."""
        request = RequestContext(post.request_id) if post.request_id is not None else None
        with working_on(request), self._observer.span("deliver", channel=post.channel, kind=post.kind):
            return await self._carry_for_request(post)

    async def _carry_for_request(self, post: OutboxMessage) -> bool:
        begun = perf_counter()
        outcome = await self._tried(post)
        if isinstance(outcome, Later):
            outcome = enough(post, outcome)
        self._report(post, outcome, perf_counter() - begun)
        try:
            await self._transactions.run(MARKET, lambda ctx: self._note(ctx, post, outcome))
        except Unavailable:
            raise
        except Refusal as refusal:
            # The result to note has lost its point (its subject is gone); the message itself is done.
            log.warning("post_note_refused", kind=post.kind, post=post.id, code=refusal.code)
            await self._transactions.run(MARKET, lambda ctx: outbox.finish(ctx.session, post.id))
        except Exception as failure:
            # Our own mistake: counted like one of theirs, or the same message would be sent for ever.
            log.exception("post_not_noted", channel=post.channel, kind=post.kind, post=post.id)
            outcome = enough(post, unexpected(failure, "not noted: "))
            await self._transactions.run(MARKET, lambda ctx: self._note(ctx, post, outcome))
        if isinstance(outcome, Later):
            self._put_off[post.ordering_key] = self._clock.now() + wait_of(post, outcome)
        else:
            self._put_off.pop(post.ordering_key, None)
        return not isinstance(outcome, Later)

    async def _tried(self, post: OutboxMessage) -> Delivered | Later | Never:
        if isinstance(post.message, Unreadable):  # perhaps written by a newer release, which can read it
            log.error("post_unreadable", channel=post.channel, kind=post.kind, post=post.id, why=post.message.why)
            return Later(post.message.why)
        try:
            return await self._transports[post.channel].carry(post)
        except Exception as failure:
            log.exception("post_failed", channel=post.channel, kind=post.kind, post=post.id)
            return unexpected(failure)

    def _report(self, post: OutboxMessage, outcome: Delivered | Later | Never, seconds: float) -> None:
        word = {Delivered: "delivered", Later: "later", Never: "refused"}[type(outcome)]
        age = max((self._clock.now() - post.created_at).total_seconds(), 0.0)
        self._observer.message_delivered(post.channel, word, seconds, age)
        log.info(
            "message_carried",
            channel=post.channel,
            kind=post.kind,
            post=post.id,
            outcome=word,
            attempt=post.attempts + 1,
            ms=round(seconds * 1000),
        )

    def _note(self, ctx: Ctx, post: OutboxMessage, outcome: Delivered | Later | Never) -> None:
        match outcome:
            case Delivered(then):
                outbox.finish(ctx.session, post.id)
            case Later(why):
                outbox.postpone(ctx.session, post, ctx.now + wait_of(post, outcome), why)
                return
            case Never(why, then, logged):
                log.warning("post_refused", channel=post.channel, kind=post.kind, post=post.id, why=logged or why)
                outbox.dead_letter(ctx.session, post.id, why)
        if then is not None:
            then(ctx)


def enough(post: OutboxMessage, outcome: Later) -> Later | Never:
    """Return another try, unless the attempts are used up. A recipient that names the wait may do so without limit."""
    if post.attempts + 1 >= ATTEMPTS and outcome.seconds is None:
        given_up = f"given up after {ATTEMPTS} attempts"
        return Never(f"{given_up}: {outcome.why}", logged=f"{given_up}: {outcome.logged or outcome.why}")
    return outcome


def unexpected(failure: Exception, before: str = "") -> Later:
    """Return another try after an error of ours, whose text may quote the message."""
    name = type(failure).__name__
    return Later(f"{before}{name}: {failure}", logged=f"{before}{name}")


def wait_of(post: OutboxMessage, outcome: Later) -> timedelta:
    told = outcome.seconds
    return timedelta(seconds=told if told is not None else min(FIRST_WAIT * 4**post.attempts, LONGEST_WAIT))
