"""The input that the current work goes back to, for logs, traces, measurements and outbox rows.

A request id is the key of an input in the inbox, or the name of a timer. Work that an outbox message causes keeps the
id of the input that wrote the message, also in another process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class RequestContext:
    """One piece of work: its request id, and the codes of the refusals that a person has read."""

    id: str
    refusals: list[str] = field(default_factory=list)


_CURRENT: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def current_request() -> RequestContext | None:
    return _CURRENT.get()


def current_request_id() -> str | None:
    current = _CURRENT.get()
    return current.id if current is not None else None


def note_refusal(code: str) -> None:
    """Note that a person was refused something. Nothing is noted outside of a request."""
    current = _CURRENT.get()
    if current is not None:
        current.refusals.append(code)


@contextmanager
def working_on(request: RequestContext | None) -> Iterator[None]:
    """Work for this request; each thread and task that continues it says so again."""
    token = _CURRENT.set(request)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def request(request_id: str) -> Iterator[RequestContext]:
    """Begin to work for a request with this id."""
    begun = RequestContext(request_id)
    with working_on(begun):
        yield begun
