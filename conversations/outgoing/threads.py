"""One room for each deal, a topic or a thread, on platforms with rooms. It holds all messages of the deal."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.reply import Card, Reply
from core.kernel.errors import Refusal
from core.kernel.transaction import MARKET, Ctx
from core.trade.delivery.steps import lot_for
from core.trade.disputes.service import case_for


def roomed(ctx: Ctx, replies: Sequence[Reply]) -> list[Reply]:
    """Return the replies, each card of a deal with its room."""
    return [_roomed(ctx, reply) if isinstance(reply, Card) else reply for reply in replies]


def _roomed(ctx: Ctx, card: Card) -> Card:
    room = _room_of(ctx, card.subject or "") if card.room is None else card.room
    return card if room == card.room else card.model_copy(update={"room": room})


def _room_of(ctx: Ctx, subject: str) -> str | None:
    kind, _, named = subject.partition(":")
    everybody = ctx.seen_by(MARKET)
    try:
        match kind:
            case "deal" | "paying":
                return f"deal:{named}"
            case "claim":
                return f"deal:{lot_for(everybody, named).deal_id}"
            case "case":
                return f"deal:{case_for(everybody, named).deal_id}"
            case _:
                return None
    except Refusal:
        return None
