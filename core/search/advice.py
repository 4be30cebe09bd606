"""Whether somebody tells a problem ("our furnace keeps clogging") and so looks for advice, not for goods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.names import folded, words_of
from core.search.parse import LONGEST_SENTENCE, Understood

SEVERAL: Final = 2  # words of one field: then nobody need say that there is a problem
A_SENTENCE: Final = 3  # words; fewer may be a company's name, as may more of them that documents have


def asks_advice(text: str, said: Understood, catalogue: Catalogue, knows: Callable[[str], bool]) -> bool:
    """A buyer names a price or a grade, or of goods an amount, a certificate or a distance. Who has a problem speaks of
    himself or asks how, and of what a field of expertise is about; who names goods has to do both, or to say more words
    of what goes wrong. `knows` tells whether any document has a word as it is written."""
    goods = said.product is not None or bool(said.alternatives)
    if said.price or said.max_price or said.min_price or said.grade or (goods and said.quantity):
        return False
    if goods and (said.side or said.certificates or said.radius_km):
        told_of = Counter(topic for topics in _topics_told(said, catalogue) for topic in topics)
        return max(told_of.values(), default=0) >= SEVERAL
    speaking = not _telling(catalogue).isdisjoint(words_of(text[:LONGEST_SENTENCE]))
    if not speaking and (goods or said.radius_km or said.certificates):
        return len(_topics_told(said, catalogue)) >= SEVERAL
    left = words_of(in_full(text, said, catalogue).rest)
    told = Counter(field for word in left for field in catalogue.fields_in_trouble(word))
    if goods or said.radius_km or said.certificates:
        return bool(told)
    if speaking or max(told.values(), default=0) >= SEVERAL:
        return True
    return bool(told) and (said.side is not None or (_is_talk(said.rest) and not all(map(knows, left))))


def _topics_told(said: Understood, catalogue: Catalogue) -> list[tuple[str, ...]]:
    """The topics of each word that tells of some, beside what was understood and what says how goods are."""
    told = ((word, catalogue.topics.of(word)) for word in dict.fromkeys(words_of(said.rest)))
    return [topics for word, topics in told if topics and not catalogue.synonyms.describes_goods(word)]


def _is_talk(words: str) -> bool:
    """Whether it is more than a name: a few words, of which most are written small."""
    said = words.split()
    return len(said) >= A_SENTENCE and sum(word[:1].isupper() for word in said) <= len(said) / 2


def in_full(text: str, said: Understood, catalogue: Catalogue) -> Understood:
    """What was said of a problem, with the small words of trade that tell of a field of expertise: to a buyer quality
    and certificates are a matter of course, and here they are what the problem is about."""
    known = {*words_of(said.rest), *words_of(said.named)}
    small = (word for word in words_of(text[:LONGEST_SENTENCE]) if word not in known)
    telling = dict.fromkeys(word for word in small if catalogue.fields_in_trouble(word))
    return replace(said, rest=" ".join((said.rest, *telling)).strip())


@lru_cache(maxsize=4)
def _telling(catalogue: Catalogue) -> frozenset[str]:
    """Words of one who tells of himself or asks how."""
    return frozenset(folded(word) for word in catalogue.words.all("telling"))
