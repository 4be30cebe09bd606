"""The kinds and qualities of goods that their name states: "UCOME" among FAME, "birch" among firewood."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.product_names import leaders
from core.catalogue.synonyms import SAME
from core.discovery.search.engine.document import words_in
from core.discovery.search.engine.query import Word
from core.discovery.search.model import ParsedQuery
from core.discovery.search.sentence.exclusions import ANY_GOODS

WHICH_KIND: Final = 0.5  # a word of a name that tells kinds of the goods apart, against goods without it


def kind_words(parsed: ParsedQuery, catalogue: Catalogue) -> tuple[Word, ...]:
    """Return the words of the goods' name that tell their kind ("UCOME", "birch") or quality ("premium pellets").

    Synonyms in all languages are included.

    Goods with these words come first, and the rank of others does not change.
    """
    goods = (parsed.product,) if parsed.product else parsed.alternatives
    named, synonyms = dict.fromkeys(words_in(parsed.named)), catalogue.synonyms
    telling = [
        word
        for word in named
        if goods and (synonyms.tells_kind(word, goods) or _only_praises(word, tuple(named), goods, catalogue))
    ]
    # Only the word itself and its synonyms. Similar words and parts of it fit all of the goods.
    meant = [{text: weight for text, weight in also.items() if weight >= SAME} for also in synonyms.of(telling)]
    return tuple(Word(word, also, fuzzy=False, tells=WHICH_KIND) for word, also in zip(telling, meant, strict=True))


@lru_cache(maxsize=5_000)
def _only_praises(word: str, named: tuple[str, ...], goods: tuple[str, ...], catalogue: Catalogue) -> bool:
    """Return True if a word describes the named goods, not their material ("bois").

    Without it the name must be of the same goods.
    """
    synonyms, index = catalogue.synonyms, catalogue.name_index
    if len(named) < 2 or not (synonyms.has(word) and synonyms.describes_goods(word)):
        return False
    if _is_of_any_goods(word, catalogue):
        return False
    others = index.resolve(" ".join(other for other in named if other != word))
    return set(leaders(others)) == set(goods)


@lru_cache(maxsize=5_000)
def _is_of_any_goods(word: str, catalogue: Catalogue) -> bool:
    return len(catalogue.name_index.resolve(word)) >= ANY_GOODS
