"""What is not wanted ("not from Ukraine", "kein A1", "bez FSC"): the opposite of what its words alone would say.

Countries, towns, grades and certificates are left out so. Goods are not: "no pellets" may as well tell of a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from core.catalogue.model import Catalogue
from core.search.sentence.grammar import FIRST_WORD
from core.search.sentence.places import Places
from core.search.sentence.sheet import TAKEN, Sheet

# What the marks of these begin with.
COUNTRY: Final = "country:"
TOWN: Final = "town:"  # and its name in the gazetteer
GRADE: Final = "grade:"
SCHEME: Final = "scheme:"
SMALL_WORD: Final = 4  # letters of the words between: "nicht aus der Ukraine", "nie z Ukrainy"
SMALL_WORDS_BETWEEN: Final = 2
LONGEST_NAME: Final = 4  # words of a country's or town's name


def left_out(sheet: Sheet, catalogue: Catalogue, places: Places) -> tuple[str, ...]:
    """The marks that are not wanted, as documents have them; struck out, with the words that say so."""
    if not sheet.may_name("excluding"):
        return ()
    marks: list[str] = []
    for excluding in list(sheet.grammar.excluding.finditer(sheet.text)):
        end: int | None = excluding.end()
        while end is not None and (found := _named(sheet, catalogue, places, end)) is not None:
            end, named = found
            marks += named
            sheet.strike(excluding.start(), end)
            further = sheet.grammar.and_or.match(sheet.text, end)
            end = further.end() if further else None
    return tuple(dict.fromkeys(marks))


def _named(sheet: Sheet, catalogue: Catalogue, places: Places, start: int) -> tuple[int, list[str]] | None:
    """What is named there, behind no more than a few small words: its marks, and where it ends."""
    tokens = list(FIRST_WORD.finditer(sheet.text, start))[: SMALL_WORDS_BETWEEN + 1]
    for token in tokens:
        if TAKEN in sheet.text[start : token.start()]:
            return None
        found = next(chain(_marks_at(sheet, catalogue, token), _towns_at(sheet, catalogue, places, token)), None)
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
    several = list(FIRST_WORD.finditer(text, start))[:LONGEST_NAME]
    for size in range(len(several), 0, -1):
        country = catalogue.country_named(" ".join(word[0] for word in several[:size]))
        if country is not None:
            yield several[size - 1].end(), [f"{COUNTRY}{country}"]


def _towns_at(
    sheet: Sheet, catalogue: Catalogue, places: Places, token: re.Match[str]
) -> Iterator[tuple[int, list[str]]]:
    """A well-known town, perhaps in another case ("nie z Kowna"), which is not called like a common word."""
    several = list(FIRST_WORD.finditer(sheet.text, token.start()))[:LONGEST_NAME]
    for size in range(len(several), 0, -1):
        name = sheet.text[token.start() : several[size - 1].end()]
        named = places.named(name) or (places.declined(name) if size == 1 else ())
        town = next((place for place in named if place.well_known and not place.everyday_word), None)
        if town is not None and name not in catalogue.name_index.vocabulary:
            yield several[size - 1].end(), [f"{TOWN}{town.name}"]
