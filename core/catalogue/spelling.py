"""Finds the known words that a misspelt one may be: symmetric deletes, a filter by letters, exact distances.

Two words within k edits become equal when at most k letters are left out of each (Garbe's symmetric deletes). So every
known word is written down under each of the forms that it has with up to two letters left out, as a hash in one sorted
array; a query makes the same forms of its own word, and looks them up. Only the first `HEAD` letters take part, which
keeps the forms few (29), and still finds errors further back: there the heads are equal. What the hashes bring is then
thinned by a bit per letter (two words within k edits differ in at most 2k of them), and measured exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

HEAD: Final = 7
SHORTEST: Final = 4  # letters of a word that may be misspelt: codes (UCO, PKS) count exactly as they are
SHORTEST_FOR_TWO: Final = 6  # letters from which two edits are believed
FEW_WORDS: Final = 5_000  # a dictionary of the forms of so many takes 20 MB, and is four times as quick
FAR: Final = 99  # edits: another word altogether
MEASURED_AT_MOST: Final = 400  # candidates whose distance is computed: bounds a query of common beginnings

U32 = NDArray[np.uint32]
_BASE: Final = 0x9E3779B1  # odd, so that powers of it never vanish modulo 2**32
_MIXER: Final = 2654435761  # spreads the bits of a letter
_POWER: Final = [pow(_BASE, k + 1, 2**32) for k in range(HEAD)]
_POWERS: Final = np.array(_POWER, dtype=np.uint32)
_LEFT_OUT: Final = tuple(
    np.array([k for k in range(HEAD) if k not in out]) for n in range(3) for out in combinations(range(HEAD), n)
)


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
        if len(self.letters) <= FEW_WORDS:
            return self._near_of_few(word, edits)
        asked = _forms(word, edits)
        forms = np.fromiter(asked, np.uint32, len(asked))
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

    def _near_of_few(self, word: str, edits: int) -> list[int]:
        """The same, of a vocabulary that is small enough to be kept as a dictionary: most forms are nobody's."""
        table, letters, bits = self._by_form, self._letters_by_word, _bits(word)
        found = {number for form in table.keys() & _forms(word, edits) for number in table[form]}
        near = sorted([number for number in found if (letters[number] ^ bits).bit_count() <= 2 * edits])
        return near[:: 1 + len(near) // MEASURED_AT_MOST]

    @cached_property
    def _by_form(self) -> dict[int, list[int]]:
        table: dict[int, list[int]] = {}
        for form, number in zip(self.hashes.tolist(), self.words.tolist(), strict=True):
            table.setdefault(form, []).append(number)
        return table

    @cached_property
    def _letters_by_word(self) -> list[int]:
        letters: list[int] = self.letters.tolist()
        return letters

    @cached_property
    def _shift(self) -> np.uint32:
        """How far a hash is shifted to give the number of its drawer: there are about as many drawers as hashes."""
        return np.uint32(32 - max(1, min(24, len(self.hashes).bit_length())))

    @cached_property
    def _drawers(self) -> NDArray[np.int64]:
        """Where the hashes of each drawer begin: it is found by its number, without looking through all of them."""
        filled = np.bincount(self.hashes >> self._shift, minlength=1 << (32 - int(self._shift)))
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(filled)])


@lru_cache(maxsize=5_000)
def _forms(word: str, edits: int) -> frozenset[int]:
    """The hashes of one word's forms, as `_hash` makes them: it is looked up among several kinds of names.

    Each is a sum over letters: of its beginning, its middle moved on by one place, and its end moved on by two.
    """
    mixed = [_mixed(letter) for letter in word[:HEAD]]
    length = len(mixed)
    plain, once, twice = (
        [*accumulate([each[place - by] for place, each in enumerate(mixed)], initial=0)] for by in range(3)
    )
    forms = [plain[length]]
    for first in range(length):
        forms.append(plain[first] + once[length] - once[first + 1])
        if edits > 1:
            begun = plain[first] - once[first + 1] + twice[length]
            forms += [begun + once[other] - twice[other + 1] for other in range(first + 1, length)]
    return frozenset([form & 0xFFFFFFFF for form in forms])


@lru_cache(maxsize=5_000)
def _mixed(letter: str) -> list[int]:
    """What a letter adds to a hash at each place."""
    mixed = ord(letter) * _MIXER & 0xFFFFFFFF
    mixed ^= mixed >> 15
    return [mixed * power & 0xFFFFFFFF for power in _POWER]


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
