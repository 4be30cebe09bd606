"""A text as it was typed beside its folded form, and the patterns of folded words that read it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.catalogue.product_names import folded
from core.catalogue.schema import Words

# Cyrillic letters that look like the Latin ones of a grade: "А1" is typed on a Ukrainian keyboard.
_LOOKALIKES = str.maketrans("АВСЕІКМНОРТХавсеікмнортх", "ABCEIKMHOPTXabceikmhoptx")
_MIXED = re.compile(r"\b[АВСЕІКМНОРТХавсеікмнортх]{1,4}(?=[0-9])")


class _Folded(dict[int, str]):
    """Each letter's folded form, for `str.translate`, found out when it is first met; `odd` are not one letter then."""

    def __init__(self) -> None:
        self.odd: set[str] = set()

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        self[point] = folded(letter)
        if len(self[point]) != 1:
            self.odd.add(letter)
        return self[point]


_FOLDED = _Folded()


class NormalisedText(NamedTuple):
    """A folded text with, for every letter of it, the place in the original that it came from."""

    original: str
    text: str
    places: Sequence[int]

    @classmethod
    def of(cls, original: str) -> NormalisedText:
        """Fold letter by letter, so that the rest can be given back as it was written."""
        if original.isascii():
            return cls(original, original.lower(), range(len(original)))
        whole = unicodedata.normalize("NFC", original)
        whole = _MIXED.sub(lambda found: found[0].translate(_LOOKALIKES), whole)
        text = whole.translate(_FOLDED)
        if _FOLDED.odd.isdisjoint(whole):
            return cls(whole, text, range(len(whole)))
        return cls(whole, text, tuple(place for place, letter in enumerate(whole) for _ in folded(letter)))

    def as_written(self, start: int, end: int) -> str:
        """Return the original of a span of the folded text."""
        return self.original[self.places[start] : self.places[end - 1] + 1] if end > start else ""


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
