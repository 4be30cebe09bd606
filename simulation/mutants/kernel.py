"""Rules of the transaction, the inbox, the outbox and the timers."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext, suppress
from typing import Any

from sqlalchemy import update

from conversations.engine import Answered
from conversations.reply import Toast
from conversations.turn import Turn
from conversations.update_handler import UpdateHandler
from core.kernel import dispatcher, heartbeat, inbox, outbox, process, timers, transaction
from core.kernel.compiled_statements import add_once
from core.kernel.dispatcher import Delivered, Dispatcher, Later, Never
from core.kernel.inbox import InboxRow
from core.kernel.outbox import OutboxMessage, OutboxRow
from core.kernel.transaction import Ctx, Transactions
from simulation.mutants.rule import Rules, as_it_was, instead, nothing

rules = Rules()


class Rehearsed(Exception):
    """The rehearsed work is rolled back, but its messages are out."""


@rules.rule("no_inbox", "What comes in is taken once, by its outside id", "update_twice")
def _() -> list[Any]:
    def take_in(session: Any, key: str, body: Any, now: Any) -> bool:
        add_once(session, InboxRow, key=key, received_at=now, body=body)
        return True

    return [instead(inbox, "take_in", take_in)]


@rules.rule("ack_then_work", "An input is acknowledged after its commit", "kill_before_commit")
def _() -> list[Any]:
    take = as_it_was(UpdateHandler, "take")

    async def first_say_yes(self: UpdateHandler, turn: Turn) -> Answered:
        asyncio.create_task(take(self, turn))  # noqa: RUF006 - the fault is that the task is not awaited
        return Answered([Toast(text="Thank you")])

    return [instead(UpdateHandler, "take", first_say_yes)]


@rules.rule("say_before_commit", "What is said leaves after the commit")
def _() -> list[Any]:
    real = as_it_was(Transactions, "run")

    async def run(self: Transactions, actor: Any, unit: Any) -> Any:
        said: list[OutboxMessage] = []

        def rehearse(ctx: Ctx) -> None:
            unit(ctx)
            ctx.settle()
            said.extend(ctx.outbox_messages)
            raise Rehearsed

        with suppress(Rehearsed):
            await real(self, actor, rehearse)
        self._deliver(said)
        return await real(self, actor, unit)

    return [instead(Transactions, "run", run)]


@rules.rule("memory_only", "What must happen outside is a row of the same transaction")
def _() -> list[Any]:
    return [instead(transaction, "add_rows", nothing)]


@rules.rule(
    "no_outbox_sweep",
    "What a dead process left undelivered is picked up by another",
    "kill_after_commit kill_before_telling",
)
def _() -> list[Any]:
    async def sweep(_self: Dispatcher) -> int:
        return 0

    return [instead(Dispatcher, "sweep", sweep)]


@rules.rule("ambiguous_drops", "A delivery whose outcome is unknown is made again", "chat_error chat_answer_lost")
def _() -> list[Any]:
    note = as_it_was(Dispatcher, "_note")
    return [
        instead(
            Dispatcher,
            "_note",
            lambda self, ctx, post, outcome: note(
                self, ctx, post, Delivered() if isinstance(outcome, Later) else outcome
            ),
        )
    ]


@rules.rule("poison_blocks", "A message that can never be delivered is put aside", "chat_poison")
def _() -> list[Any]:
    note = as_it_was(Dispatcher, "_note")

    def again(self: Dispatcher, ctx: Ctx, post: OutboxMessage, outcome: Any) -> None:
        note(self, ctx, post, Later(outcome.why) if isinstance(outcome, Never) and outcome.then is None else outcome)

    return [instead(Dispatcher, "_note", again), instead(dispatcher, "enough", lambda _post, outcome: outcome)]


@rules.rule("lease_for_ever", "A lease on a post runs out", "kill_before_telling")
def _() -> list[Any]:
    def lease_due(session: Any, now: Any, limit: int = 100) -> list[OutboxMessage]:
        rows = session.query(OutboxRow).where(
            ~OutboxRow.dead, OutboxRow.due_at <= now, OutboxRow.leased_until.is_(None)
        )
        found = rows.order_by(OutboxRow.id).limit(limit).all()
        for row in found:
            row.leased_until = now + outbox.LEASE
        return [outbox.message_of_row(row) for row in found]

    return [instead(outbox, "lease_due", lease_due)]


@rules.rule("later_is_never", "A delivery that failed is tried again when its wait is over", "chat_error")
def _() -> list[Any]:
    def postpone(session: Any, post: OutboxMessage, _due: Any, why: str) -> None:
        session.execute(update(OutboxRow).where(OutboxRow.id == post.id).values(dead=True, failure=why))

    return [instead(outbox, "postpone", postpone)]


@rules.rule("no_timers", "Every state that time ends has its timer")
def _() -> list[Any]:
    return [instead(process, "set_timer", nothing)]


@rules.rule(
    "old_timers_ring",
    "A state's timers go with it",
    covered_by="the table refuses the step of a timer that is out of place; with both off it is seen: old_timers_leap",
)
def _() -> list[Any]:
    return [instead(process, "clear_timers", nothing)]


@rules.rule("timer_kept", "A timer that has rung is gone, in the transaction of its effect")
def _() -> list[Any]:
    return [instead(timers, "take_timer", lambda *_: True)]


@rules.rule(
    "outage_counts",
    "While no worker sweeps, no person's deadline comes nearer",
    "kill_before_commit kill_after_commit long_outage",
)
def _() -> list[Any]:
    return [instead(heartbeat, "move_on", lambda *_: 0)]


@rules.rule("half_a_unit", "A refused unit leaves nothing behind", "dispute_soon dispute", among="trade")
def _() -> list[Any]:
    return [instead(Ctx, "trial", lambda _self: nullcontext())]
