"""Receives a provider's notices, however they arrive: each is taken in once, and its object is fetched."""

from __future__ import annotations

import structlog

from core.kernel.inbox import take_in
from core.kernel.transaction import Ctx
from core.money.messages import Look

log = structlog.get_logger(__name__)


def receive_event(ctx: Ctx, event_id: str, type_: str, kind: str | None, object_id: str, *, provider: str) -> bool:
    """Store the event and request the look-up in one transaction: a crash loses both or neither.

    Return True the first time. `provider`: the code under which its events are known. `kind`: the kind of object to
    fetch; None when the event is only kept for the operator.
    """
    if not take_in(ctx.session, f"{provider}:{event_id}", {"type": type_, "object": object_id}, ctx.now):
        return False
    if kind is None:
        log.warning("provider_told", provider=provider, type=type_, object=object_id)
        return True
    ask_look(ctx, kind, object_id, type_)
    return True


def ask_look(ctx: Ctx, kind: str, object_id: str, why: str) -> None:
    """Have the object looked up after this unit."""
    ctx.enqueue(f"look:{object_id}", Look(kind=kind, id=object_id, event=why))
