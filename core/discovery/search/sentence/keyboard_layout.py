"""A sentence typed while the keyboard was set to the other letters: "gtktnb ,skz Kmdjdf" is "пелети біля Львова".

Ukrainian is the one language of the market that is not written in Latin letters. Its writers have two layouts and
forget to switch. Between two Latin layouts most letters stay, so such a word is an ordinary typo.

A sentence is retyped if no word of it means anything as written, and most of it does retyped. One known word ends the
check, so an ordinary sentence costs a word or two.
"""

from __future__ import annotations

import re
from typing import Final

from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.places import Places
from core.catalogue.language.typos import is_function_word
from core.catalogue.model import Catalogue
from core.catalogue.product_names import INFLECTED, folded

SHORTEST: Final = 3  # letters of a word that means something; "n" is the tonne of "200 т", and no other word
SHORTEST_TELLING: Final = 4  # letters of a word that tells by itself which layout was meant
LONGEST: Final = 500  # characters; a longer text is pasted, and its writer has read it
_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`\\"
_SHIFTED: Final = 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~|'
_UKRAINIAN: Final = "йцукенгшщзхїфівапролджєячсмитьбю'ґ"
_RUSSIAN: Final = {"ы": "s", "э": "'", "ъ": "]", "ё": "`"}  # which many have as a third layout
# A comma, a stop and a slash lie elsewhere, too.
_TO_CYRILLIC: Final = str.maketrans(
    dict(zip(_KEYS + _SHIFTED, _UKRAINIAN + _UKRAINIAN.upper(), strict=True)) | {"?": ",", "/": ".", "|": "/", "’": "є"}
)
_TO_LATIN: Final = str.maketrans(
    dict(zip(_UKRAINIAN + _UKRAINIAN.upper(), _KEYS + _SHIFTED, strict=True))
    | {letter: key for cyrillic, key in _RUSSIAN.items() for letter, key in ((cyrillic, key), (cyrillic.upper(), key))}
    | {"'": "'", ".": "/"}
)
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_CYRILLIC: Final = frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя").union(_RUSSIAN)
_TOKEN: Final = re.compile(r"\S+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NUMBER: Final = re.compile(r"[0-9]+(?:[.,/?бю-][0-9]+)*%?")
_PUNCTUATION_IN_NUMBERS: Final = str.maketrans("?бю", ",,.")
# Keys beside the letters, which no word of Latin letters has, or only at its end or within.
_NO_LATIN: Final = re.compile(r"[\[\]{};`\\<>]|[,.](?=[^\W\d])|(?<!\w)'")
_PUNCTUATION: Final = ".,;:!?()"  # around a word
_ENDS: Final = ".,;:"  # keys that are letters as well


def retyped(text: str, catalogue: Catalogue, places: Places) -> str:
    """Return the sentence as the same keys write it in the other letters; empty if it needs no correction."""
    letters = set(filter(str.isalpha, text.lower()))
    if not letters or len(text) > LONGEST or not (letters <= _LATIN or letters <= _CYRILLIC):
        return ""
    lexicon = _Lexicon(catalogue, places)
    if any(lexicon.knows(token.strip(_PUNCTUATION)) for token in text.split()):
        return ""
    keys = _TO_CYRILLIC if letters <= _LATIN else _TO_LATIN
    meant = _TOKEN.sub(lambda token: lexicon.typed_with(keys, token[0]), text)
    return meant if lexicon.is_readable(meant) else ""


class _Lexicon:
    """The meanings of words in the catalogue and the gazetteer, exact or in another case."""

    def __init__(self, catalogue: Catalogue, places: Places) -> None:
        self.catalogue, self.places = catalogue, places
        self.grades = grammar_of(catalogue).first_words["grades"]

    def knows(self, written: str) -> bool:
        """Return True if exactly this word has any meaning."""
        word = folded(written)
        if len(word) < SHORTEST:
            return False
        catalogue = self.catalogue
        return (
            word in catalogue.name_index.vocabulary
            or word in self.grades
            or catalogue.synonyms.has(word)
            or is_function_word(word, catalogue)
            or self.places.knows(word)
            or catalogue.area_named(word) is not None
        )

    def is_readable(self, text: str) -> bool:
        """Return True if most letters are in known words.

        At least one of these must point to goods, a problem or a town of the trade.
        """
        if _NO_LATIN.search(text):
            return False
        words = [folded(word) for word in _WORD.findall(text) if len(word) >= SHORTEST]
        known = [word for word in words if self.knows(word) or self._tells(word)]
        return sum(map(len, known)) * 2 > sum(map(len, words)) and any(map(self._tells, known))

    def typed_with(self, keys: dict[int, str], token: str) -> str:
        """Return the token by the other layout. Numbers and grades stay.

        A punctuation mark after a word stays if its key was not meant for a letter.
        """
        if _NUMBER.fullmatch(token):
            return token.translate(_PUNCTUATION_IN_NUMBERS)
        if folded(token) in self.grades:
            return token
        meant, body = token.translate(keys), token.rstrip(_ENDS)
        if body != token and not self.knows(meant) and self.knows(body.translate(keys)):
            return body.translate(keys) + token[len(body) :]
        return meant

    def _tells(self, word: str) -> bool:
        """Return True if a folded word points to goods, a problem or a town of the trade.

        A word of four letters must match exactly.
        """
        catalogue, towns = self.catalogue, self.places.named(word)
        if word in catalogue.name_index.vocabulary or (towns and towns[0].well_known):
            return len(word) >= SHORTEST_TELLING
        if len(word) <= SHORTEST_TELLING:
            return False
        like = catalogue.name_index.like(word).values()
        town = self.places.declined(word)
        return (
            max(like, default=0.0) >= INFLECTED
            or (bool(town) and town[0].well_known)
            or catalogue.synonyms.describes_goods(word)
            or bool(catalogue.topics.of(word))
        )
