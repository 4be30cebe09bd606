"""Conversion of typed answers to values and back: amounts, prices, places, choices.

Each `read_…` takes typed text and the output of its `write_…`, so a stored answer reads back the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial

from conversations.chat_context import ChatContext
from conversations.countries import country_named
from conversations.forms.form import Values
from conversations.reply import Option
from conversations.wording import Words
from core.catalogue.comparison import unit_meant
from core.catalogue.language.fields import parse_place, parse_quantity, parse_unit_price
from core.catalogue.language.numbers import has_two_readings, with_decimals
from core.catalogue.language.places import Place as Town
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.kernel.errors import Invalid
from core.kernel.money import UnitPrice
from core.kernel.quantity import UNITS, Quantity
from core.trade.listings.model import Place
from core.trade.listings.rules import check_price

A_PRICE = Decimal("24.50")  # for an example
TOWNS = 20  # offered while a part of a name is typed
NOTHING = "none"  # the option "none of these", which is an answer


def read_quantity(chat: ChatContext, text: str, allowed: Collection[str], *, weighed: bool = False) -> Quantity:
    """Read an amount with one of the allowed units; without a unit, the first one is meant. `weighed`: on a scale."""
    amount, _, unit = text.strip().partition(" ")
    if unit in UNITS:
        exact = kept_number(amount)
        if exact is not None:
            return Quantity(exact, unit).positive().within(allowed)
    catalogue, language = chat.market_context.catalogue, chat.words.language
    return parse_quantity(text, catalogue, tuple(allowed), language=language, weighed=weighed)


def write_quantity(quantity: Quantity) -> str:
    return f"{_kept(quantity.amount)} {quantity.unit}"


def read_price(chat: ChatContext, text: str, currency: str, unit: str) -> UnitPrice:
    """Read a price per unit. Without a currency or unit, those usual for the goods are meant."""
    amount, _, rest = text.strip().partition(" ")
    code, _, per = rest.partition("/")
    exact = kept_number(amount)
    if exact is not None and per in UNITS and len(code) == 3 and code.isupper():
        return UnitPrice(exact, code, per)
    catalogue, language = chat.market_context.catalogue, chat.words.language
    return parse_unit_price(text, catalogue, default_currency=currency, default_unit=unit, language=language)


def read_goods_price(chat: ChatContext, text: str, values: Values, name: str = "price") -> UnitPrice:
    """Read a price of the form's goods, in a unit that fits their amount.

    A bare number takes the currency and unit of the earlier price. This is the line's own (`name`), or the one the form
    was opened with ("EUR/t").
    """
    product, amount, own = (
        chat.market_context.catalogue.product(values["product"]),
        values.get("quantity"),
        values.get(name),
    )
    currency, _, per = values.get("priced_in", f"{product.price_currency}/").partition("/")
    currency, per = (own.currency, own.unit) if own is not None else (currency, per)
    counted_in = amount.unit if amount is not None else None
    price = read_price(chat, text, currency, unit_meant(product.price_unit, counted_in, per))
    if counted_in is not None:
        check_price(price, counted_in)
    return price


def price_such_as(chat: ChatContext, values: Values) -> UnitPrice | None:
    """Return an example of a price for these goods; None if the usual example already has that unit and currency."""
    product, amount, own = (
        chat.market_context.catalogue.product(values["product"]),
        values.get("quantity"),
        values.get("price"),
    )
    currency, _, per = values.get("priced_in", f"{product.price_currency}/").partition("/")
    unit = unit_meant(product.price_unit, amount.unit if amount is not None else None, per)
    such = own or UnitPrice(A_PRICE, currency, unit)
    return None if (such.currency, such.unit) == ("EUR", "t") else such


def write_price(price: UnitPrice) -> str:
    return f"{_kept(price.amount)} {price.currency}/{price.unit}"


def show_price(chat: ChatContext, price: UnitPrice) -> str:
    """Return "213.13 EUR/t", and that the buyer pays no more than that."""
    return vat_in(chat, chat.words.show(price))


def vat_in(chat: ChatContext, price: str) -> str:
    """Return a price in words with the taxes it includes."""
    return chat.words("price.vat_in", price=price)


# The output of `write_place`: a name, a country, and degrees.
WRITTEN_PLACE = re.compile(r"([^|]{1,120})\|([A-Z]{2})\|(-?\d{1,3}(?:\.\d+)?)\|(-?\d{1,3}(?:\.\d+)?)")


# Degrees as a phone shares them. The place is named after the nearest town.
SHARED_PLACE = re.compile(r"(-?[0-8]?\d\.\d{3,7}), (-?1?\d{1,2}\.\d{3,7})")


def read_place(chat: ChatContext, text: str, _values: Values) -> Place:
    """Read a town of the gazetteer, or coordinates shared from a phone."""
    if written := WRITTEN_PLACE.fullmatch(text):
        return Place(name=written[1], country=written[2], lat=float(written[3]), lon=float(written[4]))
    if shared := SHARED_PLACE.fullmatch(text.strip()):
        lat, lon = float(shared[1]), float(shared[2])
        near = nearest_town(chat, lat, lon)
        return Place(name=near.name, country=near.country, lat=lat, lon=lon)
    found = parse_place(text, chat.market_context.places, partial(country_named, chat))
    return Place(name=found.name, country=found.country, lat=found.lat, lon=found.lon)


def find_towns(chat: ChatContext, part: str, _values: Values) -> list[Option]:
    """Return the towns whose name begins so in any language, then those with a similar name."""
    known = chat.market_context.places
    begins = folded(part.partition(",")[0].strip())
    found = known.beginning(begins)
    found += [town for town in known.meant(begins) if town not in found]
    found.sort(key=lambda town: begins not in {folded(town.name), folded(town.called(chat.words.language))})
    places = [Place(name=town.name, country=town.country, lat=town.lat, lon=town.lon) for town in found[:TOWNS]]
    return [option(write_place(place), show_place(chat, place)) for place in places]


def nearest_town(chat: ChatContext, lat: float, lon: float) -> Town:
    return chat.market_context.places.nearest(lat, lon)


def write_place(place: Place) -> str:
    return f"{place.name}|{place.country}|{place.lat}|{place.lon}"


def show_place(chat: ChatContext, place: Place) -> str:
    return f"{show_town(chat, place)}, {chat.words.locale.territories.get(place.country, place.country)}"


def show_town(chat: ChatContext, place: Place | Town) -> str:
    return chat.market_context.places.called(place.name, place.country, chat.words.language)


def read_whole_number(low: int, high: int, text: str) -> int:
    """Read a whole number between two limits."""
    plain = text.strip()
    # Nine digits at most: longer numbers can hide behind leading zeros, and take long to parse.
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 9) or not low <= int(plain) <= high:
        raise Invalid("form.whole_number", low=low, high=high, given=text[:40])
    return int(plain)


def read_file_ids(_chat: ChatContext, text: str, _values: Values) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def write_list(values: Iterable[str]) -> str:
    return ",".join(values)


def _kept(number: Decimal) -> str:
    return with_decimals(f"{number:f}")


def kept_number(text: str) -> Decimal | None:
    """Return a number in stored form; None for a text that has to be parsed as people write it."""
    return None if has_two_readings(text) else as_decimal(text)


def as_decimal(text: str) -> Decimal | None:
    if not text.isascii() or not text.replace(".", "", 1).isdigit():
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


@lru_cache(maxsize=2048)
def option(value: str, label: str) -> Option:
    """Return an option. Equal options are cached, because questions offer the same ones again and again."""
    return Option(value=value, label=label)


@lru_cache(maxsize=64)
def product_options(catalogue: Catalogue, language: str) -> Sequence[Option]:
    """Return all products by their name in the person's language, in the catalogue's order (the common ones first)."""
    return tuple(option(product.id, capital(product.name(language))) for product in catalogue.products.values())


def grade_options(catalogue: Catalogue, product_id: str, none_label: str) -> Sequence[Option]:
    grades = [option(grade.id, grade.label) for grade in catalogue.grades_of(product_id)]
    return [*grades, option(NOTHING, none_label)]


def goods_name(chat: ChatContext, product_id: str, grade_id: str | None) -> str:
    return named_goods(chat.words, chat.market_context.catalogue, product_id, grade_id)


def named_goods(words: Words, catalogue: Catalogue, product_id: str, grade_id: str | None) -> str:
    name = capital(catalogue.product(product_id).name(words.language))
    return f"{name}, {catalogue.grade(grade_id).label}" if grade_id else name


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
