"""Patterns made of the catalogue's words, and these words as they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.catalogue.product_names import folded
from core.catalogue.schema import Words


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of these words, the longest first; the words are folded."""
    unique = sorted({folded(word) for word in words}, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in unique) + ")"


def whole(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of these words that is no part of a longer one."""
    return re.compile(rf"(?<!\w){any_of(words)}(?!\w)")


def words_meaning(words: Words, *meanings: str) -> frozenset[str]:
    """Return the words of any of these meanings in all languages, folded."""
    return frozenset(folded(word) for meaning in meanings for word in words.all(meaning))
