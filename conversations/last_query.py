"""What somebody looks for: the query of their last list as it was understood, for as long as it is meant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from conversations.chat_context import ChatContext
from core.discovery.search.model import Query
from core.kernel.chat_state.service import recall
from core.kernel.quantity import Quantity

GOODS: Final = "find"
ADVICE: Final = "advice"
LATEST: Final = "latest"  # under which it is remembered which list was asked for last, and when
STILL_MEANT: Final = timedelta(hours=12)  # after which a word or two are hardly said of a list any more


def asked(chat: ChatContext, topic: str = GOODS) -> Query:
    return Query.from_json(recall(chat.ctx, chat.person.id, topic).partition("\n")[0])


def latest(chat: ChatContext) -> str:
    """Which list the next words may be said of: that of goods, of consultants or of requests; or that they answer the
    question for the problem. None after a while."""
    topic, _, when = recall(chat.ctx, chat.person.id, LATEST).partition(" ")
    return topic if when and chat.ctx.now - datetime.fromisoformat(when) < STILL_MEANT else ""


def amount_looked_for(chat: ChatContext, product_id: str) -> Quantity | None:
    """How much of such goods was looked for, where that was the last list and it said an amount."""
    if latest(chat) != GOODS:
        return None
    said = asked(chat).parsed
    meant = (said.product,) if said.product else said.alternatives
    return said.quantity if not meant or product_id in meant else None
