"""Amounts and prices of a product in another unit or currency: tonnes, megawatt-hours, truckloads.

Most results depend on a density or a calorific value, so they carry how far those can be trusted. A result with status
"general" must be shown as "typical". Moisture is on the wet basis, as the trade states it. Comparisons use the day's
reference rates too, and are for reading only. A full truck holds 24 t, or less of goods that fill the space. Both
figures are general knowledge, and lie within the truck figures of `config/catalogue/delivery.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.catalogue.model import Catalogue
from core.catalogue.schema import Product, Status
from core.kernel.decimals import half_up_to
from core.kernel.errors import Invalid, Refusal
from core.kernel.money import PRICE_DECIMALS, UnitPrice
from core.kernel.quantity import QUANTITY_DECIMALS, Quantity, converted, convertible

EVAPORATION_MJ_PER_KG = Fraction("2.443")  # heat that one kilogram of water takes with it, at 25 °C (ISO 18125)
MJ_PER_KWH = Fraction("3.6")
_WORST_FIRST = (Status.GENERAL, Status.COMPUTED, Status.VERIFIED)


@dataclass(frozen=True, slots=True)
class Figured:
    """A quantity that was worked out, and the trust of the weakest figure in it."""

    quantity: Quantity
    status: Status


@dataclass(frozen=True, slots=True)
class FiguredPrice:
    """A price that was worked out, and the trust of the weakest figure in it."""

    price: UnitPrice
    status: Status


@dataclass(frozen=True, slots=True)
class _Factor:
    """Base units in one unit, exactly, and how far that can be trusted."""

    size: Fraction
    status: Status


def ncv_as_received(dry_mj_per_kg: Decimal, moisture_percent: Decimal) -> Decimal:
    """Return the net calorific value of the wet fuel in MJ/kg (three decimals): NCV_dry * (1 - M) - 2.443 * M."""
    if not 0 <= moisture_percent < 100:
        raise Invalid("energy.moisture_out_of_range", field="moisture", given=moisture_percent)
    moisture = Fraction(moisture_percent) / 100
    return half_up_to(Fraction(dry_mj_per_kg) * (1 - moisture) - EVAPORATION_MJ_PER_KG * moisture, 3)


def energy_of(product: Product, quantity: Quantity, moisture_percent: Decimal | None = None) -> Figured:
    """Return the net energy of an amount of the product in MWh. Use a measured moisture if the dry value is known."""
    factor = _mwh_per(product, quantity.unit, moisture_percent)
    return _figured(quantity, factor, "MWh")


def mass_of(product: Product, quantity: Quantity) -> Figured:
    """Return the mass of an amount of the product in tonnes as received."""
    return _figured(quantity, _tonnes_per(product, quantity.unit), "t")


def price_per_mwh(product: Product, price: UnitPrice, moisture_percent: Decimal | None = None) -> FiguredPrice:
    """Return the price per MWh: EUR/MWh = EUR/t / (NCV/3.6), and the like from the other units."""
    return _repriced(price, _mwh_per(product, price.unit, moisture_percent), "MWh")


def price_per_tonne(product: Product, price: UnitPrice, moisture_percent: Decimal | None = None) -> FiguredPrice:
    """Return the price per tonne as received. A price per energy needs the calorific value."""
    if _is_energy(price.unit):
        per_unit = _mwh_per(product, price.unit, None)
        per_tonne = _mwh_per(product, "t", moisture_percent)
        return _repriced(price, _Factor(per_unit.size / per_tonne.size, _weaker(per_unit, per_tonne)), "t")
    return _repriced(price, _tonnes_per(product, price.unit), "t")


def _mwh_per(product: Product, unit: str, moisture_percent: Decimal | None) -> _Factor:
    if _is_energy(unit):
        return _Factor(_fixed(unit, "MWh"), Status.VERIFIED)
    value = product.calorific_value
    if value is None:
        raise _no_figure(product, unit, "MWh")
    if value.upper_kwh_per_nm3 is not None and value.kwh_per_nm3 is not None and unit == "MWh_HHV":
        return _Factor(Fraction(value.kwh_per_nm3) / Fraction(value.upper_kwh_per_nm3), value.status)
    if value.kwh_per_nm3 is not None and unit == "Nm3":
        return _Factor(Fraction(value.kwh_per_nm3) / 1000, value.status)
    mj_per_kg = value.mj_per_kg
    if moisture_percent is not None and value.mj_per_kg_dry is not None:
        mj_per_kg = ncv_as_received(value.mj_per_kg_dry, moisture_percent)
    if mj_per_kg is None:
        raise _no_figure(product, unit, "MWh")
    tonnes = _tonnes_per(product, unit)
    return _Factor(tonnes.size * Fraction(mj_per_kg) / MJ_PER_KWH, min(tonnes.status, value.status, key=_trust))


def _tonnes_per(product: Product, unit: str) -> _Factor:
    if convertible(unit, "t"):
        return _Factor(_fixed(unit, "t"), Status.VERIFIED)
    if unit in product.packs:
        return _Factor(Fraction(product.packs[unit]), Status.GENERAL)
    density, value = product.density, product.calorific_value
    if density is not None and convertible(unit, density.per):
        return _Factor(_fixed(unit, density.per) * Fraction(density.typical) / 1000, density.status)
    if _is_energy(unit) and value is not None and value.mj_per_kg is not None:
        return _Factor(_fixed(unit, "MWh") * MJ_PER_KWH / Fraction(value.mj_per_kg), value.status)
    raise _no_figure(product, unit, "t")


def _figured(quantity: Quantity, factor: _Factor, unit: str) -> Figured:
    amount = half_up_to(Fraction(quantity.amount) * factor.size, QUANTITY_DECIMALS)
    return Figured(Quantity(amount, unit), factor.status)


def _repriced(price: UnitPrice, factor: _Factor, unit: str) -> FiguredPrice:
    amount = half_up_to(Fraction(price.amount) / factor.size, PRICE_DECIMALS)
    return FiguredPrice(UnitPrice(amount, price.currency, unit), factor.status)


def _fixed(unit: str, to_unit: str) -> Fraction:
    return converted(Quantity(Decimal(1), unit), to_unit)


def _is_energy(unit: str) -> bool:
    return convertible(unit, "MWh")


def _trust(status: Status) -> int:
    return _WORST_FIRST.index(status)


def _weaker(one: _Factor, other: _Factor) -> Status:
    return min(one.status, other.status, key=_trust)


def _no_figure(product: Product, unit: str, target_unit: str) -> Invalid:
    return Invalid("energy.no_figure", product=product.id, given=unit, wanted=target_unit)


TRUCK_TONNES: Final = Decimal(24)
TRUCK_LOOSE_M3: Final = Decimal(90)
WALKING_FLOOR: Final = "walking_floor"
FULL_TRUCKS: Final = frozenset({WALKING_FLOOR, "tank_truck", "heated_tank_truck"})  # how goods come by the truckload


def load_of(product: Product, *, weighed: bool = False) -> Quantity | None:
    """Return one truckload in whole tonnes, or None for goods that do not come in such trucks.

    Goods mostly sold by loose cubic metres are returned in whole loose cubic metres, unless `weighed`.
    """
    if FULL_TRUCKS.isdisjoint(product.delivery) or "t" not in product.units:
        return None
    holds = _mass_of_a_truckful(product)
    if product.units[0] == "loose_m3" and holds is not None and not weighed:
        share = min(Fraction(TRUCK_TONNES) / holds, Fraction(1))
        return _whole(Fraction(TRUCK_LOOSE_M3) * share, "loose_m3")
    return _whole(Fraction(TRUCK_TONNES) if holds is None else min(Fraction(TRUCK_TONNES), holds), "t")


def _mass_of_a_truckful(product: Product) -> Fraction | None:
    """Return the tonnes that fill a walking floor. None for goods without a density, or that travel otherwise."""
    if WALKING_FLOOR not in product.delivery:
        return None
    try:
        return Fraction(mass_of(product, Quantity(TRUCK_LOOSE_M3, "loose_m3")).quantity.amount)
    except Refusal:
        return None


def _whole(amount: Fraction, unit: str) -> Quantity:
    return Quantity(half_up_to(amount, 0), unit)


BY_THE: Final = {"kg": "t", "l": "m3", "kWh": "MWh"}  # 20,000 kg for 200 euros means 200 euros for a tonne


def unit_of_amount(counted_in: str) -> str:
    """Return the unit of the price for goods whose amount is counted in this one."""
    return BY_THE.get(counted_in, counted_in)


def unit_meant(usual: str, counted_in: str | None, stood: str | None = None) -> str:
    """Return the unit of a bare price.

    It is the unit of the price that `stood` there, if the goods can be paid by it. Otherwise it follows the unit of
    their amount, or else is the `usual` one.
    """
    if counted_in is None:
        return stood or usual
    return stood if stood and convertible(stood, counted_in) else unit_of_amount(counted_in)


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
