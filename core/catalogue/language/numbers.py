"""Numbers as traders write them: ASCII digits, a decimal comma or point, thousands apart by space, point or comma.

What is counted decides which reading of "1.200" is meant. A price is read with decimals unless such goods were never so
cheap ("1.234 EUR/l", but "1.200 EUR/t"). An amount is read in thousands, unless it is a truck's weight on a scale
("24.520 t"). If that does not decide, the language does. Shortened numbers ("5k t", "6 ct/kWh") are written out first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from typing import Final

from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.catalogue.schema import Rates
from core.kernel.errors import Invalid
from core.kernel.money import CURRENCIES
from core.kernel.quantity import UNITS

LONGEST_NUMBER: Final = 24
# Digits in groups of three, or plain; never glued to letters, to another number or to a minus sign.
_START: Final = r"(?<![\w.,+-])"
_EVEN: Final = r"(?:[.,][-–—]{1,2}(?![0-9]))?"  # "853,- €/t"
NUMBER: Final = (
    rf"(?:{_START}[0-9]{{1,3}}(?:[\s.,'][0-9]{{3}})+(?:[.,][0-9]{{1,6}})?(?![0-9])"
    rf"|{_START}[0-9]+(?:[.,][0-9]{{1,6}})?(?![0-9])){_EVEN}"
)
# The second number of a range stands right behind its dash.
NEXT_NUMBER: Final = (
    rf"(?:[0-9]{{1,3}}(?:[\s.,'][0-9]{{3}})+(?:[.,][0-9]{{1,6}})?|[0-9]+(?:[.,][0-9]{{1,6}})?)(?![0-9]){_EVEN}"
)
_NO_CENTS: Final = re.compile(r"[.,][-–—]{1,2}$")
_WHOLE: Final = re.compile(r"[0-9]{1,15}")
_ONE_SEPARATOR: Final = re.compile(r"([0-9]{1,15})([.,])([0-9]{1,6})")
_TWO_READINGS: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([\s.,'])[0-9]{3})(?:\1[0-9]{3})*(?:([.,])[0-9]{1,6})?")
# The languages that group thousands with a point; the others but English use a space.
_POINT_GROUPS: Final = frozenset({"de", "es", "it"})


Likely = Callable[[Decimal], bool]


def parse_number(text: str, language: str | None = None, likely: Likely | None = None) -> Decimal:
    """Parse a number of zero or more.

    If "1.200" or "1,200" has exactly one reading that is `likely`, return it. Otherwise return the reading by the rules
    of the language, or refuse if there is no language.

    Raise Invalid with `number.not_a_number`, `number.negative` or `number.ambiguous` (parts: `readings`).
    """
    given = _NO_CENTS.sub("", text.strip())
    if re.fullmatch(r"[-−–][0-9][0-9.,\s']*", given):
        raise Invalid("number.negative", given=given)
    if len(given) > LONGEST_NUMBER:
        raise Invalid("number.not_a_number", given=given[:LONGEST_NUMBER])
    if _WHOLE.fullmatch(given):
        return Decimal(given)
    separator = _ONE_SEPARATOR.fullmatch(given)
    if separator is not None:
        return _with_one_separator(given, separator, language, likely)
    grouped = _GROUPED.fullmatch(given)
    if grouped is None or grouped[1] == grouped[2]:
        raise Invalid("number.not_a_number", given=given)
    whole, point, decimals = given.rpartition(grouped[2]) if grouped[2] else (given, "", "")
    return Decimal(re.sub(r"[^0-9]", "", whole) + ("." + decimals if point else ""))


def has_two_readings(text: str) -> bool:
    """Return True if the text is up to three digits, a separator and three more digits."""
    return _TWO_READINGS.fullmatch(text.strip()) is not None


def with_decimals(plain: str) -> str:
    """Return a decimal number in a form that cannot be read as thousands: "1.234" gets a fourth decimal."""
    return f"{plain}0" if has_two_readings(plain) else plain


def _with_one_separator(given: str, separator: re.Match[str], language: str | None, likely: Likely | None) -> Decimal:
    whole, sign, decimals = separator.groups()
    as_decimal = Decimal(f"{whole}.{decimals}")
    if not has_two_readings(given):
        return as_decimal
    as_thousands = Decimal(whole + decimals)
    if likely is not None and likely(as_decimal) != likely(as_thousands):
        return as_decimal if likely(as_decimal) else as_thousands
    if language == "en":
        return as_thousands if sign == "," else as_decimal
    if language in _POINT_GROUPS:
        return as_thousands if sign == "." else as_decimal
    if language is not None and sign == ",":
        return as_decimal
    raise Invalid("number.ambiguous", given=given, readings=(as_decimal.normalize(), as_thousands))


# Units in which a truck's load is weighed or measured to the last digit.
TRUCKED: Final = frozenset({"t", "odt", "solid_m3", "stacked_m3"})
LEAST_LOAD: Final = 15
MOST_LOAD: Final = 35
# The lowest price in euros per base unit of each kind. A price a thousand times as high is never paid.
LEAST_EUROS: Final[Mapping[str, Fraction]] = {
    "mass": Fraction(10),
    "dry mass": Fraction(10),
    "energy": Fraction(2),
    "upper energy": Fraction(2),
    "liquid volume": Fraction(50),
    "loose volume": Fraction(2),
    "stacked volume": Fraction(5),
    "solid volume": Fraction(5),
    "gas volume": Fraction(5, 100),
    "emissions": Fraction(5),
}
LEAST_FOR_A_PIECE: Final = Fraction(1)  # for a bale, a bag, a pallet
THOUSAND: Final = 1000


def guess_amount(number: str, unit: str, *, weighed: bool = False) -> Likely | None:
    """Return a test for the readings of an amount with a point; a comma is left to the language.

    `weighed`: a scale has shown it.
    """
    return partial(_is_amount, unit, weighed) if "." in number else None


def _is_amount(unit: str, weighed: bool, reading: Decimal) -> bool:
    whole = reading == reading.to_integral_value()
    of_a_truck = unit in TRUCKED and not whole and LEAST_LOAD <= reading <= MOST_LOAD
    to_the_kilogram = weighed and UNITS[unit].size >= 1
    return of_a_truck or (reading.as_tuple().exponent == 0 and not to_the_kilogram)


def guess_price(currency: str, unit: str, rates: Rates) -> Likely | None:
    """Return a test for the readings of a unit price, or None if there is no rate for the currency."""
    per_euro = rates.per_euro.get(currency)
    if per_euro is None:
        return None
    known = UNITS[unit]
    least = LEAST_EUROS.get(known.kind, LEAST_FOR_A_PIECE) * known.size * Fraction(per_euro)
    return lambda reading: least <= reading < THOUSAND * least


def guess_sum(currency: str) -> Likely | None:
    """Return a test for the readings of a sum: no currency has three decimals."""
    return (lambda reading: reading.as_tuple().exponent == 0) if currency in CURRENCIES else None


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
    text = _GLUED.sub(partial(_spaced, currencies), text)
    text = thousands.sub(_in_figures, text)
    text = _MILES.sub(_in_kilometres, text)
    return cents.sub(_in_euros, text)


def _spaced(currencies: frozenset[str], found: re.Match[str]) -> str:
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
    currencies = [word for names in words.currencies.values() for word in names]
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
