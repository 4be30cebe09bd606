"""Words that say the same in several languages, beside product names: a line of synonyms.yaml is one meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from core.catalogue.product_names import romanised, words_of
from core.catalogue.spelling import FAR, Near

SAME: Final = 0.8  # how well another word of the meaning does for the one that was asked
PART: Final = 0.4  # a word of a phrase of the meaning: half of it, so to say
ENDINGS: Final = (1, 2, 3)  # letters in which the cases of one word may differ: teisininkas, teisininko
SHORTEST_STEM: Final = 5
SHORTEST_SLIP: Final = 6  # letters of a word that is taken for a misspelt one of another meaning
SHORTEST_ALONE: Final = 7  # letters of a word that may be misspelt without any context
ABOUT: Final = "about"  # the key of a line that is no language: the subject of the meaning


class Synonyms:
    """All meanings. A word may have several, and a phrase ("greenhouse gas") has its own."""

    def __init__(self, meanings: Iterable[Mapping[str, Sequence[str]]], near: Near) -> None:
        """`near`: the words that a misspelt one may be meant for, among them those of these meanings."""
        self._meant: list[dict[str, float]] = []
        self._describing: set[int] = set()
        self._kinds: dict[int, Sequence[str]] = {}  # meaning -> the products whose kinds it tells apart
        self._phrases: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, line in enumerate(meanings):
            meant: dict[str, float] = {}
            if "goods" in line.get(ABOUT, ()):
                self._describing.add(number)
            self._kinds[number] = line.get(ABOUT, ())
            phrases = (texts for language, texts in line.items() if language != ABOUT)
            for phrase in (tuple(words_of(text)) for texts in phrases for text in texts):
                for written in dict.fromkeys((phrase, tuple(map(romanised, phrase)))):
                    if written and number not in self._phrases[written]:
                        self._phrases[written].append(number)
                weight = SAME if len(phrase) == 1 else PART
                meant |= {word: max(weight, meant.get(word, 0.0)) for word in phrase}
            self._meant.append(meant)
        self.words = sorted(phrase[0] for phrase in self._phrases if len(phrase) == 1)
        self._near = near
        self._stems: dict[str, str] = {
            word[:-cut]: word
            for cut in reversed(ENDINGS)  # if two words share a stem, the one that differs less wins
            for word in reversed(self.words)
            if len(word) - cut >= SHORTEST_STEM
        }
        self._longest = max(map(len, self._phrases), default=0)
        self._known_as = lru_cache(maxsize=20_000)(self._nearest)

    def of(self, asked: Sequence[str]) -> list[dict[str, float]]:
        """Return for each of these folded words its synonyms, each with how well it fits."""
        also: list[dict[str, float]] = [{} for _ in asked]
        known = [self._known_as(word) for word in asked]
        start = 0
        while start < len(known):
            for size in range(min(self._longest, len(known) - start), 0, -1):
                numbers = self._phrases.get(tuple(known[start : start + size]))
                if numbers:
                    for place in range(start, start + size):
                        for number in numbers:
                            also[place] |= self._meant[number]
                        also[place].pop(asked[place], None)
                    start += size - 1
                    break
            start += 1
        return also

    def knows(self, word: str) -> bool:
        """Return True if a folded word, exact or with a typo, belongs to a meaning."""
        return bool(self.meanings_of(word))

    def has(self, word: str) -> bool:
        """Return True if a folded word exactly as written belongs to a meaning."""
        return (word,) in self._phrases

    def may_be_meant(self, word: str) -> bool:
        """Return True if a folded word is known exactly, or is long enough to be a typo without any context.

        "left" is no typo of "lift".
        """
        return len(word) >= SHORTEST_ALONE or self.has(word)

    def meanings_of(self, word: str) -> Sequence[int]:
        """Return the numbers of the meanings that have this word by itself, exact or with a typo."""
        return self._phrases.get((self._known_as(word),), ())

    def describes_goods(self, word: str) -> bool:
        """Return True if a folded word describes goods ("dry", "secas") and does not name them."""
        return not self._describing.isdisjoint(self.meanings_of(word))

    def tells_kind(self, word: str, products: Iterable[str]) -> bool:
        """Return True if a folded word tells these goods apart: "UCOME" among FAME, "birch" among firewood."""
        kinds = {product for number in self.meanings_of(word) for product in self._kinds[number]}
        return not kinds.isdisjoint(products)

    def _nearest(self, word: str) -> str:
        """Return the listed word that this is, in another case or with a typo; else the word itself."""
        if (word,) in self._phrases:
            return word
        for stem in (word[:-cut] for cut in ENDINGS if len(word) - cut >= SHORTEST_STEM):
            if stem in self._stems:
                return self._stems[stem]
        if len(word) < SHORTEST_SLIP:
            return word  # "kurui", for burning, is no typo of "kursi"
        near = {other: edits for other, edits in self._near(word).items() if (other,) in self._phrases}
        best = min(near, key=near.__getitem__, default=word)
        return best if near.get(best, FAR) <= 1 else word
