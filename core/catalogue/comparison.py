"""Amounts and prices of a product in another unit or currency, so that two of them can be compared.

They use fixed conversions, the product's own figures and the day's reference rates; for reading and comparing only.
"""

from __future__ import annotations

from fractions import Fraction

from core.catalogue.energy import energy_of, mass_of, price_per_mwh, price_per_tonne
from core.catalogue.model import Catalogue
from core.kernel.decimals import half_up_to
from core.kernel.errors import Refusal
from core.kernel.money import UnitPrice
from core.kernel.quantity import QUANTITY_DECIMALS, Quantity, convertible


def quantity_in(catalogue: Catalogue, product_id: str, quantity: Quantity, unit: str) -> Quantity | None:
    """Return the amount in that unit, or None if the catalogue has no figure for it."""
    if convertible(quantity.unit, unit):
        return quantity.to(unit)
    if unit in catalogue.product(product_id).packs:
        return _in_packs(catalogue, product_id, quantity, unit)
    measure = energy_of if convertible(unit, "MWh") else mass_of
    try:
        return measure(catalogue.product(product_id), quantity).quantity.to(unit)
    except Refusal:
        return None


def _in_packs(catalogue: Catalogue, product_id: str, quantity: Quantity, unit: str) -> Quantity | None:
    """Return the amount in bags or pallets of these goods, to three decimals."""
    tonnes = quantity_in(catalogue, product_id, quantity, "t")
    if tonnes is None:
        return None
    packs = Fraction(tonnes.amount) / Fraction(catalogue.product(product_id).packs[unit])
    return Quantity(half_up_to(packs, QUANTITY_DECIMALS), unit)


def price_in(catalogue: Catalogue, product_id: str, price: UnitPrice, currency: str, unit: str) -> UnitPrice | None:
    """Return the price in that currency per that unit, or None without a rate or figure for it."""
    exchanged = catalogue.rates.converted(price, currency)
    if exchanged is None or convertible(exchanged.unit, unit):
        return exchanged and exchanged.per(unit)
    reprice = price_per_mwh if convertible(unit, "MWh") else price_per_tonne
    try:
        return reprice(catalogue.product(product_id), exchanged).price.per(unit)
    except Refusal:
        return None
