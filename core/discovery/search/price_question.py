"""Whether somebody asks what goods cost ("how much do pellets cost?"), which the market's figures answer and nobody who
advises, or what the market takes of a price ("what is your fee?"), for which no goods are looked for."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from core.catalogue import Catalogue
from core.catalogue.product_names import words_of
from core.discovery.search.advice import names_adviser
from core.discovery.search.sentence.grammar import grammar_of
from core.discovery.search.sentence.parse import LONGEST_SENTENCE, Understood

SHORT: Final = 6  # words: "pellet prices in the Baltics"; who asks for prices in a letter wants quotes


def asked_of_prices(text: str, said: Understood, catalogue: Catalogue) -> Literal["fee", "market"] | None:
    """What such a question is answered by: what our fee leaves of a price, or what others ask. None: no question."""
    if asks_fee(text, said, catalogue):
        return "fee"
    return "market" if asks_price(text, said, catalogue) else None


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


def asks_fee(text: str, said: Understood, catalogue: Catalogue) -> bool:
    """A word for our fee in a few words or beside a price, or the question what is left of a price."""
    words = words_of(text[:LONGEST_SENTENCE])
    priced = bool(said.price or said.max_price or said.min_price)
    fee, left, questions = (_words(meaning, catalogue) for meaning in ("our_fee", "is_left", "how_much"))
    if fee.isdisjoint(words):
        return said.price is not None and not left.isdisjoint(words) and not questions.isdisjoint(words)
    return (priced or len(words) <= SHORT) and not names_adviser(text, said, catalogue)


def without_fee(text: str, catalogue: Catalogue) -> str:
    """The words without those that only ask: "what is left of 200 t at 215" is "of 200 t at 215"."""
    asking = _words("our_fee", catalogue) | _words("is_left", catalogue) | _words("how_much", catalogue)
    return " ".join(word for word in text.split() if not words_of(word) or not asking.issuperset(words_of(word)))


def without_question(rest: str, catalogue: Catalogue) -> str:
    """The words without those that only ask for the price."""
    asking = _words("costs", catalogue) | _words("how_much", catalogue) | grammar_of(catalogue).fillers
    return " ".join(word for word in rest.split() if not asking.issuperset(words_of(word)))


@lru_cache(maxsize=16)
def _words(meaning: str, catalogue: Catalogue) -> frozenset[str]:
    return frozenset(word for said in catalogue.words.all(meaning) for word in words_of(said))
