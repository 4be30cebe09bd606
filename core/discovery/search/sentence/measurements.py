"""Certificate schemes, grades and measured figures: "ENplus A1", "moisture below 30%", "over 17 MJ/kg", "M30".

Goods meet a filter if their grade promises it or their listing says so. Figures are compared in one unit each: per
cent, MJ/kg, kg/m3, degrees. A limit without its number ("moisture below banana%", "price under market") is reported,
and is no filter. Words that may also stand before a place or a day ("do Gdańska", "bis Freitag") begin none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from core.catalogue.language.grammar import FIRST_WORD, WORD_OR_NUMBER, grammar_of
from core.catalogue.language.patterns import NormalisedText, any_of
from core.catalogue.language.places import Places
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded, leaders
from core.catalogue.schema import Grade, Limit
from core.discovery.search.model import IN_BASE, Measure
from core.discovery.search.sentence.state import STRUCK_OUT, ParseState

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


MEASURED: Final = "measured:"  # the prefix of the tags of a seller's figures
# Each property: the limits of grades that promise it, the step for comparing it, and its highest possible value.
PARAMETERS: Final[Mapping[str, tuple[tuple[str, ...], Decimal, int]]] = {
    "moisture": (("moisture",), Decimal("0.5"), 70),
    "ash": (("ash",), Decimal("0.1"), 30),
    "ncv": (("ncv",), Decimal("0.1"), 45),
    "fines": (("fines", "fines_below_3_15_mm"), Decimal("0.5"), 40),
    "sulphur": (("sulphur",), Decimal("0.01"), 1),
    "nitrogen": (("nitrogen",), Decimal("0.05"), 5),
    "chlorine": (("chlorine",), Decimal("0.01"), 1),
    "durability": (("durability",), Decimal("0.1"), 100),
    "bulk_density": (("bulk_density",), Decimal(10), 1_500),
    "ash_softening": (("ash_softening",), Decimal(10), 1_600),
}
THE_MORE_THE_BETTER: Final = frozenset({"ncv", "durability", "bulk_density", "ash_softening"})
WITHOUT_UNIT: Final = frozenset({"moisture", "ash"})  # "moisture below 30" can be nothing but per cent
# Units by their folded spellings: as they are shown, and how many units of comparison one of them is.
UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("%", "percent", "per cent", "prozent", "proc", "proc.", "procent", "protsenti"), "%"),
    **dict.fromkeys(("ppm",), "ppm"),
    **dict.fromkeys(("mg/kg", "мг/кг"), "mg/kg"),
    **dict.fromkeys(
        ("kwh/kg", "kwh pro kg", "kwh per kg", "kwh je kg", "квтг/кг", "квт·год/кг", "квт год/кг"), "kWh/kg"
    ),
    **dict.fromkeys(("mwh/t", "mwh per t", "mwh pro t", "мвтг/т", "мвт·год/т"), "MWh/t"),
    **dict.fromkeys(("mj/kg", "mj per kg", "mj pro kg", "мдж/кг"), "MJ/kg"),
    **dict.fromkeys(("gj/t", "gj per t", "gj/tonne", "гдж/т"), "GJ/t"),
    **dict.fromkeys(("kcal/kg", "ккал/кг"), "kcal/kg"),
    **dict.fromkeys(("kg/m3", "кг/м3"), "kg/m3"),
    **dict.fromkeys(("°c", "° c", "c", "degrees", "grad"), "°C"),
}
USUAL_UNITS: Final[Mapping[str, frozenset[str]]] = {
    "ncv": frozenset({"kWh/kg", "MWh/t", "MJ/kg", "GJ/t", "kcal/kg"}),
    "bulk_density": frozenset({"kg/m3"}),
    "ash_softening": frozenset({"°C"}),
}
OF_SHARES: Final = frozenset({"%", "ppm", "mg/kg"})
# A pattern needs one of these words, or a word for the property.
OF_ENERGY: Final = frozenset({"kwh", "mwh", "mj", "gj", "kcal", "квт", "квтг", "мвт", "мвтг", "мдж", "гдж", "ккал"})
# The classes of moisture that are printed on data sheets: M30 of EN and ISO, W30 of Austria.
CLASSES: Final = tuple(f"{letter}{most}" for letter in "mw" for most in (10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60))
_NUMBER: Final = r"[0-9]{1,4}(?:[.,][0-9]{1,3})?(?![0-9])"
_DIGIT: Final = re.compile("[0-9]")
_BELOW_SIGNS, _ABOVE_SIGNS = ("<", "<=", "≤", "max.", "max"), (">", ">=", "≥", "min.", "min", "mind.")


class _Figure(NamedTuple):
    """A figure in a sentence: its ends, equal if it is one number, and its limit if one is named."""

    parameter: str
    low: Decimal
    high: Decimal
    unit: str
    most: bool | None
    start: int
    end: int


# --- the figures of a sentence, and of a seller -----------------------------------------------------------------------


def extract_measures(text: str, catalogue: Catalogue) -> tuple[tuple[Measure, ...], str]:
    """Return the wanted figures, one for each property, and the sentence without them."""
    normalised = NormalisedText.of(text)
    found = list(_figures(normalised, catalogue))
    if not found:
        return (), text
    measures: dict[tuple[str, bool], Measure] = {}
    left = normalised.original
    for each in found:
        most = each.parameter not in THE_MORE_THE_BETTER if each.most is None else each.most
        value = each.high if most else each.low
        measures.setdefault((each.parameter, most), Measure(each.parameter, most, value, each.unit))
        written = normalised.as_written(each.start, each.end)
        left = left.replace(written, f" {STRUCK_OUT} ", 1)
    return tuple(measures.values()), left


def declared(text: str, catalogue: Catalogue) -> Iterator[Measure]:
    """Return what a seller states of the goods. A number alone is both the least and the most."""
    for each in _figures(NormalisedText.of(text), catalogue):
        if each.most is not False:
            yield Measure(each.parameter, True, each.high, each.unit)
        if each.most is not True:
            yield Measure(each.parameter, False, each.low, each.unit)


def _figures(normalised: NormalisedText, catalogue: Catalogue) -> Iterator[_Figure]:
    """Yield every figure, from left to right. Most sentences have no such word beside a number, and are skipped."""
    if _DIGIT.search(normalised.text) is None:
        return
    patterns, words = _patterns(catalogue), frozenset(FIRST_WORD.findall(normalised.text))
    if words.isdisjoint(patterns.first_words):
        return
    for found in patterns.figure.finditer(normalised.text):
        if (figure := patterns.read(found)) is not None:
            yield figure


class _Patterns:
    """One pattern for all ways to say a figure, made of the catalogue's words."""

    def __init__(self, catalogue: Catalogue) -> None:
        words = catalogue.words
        self._parameters = {folded(word): each for each in PARAMETERS for word in words.all(f"measured_{each}")}
        below = (*words.all("below"), *words.all("measured_below"), *words.all("below_behind"), *_BELOW_SIGNS)
        above = (*words.all("above"), *words.all("measured_above"), *words.all("above_behind"), *_ABOVE_SIGNS)
        self._below = {folded(word) for word in below}
        beginnings = (FIRST_WORD.search(name) for name in self._parameters)
        self.first_words = frozenset(found[0] for found in beginnings if found) | OF_ENERGY | frozenset(CLASSES)
        limit = rf"(?:(?<!\w)|(?=[<>≤≥])){any_of((*below, *above))}(?!\w)\s*"
        unit, what = any_of(UNITS), any_of(self._parameters)
        energy = any_of(written for written, unit in UNITS.items() if unit in USUAL_UNITS["ncv"])
        to = rf"\s*(?:[-–]|{any_of((*words.all('to'), *words.all('and')))}(?!\w))\s*"
        others = any_of((*(word for each in catalogue.units.values() for word in (each.code, *each.words)), "eur", "€"))

        def number(name: str, unit: str) -> str:
            return rf"(?:(?P<from_{name}>{_NUMBER})\s*%?{to})?(?P<{name}>{_NUMBER})\s*{unit}"

        small = r"(?:\s+[^\W\d_]{1,7}){0,2}?"  # "moisture content should be below", "Wassergehalt von max."
        before = rf"(?P<first>{limit})?(?<!\w)(?P<what>{what})(?!\w){small}[\s:=(]*(?P<limit>{limit})?{small}\s*"
        before += number("n", rf"(?P<unit>{unit}(?!\w))?") + rf"(?!\s*{others}(?!\w))"
        of = r"\s*(?:[^\W\d_]{1,3}[\s'’])?\s*"  # "30 % of moisture", "30 % d'humidité"
        behind = rf"(?P<limit_2>{limit})?(?<![\w.,]){number('m', rf'(?P<unit_2>{unit})')}{of}(?P<what_2>{what})(?!\w)"
        alone = rf"(?P<limit_3>{limit})?(?<![\w.,]){number('k', rf'(?P<unit_3>{energy})')}(?!\w)"
        ends = any_of((*words.all("below_behind"), *words.all("above_behind")))
        tail = rf"(?:\s*(?P<behind>{ends})(?!\w)(?!\s*[0-9]))?"
        classes = rf"(?<!\w)[mw](?P<class>{'|'.join(dict.fromkeys(each[1:] for each in CLASSES))})(?!\w)"
        self.figure = re.compile(rf"(?:{before}|{behind}|{alone}){tail}|{classes}")

    def read(self, found: re.Match[str]) -> _Figure | None:
        """Return the figure of a match. None if the number belongs to something else, or is impossibly high."""
        groups = found.groupdict()
        if groups["class"]:
            most = Decimal(groups["class"])
            return _Figure("moisture", most, most, "%", True, *found.span())
        high = groups["n"] or groups["m"] or groups["k"]
        low = groups["from_n"] or groups["from_m"] or groups["from_k"] or high
        what = groups["what"] or groups["what_2"]
        parameter = self._parameters[" ".join(what.split())] if what else "ncv"
        written = groups["unit"] or groups["unit_2"] or groups["unit_3"]
        unit = UNITS[" ".join(written.split())] if written else "%" if parameter in WITHOUT_UNIT else None
        if unit is None or unit not in USUAL_UNITS.get(parameter, OF_SHARES):
            return None
        limits = (groups[each] for each in ("first", "limit", "limit_2", "limit_3", "behind"))
        limit = next(filter(None, limits), None) if low == high else None
        ends = sorted((_decimal(low), _decimal(high)))
        if ends[1] * IN_BASE[unit] > PARAMETERS[parameter][2]:
            return None
        below = None if limit is None else " ".join(limit.split()) in self._below
        return _Figure(parameter, ends[0], ends[1], unit, below, *found.span())


@lru_cache(maxsize=4)
def _patterns(catalogue: Catalogue) -> _Patterns:
    return _Patterns(catalogue)


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", "."))


# --- what meets a filter ----------------------------------------------------------------------------------------------


def is_met(limit: Measure, grade_id: str | None, words: str, catalogue: Catalogue) -> bool:
    """Return True if the grade promises it or the listing's words state it: what the index finds by `tags_meeting`."""
    if grade_id in grades_promising(limit, catalogue):
        return True
    tags = tags_meeting(limit, catalogue)
    return any(tag in tags for tag in tags_of_text(words, catalogue))


@lru_cache(maxsize=500)
def grades_promising(limit: Measure, catalogue: Catalogue) -> frozenset[str]:
    """Return the grades with limits that always meet the figure."""
    return frozenset(grade.id for grade in catalogue.grades.values() if _promises(grade, limit))


def _promises(grade: Grade, measure: Measure) -> bool:
    limits = PARAMETERS[measure.parameter][0]
    return any(_within(limit, measure) for limit in grade.limits if limit.parameter in limits)


def _within(limit: Limit, measure: Measure) -> bool:
    ends = (limit.at_most, limit.below) if measure.most else (limit.at_least, limit.above)
    end = next((each for each in ends if each is not None), None)
    scale = IN_BASE.get(limit.unit or "%")
    if end is None or scale is None:
        return False
    return end * scale <= measure.in_base if measure.most else end * scale >= measure.in_base


def tags_meeting(limit: Measure, catalogue: Catalogue) -> frozenset[str]:
    """Return the tags of all documents that meet it: of grades, and of every figure that is good enough."""
    _, step, most = PARAMETERS[limit.parameter]
    steps = limit.in_base / step
    good = range(math.floor(steps) + 1) if limit.most else range(math.ceil(steps), math.floor(most / step) + 1)
    grades = (f"grade:{grade}" for grade in grades_promising(limit, catalogue))
    return frozenset((*grades, *(_tag(limit.parameter, limit.most, number) for number in good)))


def tags_of_text(words: str, catalogue: Catalogue) -> Sequence[str]:
    """Return the tags of a seller's figures, rounded to the next worse step."""
    tags = []
    for each in declared(words, catalogue):
        steps = each.in_base / PARAMETERS[each.parameter][1]
        tags.append(_tag(each.parameter, each.most, math.ceil(steps) if each.most else math.floor(steps)))
    return tags


def _tag(parameter: str, most: bool, steps: int) -> str:
    return f"{MEASURED}{parameter}:{'most' if most else 'least'}:{steps}"


MEANT_OTHERWISE: Final = ("to", "until", "starting")
FEW: Final = 3  # words of a message that is such a limit and nothing else


def extract_incomplete_limit(text: str, catalogue: Catalogue, places: Places) -> tuple[str, str]:
    """Return the incomplete limit as it was written, empty if there is none, and the sentence without it."""
    normalised, patterns = NormalisedText.of(text), _incomplete_patterns(catalogue)
    words = FIRST_WORD.findall(normalised.text)
    found = None
    if not patterns.first_words.isdisjoint(words):
        found = patterns.behind_what.search(normalised.text)
    if found is None and words and len(words) <= FEW and words[0] in patterns.first_of_limits:
        found = patterns.alone.match(normalised.text.strip())
    if found is None or _means_something(found["instead"], catalogue, places):
        return "", text
    start, end = found.span()
    left = (normalised.as_written(0, start).rstrip(), normalised.as_written(end, len(normalised.text)).lstrip())
    return normalised.as_written(start, end).strip(), " ".join(filter(None, left))


def _means_something(word: str, catalogue: Catalogue, places: Places) -> bool:
    """Return True if the word is goods, a place or a courtesy, and so no mistyped number."""
    courtesies = grammar_of(catalogue).letter_words
    return word in catalogue.name_index.vocabulary or word in courtesies or places.knows(word)


class _IncompletePatterns:
    """Behind what is limited, and alone; no digit may follow, for "price below EUR 200" has its number."""

    def __init__(self, catalogue: Catalogue) -> None:
        words = catalogue.words
        limited = ("costs", *(f"measured_{each}" for each in PARAMETERS))
        what = [word for meaning in limited for word in words.all(meaning)]
        otherwise = {folded(word) for meaning in MEANT_OTHERWISE for word in words.all(meaning)}
        meanings = ("below", "above", "measured_below", "measured_above")
        spoken = {folded(word) for meaning in meanings for word in words.all(meaning)}
        limits = [word for word in spoken if word not in otherwise]
        self.first_words = _first_words(what)
        self.first_of_limits = _first_words(limits)
        small = r"(?:\s+[^\W\d_]{1,7}){0,2}?"  # "moisture content should be below"
        limit = rf"(?<!\w){any_of(limits)}(?!\w)\s+(?P<instead>[^\W\d_]{{2,}})(?!\w)\s*%?(?![^,;.!?]*[0-9])"
        self.behind_what = re.compile(rf"(?<!\w){any_of(what)}(?!\w){small}\s+{limit}")
        self.alone = re.compile(rf"{limit}$")


def _first_words(phrases: list[str]) -> frozenset[str]:
    return frozenset(found[0] for phrase in phrases if (found := FIRST_WORD.search(folded(phrase))))


@lru_cache(maxsize=4)
def _incomplete_patterns(catalogue: Catalogue) -> _IncompletePatterns:
    return _IncompletePatterns(catalogue)
