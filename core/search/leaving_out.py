"""What is not wanted ("not from Ukraine", "kein A1", "bez FSC"): the opposite of what its words alone would say.

Countries, grades and certificates are left out so. Goods are not: "no pellets" may as well tell of a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.catalogue.model import Catalogue
from core.search.grammar import FIRST_WORD
from core.search.sheet import TAKEN, Sheet

# What the marks of these begin with.
COUNTRY: Final = "country:"
GRADE: Final = "grade:"
SCHEME: Final = "scheme:"
SMALL_WORD: Final = 4  # letters of the words between: "nicht aus der Ukraine", "nie z Ukrainy"
SMALL_WORDS_BETWEEN: Final = 2
LONGEST_COUNTRY: Final = 4  # words of a country's name


def left_out(sheet: Sheet, catalogue: Catalogue) -> tuple[str, ...]:
    """The marks that are not wanted, as documents have them; struck out, with the words that say so."""
    if not sheet.may_name("excluding"):
        return ()
    marks: list[str] = []
    for excluding in list(sheet.grammar.excluding.finditer(sheet.text)):
        end: int | None = excluding.end()
        while end is not None and (found := _named(sheet, catalogue, end)) is not None:
            end, named = found
            marks += named
            sheet.strike(excluding.start(), end)
            further = sheet.grammar.and_or.match(sheet.text, end)
            end = further.end() if further else None
    return tuple(dict.fromkeys(marks))


def _named(sheet: Sheet, catalogue: Catalogue, start: int) -> tuple[int, list[str]] | None:
    """What is named there, behind no more than a few small words: its marks, and where it ends."""
    tokens = list(FIRST_WORD.finditer(sheet.text, start))[: SMALL_WORDS_BETWEEN + 1]
    for token in tokens:
        if TAKEN in sheet.text[start : token.start()]:
            return None
        found = next(_marks_at(sheet, catalogue, token), None)
        if found is not None:
            return found
        if len(token[0]) > SMALL_WORD:
            return None
    return None


def _marks_at(sheet: Sheet, catalogue: Catalogue, token: re.Match[str]) -> Iterator[tuple[int, list[str]]]:
    grammar, text, start = sheet.grammar, sheet.text, token.start()
    for words, grades in grammar.grades:
        if found := words.match(text, start):
            yield found.end(), [f"{GRADE}{grade}" for grade in grades]
    for scheme, words in grammar.schemes.items():
        if found := words.match(text, start):
            yield found.end(), [f"{SCHEME}{scheme}"]
    several = list(FIRST_WORD.finditer(text, start))[:LONGEST_COUNTRY]
    for size in range(len(several), 0, -1):
        country = catalogue.country_named(" ".join(word[0] for word in several[:size]))
        if country is not None:
            yield several[size - 1].end(), [f"{COUNTRY}{country}"]
