"""Converts a provider's results into outcomes for the outbox: delivered, later or never, with the report to core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

import structlog

from core.kernel.dispatcher import Delivered, Later, Never, Outcome
from core.kernel.errors import NotFound
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import Ctx
from payments.provider import Answer, Done, Refused, Unknown

log = structlog.get_logger(__name__)

Value = TypeVar("Value")
Unit: TypeAlias = Callable[[Ctx], None]
Apply: TypeAlias = Unit | None

LONGEST_WAIT: Final = 3600.0  # seconds


def outcome_of(answer: Answer[Value], tell: Callable[[Value], Apply]) -> Outcome:
    """Convert a result into an outcome; `tell` turns its value into the report to core."""
    match answer:
        case Done(value):
            return Delivered(tell(value))
        case Refused(why):
            return Never(why)
        case Unknown(why, seconds):
            return Later(why, seconds)


def again(queued: OutboxMessage, why: str, seconds: float | None = None) -> Later:
    """Retry without limit: money whose outcome is unknown is never given up."""
    return Later(why, seconds if seconds is not None else min(4.0**queued.attempts, LONGEST_WAIT))


def known(unit: Unit) -> Unit:
    """Report to core only what it knows. Another product may share our account with the provider."""

    def guarded(ctx: Ctx) -> None:
        try:
            unit(ctx)
        except NotFound:
            log.warning("not_of_this_market", unit=getattr(getattr(unit, "func", unit), "__name__", ""))

    return guarded
