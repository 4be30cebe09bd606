"""Whether somebody asks what goods cost ("how much do pellets cost?"): the market's figures answer that, and nobody who
advises."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.names import words_of
from core.search.advice import names_adviser
from core.search.grammar import grammar_of
from core.search.parse import LONGEST_SENTENCE, Understood

SHORT: Final = 6  # words: "pellet prices in the Baltics"; who asks for prices in a letter wants quotes


def asks_price(text: str, said: Understood, catalogue: Catalogue) -> bool:
    """A word for what things cost beside goods, with a question or in a few words; no price or amount is named, and
    nothing is told that somebody advises on ("what does it cost to certify pellets")."""
    if not (said.product or said.alternatives) or said.side == "sell":
        return False
    if said.quantity or said.price or said.max_price or said.min_price or said.max_rate:
        return False
    words = words_of(text[:LONGEST_SENTENCE])
    costs, questions, alone = (_words(meaning, catalogue) for meaning in ("costs", "how_much", "prices_alone"))
    if costs.isdisjoint(words):
        return False
    if questions.isdisjoint(words) and (alone.isdisjoint(words) or len(words) > SHORT):
        return False
    known, is_thing = catalogue.name_index.vocabulary, catalogue.topics.is_thing
    if any(is_thing(word) and word not in known for word in words_of(said.named)):  # a pellet press
        return False
    told = any(map(catalogue.fields_told_by, words_of(without_question(said.rest, catalogue))))
    return not told and not names_adviser(text, said, catalogue)


def without_question(rest: str, catalogue: Catalogue) -> str:
    """The words without those that only ask for the price."""
    asking = _words("costs", catalogue) | _words("how_much", catalogue) | grammar_of(catalogue).fillers
    return " ".join(word for word in rest.split() if not asking.issuperset(words_of(word)))


@lru_cache(maxsize=16)
def _words(meaning: str, catalogue: Catalogue) -> frozenset[str]:
    return frozenset(word for said in catalogue.words.all(meaning) for word in words_of(said))
