"""The town of a postcode: "LV-1010", "44-100", "DE-80331", "NR1 3PA".

A postcode is recognised in any sentence by a country before it, or by a unique shape. Five figures alone belong to the
country whose language names the goods ("granulés 33000"), unless they are a round amount.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from core.catalogue.language.grammar import WORD_OR_NUMBER
from core.catalogue.language.places import Place, Places
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.discovery.search.sentence.state import ParseState

# Countries by the letters that stand before their postcodes: those of cars, where they are not those of the country.
BY_CAR: Final[Mapping[str, str]] = {
    "d": "DE", "a": "AT", "f": "FR", "i": "IT", "e": "ES", "s": "SE", "b": "BE", "h": "HU", "p": "PT", "n": "NO",
    "sf": "FI", "fin": "FI", "est": "EE", "uk": "GB", "l": "LU",
}  # fmt: skip
# Whose language it is, and whose postcodes are of five figures; Swedish ones are written together by some.
OF_LANGUAGE: Final[Mapping[str, str]] = {
    "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "et": "EE", "lt": "LT", "uk": "UA", "sv": "SE",
}  # fmt: skip
LONGEST_BEGINNING: Final = 3  # letters or figures of a code that tell the town
ROUND: Final = ("0000", "5000")  # ends of amounts without a unit
_ALONE: Final = r"(?<![\w.,+/-])"
_NO_UNIT: Final = r"(?![\w.,/%€$£-]*[\w/%€$£-])"
BEHIND_COUNTRY: Final = re.compile(
    rf"{_ALONE}(?P<country>[a-z]{{1,3}})(?P<joint>\s?[-–]\s?|\s)"
    rf"(?P<code>[0-9]{{2}}-[0-9]{{3}}|[0-9]{{3}}\s[0-9]{{2}}|[0-9]{{4,6}})(?:\s?[a-z]{{2}})?{_NO_UNIT}"
)
POLISH: Final = re.compile(rf"{_ALONE}(?P<code>[0-9]{{2}}-[0-9]{{3}}){_NO_UNIT}")
NORDIC: Final = re.compile(rf"{_ALONE}(?P<code>[0-9]{{3}} [0-9]{{2}}){_NO_UNIT}")  # and Czech and Slovak
# The second half of a British one has no letter that could be taken for another.
BRITISH: Final = re.compile(
    rf"{_ALONE}(?:gb-|uk-)?(?P<code>[a-z]{{1,2}})[0-9][0-9a-z]?\s?[0-9][abd-hjlnp-uw-z]{{2}}(?!\w)"
)
IRISH: Final = re.compile(
    rf"{_ALONE}(?:ie-)?(?P<code>[ac-fhknprtv-y][0-9][0-9w])\s?(?=[0-9]*[a-z])[0-9ac-fhknprtv-y]{{4}}(?!\w)"
)
FIVE: Final = re.compile(rf"{_ALONE}(?P<code>[0-9]{{5}}){_NO_UNIT}")
MAY_BE_ONE: Final = re.compile(
    r"[0-9]{2}[-\s][0-9]{2,3}|[0-9]{4}|[0-9][a-z0-9]?\s?[0-9][a-z]{2}|[a-z][0-9][0-9w]\s?\w{4}"
)


class PostcodeTown(NamedTuple):
    """A postcode: its town, and how it was written."""

    place: Place
    said: str


def take_postcode(state: ParseState, catalogue: Catalogue, places: Places) -> PostcodeTown | None:
    """Return the first postcode of a known town, struck out."""
    if not (state.has_digits and places.posted and MAY_BE_ONE.search(state.text)):
        return None
    for found, countries in _candidates(state, catalogue):
        code = re.sub(r"[\s-]", "", found["code"])
        place = next((town for country in countries if (town := _town(places, country, code)) is not None), None)
        if place is not None:
            said = state.written(*found.span())
            state.strike(*found.span())
            return PostcodeTown(place, said)
    return None


def _candidates(state: ParseState, catalogue: Catalogue) -> Iterable[tuple[re.Match[str], tuple[str, ...]]]:
    """Return the possible postcodes, each with its possible countries, the surest first."""
    text = state.text
    for found in BEHIND_COUNTRY.finditer(text):
        country = BY_CAR.get(found["country"]) if found["joint"].strip() else None
        country = country or found["country"].upper()
        if found["joint"].strip() or state.written(*found.span("country")).isupper():
            yield found, (country,)
    for pattern, countries in ((BRITISH, ("GB",)), (IRISH, ("IE",)), (POLISH, ("PL",)), (NORDIC, ("SE", "CZ", "SK"))):
        for found in pattern.finditer(text):
            yield found, countries
    for found in FIVE.finditer(text):
        if not found["code"].endswith(ROUND):
            yield found, _countries_of(state, catalogue)


def _town(places: Places, country: str, code: str) -> Place | None:
    beginnings = (code[:size] for size in range(min(LONGEST_BEGINNING, len(code)), 0, -1))
    return next((town for each in beginnings if (town := places.posted.get((country, each))) is not None), None)


def _countries_of(state: ParseState, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the country of the one language that names the goods, or else of the writer's language."""
    known = _languages_of_goods(catalogue)
    words = WORD_OR_NUMBER.findall(state.normalised.original.lower())
    told = [languages for word in words if (languages := known.get(word) or known.get(folded(word)))]
    languages = frozenset[str]().union(*told) if told else frozenset()
    common = languages.intersection(*told) if told else languages
    language = next(iter(common)) if len(common) == 1 else state.language
    return (OF_LANGUAGE[language],) if language in OF_LANGUAGE else ()


@lru_cache(maxsize=4)
def _languages_of_goods(catalogue: Catalogue) -> Mapping[str, frozenset[str]]:
    """Return the words of goods' names, each with the languages that have it.

    Words are as written and folded ("granulės", "granulés").
    """
    languages: dict[str, set[str]] = defaultdict(set)
    for product in catalogue.products.values():
        for language, names in product.names.items():
            for word in (word for name in names.words for word in WORD_OR_NUMBER.findall(name.lower())):
                languages[word].add(language)
                languages[folded(word)].add(language)
    return {word: frozenset(known) for word, known in languages.items()}
