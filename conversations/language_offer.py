"""Offer of another language, made once, when a person surely writes in one that they are not answered in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Say
from core.catalogue.model import Catalogue
from core.catalogue.product_names import words_of
from core.kernel.chat_state.memory import Topic

SEVERAL: Final = 2  # words of one language only; a single one may be a name
LETTERS: Final = 3  # letters of a word that identifies its language
OFFERED: Final = Topic("language_offered", str)  # the language offered last


def offer_language(chat: ChatContext, text: str) -> None:
    """Offer the written language in one line with a button, after the answer."""
    written = language_of(text, chat.market_context.catalogue)
    if written in {None, chat.words.language} or chat.room is not None:
        return
    if chat.memory.get(OFFERED) is not None:
        return
    chat.memory.put(OFFERED, written or "")
    words = chat.market_context.wordings.speak(written or "", chat.person.zone, chat.words.sign)
    button = Button(label=words("language.go_on"), press=press("language.choose", choice=written or ""))
    chat.reply(Say(text=words("language.spoken_too"), buttons=((button,),)))


def language_of(text: str, catalogue: Catalogue) -> str | None:
    """Return the language of the text; None if unsure.

    It needs several words that exist in this language only, and none from another.
    """
    of_one = _words_of_one_language(catalogue)
    told = Counter(of_one[word] for word in set(words_of(text)) if word in of_one)
    return next(iter(told)) if len(told) == 1 and told.total() >= SEVERAL else None


@lru_cache(maxsize=4)
def _words_of_one_language(catalogue: Catalogue) -> Mapping[str, str]:
    """Return the catalogue's words that exist in a single language, with its code."""
    languages: dict[str, set[str]] = defaultdict(set)
    phrase_tables = [*catalogue.words.phrases.values()]
    phrase_tables += [
        {language: names.words for language, names in product.names.items()} for product in catalogue.products.values()
    ]
    for by_language in phrase_tables:
        for language, phrases in by_language.items():
            for word in words_of(" ".join(phrases)):
                languages[word].add(language)
    return {word: next(iter(of)) for word, of in languages.items() if len(of) == 1 and len(word) >= LETTERS}
