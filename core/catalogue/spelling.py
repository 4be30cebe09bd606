"""Search for the known words that a misspelt one may be: symmetric deletes, a letter filter, exact distances.

Two words within k edits become equal when at most k letters are left out of each (Garbe's symmetric deletes). So every
known word is stored under each of its forms with up to two letters left out. The forms are hashes in one sorted array.
A query makes the same forms of its own word and looks them up.

Only the first `HEAD` letters take part, which keeps the forms few (29). Errors further back are still found, because
there the heads are equal. The candidates are then filtered by a bit per letter. Two words within k edits differ in at
most 2k bits. The rest is measured exactly.
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
# By how many places a letter may have moved, and what it then adds to a hash. For each form, the letters that it has.
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
        """Return the numbers of words that may be within two edits, in order, filtered but not yet measured."""
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
        """The bits to shift a hash by for the number of its bucket. There are about as many buckets as hashes."""
        return np.uint32(32 - max(1, min(24, len(self.hashes).bit_length())))

    @cached_property
    def _drawers(self) -> NDArray[np.int64]:
        """The positions where the hashes of each bucket begin, so that a bucket is found without a search."""
        bucket_sizes = np.bincount(self.hashes >> self._shift, minlength=1 << (32 - int(self._shift)))
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(bucket_sizes)])


Near = Callable[[str], Mapping[str, int]]  # misspelt word -> the words that may be meant, each with its number of edits


class WordList:
    """A few thousand words: so few are compared faster by their letters, all at once, than by their forms."""

    def __init__(self, words: Iterable[str]) -> None:
        may_be_meant = [word for word in words if len(word) >= SHORTEST and _of_letters(word)]
        self._order = {word: number for number, word in enumerate(may_be_meant)}
        self._words = sorted(self._order, key=len)
        self._letters = np.fromiter(map(_counted, self._words), np.uint64, len(self._words))
        lengths = [len(word) for word in self._words]
        self._starts = [bisect_left(lengths, length) for length in range(max(lengths, default=0) + 2)]

    def near(self, word: str) -> dict[str, int]:
        """Return the words within the edits allowed for this one, in the order of the list, each with its edits.

        An edit changes at most two of the letters counted. The few words that pass are each measured.
        """
        edits, starts = edits_believed(word), self._starts
        first, last = len(word) - edits, len(word) + edits + 1
        if not edits or first >= len(starts):
            return {}
        begin, end = starts[first], starts[min(last, len(starts) - 1)]
        unlike = np.bitwise_count(self._letters[begin:end] ^ np.uint64(_counted(word)))
        words = [self._words[begin + place] for place in (unlike <= 2 * edits).nonzero()[0].tolist()]
        near = extract(word, words, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return {other: distance for other, distance, _ in sorted(near, key=lambda each: self._order[each[0]])}


@lru_cache(maxsize=5_000)
def _counted(word: str) -> int:
    """Return a bit for each letter that a word has, and another for each that it has more than once."""
    once = twice = 0
    for letter in word:
        bit = 1 << (ord(letter) & 31)
        twice |= once & bit
        once |= bit
    return twice << 32 | once


def _forms(word: str, edits: int) -> U32:
    """Return the hashes of one word's forms, as `_hash` makes them. Words shorter than `HEAD` repeat some of them.

    Each is a sum over letters. Every letter stands in its own place or has moved on by one or two.
    """
    letters = np.frombuffer(word[:HEAD].ljust(HEAD, "\0").encode("utf-32-le"), np.uint32)
    mixed = letters * np.uint32(_MIXER)
    mixed ^= mixed >> np.uint32(15)
    forms: U32 = _MOVED[: _FORMS[edits]] @ (mixed[:, None] * _MOVED_POWERS).ravel()
    return forms


def edits_believed(word: str) -> int:
    """Return how many edits a word of this length may have and still be recognised."""
    if len(word) < SHORTEST or not _of_letters(word):
        return 0
    return 1 if len(word) < SHORTEST_FOR_TWO else 2


def distances(word: str, others: Sequence[str]) -> list[int]:
    """Return the edits between the word and each other one. Two letters swapped are one edit (optimal string
    alignment).

    `FAR` stands for more edits than are allowed.
    """
    limit = edits_believed(word)
    edit_distances = (OSA.distance(word, other, score_cutoff=limit) for other in others)
    return [edits if edits <= limit else FAR for edits in edit_distances]


def _of_letters(word: str) -> bool:
    """Return True for a word, also "дров'яна", and False for a code."""
    return word.isalpha() or word.replace("'", "").isalpha()


def _heads(words: Sequence[str]) -> U32:
    """Return the code points of the first letters, a row per word, filled up with zeros."""
    padded = np.array([word[:HEAD].ljust(HEAD, "\0") for word in words], dtype=f"U{HEAD}")
    return np.frombuffer(padded.tobytes(), dtype=np.uint32).reshape(len(words), HEAD)


def _hash(letters: U32) -> U32:
    """Return a hash for each row. Zeros at its end add nothing, so a form's length does not matter."""
    mixed = letters * np.uint32(_MIXER)
    hashed: U32 = ((mixed ^ (mixed >> np.uint32(15))) * _POWERS[: letters.shape[1]]).sum(axis=1, dtype=np.uint32)
    return hashed


def _letters(words: Sequence[str]) -> U32:
    """Return a bit for each letter that a word has. Letters share bits, which only weakens the filter."""
    return np.fromiter((_bits(word) for word in words), dtype=np.uint32, count=len(words))


@lru_cache(maxsize=5_000)
def _bits(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 31)
    return bits
