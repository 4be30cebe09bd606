"""Numbers as people shorten them, written out before anything is read: "5k t", "10 kt", "6 ct/kWh", "EUR215/t"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache, partial
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.product_names import folded

THOUSAND: Final = 1000
LARGER: Final = {"kt": "t", "кт": "t", "gwh": "MWh", "гвтг": "MWh", "гвт·год": "MWh"}  # a thousand of which
CENTS: Final = 100  # cents of a euro; cents of another currency are named
# "1.250k" and "1,125 ct" stay as they are: whether such a mark divides or groups is not known.
_NUMBER: Final = r"(?<![\w.,+-])(?P<number>[0-9]{1,6}(?:[.,][0-9]{1,2})?)"
_MILES: Final = re.compile(rf"{_NUMBER}\s*(?:miles?|meilen?|millas?|miglia)(?!\w)", re.IGNORECASE)
KM_PER_MILE: Final = Decimal("1.609344")
_DIGIT: Final = re.compile("[0-9]")
_GLUED: Final = re.compile(r"(?<![^\W_])(?P<word>[^\W\d_]{2,6})(?=[0-9])")


def expand_shorthand(text: str, catalogue: Catalogue) -> str:
    """Return the text with thousands in figures, cents as parts of a euro, miles in km, and currencies apart."""
    if _DIGIT.search(text) is None:
        return text
    currencies, thousands, cents = _shortened(catalogue)
    text = _GLUED.sub(partial(_apart, currencies), text)
    text = thousands.sub(_in_figures, text)
    text = _MILES.sub(_in_kilometres, text)
    return cents.sub(_in_euros, text)


def _apart(currencies: frozenset[str], found: re.Match[str]) -> str:
    return f"{found[0]} " if folded(found["word"]) in currencies else found[0]


def _in_figures(found: re.Match[str]) -> str:
    amount = _number(found) * THOUSAND
    larger = found["larger"]
    return f"{amount.normalize():f} {LARGER[larger.lower()] if larger else ''}"


def _in_euros(found: re.Match[str]) -> str:
    return f"{_number(found) / CENTS:f} eur"


def _in_kilometres(found: re.Match[str]) -> str:
    return f"{round(_number(found) * KM_PER_MILE)} km"


def _number(found: re.Match[str]) -> Decimal:
    return Decimal(found["number"].replace(",", "."))


@lru_cache(maxsize=4)
def _shortened(catalogue: Catalogue) -> tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]:
    """Return the words for currencies, and patterns for thousands of a unit and for cents per unit."""
    words = catalogue.words
    currencies = [word for said in words.currencies.values() for word in said]
    units = [word for unit in catalogue.units.values() for word in (unit.code, *unit.words)]
    measured = rf"(?=(?:{_either((*units, *catalogue.bare_cubic_metre))})(?!\w))"
    thousand = rf"\s*(?:(?:{_either(words.all('thousand'))})(?!\w)\.?\s*{measured}|(?P<larger>{_either(LARGER)})(?!\w))"
    per = rf"(?=\s*/|\s+(?:{_either(words.all('per'))})\s)"
    cents = rf"\s*(?:{_either(words.all('cents'))})\.?{per}"
    return (
        frozenset(map(folded, currencies)),
        re.compile(_NUMBER + thousand, re.IGNORECASE),
        re.compile(_NUMBER + cents, re.IGNORECASE),
    )


def _either(words: Iterable[str]) -> str:
    """Return a pattern for these words with their accents or without, the longest first."""
    spellings = {spelling for word in words for spelling in (word.lower(), folded(word))}
    return "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))
