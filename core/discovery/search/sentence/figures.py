"""The numbers of a sentence: what an hour, a unit or all of it may cost, and how much is wanted.

What a number belongs to is decided by what stands around it; each number is taken out with that.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from core.catalogue.model import Catalogue
from core.catalogue.price_basis import unit_of_amount
from core.catalogue.truck_loads import load_of
from core.discovery.search.sentence.fields import resolved_price, resolved_sum, resolved_unit
from core.discovery.search.sentence.grammar import RANGE, SaidPrice
from core.discovery.search.sentence.likely import likely_amount
from core.discovery.search.sentence.numbers import parse_number
from core.discovery.search.sentence.sheet import Sheet
from core.kernel.errors import Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity, converted, convertible

SAME_ORDER: Final = 10  # two amounts within so many times of each other are two answers to one question; "24 t, bags of
# 15 kg" are an amount and how it is packed

# What one of these holds at most: "pellets in 15 kg bags" says how they are packed, and no amount.
HOLDS_KG: Final = {"bag": 50, "big_bag": 1500}

NEGATIVE: Final = re.compile(r"[-−][0-9]")
MINUTES: Final = 60  # of an hour


class SaidAmount(NamedTuple):
    """A number and its unit, and where in the folded text it stands."""

    number: str
    unit: str
    start: int


class Figures(NamedTuple):
    """Numbers as they were said, before it is known of which goods."""

    rate: Money | None = None  # for an hour
    by_minute: bool = False  # it was said for a minute
    prices: tuple[SaidPrice, ...] = ()
    amounts: tuple[SaidAmount, ...] = ()
    loads: int | None = None  # of a truck, where no amount is said
    loads_said: str = ""  # as it was written
    only_full: bool = False  # a full truck, without a number


def figures(sheet: Sheet) -> Figures:
    """All numbers with a unit or a currency, and truckloads."""
    said = Figures()
    if sheet.has_digits:
        rate, by_minute = _rate(sheet)
        said = Figures(rate, by_minute, tuple(_prices(sheet)), tuple(_amounts(sheet)))
    found = sheet.take(sheet.grammar.loads) if not said.amounts and sheet.may_name("loads") else None
    if found is None:
        return said
    loads, written = sheet.grammar.loads_of(found), sheet.written(*found.span())
    return said._replace(loads=loads, loads_said=written, only_full=found["full"] is not None)


def _rate(sheet: Sheet) -> tuple[Money | None, bool]:
    """What an hour may cost at most, and whether it was said for a minute: "80 eur/h", "under 2 €/min"."""
    found = sheet.take(sheet.grammar.rate) if sheet.may_name("rates") else None
    if found is None:
        return None, False
    by_minute = found["by_minute"] is not None
    try:
        each = resolved_sum(sheet.grammar.price_of(found), "EUR", sheet.language)
        return (Money(each.minor * MINUTES, each.currency) if by_minute else each), by_minute
    except Refusal as refusal:
        sheet.unclear.append(refusal)
        return None, False


def _prices(sheet: Sheet) -> list[SaidPrice]:
    grammar = sheet.grammar
    if NEGATIVE.search(sheet.text) and (negative := sheet.take(grammar.negative)):
        sheet.unclear.append(Refusal("number.negative", given=sheet.written(*negative.span())))
    prices: list[SaidPrice] = []
    ranges = (grammar.price_range,) if _may_be_range(sheet) else ()
    for pattern in (*ranges, grammar.price, grammar.bare_limit):
        for found in pattern.finditer(sheet.text):
            said = found.groupdict()
            if pattern is grammar.bare_limit and _begins_an_amount(sheet, found):
                continue
            if pattern is grammar.bare_limit or said["before"] or said["after"] or said["unit"]:
                sheet.strike(*found.span())
                prices += grammar.prices_of(found)
    return prices


def _begins_an_amount(sheet: Sheet, found: re.Match[str]) -> bool:
    """Whether the number goes on behind a space, with a unit at its end: "at least 12 500 t", "max 90 000 kg". But
    "under 200 500 t" is a price and an amount."""
    amount = sheet.grammar.amount_in_groups.match(sheet.text, found.start("number"))
    if amount is None:
        return False
    return sheet.grammar.price_of(found).limit == "above" or len(amount[1]) == 1 or amount[2] == "000"


def _amounts(sheet: Sheet) -> list[SaidAmount]:
    """Of a range the smaller amount: who has no more than that has enough."""
    amounts = []
    ranges = (sheet.grammar.quantity_range,) if _may_be_range(sheet) else ()
    for pattern in (*ranges, sheet.grammar.quantity):
        for found in pattern.finditer(sheet.text):
            sheet.strike(*found.span())
            unit = sheet.grammar.unit_of(found["unit"])
            amounts.append(SaidAmount(sheet.grammar.least_of(found), unit, found.start()))
    return amounts


def _may_be_range(sheet: Sheet) -> bool:
    """Whether two numbers may be the ends of one wish; the patterns of that are the longest."""
    return sheet.may_name("ranges") or RANGE.search(sheet.text) is not None


# --- once it is known of which goods ----------------------------------------------------------------------------------


def amount(sheet: Sheet, said: Figures, catalogue: Catalogue, product: str | None) -> Quantity | None:
    """The amount that is wanted: the largest that is said. Two that may both be meant are asked about."""
    if not said.amounts:
        return None
    allowed = catalogue.units_of(product) if product else tuple(catalogue.units)
    heard: list[Quantity] = []
    for number, unit, _ in said.amounts:
        try:
            counted_in = resolved_unit(unit, allowed)
            likely = likely_amount(number, counted_in)
            heard.append(Quantity(parse_number(number, sheet.language, likely), counted_in).positive())
        except Refusal as refusal:
            sheet.unclear.append(refusal)
    heard = [each for each in heard if not _packed(sheet, each)]
    if not heard:
        return None
    # "1000 l tanks, 1500 t at once" are so many tonnes of what is sold by the tonne.
    sold_in = next((each.unit for each in heard if convertible(each.unit, allowed[0])), heard[0].unit)
    alike = [each for each in heard if convertible(each.unit, sold_in)]
    most = max(alike, key=lambda each: converted(each, sold_in))
    for other in alike:
        if converted(other, most.unit) < most.amount <= SAME_ORDER * converted(other, most.unit):
            sheet.unclear.append(Refusal("quantity.said_twice", one=other, other=most))
    return most


def by_the_load(said: Figures, catalogue: Catalogue, goods: Collection[str], side: str | None) -> Quantity | None:
    """Truckloads as tonnes or cubic metres of these goods, in tonnes where a price is for one; of several that may be
    meant, in tonnes of the lightest. None where no goods are named, or any that come otherwise."""
    offered = side == "sell" or any(price.limit is None for price in said.prices)
    if not said.loads or (said.only_full and offered):
        return None  # to a seller "FTL" is how the goods come
    weighed = len(goods) > 1 or any(price.unit == "t" for price in said.prices)
    loads = [load_of(catalogue.product(each), weighed=weighed) for each in goods]
    known = [each for each in loads if each is not None]
    if not known or len(known) < len(loads):
        return None
    least = min(known)
    return Quantity(least.amount * said.loads, least.unit)


def _packed(sheet: Sheet, said: Quantity) -> bool:
    """Whether an amount is what one bag holds, being said in kilograms beside bags: a tonne of a trader's is no bag."""
    if said.unit != "kg":
        return False
    text, packings = sheet.said.text, sheet.grammar.packaging
    return any(said.amount <= most and packings[packing].search(text) for packing, most in HOLDS_KG.items())


def prices(
    sheet: Sheet, said: Figures, catalogue: Catalogue, product: str | None, per: str | None
) -> dict[str | None, UnitPrice]:
    """The price of each limit ("above", "below", or neither). What is said first counts; what differs is asked about.

    A price without a unit is per that one (the unit of the amount), or per the product's usual one, or per tonne.
    """
    if not said.prices:
        return {}
    entry = catalogue.product(product) if product else None
    units = catalogue.units_of(product) if product else tuple(catalogue.units)
    unit = unit_of_amount(per) if per else entry.price_unit if entry else "t"
    by_limit: dict[str | None, UnitPrice] = {}
    for each in said.prices:
        try:
            currency = entry.price_currency if entry else "EUR"
            price = resolved_price(each, currency, unit, catalogue, units, language=sheet.language)
        except Refusal as refusal:
            sheet.unclear.append(refusal)
            continue
        if by_limit.setdefault(each.limit, price) != price:
            sheet.unclear.append(Refusal("price.said_twice", one=by_limit[each.limit], other=price))
    least, most = by_limit.get("above"), by_limit.get("below")
    if least and most and (least.currency, least.unit) == (most.currency, most.unit) and least.amount > most.amount:
        # Both limits are kept, and shown; nothing can lie between them.
        sheet.unclear.append(Refusal("price.contradicts_itself", least=least, most=most))
    return by_limit
