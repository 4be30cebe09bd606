"""One room for each deal where a chat has rooms: a topic or a thread. All of a deal stands in it."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.reply import Card, Reply
from core.kernel.errors import Refusal
from core.kernel.transaction import MARKET, Ctx
from core.trade.delivery.service import lot_for
from core.trade.disputes.service import case_for


def roomed(ctx: Ctx, replies: Sequence[Reply]) -> list[Reply]:
    """The replies, each card of a deal with the room that it belongs in."""
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
