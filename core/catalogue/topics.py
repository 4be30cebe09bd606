"""Topics of problems, finer than the fields of expertise: "the ash cakes" and "sintering" are both slagging.

Seekers and consultants speak of one topic in different words and languages. The catalogue lists the stems of both, so
that one line finds every case of a word. A misspelt stem and the last part of a compound ("Hackgutkessel") count too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final

from rapidfuzz.distance import OSA

from core.catalogue.product_names import folded, words_of
from core.catalogue.schema import Expertise
from core.catalogue.synonyms import SHORTEST_ALONE

OBJECTS: Final = "things"  # the key of a line that is no language: the fault may be of another topic
STEM: Final = "-"  # behind an entry: the word may end in any way
SURE_STEM: Final = 5  # letters from which any ending will do
SAME_END: Final = 2  # letters at its end, and the first, that are as they should be: another ending is another word
SHORTEST_COMPOUND: Final = 9
ENDINGS_OF_SHORT: Final = (0, 0, 1, 2, 4)  # letters that may follow a stem of that many
ENDING: Final = 3  # letters behind a stem in the last part of a compound
AT_MOST: Final = 3  # topics of one consultant, besides those of their skills
SEVERAL: Final = 2
SKILLS_AT_MOST: Final = 6
LONGEST_SKILL: Final = 3  # words; one of so few tells of a topic, in a longer part two have to
SHORTEST_SKILL: Final = 4  # letters
PART: Final = re.compile(r"[.;,:|/()\n–—]+")  # separators of a profile's parts
THING_TELLS: Final = 0.5
LEAST_SHARE: Final = 0.5  # share of the weight of the first topic


class Topics:
    """The topics of all fields, known by words and by stems."""

    def __init__(self, fields: Iterable[Expertise]) -> None:
        self.field_of: dict[str, str] = {}
        self._objects: set[str] = set()
        words: dict[str, dict[str, None]] = defaultdict(dict)
        stems: dict[str, dict[str, None]] = defaultdict(dict)
        for field in fields:
            for topic, languages in field.topics.items():
                self.field_of[topic] = field.id
                self._objects |= {folded(text.removesuffix(STEM)) for text in languages.get(OBJECTS, ())}
                for text in chain.from_iterable(languages.values()):
                    into = stems if text.endswith(STEM) else words
                    into[folded(text.removesuffix(STEM))][topic] = None
        self._long_objects = [thing for thing in self._objects if len(thing) > SURE_STEM]
        self._words = {word: tuple(topics) for word, topics in words.items()}
        self._stems = {stem: tuple(topics) for stem, topics in stems.items()}
        self._lengths = sorted({len(stem) for stem in stems}, reverse=True)
        self._by_ends: dict[str, list[str]] = defaultdict(list)
        for text in (text for text in (*stems, *words) if len(text) >= SHORTEST_ALONE):
            self._by_ends[_ends(text)].append(text)
        self.of = lru_cache(maxsize=20_000)(self._of)

    def told_by(self, text: str, fields: Iterable[str]) -> tuple[str, ...]:
        """Return the topics that a profile in these fields speaks of most, the strongest first.

        A topic of another field needs several words, because one may be chance.
        """
        by_word = [(self.of(word), self.tells(word)) for word in dict.fromkeys(words_of(text))]
        counts = Counter(topic for topics, _ in by_word for topic in topics)
        told = weighed(by_word)
        home = set(fields)
        told = {one: told[one] for one in told if counts[one] >= SEVERAL or self.field_of[one] in home}
        most = max(told.values(), default=0.0)
        first = sorted(told, key=told.__getitem__, reverse=True)[:AT_MOST]
        most_told = (topic for topic in first if told[topic] >= LEAST_SHARE * most)
        skills = (topic for topic, sure in self.skills(text).items() if sure or self.field_of[topic] in home)
        return tuple(dict.fromkeys((*most_told, *skills)))

    def skills(self, text: str) -> dict[str, bool]:
        """Return the topics of each part of a profile, and whether several words support it.

        An adviser on customs, boilers and contracts mentions each only once.
        """
        found: dict[str, bool] = {}
        for part in PART.split(text):
            words = list(dict.fromkeys(words_of(part)))
            by_word = [(self.of(word), self.tells(word)) for word in words]
            told = weighed(by_word)
            most = max(told.values(), default=0.0)
            leaders = [topic for topic, weight in told.items() if weight == most]
            several = [topic for topic in leaders if sum(topic in topics for topics, _ in by_word) >= SEVERAL]
            if len(leaders) == 1 and several:
                found |= dict.fromkeys(several, True)
            elif len(words) <= LONGEST_SKILL and sum(bool(topics) for topics, _ in by_word) == 1:
                alone = len(words) == 1
                found = (
                    dict.fromkeys(leaders if any(self._surely(word, alone) for word in words) else (), False) | found
                )
        return dict(list(found.items())[:SKILLS_AT_MOST])

    def _surely(self, word: str, alone: bool) -> bool:
        """Return True if a word makes a skill.

        A thing counts only with another word ("boiler selection"). A name that resembles something does not count, but
        its last part may ("Schiffsbefrachtung").
        """
        known = self._as_it_is(word) or self._ending(word)
        thing = self.is_thing(word) and not self._ending(word)
        return len(word) >= SHORTEST_SKILL and bool(known) and not (alone and thing)

    def tells(self, word: str) -> float:
        """Return the weight of a folded word for its topics. A thing weighs less: a boiler may need a repair."""
        return THING_TELLS if self.is_thing(word) else 1.0

    def has(self, word: str) -> bool:
        """Return True if a folded word is listed for a topic as a whole word, not by its stem."""
        return word in self._words

    def begins_one(self, word: str) -> bool:
        """Return True if a folded word is listed, or is another form of a listed one."""
        return bool(self._as_it_is(word))

    def is_thing(self, word: str) -> bool:
        """Return True if a folded word only names the thing that has the problem."""
        return any(word[:length] in self._objects for length in range(len(word), 2, -1))

    def is_part_thing(self, word: str) -> bool:
        """Return True if a thing is only the first part of a folded word: the forest of "Waldhackgut"."""
        return not any(word[:length] in self._objects for length in range(max(0, len(word) - ENDING), len(word) + 1))

    def may_be_thing(self, word: str) -> bool:
        """Return True if a folded word is a thing, perhaps with a typo."""
        if self.is_thing(word):
            return True
        long_enough = len(word) >= SURE_STEM
        return long_enough and any(OSA.distance(word, thing, score_cutoff=1) <= 1 for thing in self._long_objects)

    def _of(self, word: str) -> tuple[str, ...]:
        as_it_is = self._as_it_is(word)
        if "'" in word and not as_it_is:  # "l'empreinte", but "дистриб'ютор"
            return self._of(word.partition("'")[2])
        return as_it_is or self._ending(word) or self._misspelt(word)

    def _as_it_is(self, word: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._words.get(word, ()), *self._beginning(word))))

    def _beginning(self, word: str) -> tuple[str, ...]:
        """Return the topics of the longest stem that the word begins with."""
        for length in self._lengths:
            if len(word) >= length and (length >= SURE_STEM or len(word) - length <= ENDINGS_OF_SHORT[length]):
                topics = self._stems.get(word[:length])
                if topics:
                    return topics
        return ()

    def _ending(self, word: str) -> tuple[str, ...]:
        """Return the topics of the last part of a compound, the longest that is known."""
        if len(word) < SHORTEST_COMPOUND:
            return ()
        for start in range(SURE_STEM - 2, len(word) - SURE_STEM + 1):
            part = word[start:]
            for length in range(len(part), max(SURE_STEM, len(part) - ENDING) - 1, -1):
                topics = self._stems.get(part[:length])
                if topics:
                    return topics
        return ()

    def _misspelt(self, word: str) -> tuple[str, ...]:
        """Return the topics of a stem one edit away from the beginning of the word."""
        for length in range(min(len(word), self._lengths[0] + 1), SHORTEST_ALONE - 1, -1) if self._lengths else ():
            begun = word[:length]
            for stem in self._by_ends.get(_ends(begun), ()):
                if abs(len(stem) - length) <= 1 and OSA.distance(stem, begun, score_cutoff=1) <= 1:
                    return self._stems.get(stem) or self._words[stem]
        return ()


def weighed(told: Iterable[tuple[Sequence[str], float]]) -> dict[str, float]:
    """Return the weight of each topic over all words. A word of two topics counts half for each."""
    weights: dict[str, float] = defaultdict(float)
    for topics, tells in told:
        for topic in topics:
            weights[topic] += tells / len(topics)
    return weights


def _ends(word: str) -> str:
    """Return the first and the last letters, which typos rarely touch."""
    return word[0] + word[-SAME_END:]
