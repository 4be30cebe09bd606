"""What somebody looks for: the query of their last list as it was understood, for as long as it is meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conversations.chat_context import ChatContext
from core.discovery.search.model import Query
from core.kernel.chat_state.memory import Topic
from core.kernel.quantity import Quantity


@dataclass(frozen=True, slots=True)
class AskedQuery:
    """A query as it was understood. `words`: the person's own, for as long as they say all of it."""

    written: str
    words: str = ""

    @property
    def query(self) -> Query:
        return Query.from_json(self.written)

    @classmethod
    def read(cls, text: str) -> AskedQuery:
        written, _, words = text.partition("\n")
        return cls(written, words)

    def __str__(self) -> str:
        return f"{self.written}\n{self.words}" if self.words else self.written


GOODS: Final = Topic("find", AskedQuery.read)
ADVICE: Final = Topic("advice", AskedQuery.read)


@dataclass(frozen=True, slots=True)
class LatestList:
    """Which list was asked for last, by the name of its topic, and when."""

    topic: str
    at: datetime

    @classmethod
    def read(cls, text: str) -> LatestList:
        topic, _, at = text.partition(" ")
        return cls(topic, datetime.fromisoformat(at))

    def __str__(self) -> str:
        return f"{self.topic} {self.at.isoformat()}"


LATEST: Final = Topic("latest", LatestList.read)
STILL_MEANT: Final = timedelta(hours=12)  # after which a word or two are hardly said of a list any more


def asked(chat: ChatContext, topic: Topic[AskedQuery] = GOODS) -> Query:
    last = chat.memory.get(topic)
    return last.query if last is not None else Query.from_json("")


def latest(chat: ChatContext) -> str:
    """Which list the next words may be said of: that of goods, of consultants or of requests; or that they answer the
    question for the problem. None after a while."""
    last = chat.memory.get(LATEST)
    return last.topic if last is not None and chat.ctx.now - last.at < STILL_MEANT else ""


def amount_looked_for(chat: ChatContext, product_id: str) -> Quantity | None:
    """How much of such goods was looked for, where that was the last list and it said an amount."""
    if latest(chat) != GOODS.name:
        return None
    said = asked(chat).parsed
    meant = (said.product,) if said.product else said.alternatives
    return said.quantity if not meant or product_id in meant else None
