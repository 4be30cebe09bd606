"""Numbers as traders write them: ASCII digits, a decimal comma or point, thousands apart by space, point or comma.

"1.200" and "1,200" can be read in two ways, and people of eleven countries write them in one chat. The counted thing
mostly tells which is meant. 1.000 t is too little to trade. 1.20 EUR is too cheap for a tonne, and 1,234 EUR too dear
for a litre.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from core.kernel.errors import Invalid

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
_ONE_MARK: Final = re.compile(r"([0-9]{1,15})([.,])([0-9]{1,6})")
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
    mark = _ONE_MARK.fullmatch(given)
    if mark is not None:
        return _with_one_mark(given, mark, language, likely)
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


def _with_one_mark(given: str, mark: re.Match[str], language: str | None, likely: Likely | None) -> Decimal:
    whole, sign, decimals = mark.groups()
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
