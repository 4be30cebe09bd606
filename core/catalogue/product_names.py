"""The product that a few words mean: misspelt, in any of the languages, or none rather than nonsense.

Matching whole names (WRatio and the like) takes "sunflower pelets" for wood pellets, because most letters agree. Words
are therefore matched one by one, and weighed by how few products use them: "sunflower" tells, "pellets" hardly does.
Words under four letters (UCO, PKS) only match exactly.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import pairwise
from operator import mul
from typing import NamedTuple

from core.catalogue.schema import Names
from core.catalogue.spelling import SHORTEST, Near

GOOD_ENOUGH = 0.72  # measured: below it, more answers are wrong than right
SURELY_NAMED = 0.97
TOO_CLOSE = 0.05  # two products nearer than this are asked about, not chosen between
LIKE_WORD = 0.78  # one edit in five letters
LIKE_LONG_WORD = 0.74  # two in eight: long words bear more
UNFINISHED = 0.9  # "sunflow": the word is all there, only not to the end
INFLECTED = 0.95  # "drzewne" for "drzewny": one stem, another ending
SHORTEST_STEM = 5  # letters that two forms of a word share
# Letters beyond the stem, in either form. They are the endings of the eleven languages ("drewnex" is no case of
# "drewno").
_ENDING = re.compile(r"[aeiouynsmrwhvаеєиіїоуюяьйвмх]{0,2}|i?e(?:go|mu)|ych|[iy]mi|о(?:го|му)|[иі]ми")  # "talowego"
LONGEST_ENDING = 4
LONGEST_PAIRED = 3  # words of a name of which two may be written as one; in longer names the pair would be unclear
OF_ASKED = 0.8  # weight of the query's words against the rest of the name
# share of the query's weight; a name that matches less is no answer
LEAST_ASKED = (GOOD_ENOUGH - (1 - OF_ASKED)) / OF_ASKED - 1e-9
MIXED = 0.97  # words of one product in two languages ("Brennholz logs") count nearly as one name
# Two letters are a code only in capitals: "GO" is a certificate, "go" is a word.
LAST_LETTER = "\U0010ffff"
SHORT_WORDS_OF_SPEECH = frozenset({"go", "pos"})
# Letters that do not decompose into a base letter and an accent.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "’": "'",
        "ʼ": "'",
        "³": "3",
        "²": "2",
        "₂": "2",
    }
)
_DOUBLED = re.compile(r"(.)\1")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


class _Folds(dict[int, str | None]):
    """The folded form of each letter, worked out when the letter first occurs."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        base = unicodedata.normalize("NFKD", letter)
        plain = base[0] if len(base) > 1 and base[0].isascii() else letter
        # "İ" becomes an i and a dot of its own, which goes.
        self[code] = None if unicodedata.combining(letter) else plain.translate(_PLAIN)
        return self[code]


_FOLDS = _Folds()


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    """Return the text in lower case without accents, so that spellings of a word agree. Keep Cyrillic й and ї apart."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text.casefold()).translate(_FOLDS)


# Ukrainian in Latin letters by the official table (resolution 55 of 2010), letter by letter. Other spellings ("oliya",
# "ripak") are an edit or two away.
_ROMANISED = str.maketrans(
    dict(zip("абвгґдезиіїйклмнопрстуф", "abvhgdezyiiiklmnoprstuf", strict=True))
    | {
        "ц": "ts",
        "є": "ie",
        "ю": "iu",
        "я": "ia",
        "ж": "zh",
        "х": "kh",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ь": "",
        "'": "",
    }
)


def romanised(word: str) -> str:
    """Return a folded word in Latin letters; a Latin word stays as it is."""
    return word if word.isascii() else word.translate(_ROMANISED)


def undoubled(word: str) -> str:
    """Return the word with each doubled letter once: "peletts" has one error against "pellets"."""
    return _DOUBLED.sub(r"\1", word)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text. A word of one letter is left out."""
    return [word for word in _WORD.findall(folded(text)) if len(word) > 1]


def topic_words(name: str) -> list[str]:
    """Return the words of a name that carry its meaning: those of four letters or more, and abbreviations."""
    return [word for word in words_of(name) if len(word) >= SHORTEST or " " not in name]


class Likeness(NamedTuple):
    """A product and how well the words fit it: 1 is a perfect fit."""

    product_id: str
    score: float


def leaders(ranked: Sequence[Likeness]) -> tuple[str, ...]:
    """Return the best product, and those too close to it to choose between."""
    return tuple(like.product_id for like in ranked if like.score > ranked[0].score - TOO_CLOSE)


class NameIndex:
    """All product names, taken apart into words."""

    def __init__(self, names: Mapping[str, Mapping[str, Names]], near: Near) -> None:
        """`near`: the words that a misspelt one may be meant for, among them those of these names."""
        self._phrases: list[tuple[str, tuple[str, ...]]] = []
        self._words_of: dict[str, set[str]] = defaultdict(set)  # product -> all words of its names
        users: dict[str, set[str]] = defaultdict(set)
        for product_id, languages in names.items():
            for phrase in sorted({p for n in languages.values() for w in n.words for p in _readings(w)}):
                self._phrases.append((product_id, phrase))
                self._words_of[product_id].update(phrase)
                for word in phrase:
                    users[word].add(product_id)
        self.long_words = sorted(word for word in users if len(word) >= SHORTEST)
        # A rare form weighs no more than its word: "pelety" is no rarer than "pelet".
        self._weight = {
            word: math.log(1 + len(names) / len(users[word].union(*(users[form] for form in self._forms(word)))))
            for word in users
        }
        self._users, self._near = users, near
        # People say the same few words, and mostly in the same few ways.
        self.like = lru_cache(maxsize=20_000)(self._like)
        self.split_compound = lru_cache(maxsize=20_000)(self._split_compound)
        self._scored = lru_cache(maxsize=20_000)(
            lambda words: tuple(self.score(map(self.like, words)) if words else ())
        )
        self._phrases_with: dict[str, list[int]] = defaultdict(list)
        for number, (_, phrase) in enumerate(self._phrases):
            for word in dict.fromkeys(phrase):
                self._phrases_with[word].append(number)
        self._tells = [sum(self._weight[word] for word in dict.fromkeys(phrase)) for _, phrase in self._phrases]

    @property
    def vocabulary(self) -> Set[str]:
        return self._weight.keys()

    def resolve(self, text: str) -> list[Likeness]:
        """Return products by score, best first, none below the threshold. Codes of two letters count only in capitals.

        If no product matches, words that only resemble one of a name ("liefert") are ignored. A number by itself names
        nothing, because it is a part of a name: "FAME -10".
        """
        asked = tuple([word for word in self._asked(text) if self.like(word)])
        if len(asked) == 1 and asked[0].isdecimal():
            return []
        scored = self._scored(asked)
        if not scored and asked:
            scored = self._scored(tuple([word for word in asked if _best(self.like(word))[1] >= UNFINISHED]))
        if scored and len(asked) > 1 and self.only_begins(asked, scored[0].product_id):
            scored = self._scored(tuple([word for word in asked if word in self._weight])) or scored
        return list(scored)

    def only_begins(self, words: Sequence[str], product_id: str | None = None) -> bool:
        """Return True if each folded word only begins a word in the names of these goods, or of any goods.

        The writer of "Hackschnitzel Schwe" begins to write Schwerin, not Schweinefett.
        """
        names: Set[str] = self._weight.keys() if product_id is None else self._words_of[product_id]
        meant = ((word, other) for word in words for other in self.like(word) if other in names)
        return all(other != word and other.startswith(word) for word, other in meant)

    def naming(self, words: Sequence[str], products: Iterable[str]) -> frozenset[int]:
        """Return the positions of the folded words that occur in names of these products, whole or as a half.

        Halves are "saw" and "dust". The beech of "Holzpellets Buche" does not count, though logs are called "bûches".
        """
        of_each = [self._words_of[product] for product in products]
        known = of_each[0] if len(of_each) == 1 else set[str]().union(*of_each)
        joined = {place for place, pair in enumerate(pairwise(words)) if "".join(pair) in known}
        alone = {
            place
            for place, word in enumerate(words)
            if not known.isdisjoint(self.like(word)) or not known.isdisjoint(self.split_compound(word))
        }
        return frozenset(alone | joined | {place + 1 for place in joined})

    def surely(self, word: str) -> Likeness | None:
        """Return the one product that a folded word names exactly."""
        ranked = self._scored((word,)) if word in self._weight else ()
        return ranked[0] if len(leaders(ranked)) == 1 and ranked[0].score >= SURELY_NAMED else None

    def is_named_by(self, word: str, products: Iterable[str]) -> bool:
        """Return True if some name of these products has exactly the folded word."""
        return any(word in self._words_of[product] for product in products)

    def resembling(self, words: Iterable[str], among: Sequence[str]) -> tuple[str, ...]:
        """Return those of these products with a name that resembles one of the folded words.

        The likeness is too weak to name goods alone: "peellt" beside "wood".
        """
        near = {other for word in words for other in self._near(word) if other in self._weight}
        users = {self._phrases[number][0] for word in near for number in self._phrases_with[word]}
        return tuple(product_id for product_id in among if product_id in users)

    def _asked(self, text: str) -> list[str]:
        words = words_of(text)
        if not SHORT_WORDS_OF_SPEECH.isdisjoint(words):
            # "Biomethane go" is a name, and "go" is no verb there.
            named = {place for place, pair in enumerate(pairwise(words), 1) if self._names_have(*pair)}
            words = [
                word
                for place, word in enumerate(words)
                if word not in SHORT_WORDS_OF_SPEECH or place in named or _is_code(word, text)
            ]
        return self._rejoined(words)

    def score(self, asked: Iterable[Mapping[str, float]]) -> list[Likeness]:
        """Weigh the products against asked words, each as the words of names that it is like, and how like."""
        likes = list(asked)
        # The weight of an asked word is the weight of the most similar word, not of the rarest similar one.
        bests = [_best(words) for words in likes]
        told = [like * self._weight[word] for word, like in bests]
        all_told = sum(told)
        shares = [tells / most / all_told for (_, most), tells in zip(bests, told, strict=True)]
        best = self._of_all_words(likes, shares)
        for number in self._likely(likes, [tells / all_told for tells in told]):
            product_id, phrase = self._phrases[number]
            likest = [max([words.get(word, 0.0) for word in phrase]) for words in likes]
            of_asked = sum(map(mul, likest, shares))
            top = max(likest)
            if top * (OF_ASKED * of_asked + 1 - OF_ASKED) >= GOOD_ENOUGH:  # else no likeness of the name would do
                of_name = sum([self._weight[word] * _closeness(word, likes) for word in dict.fromkeys(phrase)])
                score = top * (OF_ASKED * of_asked + (1 - OF_ASKED) * of_name / self._tells[number])
                best[product_id] = max(score, best.get(product_id, 0.0))
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        return [Likeness(product_id, round(score, 4)) for product_id, score in ranked if score >= GOOD_ENOUGH]

    def _likely(self, likes: Sequence[Mapping[str, float]], told: Sequence[float]) -> set[int]:
        """Return the names that may be similar enough, as numbers.

        Left out are names that match only the most common words, if these together weigh too little. `told`: each asked
        word's share of the total weight.
        """
        named = [[self._phrases_with[word] for word in words] for words in likes]
        rarest_first = sorted(range(len(likes)), key=lambda place: sum(map(len, named[place])))
        likely, left = set[int](), 1.0
        for place in rarest_first:
            likely.update(*named[place])
            left -= told[place]
            if left < LEAST_ASKED:
                break
        return likely

    def _of_all_words(self, likes: Sequence[Mapping[str, float]], shares: Sequence[float]) -> dict[str, float]:
        """Return the products that have all of these words in their names, though no single name has them."""
        if len(likes) == 1:
            return {}
        using = ([self._users[word] for word, like in words.items() if like >= UNFINISHED] for words in likes)
        scores: dict[str, float] = {}
        for product_id in set.intersection(*(set[str]().union(*users) for users in using)):
            likest = [max([like for word, like in words.items() if product_id in self._users[word]]) for words in likes]
            of_asked = sum(map(mul, likest, shares))
            scores[product_id] = MIXED * (max(likest) * OF_ASKED * of_asked + (1 - OF_ASKED) / 2)
        return scores

    def _like(self, word: str) -> dict[str, float]:
        """Return the words of names that this word may stand for: itself, corrections, inflections, longer forms."""
        found = {word: 1.0} if word in self._weight else {}
        if len(word) < SHORTEST:
            return found
        cutoff = LIKE_WORD if len(word) < 8 else LIKE_LONG_WORD
        near = self._near(word)
        for other, edits in near.items():
            if other not in self._weight:
                continue
            typos = 1 if edits == 2 and undoubled(word) == undoubled(other) else edits
            score = 1 - typos / max(len(word), len(other))
            if score >= cutoff:
                found[other] = max(score, found.get(other, 0))
        for other in self._beginning(word[: max(SHORTEST_STEM, len(word) - LONGEST_ENDING)]):
            # "metano" is a word of its own, and no begun "metanol".
            if other.startswith(word) and (near.get(word) != 0 or len(other) > len(word) + 4):
                found[other] = max(UNFINISHED, found.get(other, 0))
            if self._is_form(word, other):
                found[other] = max(INFLECTED, found.get(other, 0))
        return found

    def _forms(self, word: str) -> Iterator[str]:
        """Return the known words that differ from this one only in a short ending."""
        if len(word) >= SHORTEST_STEM:
            beginning = self._beginning(word[: max(SHORTEST_STEM, len(word) - LONGEST_ENDING)])
            yield from (other for other in beginning if self._is_form(word, other))

    @staticmethod
    def _is_form(word: str, other: str) -> bool:
        """Return True if they are two forms of one word: a common stem with short endings, or none."""
        stems = range(max(SHORTEST_STEM, len(word) - LONGEST_ENDING), len(word) + 1)
        return other != word and any(
            _ENDING.fullmatch(word, size) and other.startswith(word[:size]) and _ENDING.fullmatch(other, size)
            for size in stems
        )

    def _beginning(self, text: str) -> list[str]:
        """Return the known words of four letters or more that begin so."""
        start = bisect_left(self.long_words, text)
        return self.long_words[start : bisect_left(self.long_words, text + LAST_LETTER, start)]

    def _rejoined(self, words: list[str]) -> list[str]:
        """Join two words that the catalogue writes as one ("saw dust", "bio gas"), and split "woodchips" into two."""
        joined: list[str] = []
        for word in words:
            if joined and joined[-1] + word in self._weight and not self._names_have(joined[-1], word):
                joined[-1] += word
            else:
                joined += self.split_compound(word) or (word,)
        return joined

    def _names_have(self, one: str, other: str) -> bool:
        if one not in self._weight or other not in self._weight:
            return False
        return not set(self._phrases_with[one]).isdisjoint(self._phrases_with[other])

    def _split_compound(self, word: str) -> tuple[str, ...]:
        """Return the two known words that an unknown one is made of, if it is."""
        if len(word) < 2 * SHORTEST or self.like(word):
            return ()
        for cut in range(len(word) - SHORTEST, SHORTEST - 1, -1):
            if word[:cut] in self._weight and word[cut:] in self._weight:
                return word[:cut], word[cut:]
        return ()

    def of_last_part(self, word: str) -> tuple[str, ...]:
        """Return the products that the last part of a compound surely names: "Weizenstrohpellets" are pellets of straw.

        The word is folded, and names nothing as a whole.
        """
        if not word.isalpha() or self.like(word):
            return ()
        ends = (word[cut:] for cut in range(1, len(word) - SHORTEST + 1))
        found = next((ranked for end in ends if end in self._weight and (ranked := self._scored((end,)))), ())
        return leaders(found) if found and found[0].score == 1 else ()


def _is_code(word: str, text: str) -> bool:
    """Return True if the text has the word in capitals, or with a capital at its end ("PoS")."""
    return word.upper() in text or word.capitalize()[:-1] + word[-1].upper() in text


def _best(words: Mapping[str, float]) -> tuple[str, float]:
    """Return the word that was most likely meant."""
    return max(words.items(), key=lambda pair: pair[1])


def _closeness(word: str, likes: Iterable[Mapping[str, float]]) -> float:
    """Return the similarity of a word to the asked word that it resembles most."""
    return max([words.get(word, 0.0) for words in likes])


def _readings(name: str) -> list[tuple[str, ...]]:
    """Return a name as its words, in its own letters and in Latin ones.

    A name of several words is also read as one ("woodpellets", "huiledefriture"). Two of three words are also joined
    ("industrial woodpellets", "pelletda riscaldamento").
    """
    every = words_of(name)
    words = tuple(word for word in every if len(word) > 2 or word.upper() in name)
    written = dict.fromkeys((words, tuple(romanised(word) for word in words))) if words else ()
    as_one = dict.fromkeys("".join(each) for each in (*written, every) if len(each) > 1)
    pairs = [(*every[:at], every[at] + every[at + 1], *every[at + 2 :]) for at in range(len(every) - 1)]
    return [*written, *((joined,) for joined in as_one), *(pairs if len(every) == LONGEST_PAIRED else ())]
