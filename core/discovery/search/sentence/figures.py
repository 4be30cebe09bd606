"""The numbers of a sentence: the price of an hour, a unit or all of it, and the amount wanted.

The words around a number decide what it belongs to; each number is taken out with them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from core.catalogue.comparison import load_of, unit_of_amount
from core.catalogue.language.fields import resolve_price, resolve_sum, resolve_unit
from core.catalogue.language.grammar import RANGE, StatedPrice
from core.catalogue.language.numbers import guess_amount, parse_number
from core.catalogue.model import Catalogue
from core.discovery.search.sentence.state import AmountFigure, Figures, ParseState
from core.kernel.errors import Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity, converted, convertible

SAME_ORDER: Final = 10  # two amounts within so many times of each other are two answers to one question; "24 t, bags of
# 15 kg" are an amount and how it is packed

# The most that one of these holds: "pellets in 15 kg bags" is about packing, and no amount.
HOLDS_KG: Final = {"bag": 50, "big_bag": 1500}

NEGATIVE: Final = re.compile(r"[-−][0-9]")
MINUTES: Final = 60  # per hour


def take_figures(state: ParseState) -> Figures:
    """Take all numbers with a unit or a currency, and truckloads."""
    figures = Figures()
    if state.has_digits:
        rate, by_minute = _rate(state)
        figures = Figures(rate, by_minute, tuple(_prices(state)), tuple(_amounts(state)))
    found = state.take(state.grammar.loads) if not figures.amounts and state.may_name("loads") else None
    if found is None:
        return figures
    loads, written = state.grammar.loads_of(found), state.written(*found.span())
    return figures._replace(loads=loads, loads_as_written=written, only_full=found["full"] is not None)


def _rate(state: ParseState) -> tuple[Money | None, bool]:
    """Return the highest hourly rate, and whether it was given per minute: "80 eur/h", "under 2 €/min"."""
    found = state.take(state.grammar.rate) if state.may_name("rates") else None
    if found is None:
        return None, False
    by_minute = found["by_minute"] is not None
    try:
        each = resolve_sum(state.grammar.price_of(found), "EUR", state.language)
        return (Money(each.minor * MINUTES, each.currency) if by_minute else each), by_minute
    except Refusal as refusal:
        state.unclear.append(refusal)
        return None, False


def _prices(state: ParseState) -> list[StatedPrice]:
    grammar = state.grammar
    if NEGATIVE.search(state.text) and (negative := state.take(grammar.negative)):
        state.unclear.append(Refusal("number.negative", given=state.written(*negative.span())))
    prices: list[StatedPrice] = []
    ranges = (grammar.price_range,) if _may_be_range(state) else ()
    for pattern in (*ranges, grammar.price, grammar.bare_limit):
        for found in pattern.finditer(state.text):
            groups = found.groupdict()
            if pattern is grammar.bare_limit and _begins_an_amount(state, found):
                continue
            if pattern is grammar.bare_limit or groups["before"] or groups["after"] or groups["unit"]:
                state.strike(*found.span())
                prices += grammar.prices_of(found)
    return prices


def _begins_an_amount(state: ParseState, found: re.Match[str]) -> bool:
    """Return True if the number goes on after a space and ends with a unit: "at least 12 500 t", "max 90 000 kg".

    "Under 200 500 t" is a price and an amount.
    """
    amount = state.grammar.amount_in_groups.match(state.text, found.start("number"))
    if amount is None:
        return False
    return state.grammar.price_of(found).limit == "above" or len(amount[1]) == 1 or amount[2] == "000"


def _amounts(state: ParseState) -> list[AmountFigure]:
    """Return the amounts. A range counts as its smaller end, because a seller with that much has enough."""
    amounts = []
    ranges = (state.grammar.quantity_range,) if _may_be_range(state) else ()
    for pattern in (*ranges, state.grammar.quantity):
        for found in pattern.finditer(state.text):
            state.strike(*found.span())
            unit = state.grammar.unit_of(found["unit"])
            amounts.append(AmountFigure(state.grammar.least_of(found), unit, found.start()))
    return amounts


def _may_be_range(state: ParseState) -> bool:
    """Return True if two numbers may be the ends of one range. The patterns of ranges are the longest."""
    return state.may_name("ranges") or RANGE.search(state.text) is not None


# --- once it is known of which goods ----------------------------------------------------------------------------------


def amount(state: ParseState, figures: Figures, catalogue: Catalogue, product: str | None) -> Quantity | None:
    """Return the wanted amount: the largest one stated. If two may both be meant, the user is asked."""
    if not figures.amounts:
        return None
    allowed = catalogue.units_of(product) if product else tuple(catalogue.units)
    amounts: list[Quantity] = []
    for number, unit, _ in figures.amounts:
        try:
            counted_in = resolve_unit(unit, allowed)
            likely = guess_amount(number, counted_in)
            amounts.append(Quantity(parse_number(number, state.language, likely), counted_in).positive())
        except Refusal as refusal:
            state.unclear.append(refusal)
    amounts = [each for each in amounts if not _packed(state, each)]
    if not amounts:
        return None
    # "1000 l tanks, 1500 t at once" is an amount in tonnes for goods sold by the tonne.
    sold_in = next((each.unit for each in amounts if convertible(each.unit, allowed[0])), amounts[0].unit)
    alike = [each for each in amounts if convertible(each.unit, sold_in)]
    most = max(alike, key=lambda each: converted(each, sold_in))
    for other in alike:
        if converted(other, most.unit) < most.amount <= SAME_ORDER * converted(other, most.unit):
            state.unclear.append(Refusal("quantity.said_twice", one=other, other=most))
    return most


def amount_of_loads(
    figures: Figures, catalogue: Catalogue, goods: Collection[str], side: str | None
) -> Quantity | None:
    """Return truckloads as tonnes or cubic metres of these goods; in tonnes if a price is per tonne.

    If several goods may be meant, return tonnes of the lightest. Return None if no goods are named, or some do not come
    in trucks.
    """
    offered = side == "sell" or any(price.limit is None for price in figures.prices)
    if not figures.loads or (figures.only_full and offered):
        return None  # to a seller "FTL" is how the goods come
    weighed = len(goods) > 1 or any(price.unit == "t" for price in figures.prices)
    loads = [load_of(catalogue.product(each), weighed=weighed) for each in goods]
    known = [each for each in loads if each is not None]
    if not known or len(known) < len(loads):
        return None
    least = min(known)
    return Quantity(least.amount * figures.loads, least.unit)


def _packed(state: ParseState, amount: Quantity) -> bool:
    """Return True if an amount is the content of one bag: kilograms beside bags. A trader's tonne is no bag."""
    if amount.unit != "kg":
        return False
    text, packings = state.normalised.text, state.grammar.packaging
    return any(amount.amount <= most and packings[packing].search(text) for packing, most in HOLDS_KG.items())


def prices(
    state: ParseState, figures: Figures, catalogue: Catalogue, product: str | None, per: str | None
) -> dict[str | None, UnitPrice]:
    """Return the price of each limit ("above", "below", or neither). The first one counts; a different one is asked
    about.

    A price without a unit is per unit of the amount (`per`). Without one it is per the product's usual unit, or per
    tonne.
    """
    if not figures.prices:
        return {}
    entry = catalogue.product(product) if product else None
    units = catalogue.units_of(product) if product else tuple(catalogue.units)
    unit = unit_of_amount(per) if per else entry.price_unit if entry else "t"
    by_limit: dict[str | None, UnitPrice] = {}
    for each in figures.prices:
        try:
            currency = entry.price_currency if entry else "EUR"
            price = resolve_price(each, currency, unit, catalogue, units, language=state.language)
        except Refusal as refusal:
            state.unclear.append(refusal)
            continue
        if by_limit.setdefault(each.limit, price) != price:
            state.unclear.append(Refusal("price.said_twice", one=by_limit[each.limit], other=price))
    least, most = by_limit.get("above"), by_limit.get("below")
    if least and most and (least.currency, least.unit) == (most.currency, most.unit) and least.amount > most.amount:
        # Both limits are kept, and shown; nothing can lie between them.
        state.unclear.append(Refusal("price.contradicts_itself", least=least, most=most))
    return by_limit
