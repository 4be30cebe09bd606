"""Questions about the market itself: how it works, what it costs, where to get help, or another language.

Each leads to the page or command that answers it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from conversations.chat_context import ChatContext
from conversations.last_query import ADVICE, GOODS, latest
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.languages import language_named
from core.catalogue.model import Catalogue
from core.catalogue.product_names import words_of

PAGE: Final = "help.page"  # the command that shows a page by its name
ANSWERS: Final = {  # a question, and the command that answers it with its words; the first match wins
    "tells_of_fraud": ("concern.fraud", ""),
    "names_fraud": ("concern.fraud", ""),
    "wants_silence": ("concern.silence", ""),
    "says_thanks": ("concern.thanks", ""),
    "asks_who_answers": ("concern.who", ""),
    "asks_support": (PAGE, "problems"),
    "asks_payment": (PAGE, "paying"),
    "asks_to_sell": (PAGE, "selling"),
    "asks_costs": ("fee", ""),
    "asks_how_it_works": (PAGE, "how-it-works"),
}
# The most words beside a question: goods, or the subject of a fraud.
BESIDE: Final = {"asks_to_sell": 3, "tells_of_fraud": 6}
LONGEST: Final = 12  # words; a longer text is no question to the market

LANGUAGE: Final = ("language", "")


def question_asked(chat: ChatContext, text: str) -> tuple[str, str] | None:
    """Return the command that answers such a question, with its words; None for any other text."""
    return question_in(text, chat.market_context.catalogue, latest(chat))


def question_in(text: str, catalogue: Catalogue, shown: str = "") -> tuple[str, str] | None:
    """Return the command that answers a text; None if it is no such question. `shown`: the list shown last."""
    spoken = words_of(text)
    if not spoken or len(spoken) > LONGEST:
        return None
    for meaning, answer in ANSWERS.items():
        left = _beside(spoken, meaning, catalogue)
        if left is not None and len(left) <= BESIDE.get(meaning, 0):
            return answer
    return LANGUAGE if _names_language(spoken, catalogue, shown) else None


def stops(chat: ChatContext, text: str) -> bool:
    """Return True if a text cancels the open form: the words of its button, or others with that meaning."""
    spoken = tuple(words_of(text))
    return spoken == tuple(words_of(chat.words("form.cancel"))) or spoken in _phrases(
        "stops", chat.market_context.catalogue
    )


def _beside(spoken: list[str], meaning: str, catalogue: Catalogue) -> list[str] | None:
    """Return the meaningful words beside a phrase of that meaning; None if there is no such phrase."""
    for phrase in _phrases(meaning, catalogue):
        for start in range(len(spoken) - len(phrase) + 1):
            if tuple(spoken[start : start + len(phrase)]) == phrase:
                small = _small(catalogue)
                return [word for word in (*spoken[:start], *spoken[start + len(phrase) :]) if word not in small]
    return None


def _names_language(spoken: list[str], catalogue: Catalogue, shown: str) -> bool:
    """Return True if a text only names a language or asks to speak it: "change language", "speak polish".

    A bare name may also be a country, or refine a list of goods. After a list of consultants it is their language.
    """
    around, nouns = _of_speech(catalogue), _nouns(catalogue)
    named = [word for word in spoken if language_named(word) is not None or word in nouns]
    if not named or not all(word in around or word in named for word in spoken) or shown == ADVICE.name:
        return False
    bare = nouns.isdisjoint(spoken) and len(named) == len(spoken)
    return not bare or not (shown == GOODS.name or any(map(catalogue.country_named, spoken)))


@lru_cache(maxsize=16)
def _phrases(meaning: str, catalogue: Catalogue) -> tuple[tuple[str, ...], ...]:
    """Return the words of each phrase of that meaning, the longest first."""
    phrases = {tuple(words_of(phrase)) for phrase in catalogue.words.all(meaning)}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


@lru_cache(maxsize=4)
def _small(catalogue: Catalogue) -> frozenset[str]:
    """Return words without meaning beside a question."""
    return _words("here", catalogue) | grammar_of(catalogue).fillers


@lru_cache(maxsize=4)
def _of_speech(catalogue: Catalogue) -> frozenset[str]:
    return _words("asks_language", catalogue) | _words("speaks", catalogue)


@lru_cache(maxsize=4)
def _nouns(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(words_of(" ".join(catalogue.words.all("language_itself"))))


def _words(meaning: str, catalogue: Catalogue) -> frozenset[str]:
    return frozenset(word for phrase in catalogue.words.all(meaning) for word in words_of(phrase))
