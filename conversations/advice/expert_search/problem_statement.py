"""The problem that a seeker described. It is kept for a day, for the forms of the consultants found for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
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
    _keep(chat, chat.ctx.now, tuple(led_to), problem[:LONGEST])


def lead_to(chat: ChatContext, experts: Iterable[str]) -> None:
    """Remember that these consultants were shown for the problem."""
    at, before, problem = _kept(chat)
    led_to = tuple(dict.fromkeys((*before, *experts)))[:LED_TO_AT_MOST]
    if problem and led_to != before:
        _keep(chat, at, led_to, problem)


def problem_told(chat: ChatContext, *experts: str) -> str:
    """Return the problem for which all of these were found lately; empty if there is none."""
    at, led_to, problem = _kept(chat)
    lately = chat.ctx.now - at < LATELY
    known = lately and len(problem) >= LEAST and set(experts) <= set(led_to)
    return problem if known and not any(_only_names(chat, problem, each) for each in experts) else ""


def keep_problem(chat: ChatContext, problem: str, expert: str) -> None:
    """Keep a problem that was written for this consultant and not sent. Their next form starts with it."""
    _keep(chat, chat.ctx.now, tuple(dict.fromkeys((*_kept(chat)[1], expert))), problem[:LONGEST])


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


def _keep(chat: ChatContext, at: datetime, led_to: tuple[str, ...], problem: str) -> None:
    chat.memory.put(TOLD, ToldProblem(at, led_to, problem))


def _kept(chat: ChatContext) -> tuple[datetime, tuple[str, ...], str]:
    kept = chat.memory.get(TOLD)
    return (kept.at, kept.led_to, kept.problem) if kept is not None else (chat.ctx.now, (), "")
