"""The latest query of a person as it was understood, for as long as it counts."""

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
    """A query as it was understood. `words`: the person's own, as long as they say all of it."""

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
    """The list that was shown last, by the name of its topic, and its time."""

    topic: str
    at: datetime

    @classmethod
    def read(cls, text: str) -> LatestList:
        topic, _, at = text.partition(" ")
        return cls(topic, datetime.fromisoformat(at))

    def __str__(self) -> str:
        return f"{self.topic} {self.at.isoformat()}"


LATEST: Final = Topic("latest", LatestList.read)
STILL_MEANT: Final = timedelta(hours=12)  # later words hardly refer to the list


def asked(chat: ChatContext, topic: Topic[AskedQuery] = GOODS) -> Query:
    last = chat.memory.get(topic)
    return last.query if last is not None else Query.from_json("")


def latest(chat: ChatContext) -> str:
    """Return the list that the next words may refer to: goods, consultants, requests, or the question for the problem.

    Return an empty text after a while.
    """
    last = chat.memory.get(LATEST)
    return last.topic if last is not None and chat.ctx.now - last.at < STILL_MEANT else ""


def amount_looked_for(chat: ChatContext, product_id: str) -> Quantity | None:
    """Return the amount of these goods in the latest query, if that list was shown last and named an amount."""
    if latest(chat) != GOODS.name:
        return None
    parsed = asked(chat).parsed
    meant = (parsed.product,) if parsed.product else parsed.alternatives
    return parsed.quantity if not meant or product_id in meant else None
