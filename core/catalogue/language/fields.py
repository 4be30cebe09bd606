"""Strict parsers of single answers: one amount, price, window or place, or a refusal that says what would be right.

A typo in a unit or a month ("24 tones", "15 Decmber") is corrected. The user sees what was understood before it is
sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from core.catalogue.language.grammar import BARE_CUBIC_METRE, StatedPrice, grammar_of
from core.catalogue.language.numbers import expand_shorthand, guess_amount, guess_price, guess_sum, parse_number
from core.catalogue.language.patterns import NormalisedText
from core.catalogue.language.places import Place, Places
from core.catalogue.language.times.days import DateWindow
from core.catalogue.language.times.windows import NoWindow
from core.catalogue.language.typos import correct_spelling
from core.catalogue.model import Catalogue
from core.kernel.errors import Invalid
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity

LONGEST_ANSWER = 100
WOODY_CUBIC_METRES = ("loose_m3", "stacked_m3", "solid_m3")


def parse_quantity(
    text: str, catalogue: Catalogue, allowed: Collection[str], *, language: str | None = None, weighed: bool = False
) -> Quantity:
    """Parse one positive amount in one of the allowed units. A bare number is in the first of them.

    `weighed`: the weight shown by a scale, to the last digit.

    Raise Invalid with `quantity.not_understood`, `quantity.which_cubic_metre` (parts: `choices`), or a code of
    `parse_number` and `Quantity`.
    """
    answer = _answer(text, "quantity.not_understood", catalogue, allowed=tuple(allowed))
    grammar = grammar_of(catalogue)
    found = grammar.quantity.fullmatch(answer)
    if found is None:
        number, unit = answer, next(iter(allowed))
        if answer.startswith("-"):
            raise Invalid("number.negative", field="quantity", given=text.strip())
        if any(letter.isalpha() for letter in answer) or not any(letter.isdigit() for letter in answer):
            raise Invalid("quantity.not_understood", field="quantity", given=text.strip(), allowed=tuple(allowed))
    else:
        number, unit = found["number"], resolve_unit(grammar.unit_of(found["unit"]), tuple(allowed))
    likely = guess_amount(number, unit, weighed=weighed)
    return Quantity(parse_number(number, language, likely), unit).positive().within(allowed)


def parse_unit_price(
    text: str, catalogue: Catalogue, *, default_currency: str, default_unit: str, language: str | None = None
) -> UnitPrice:
    """Parse one price. Currency and unit default to the usual ones. Raise Invalid with `price.not_understood`."""
    answer = _answer(
        text,
        "price.not_understood",
        catalogue,
        currency=default_currency,
        unit=default_unit,
    ).rstrip(".")
    grammar = grammar_of(catalogue)
    found = grammar.price.fullmatch(answer)
    if found is None or found["limit"]:
        if answer.startswith("-"):
            raise Invalid("number.negative", field="price", given=text.strip())
        raise Invalid(
            "price.not_understood", field="price", given=text.strip(), currency=default_currency, unit=default_unit
        )
    return resolve_price(grammar.price_of(found), default_currency, default_unit, catalogue, language=language)


def parse_money(text: str, catalogue: Catalogue, *, default_currency: str, language: str | None = None) -> Money:
    """Parse one amount of money, to the minor unit. Raise Invalid with `money.not_understood` or a code of `Money`."""
    answer = _answer(text, "money.not_understood", catalogue, currency=default_currency).rstrip(".")
    grammar = grammar_of(catalogue)
    found = grammar.money.fullmatch(answer)
    if found is None or (found["before"] and found["after"]):
        if answer.startswith("-"):
            raise Invalid("number.negative", given=text.strip())
        raise Invalid("money.not_understood", given=text.strip(), currency=default_currency)
    return resolve_sum(grammar.price_of(found), default_currency, language)


def parse_date_window(text: str, catalogue: Catalogue, today: date) -> DateWindow:
    """Parse one window that is not over. Raise Invalid with `window.not_understood`, `window.in_the_past` and the like.

    Days that have just passed are refused, as in a sentence. Without a year, they are not taken as next year's days
    either.
    """
    answer = _answer(text, "window.not_understood", catalogue)
    windows = grammar_of(catalogue).windows
    found = windows.window_in(answer, today)
    if isinstance(found, NoWindow):
        # The refusal shows the input folded, as it was read.
        raise Invalid(found.refusal.code, given=text.strip()) if "given" in found.refusal.parts else found.refusal
    rest = windows.named.weekday.sub("", f"{answer[: found.start]} {answer[found.end :]}") if found is not None else ""
    if found is None or rest.strip(" .,"):
        raise Invalid("window.not_understood", field="window", given=text.strip())
    if found.window.last < today:
        raise Invalid("window.in_the_past", field="window", first=found.window.first, last=found.window.last)
    return found.window


def parse_place(text: str, places: Places, country_named: Callable[[str], str | None] | None = None) -> Place:
    """Parse one place by any of its names, slightly misspelt or declined. Raise Invalid with `place.unknown`.

    If several places share the name, take the best known one, unless a country follows. It is a code ("Brest, BY") or a
    name that `country_named` knows ("Brest, Białoruś").
    """
    name, _, country = (part.strip() for part in _answer(text, "place.unknown").partition(","))
    found = places.meant(name)
    if country:
        code = country_named(country) if country_named is not None and len(country) > 2 else country.upper()
        found = tuple(place for place in found if place.country == code)
    if not found:
        raise Invalid("place.unknown", field="place", given=text.strip())
    return found[0]


def resolve_unit(unit: str, allowed: Collection[str]) -> str:
    """Return the unit that a unit word means for goods sold in `allowed`. Cubic metres of wood are not guessed."""
    if unit != BARE_CUBIC_METRE:
        return unit
    if "m3" in allowed and not any(woody in allowed for woody in WOODY_CUBIC_METRES):
        return "m3"
    choices = tuple(woody for woody in WOODY_CUBIC_METRES if woody in allowed) or WOODY_CUBIC_METRES
    if len(choices) == 1:
        return choices[0]  # such goods are counted in no other
    raise Invalid("quantity.which_cubic_metre", field="quantity", choices=choices)


def resolve_price(
    written: StatedPrice,
    currency: str,
    unit: str,
    catalogue: Catalogue,
    allowed: Collection[str] = (),
    *,
    language: str | None = None,
) -> UnitPrice:
    """Return the price with missing parts filled in. `allowed`: the units of the goods, or all units without goods."""
    price_unit = resolve_unit(written.unit, allowed or tuple(catalogue.units)) if written.unit else unit
    price_currency = written.currency or currency
    likely = guess_price(price_currency, price_unit, catalogue.rates)
    return UnitPrice(parse_number(written.number, language, likely), price_currency, price_unit)


def resolve_sum(written: StatedPrice, currency: str, language: str | None = None) -> Money:
    price_currency = written.currency or currency
    return Money.of(parse_number(written.number, language, guess_sum(price_currency)), price_currency)


def _answer(text: str, code: str, catalogue: Catalogue | None = None, **parts: object) -> str:
    """Return the answer folded. With a `catalogue`, typos and shorthand of an answer with a number are corrected."""
    spelled_out = text if catalogue is None else expand_shorthand(correct_spelling(text, catalogue), catalogue)
    answer = NormalisedText.of(spelled_out.strip()).text
    if not answer or len(answer) > LONGEST_ANSWER:
        raise Invalid(code, field=None, given=text.strip()[:LONGEST_ANSWER], **parts)
    return answer
