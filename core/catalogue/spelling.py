"""Finds the known words that a misspelt one may be: symmetric deletes, a filter by letters, exact distances.

Two words within k edits become equal when at most k letters are left out of each (Garbe's symmetric deletes). So every
known word is written down under each of the forms that it has with up to two letters left out, as a hash in one sorted
array; a query makes the same forms of its own word, and looks them up. Only the first `HEAD` letters take part, which
keeps the forms few (29), and still finds errors further back: there the heads are equal. What the hashes bring is then
thinned by a bit per letter (two words within k edits differ in at most 2k of them), and measured exactly.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

HEAD: Final = 7
SHORTEST: Final = 4  # letters of a word that may be misspelt: codes (UCO, PKS) count exactly as they are
SHORTEST_FOR_TWO: Final = 6  # letters from which two edits are believed
FAR: Final = 99  # edits: another word altogether
MEASURED_AT_MOST: Final = 400  # candidates whose distance is computed: bounds a query of common beginnings

U32 = NDArray[np.uint32]
_BASE: Final = 0x9E3779B1  # odd, so that powers of it never vanish modulo 2**32
_MIXER: Final = 2654435761  # spreads the bits of a letter
_POWER: Final = [pow(_BASE, k + 1, 2**32) for k in range(HEAD)]
_POWERS: Final = np.array(_POWER, dtype=np.uint32)
# By how many places a letter may have moved on, and what it then adds to a hash; for each form which letters have.
_MOVED_POWERS: Final = np.array([[_POWER[k - by] if k >= by else 0 for by in range(3)] for k in range(HEAD)], np.uint32)
_LEFT_OUT: Final = tuple(
    np.array([k for k in range(HEAD) if k not in out]) for n in range(3) for out in combinations(range(HEAD), n)
)
_MOVED: Final = np.array(
    [[k in kept and k - kept.tolist().index(k) == by for k in range(HEAD) for by in range(3)] for kept in _LEFT_OUT],
    np.uint32,
)
_FORMS: Final = [sum(HEAD - len(kept) <= edits for kept in _LEFT_OUT) for edits in range(3)]


@dataclass(frozen=True)
class Spelling:
    """The forms of the known words: `hashes` sorted, `words` the number of the word of each; `letters` by word."""

    hashes: U32
    words: U32
    letters: U32

    @classmethod
    def of(cls, words: Sequence[str]) -> Spelling:
        """Written down once for all words; those that may not be misspelt get no forms."""
        heads = _heads(words)
        lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        numbers = np.flatnonzero((lengths >= SHORTEST) & np.fromiter(map(_of_letters, words), bool, len(words)))
        hashes, owners = [], []
        for kept in _LEFT_OUT:
            # A form with two letters left out is of use only where two edits are believed.
            chosen = numbers if HEAD - len(kept) < 2 else numbers[lengths[numbers] >= SHORTEST_FOR_TWO - 1]
            hashes.append(_hash(heads[chosen][:, kept]))
            owners.append(chosen.astype(np.uint32))
        flat, owner = np.concatenate(hashes), np.concatenate(owners)
        order = np.lexsort((owner, flat))
        flat, owner = flat[order], owner[order]
        new = np.ones(len(flat), dtype=bool)  # leaving out either of two equal letters gives one form
        new[1:] = (flat[1:] != flat[:-1]) | (owner[1:] != owner[:-1])
        return cls(flat[new], owner[new], _letters(words))

    def near(self, word: str) -> list[int]:
        """The numbers of words that may be within two edits, in order, thinned but not yet measured."""
        edits = edits_believed(word)
        if not edits or not len(self.hashes):
            return []
        forms = _forms(word, edits)
        drawers = forms >> self._shift
        starts = self._drawers.take(drawers)
        held = self._drawers.take(drawers + 1) - starts
        ends = held.cumsum()
        total = int(ends[-1])
        if not total:
            return []
        places = (starts + held - ends).repeat(held)
        places += np.arange(total)
        numbers = self.words.take(places[self.hashes.take(places) == forms.repeat(held)])
        numbers = numbers[np.bitwise_count(self.letters.take(numbers) ^ np.uint32(_bits(word))) <= 2 * edits]
        near = sorted(set(numbers.tolist()))
        return near[:: 1 + len(near) // MEASURED_AT_MOST]

    @cached_property
    def _shift(self) -> np.uint32:
        """How far a hash is shifted to give the number of its drawer: there are about as many drawers as hashes."""
        return np.uint32(32 - max(1, min(24, len(self.hashes).bit_length())))

    @cached_property
    def _drawers(self) -> NDArray[np.int64]:
        """Where the hashes of each drawer begin: it is found by its number, without looking through all of them."""
        filled = np.bincount(self.hashes >> self._shift, minlength=1 << (32 - int(self._shift)))
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(filled)])


Near = Callable[[str], Mapping[str, int]]  # of a misspelt word: those that may be meant, and how many edits it takes


class WordList:
    """A few thousand words: so many are sooner compared by their letters, all at once, than found by their forms."""

    def __init__(self, words: Iterable[str]) -> None:
        may_be_meant = [word for word in words if len(word) >= SHORTEST and _of_letters(word)]
        self._order = {word: number for number, word in enumerate(may_be_meant)}
        self._words = sorted(self._order, key=len)
        self._letters = np.fromiter(map(_counted, self._words), np.uint64, len(self._words))
        lengths = [len(word) for word in self._words]
        self._starts = [bisect_left(lengths, length) for length in range(max(lengths, default=0) + 2)]

    def near(self, word: str) -> dict[str, int]:
        """The words within the edits that are believed of this one, in the order of the list, with how many it takes.

        An edit changes at most two of the letters counted; of the few words that pass, each is measured.
        """
        edits, starts = edits_believed(word), self._starts
        first, last = len(word) - edits, len(word) + edits + 1
        if not edits or first >= len(starts):
            return {}
        begin, end = starts[first], starts[min(last, len(starts) - 1)]
        unlike = np.bitwise_count(self._letters[begin:end] ^ np.uint64(_counted(word)))
        words = [self._words[begin + place] for place in (unlike <= 2 * edits).nonzero()[0].tolist()]
        near = extract(word, words, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return {other: apart for other, apart, _ in sorted(near, key=lambda each: self._order[each[0]])}


@lru_cache(maxsize=5_000)
def _counted(word: str) -> int:
    """A bit for each letter that a word has, and another for each that it has more than once."""
    once = twice = 0
    for letter in word:
        bit = 1 << (ord(letter) & 31)
        twice |= once & bit
        once |= bit
    return twice << 32 | once


def _forms(word: str, edits: int) -> U32:
    """The hashes of one word's forms, as `_hash` makes them; those of words shorter than `HEAD` are there repeatedly.

    Each is a sum over letters, and every letter stands in its own place or has moved on by one or two.
    """
    letters = np.frombuffer(word[:HEAD].ljust(HEAD, "\0").encode("utf-32-le"), np.uint32)
    mixed = letters * np.uint32(_MIXER)
    mixed ^= mixed >> np.uint32(15)
    forms: U32 = _MOVED[: _FORMS[edits]] @ (mixed[:, None] * _MOVED_POWERS).ravel()
    return forms


def edits_believed(word: str) -> int:
    """How many slips a word of this length may hold before it could be anything."""
    if len(word) < SHORTEST or not _of_letters(word):
        return 0
    return 1 if len(word) < SHORTEST_FOR_TWO else 2


def distances(word: str, others: Sequence[str]) -> list[int]:
    """Edits between the word and each other one; two letters swapped are one edit (optimal string alignment).

    `FAR` stands for more edits than are believed.
    """
    limit = edits_believed(word)
    apart = (OSA.distance(word, other, score_cutoff=limit) for other in others)
    return [edits if edits <= limit else FAR for edits in apart]


def _of_letters(word: str) -> bool:
    """Also "дров'яна": a word, and neither a code nor a mark."""
    return word.isalpha() or word.replace("'", "").isalpha()


def _heads(words: Sequence[str]) -> U32:
    """The code points of the first letters, a row a word, filled up with zeros."""
    padded = np.array([word[:HEAD].ljust(HEAD, "\0") for word in words], dtype=f"U{HEAD}")
    return np.frombuffer(padded.tobytes(), dtype=np.uint32).reshape(len(words), HEAD)


def _hash(letters: U32) -> U32:
    """A number for each row; the zeros at its end add nothing, so a form's length does not matter."""
    mixed = letters * np.uint32(_MIXER)
    hashed: U32 = ((mixed ^ (mixed >> np.uint32(15))) * _POWERS[: letters.shape[1]]).sum(axis=1, dtype=np.uint32)
    return hashed


def _letters(words: Sequence[str]) -> U32:
    """A bit for each letter that a word has (letters share bits, which only weakens the filter)."""
    return np.fromiter((_bits(word) for word in words), dtype=np.uint32, count=len(words))


@lru_cache(maxsize=5_000)
def _bits(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 31)
    return bits
