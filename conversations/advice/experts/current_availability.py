"""Consultants who say that they are free now, and until when: "free now", "I am free now until 17:00"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Final

from conversations.advice.experts.own_card import own_card
from conversations.chat_context import ChatContext
from conversations.router import Router
from core.advice.availability.local_times import instant, local
from core.advice.availability.weekly_hours import minutes_of
from core.advice.experts import service as experts
from core.advice.experts.model import Expert
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.patterns import any_of, words_meaning
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded

LONGEST_MESSAGE: Final = 60  # letters; a longer text says something else
WORD: Final = re.compile(r"[^\W\d_]+")
TIME: Final = r"(?P<time>[0-9]{1,2}(?:[:.h][0-5][0-9])?\s*(?:am|pm)?)\s*(?:h|uhr|val|год)?\.?"

router = Router()


@dataclass(frozen=True, slots=True)
class FreeNow:
    """A message about being free now. `until`: minutes since midnight on the consultant's clock, if named."""

    until: int | None


@router.hears
def take_free_now(chat: ChatContext, text: str) -> bool:
    """Take a message of a consultant that says this and nothing else."""
    message = free_now_in(text, chat.market_context.catalogue)
    expert = experts.own_profile(chat.ctx) if message is not None else None
    if message is None or expert is None:
        return False
    until = None if message.until is None else _moment(chat, expert, message.until)
    chat.reply(own_card(chat, experts.say_free_now(chat.ctx, until)))
    return True


@router.command("free")
def free(chat: ChatContext, rest: str) -> None:
    """`/free now until 17:00`, for chats in which every input is a command. Otherwise search for the text."""
    text = f"free {rest}".strip()
    if not take_free_now(chat, text if rest else "free now"):
        chat.command("anything", text)


def free_now_in(text: str, catalogue: Catalogue) -> FreeNow | None:
    """Read a message about being free now. Return None if it says nothing of it, or more than that."""
    plain, words = folded(text.strip()), _words_of(catalogue)
    if len(plain) > LONGEST_MESSAGE or words.free.isdisjoint(WORD.findall(plain)):
        return None
    until, rest = None, plain.rstrip("!. ")
    if found := words.until.search(rest):
        until, rest = minutes_of(found["time"]), rest[: found.start()]
    now = grammar_of(catalogue).free_now.search(rest)  # "free" alone does not mean now
    if now is None:
        return None
    left = WORD.findall(f"{rest[: now.start()]} {rest[now.end() :]}")
    other = any(word not in words.free | words.around for word in left) or any(letter.isdigit() for letter in rest)
    return None if other else FreeNow(until)


@dataclass(frozen=True, slots=True)
class _Words:
    """Folded words for "free" and the words around them, and the pattern of an end time."""

    free: frozenset[str]
    around: frozenset[str]
    until: re.Pattern[str]


@lru_cache(maxsize=4)
def _words_of(catalogue: Catalogue) -> _Words:
    words = catalogue.words
    free, around = (words_meaning(words, meaning) for meaning in ("free", "around_free"))
    until = any_of((*words.all("until"), *words.all("until_hour")))
    return _Words(free, around, re.compile(rf"[\s,]+{until}\s*{TIME}$"))


def _moment(chat: ChatContext, expert: Expert, minutes: int) -> datetime:
    """Return the next moment at which the consultant's clock shows this time."""
    here = local(chat.ctx.now, expert.zone)
    midnight = datetime.combine(here.date(), time())
    at = instant(midnight + timedelta(minutes=minutes), expert.zone)
    return at if at > chat.ctx.now else instant(midnight + timedelta(days=1, minutes=minutes), expert.zone)
