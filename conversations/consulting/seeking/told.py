"""The problem that somebody has told: kept for the forms of those to whom the search for it has led, and for a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from conversations.talk import Talk
from core.talks.service import recall, remember

TOPIC: Final = "problem_told"
LATELY: Final = timedelta(days=1)  # after which another question is as likely
LONGEST: Final = 1000  # letters; as many as a booking takes
LEAST: Final = 3
LED_TO_AT_MOST: Final = 50


def tell_problem(talk: Talk, problem: str, led_to: Iterable[str] = ()) -> None:
    """This is what is looked for now. `led_to`: the consultants who were found for it already."""
    _keep(talk, talk.ctx.now, tuple(led_to), problem[:LONGEST])


def lead_to(talk: Talk, experts: Iterable[str]) -> None:
    """These were shown for it."""
    at, before, problem = _kept(talk)
    led_to = tuple(dict.fromkeys((*before, *experts)))[:LED_TO_AT_MOST]
    if problem and led_to != before:
        _keep(talk, at, led_to, problem)


def problem_told(talk: Talk, *experts: str) -> str:
    """The problem for which all of these were found lately; empty where it was not told of them."""
    at, led_to, problem = _kept(talk)
    lately = talk.ctx.now - at < LATELY
    return problem if lately and len(problem) >= LEAST and set(experts) <= set(led_to) else ""


def _keep(talk: Talk, at: datetime, led_to: tuple[str, ...], problem: str) -> None:
    remember(talk.ctx, talk.person.id, TOPIC, f"{at.isoformat()} {','.join(led_to)}\n{problem}")


def _kept(talk: Talk) -> tuple[datetime, tuple[str, ...], str]:
    head, _, problem = recall(talk.ctx, talk.person.id, TOPIC).partition("\n")
    at, _, led_to = head.partition(" ")
    return datetime.fromisoformat(at) if at else talk.ctx.now, tuple(filter(None, led_to.split(","))), problem
