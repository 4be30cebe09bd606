"""The problem that a seeker described. It is kept for a day, for the forms of the consultants found for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from conversations.chat_context import ChatContext
from core.advice.experts.service import expert_for
from core.catalogue import Catalogue
from core.catalogue.language.grammar import grammar_of
from core.catalogue.product_names import folded
from core.kernel.chat_state.memory import Topic
from core.people.accounts.service import person_of


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """A problem in its seeker's words. `led_to`: the consultants found for it, or the one it was written for."""

    at: datetime
    led_to: tuple[str, ...]
    problem: str

    @classmethod
    def read(cls, text: str) -> ToldProblem:
        head, _, problem = text.partition("\n")
        at, _, led_to = head.partition(" ")
        return cls(datetime.fromisoformat(at), tuple(filter(None, led_to.split(","))), problem)

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {','.join(self.led_to)}\n{self.problem}"


TOLD: Final = Topic("problem_told", ToldProblem.read)
LATELY: Final = timedelta(days=1)  # after which another question is as likely
LONGEST: Final = 1000  # letters; as many as a booking takes
LEAST: Final = 3
LED_TO_AT_MOST: Final = 50
WORD: Final = re.compile(r"[^\W_]+")


def tell_problem(chat: ChatContext, problem: str, led_to: Iterable[str] = ()) -> None:
    """Remember the current problem. `led_to`: the consultants already found for it."""
    chat.memory.put(TOLD, ToldProblem(chat.ctx.now, tuple(led_to), problem[:LONGEST]))


def lead_to(chat: ChatContext, experts: Iterable[str]) -> None:
    """Remember that these consultants were shown for the problem."""
    told = _told(chat)
    led_to = tuple(dict.fromkeys((*told.led_to, *experts)))[:LED_TO_AT_MOST]
    if told.problem and led_to != told.led_to:
        chat.memory.put(TOLD, replace(told, led_to=led_to))


def problem_told(chat: ChatContext, *experts: str) -> str:
    """Return the problem for which all of these were found lately; empty if there is none."""
    told = _told(chat)
    lately = chat.ctx.now - told.at < LATELY
    known = lately and len(told.problem) >= LEAST and set(experts) <= set(told.led_to)
    return told.problem if known and not any(_only_names(chat, told.problem, each) for each in experts) else ""


def keep_problem(chat: ChatContext, problem: str, expert: str) -> None:
    """Keep a problem that was written for this consultant and not sent. Their next form starts with it."""
    tell_problem(chat, problem, dict.fromkeys((*_told(chat).led_to, expert)))


def _only_names(chat: ChatContext, problem: str, expert: str) -> bool:
    """Return True if the text only names the consultant and describes no problem."""
    name = set(WORD.findall(folded(person_of(chat.ctx, expert_for(chat.ctx, expert).person_id).name)))
    written = set(WORD.findall(folded(problem)))
    return not name.isdisjoint(written) and written - name <= _for_nothing(chat.market_context.catalogue)


@lru_cache(maxsize=4)
def _for_nothing(catalogue: Catalogue) -> frozenset[str]:
    """Return folded words that may stand beside a consultant's name and describe no problem."""
    looked_for = (word for phrase in catalogue.words.all("looked_for") for word in WORD.findall(folded(phrase)))
    return frozenset(looked_for) | grammar_of(catalogue).fillers


def _told(chat: ChatContext) -> ToldProblem:
    return chat.memory.get(TOLD) or ToldProblem(chat.ctx.now, (), "")
