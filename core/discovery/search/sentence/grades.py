"""Certificate schemes and grades of a sentence: "ENplus A1", "A1 or A2", "FSC certified"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from core.catalogue.language.grammar import WORD_OR_NUMBER
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded, leaders
from core.discovery.search.sentence.state import ParseState

SURE: Final = "sure"  # a scheme with the name of an everyday English word


class Grades(NamedTuple):
    """`certificates`: schemes in the order they are named. `scheme`: the one in the grade's name ("ENplus A1").
    `grades`: those that may be meant."""

    certificates: tuple[str, ...]
    scheme: str | None
    grades: tuple[str, ...]


def take_certificates_and_grades(state: ParseState) -> Grades:
    grammar = state.grammar
    named: list[tuple[int, int, str]] = []
    for scheme_id, words in grammar.schemes.items() if state.may_name("schemes") else ():
        found = words.search(state.text)
        if found and (found[0] != SURE or _is_scheme(state, *found.span())):
            named.append((*found.span(), scheme_id))
    names = grammar.grades if state.may_name("grades") else []
    schemes = {scheme_id for _, _, scheme_id in named}
    # "A1, DINplus": of a name that is a scheme as well, and one that is not, the second tells the grade.
    names = sorted(names, key=lambda each: schemes.issuperset(each[1])) if schemes else names
    matches = ((found, meant) for words, meant in names if (found := state.take(words)))
    grade, grades = next(matches, (None, ()))
    either = tuple(_grades_beside(state, grade)) if grade else ()
    grades = (*grades, *either)
    for start, end, _ in named:
        state.strike(start, end)
    for certified in grammar.certified.finditer(state.text) if named else ():
        state.strike(*certified.span())
    part = [each for each in named if grade and grade.start() <= each[0] and each[1] < grade.end()]
    alone = sorted(set(named).difference(part))
    by_itself = tuple(scheme_id for _, _, scheme_id in alone if not either or scheme_id not in grades)
    return Grades(by_itself, part[0][2] if part else None, grades)


def _grades_beside(state: ParseState, grade: re.Match[str]) -> Iterator[str]:
    """Yield the grades beside this one, joined by an "or": "A1 or A2", "A1/A2"."""
    either = state.grammar.either
    for words, meant in state.grammar.grades:
        for other in words.finditer(state.text):
            first, second = sorted((grade.span(), other.span()))
            if state.text[first[1] : second[0]].strip() in {*either, "/"}:
                state.strike(first[0], second[1])
                yield from meant


def _is_scheme(state: ParseState, start: int, end: int) -> bool:
    """Return True if "sure" is the scheme: in capitals, or away from phrases of being sure."""
    before, after = WORD_OR_NUMBER.findall(state.text, 0, start)[-1:], WORD_OR_NUMBER.findall(state.text, end)[:1]
    if state.grammar.certified.search(" ".join((*before, *after))):
        return True
    is_small = bool(state.normalised.text[:start].strip()) and state.grammar.being_sure.isdisjoint((*before, *after))
    return is_small or state.written(start, end).isupper()


def resolve_grade(state: ParseState) -> str | None:
    """Return the one grade that is meant, of those that were read or of those in the goods' name."""
    in_names = _grades_in_names(state) if not state.grades and state.has_digits else ()
    grades = grades_of_goods(state.grades or in_names, state.goods.product, state.catalogue)
    return grades[0] if len(grades) == 1 else None


def _grades_in_names(state: ParseState) -> tuple[str, ...]:
    """Return the grades of a word that is also part of names, if the goods are named without it.

    "Industrial pellets I2" have the grade; "I2 pellets" are industrial pellets of any grade.
    """
    words, product = folded(state.goods.named), state.goods.product
    for name, meant in state.grammar.grades_in_names:
        others = name.sub(" ", words)
        if others != words:
            ranked = state.catalogue.name_index.resolve(others)
            return meant if ranked and leaders(ranked) == (product,) else ()
    return ()


def grades_of_goods(grades: tuple[str, ...], product: str | None, catalogue: Catalogue) -> tuple[str, ...]:
    """Return those of these grades that the goods have."""
    if product is None:
        return grades
    return tuple(grade for grade in catalogue.product(product).grades if grade in grades)
