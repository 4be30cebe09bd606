"""The progress of a world after its faults: due work is done within days, and no message is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.kernel.process import Process
from simulation.engine.database import as_kept
from simulation.judge.tables import Tables
from simulation.recorder import Recorder

PATIENCE: Final = timedelta(days=2)  # after the faults: a process may be away for most of the first
OVERDUE: Final = timedelta(hours=12)
OLD: Final = timedelta(days=2)  # a message that was delayed under the faults is retried within hours
DIFFERING: Final = timedelta(days=9)  # three nightly reconciliations
GIVEN_UP: Final = "given up"


def left_undone(tables: Tables, now: datetime) -> list[str]:
    """Return the timers that should have rung, and the messages that should have left."""
    long_ago, created = as_kept(now - OVERDUE), as_kept(now - OLD)
    wrong = [
        f"standstill: {event} of {kind} {subject} was due at {due}"
        for kind, subject, event, due in tables.rows(
            "SELECT kind, subject, event, due_at FROM timer WHERE due_at < ?", long_ago
        )
    ]
    waiting = (
        "SELECT id, channel, kind FROM outbox WHERE NOT dead AND"
        " (created_at < ? OR due_at < ? AND (leased_until IS NULL OR leased_until < ?))"
    )
    for post, channel, kind in tables.rows(waiting, created, long_ago, long_ago):
        wrong.append(f"standstill: post {post} ({channel} {kind}) has not left")
    return wrong


def differing_books(tables: Tables, now: datetime) -> list[str]:
    """Return the open differences that the product itself has found between both books."""
    open_ones = "SELECT kind, subject, detail FROM money_difference WHERE closed_at IS NULL AND opened_at < ?"
    return [
        f"books: {kind} {subject}: {detail}"
        for kind, subject, detail in tables.rows(open_ones, as_kept(now - DIFFERING))
    ]


def pages_forgotten(tables: Tables) -> list[str]:
    """Check that a requested payment has its message, until it has a page or will never have one."""
    return [
        f"payment: {payment} waits for a page, and no message asks for one"
        for (payment,) in tables.rows(
            "SELECT id FROM payment WHERE state = 'asked' AND NOT EXISTS (SELECT 1 FROM outbox"
            " WHERE outbox.kind = 'checkout.open' AND NOT outbox.dead AND outbox.body LIKE '%' || payment.id || '%')"
        )
    ]


def endless(tables: Tables, processes: Mapping[str, Process[Any]]) -> list[str]:
    """Return the rows that time must end and that have no timer. `processes`: the process of each table."""
    wrong = []
    for table, process in processes.items():
        states = sorted({each.source for each in process.transitions if process.timed(each.source)})
        timed = ", ".join(f"'{state}'" for state in states)
        wrong += [
            f"endless: {table} {key} is {state}, and no timer will end that"
            for key, state in tables.rows(
                f"SELECT id, state FROM {table} WHERE state IN ({timed}) AND NOT EXISTS (SELECT 1 FROM timer"
                f" WHERE timer.kind = ? AND timer.subject = {table}.id)",
                process.name,
            )
        ]
    return wrong


def messages_lost(tables: Tables, recorder: Recorder) -> list[str]:
    """Check that a delayed message is still to be delivered, unless it was tried often enough."""
    kept = {
        post: failure if dead else None for post, dead, failure in tables.rows("SELECT id, dead, failure FROM outbox")
    }
    lost = [each for each in sorted(recorder.on_the_way) if each not in kept]
    dead_lettered = [each for each in sorted(recorder.on_the_way) if kept.get(each) and GIVEN_UP not in str(kept[each])]
    return [f"message: {each} was put off, and no worker will bring it" for each in (*lost, *dead_lettered)]
