"""What somebody asked last: remembered as it was understood, so that buttons and the next words can change a part."""

from __future__ import annotations

from zlib import crc32

from conversations.talk import Talk
from core.search import kept
from core.search.model import Query
from core.talks.service import recall, remember

GOODS = "find"
ADVICE = "advice"
WANTED = "wanted"


def asked(talk: Talk, topic: str = GOODS) -> Query:
    return kept.read(recall(talk.ctx, talk.person.id, topic))


def ask(talk: Talk, query: Query, topic: str = GOODS) -> Query:
    """From now on this is what is asked; its buttons carry its mark."""
    remember(talk.ctx, talk.person.id, topic, kept.written(query))
    return query


def has_asked(talk: Talk) -> bool:
    return bool(recall(talk.ctx, talk.person.id, GOODS))


def mark(query: Query) -> int:
    """A number that tells this query from others: a button of an earlier list must not change a later one."""
    return crc32(kept.written(query).encode())
