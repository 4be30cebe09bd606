"""Whether somebody tells a problem ("our furnace keeps clogging") and so looks for advice, not for goods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.names import folded, words_of
from core.search.parse import LONGEST_SENTENCE, Understood

SEVERAL: Final = 2  # words of one field: then nobody need say that there is a problem


def asks_advice(text: str, said: Understood, catalogue: Catalogue) -> bool:
    """A buyer names a price or a grade, or of goods an amount, a certificate or a distance. Who has a problem speaks of
    himself or asks how, and of what a field of expertise is about; who names goods has to do both."""
    goods = said.product is not None or bool(said.alternatives)
    if said.price or said.max_price or said.min_price or said.grade:
        return False
    if goods and (said.side or said.quantity or said.certificates or said.radius_km):
        return False
    speaking = not _telling(catalogue).isdisjoint(words_of(text[:LONGEST_SENTENCE]))
    if not speaking and (goods or said.radius_km or said.certificates):
        return False
    told = Counter(field for word in _left(said) for field in catalogue.fields_in_trouble(word))
    if goods or said.radius_km or said.certificates:
        return bool(told)
    return speaking or (said.side is not None and bool(told)) or max(told.values(), default=0) >= SEVERAL


def _left(said: Understood) -> Sequence[str]:
    return list(dict.fromkeys(words_of(said.rest)))


@lru_cache(maxsize=4)
def _telling(catalogue: Catalogue) -> frozenset[str]:
    """Words of one who tells of himself or asks how."""
    return frozenset(folded(word) for word in catalogue.words.all("telling"))
