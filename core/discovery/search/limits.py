"""Amounts and prices in the units that the index compares.

Kinds of units are converted by density, calorific value or a rate of exchange.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from core.catalogue.comparison import Figured, energy_of, mass_of
from core.catalogue.model import Catalogue
from core.catalogue.schema import Product
from core.discovery.search.engine.document import AN_HOUR, UNIT_KINDS, Amount
from core.discovery.search.engine.query import Factors, Limits
from core.kernel.errors import Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import UNITS, Quantity

BY_THE_HOUR: Final[Factors] = {("", AN_HOUR): 1.0}
MUCH: Final = Decimal(1_000_000)  # units are converted at once, so that an amount's three decimals round nothing off


def amount_of(quantity: Quantity) -> Amount:
    """Return an amount in the base unit of its kind."""
    unit = UNITS[quantity.unit]
    return Amount(float(Fraction(quantity.amount) * unit.size), UNIT_KINDS.index(unit.kind))


def price_amount(price: UnitPrice, catalogue: Catalogue) -> Amount | None:
    """Return a price in euros for the base unit of its kind, or None without a rate."""
    euros = catalogue.rates.converted(price, "EUR")
    if euros is None:
        return None
    unit = UNITS[price.unit]
    return Amount(float(Fraction(euros.amount) / unit.size), UNIT_KINDS.index(unit.kind))


def hourly_amount(rate: Money, catalogue: Catalogue) -> Amount | None:
    """Return the price of an hour in euros, or None if there is no rate for its currency."""
    per_euro = catalogue.rates.per_euro.get(rate.currency)
    return None if per_euro is None else Amount(float(rate.amount / per_euro), AN_HOUR)


def amount_limits(catalogue: Catalogue, quantity: Quantity | None) -> Limits | None:
    """Return the limits for amounts, by product and kind of unit."""
    if quantity is None:
        return None
    asked = amount_of(quantity)
    return Limits(asked.value, _factors(catalogue, asked.kind))


def price_limits(catalogue: Catalogue, price: UnitPrice | None) -> Limits | None:
    """Return the limits for prices, or None if there is no rate for the currency."""
    if price is None:
        return None
    limit = price_amount(price, catalogue)
    return None if limit is None else Limits(limit.value, _shares(catalogue, limit.kind))


@lru_cache(maxsize=64)
def prices_per(catalogue: Catalogue, unit: str) -> Factors:
    """Return the factors that convert prices to that unit."""
    kind, size = UNIT_KINDS.index(UNITS[unit].kind), float(UNITS[unit].size)
    return {key: factor * size for key, factor in _factors(catalogue, kind).items()}


@lru_cache(maxsize=64)
def _shares(catalogue: Catalogue, kind: int) -> Factors:
    """Return the factors that convert a price per base unit of this kind to another kind."""
    return {key: 1 / factor for key, factor in _factors(catalogue, kind).items()}


@lru_cache(maxsize=64)
def _factors(catalogue: Catalogue, kind: int) -> Factors:
    """Return how many base units of another kind one base unit of this kind is, by each product's figures.

    Tonnes, cubic metres and megawatt-hours are converted by density and calorific value. The factor within one kind is
    always one, also without a product.
    """
    factors = {(product, kind): 1.0 for product in ("", *catalogue.products)}
    base = {UNIT_KINDS.index(unit.kind): unit.code for unit in UNITS.values() if unit.size == 1}
    for product in catalogue.products.values() if kind in base else ():
        sold_in = {UNIT_KINDS.index(UNITS[unit].kind) for unit in product.units}
        for measured in (mass_of, energy_of):
            one = _measure(measured, product, base[kind])
            for other in sold_in & base.keys() - {kind}:
                each = _measure(measured, product, base[other])
                if one and each:
                    factors.setdefault((product.id, other), one / each)
    return factors


def _measure(measured: Callable[[Product, Quantity], Figured], product: Product, unit: str) -> float:
    """Return the mass or energy of a million of that unit, or 0 without figures for it."""
    try:
        return float(measured(product, Quantity(MUCH, unit)).quantity.amount)
    except Refusal:
        return 0.0
