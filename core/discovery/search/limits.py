"""Amounts and prices in the units that the index compares: what is in one kind of unit, and what becomes it by density,
calorific value or a rate of exchange."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue, Product
from core.catalogue.energy import Figured, energy_of, mass_of
from core.discovery.search.engine.document import AN_HOUR, UNIT_KINDS, Amount
from core.discovery.search.engine.query import Factors, Limits
from core.kernel.errors import Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import UNITS, Quantity

BY_THE_HOUR: Final[Factors] = {("", AN_HOUR): 1.0}
MUCH: Final = Decimal(1_000_000)  # of a unit is converted, so that the three decimals of an amount round nothing off


def amount_of(quantity: Quantity) -> Amount:
    """An amount in the base unit of its kind."""
    unit = UNITS[quantity.unit]
    return Amount(float(Fraction(quantity.amount) * unit.size), UNIT_KINDS.index(unit.kind))


def price_amount(price: UnitPrice, catalogue: Catalogue) -> Amount | None:
    """A price in euros for the base unit of its kind; None where there is no rate for its currency."""
    euros = catalogue.rates.converted(price, "EUR")
    if euros is None:
        return None
    unit = UNITS[price.unit]
    return Amount(float(Fraction(euros.amount) / unit.size), UNIT_KINDS.index(unit.kind))


def hourly_amount(rate: Money, catalogue: Catalogue) -> Amount | None:
    """The price of an hour in euros; None where there is no rate for its currency."""
    per_euro = catalogue.rates.per_euro.get(rate.currency)
    return None if per_euro is None else Amount(float(rate.amount / per_euro), AN_HOUR)


def amount_limits(catalogue: Catalogue, quantity: Quantity | None) -> Limits | None:
    """What amounts of each product and kind of unit are compared with."""
    if quantity is None:
        return None
    asked = amount_of(quantity)
    return Limits(asked.value, _factors(catalogue, asked.kind))


def price_limits(catalogue: Catalogue, price: UnitPrice | None) -> Limits | None:
    """The same for prices; None where there is no rate for the currency."""
    if price is None:
        return None
    limit = price_amount(price, catalogue)
    return None if limit is None else Limits(limit.value, _shares(catalogue, limit.kind))


@lru_cache(maxsize=64)
def prices_per(catalogue: Catalogue, unit: str) -> Factors:
    """What prices are multiplied by to be told per that unit."""
    kind, size = UNIT_KINDS.index(UNITS[unit].kind), float(UNITS[unit].size)
    return {key: factor * size for key, factor in _factors(catalogue, kind).items()}


@lru_cache(maxsize=64)
def _shares(catalogue: Catalogue, kind: int) -> Factors:
    """What a price for a base unit of this kind is multiplied by to be one for a base unit of another."""
    return {key: 1 / factor for key, factor in _factors(catalogue, kind).items()}


@lru_cache(maxsize=64)
def _factors(catalogue: Catalogue, kind: int) -> Factors:
    """How many base units of another kind one base unit of this kind is, by the figures of each product.

    Tonnes, cubic metres and megawatt-hours become each other by density and calorific value; one kind of unit is
    always one of itself, also for what has no product.
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
    """The mass or energy of a million of that unit; 0 where the product has no figures for it."""
    try:
        return float(measured(product, Quantity(MUCH, unit)).quantity.amount)
    except Refusal:
        return 0.0
