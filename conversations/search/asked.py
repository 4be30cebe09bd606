"""What somebody asked last: remembered as it was understood, so that buttons and the next words can change a part.

Beside it stand the person's own words, for as long as they say what is asked: a part that a button has changed since
makes them untrue.
"""

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
    return kept.read(recall(talk.ctx, talk.person.id, topic).partition("\n")[0])


def asked_words(talk: Talk) -> str:
    """The words in which the goods were asked for that are asked now; empty where these are not the person's."""
    return recall(talk.ctx, talk.person.id, GOODS).partition("\n")[2]


def ask(talk: Talk, query: Query, topic: str = GOODS, *, words: str = "") -> Query:
    """From now on this is what is asked; its buttons carry its mark. `words`: the person's own, which say all of it."""
    own = " ".join(words.split())
    remember(talk.ctx, talk.person.id, topic, f"{kept.written(query)}\n{own}" if own else kept.written(query))
    return query


def added(talk: Talk, words: str) -> str:
    """What was asked so far, with these words behind it; nothing where a button has changed what was asked."""
    before = asked_words(talk)
    if not before and asked(talk).understood != kept.NOTHING:
        return ""
    return ", ".join(filter(None, (before, words)))


def has_asked(talk: Talk) -> bool:
    return bool(recall(talk.ctx, talk.person.id, GOODS))


def mark(query: Query) -> int:
    """A number that tells this query from others: a button of an earlier list must not change a later one."""
    return crc32(kept.written(query).encode())
