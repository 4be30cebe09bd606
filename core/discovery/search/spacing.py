"""Words that ran together ("torrfliskosice", "biosusiebc") are taken apart where both halves are words of the trade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.language.places import Places
from core.catalogue.product_names import folded

SHORTEST_HALF: Final = 3  # letters; two would take many a misspelt word apart


def split_joined_words(
    word: str, catalogue: Catalogue, places: Places, knows: Callable[[str], bool]
) -> tuple[str, ...]:
    """Return the two words that a folded word consists of, or the word itself.

    It stays whole if it is known or cannot be split. Both halves must be names of goods, places or schemes, or words of
    documents. The cut nearest to the middle wins.
    """
    if len(word) < 2 * SHORTEST_HALF or not word.isalpha() or knows(word) or catalogue.synonyms.knows(word):
        return (word,)
    if places.knows(word) or catalogue.fields_of(word):
        return (word,)
    goods, schemes = catalogue.name_index.vocabulary, schemes_spoken(catalogue)

    def known(half: str) -> bool:
        return half in goods or half in schemes or places.knows(half) or knows(half)

    middle = len(word) // 2
    cuts = sorted(range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1), key=lambda cut: abs(cut - middle))
    return next(((word[:cut], word[cut:]) for cut in cuts if known(word[cut:]) and known(word[:cut])), (word,))


def meant_by_half(half: str, catalogue: Catalogue) -> Mapping[str, float]:
    """Return the marks of the scheme or the goods that a word not read yet names."""
    scheme = schemes_spoken(catalogue).get(half)
    if scheme is not None:
        return {f"scheme:{scheme}": 1.0}
    named = catalogue.products_named(half) if half in catalogue.name_index.vocabulary else []
    return {f"product:{like.product_id}": 1.0 for like in named if like.score == named[0].score}


def meant_by_end(word: str, catalogue: Catalogue) -> Mapping[str, float]:
    """Return the marks of the goods that the last part of a compound names."""
    return {f"product:{product}": 1.0 for product in catalogue.name_index.of_last_part(word)}


@lru_cache(maxsize=4)
def schemes_spoken(catalogue: Catalogue) -> Mapping[str, str]:
    """Return the folded names of one word of certificate schemes, each with its scheme."""
    return {folded(name): scheme.id for scheme in catalogue.certificates.values() for name in scheme.spoken}
