"""What somebody asked last: remembered as it was understood, so that buttons and the next words can change a part.

Beside it stand the person's own words, for as long as they say what is asked: a part that a button has changed since
makes them untrue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from conversations.chat_context import ChatContext
from conversations.last_query import GOODS, LATEST, AskedQuery, LatestList, asked, latest
from core.discovery.search.model import EMPTY, NOT_LOOKED_AT, Query
from core.kernel.chat_state.memory import Topic

WANTED: Final = Topic("wanted", AskedQuery.read)
PROBLEM: Final = "problem"  # no list: the question what a consultant is looked for, which the next words answer


@dataclass(frozen=True, slots=True)
class OfQuery:
    """A text about one query, told by its mark: it says nothing of another list."""

    query: int
    text: str

    @classmethod
    def read(cls, text: str) -> OfQuery:
        query, _, rest = text.partition(" ")
        return cls(int(query), rest)

    def __str__(self) -> str:
        return f"{self.query} {self.text}"


PLACE: Final = Topic("place_in_list", OfQuery.read)  # how far a list was read, or what was opened of it
WORD = re.compile(r"\w+")


def asked_words(chat: ChatContext) -> str:
    """The words in which the goods were asked for that are asked now; empty where these are not the person's."""
    last = chat.memory.get(GOODS)
    return last.words if last is not None else ""


def ask(chat: ChatContext, query: Query, topic: Topic[AskedQuery] = GOODS, *, words: str = "") -> Query:
    """From now on this is what is asked; its buttons carry its mark. `words`: the person's own, which say all of it;
    what was not looked at is none of them."""
    own = _without_unheard(" ".join(words.split()), query)
    chat.memory.put(topic, AskedQuery(query.to_json(), own))
    attend(chat, topic.name)
    return query


def attend(chat: ChatContext, topic: str) -> None:
    """From now on the next words may be said of this list."""
    chat.memory.put(LATEST, LatestList(topic, chat.ctx.now))


def ask_problem(chat: ChatContext) -> None:
    """The problem is asked for: the next plain words tell it."""
    attend(chat, PROBLEM)


def asks_problem(chat: ChatContext) -> bool:
    """Whether the problem was asked for, and nothing else shown since."""
    return latest(chat) == PROBLEM


def ask_problem_no_more(chat: ChatContext) -> None:
    """Something else is shown now: what is written next is no answer any more."""
    if asks_problem(chat):
        attend(chat, "")


def keep_place(chat: ChatContext, query: Query, where: str) -> None:
    """Remember where the list goes on, or what was opened of it, for who says "more" or "Tuesday" to it."""
    chat.memory.put(PLACE, OfQuery(fingerprint(query), where))


def place_kept(chat: ChatContext, query: Query) -> str:
    """That place in the list of this query; empty where there is none, or where another list was shown since."""
    place = chat.memory.get(PLACE)
    return place.text if place is not None and place.query == fingerprint(query) else ""


def _without_unheard(own: str, query: Query) -> str:
    """The words without those that nobody writes; with a number among these it is called by its wishes."""
    refusals = (each for each in query.parsed.unclear if each.code == NOT_LOOKED_AT)
    unheard = [word for each in refusals for word in WORD.findall(str(each.parts["words"]))]
    if any(word.isdigit() for word in unheard):
        return ""
    for word in unheard:
        own = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "", own)
    return re.sub(r"\s+(?=[,.;]|\s|$)", "", own).strip(" ,.;")


def added(chat: ChatContext, words: str) -> str:
    """What was asked so far, with these words behind it; nothing where a button has changed what was asked."""
    before = asked_words(chat)
    if not before and asked(chat).parsed != EMPTY:
        return ""
    return ", ".join(filter(None, (before, words)))


def has_asked(chat: ChatContext) -> bool:
    """Whether a list of goods was asked for, and nothing else since."""
    return latest(chat) == GOODS.name


def fingerprint(query: Query) -> int:
    """A number that tells this query from others: a button of an earlier list must not change a later one."""
    return crc32(query.to_json().encode())
