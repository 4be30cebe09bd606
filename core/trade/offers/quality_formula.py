"""Value of measured goods: the formula that an agreement keeps, and both sides have signed.

The formula is `pay = agreed amount x delivered / agreed quantity (1 at most) x dry matter x (1 - ash cut)`, rounded
once, half up. An excess over the agreed quantity is not paid, and takes nothing off a deduction.

If a price is per energy, delivered `MWh = tonnes x NCV / 3.6` is used instead. NCV is in MJ/kg as received, measured or
worked out from moisture by ISO 18125. Moisture then does not count twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import Field

from core.catalogue import Catalogue
from core.catalogue.energy import MJ_PER_KWH, ncv_as_received
from core.kernel.decimals import half_up_to
from core.kernel.errors import Invalid
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import Money
from core.kernel.quantity import Quantity, converted, convertible

Percent = Annotated[Decimal, Field(ge=0, lt=100, max_digits=5, decimal_places=2)]
CalorificValue = Annotated[Decimal, Field(gt=0, le=50, max_digits=6, decimal_places=3)]  # MJ/kg; pure fat has 38

ASH_CUT_BP: Final = 500  # share of the price for each point of ash above what was agreed: the market's own proposal
# Largest difference of two laboratories on the same sample, in points or MJ/kg. Findings within it are the same. The
# market's own figures, part of its conditions (TERMS_VERSION): no norm is quoted here.
REPRODUCIBILITY: Final[Mapping[str, Decimal]] = {
    "moisture": Decimal("1.5"),
    "ash": Decimal("0.3"),
    "ncv": Decimal("0.3"),
}


class Quality(FrozenModel):
    """Quality that the price was agreed for. A value of None does not change what is paid.

    `moisture` as received and `ash` on the dry basis, both at most, in per cent. `ash_cut_bp`: off the price for each
    point of ash above. `ncv_dry`: MJ/kg, from which measured moisture gives the calorific value.
    """

    moisture: Percent | None = None
    ash: Percent | None = None
    ash_cut_bp: Annotated[int, Field(ge=0, le=5_000)] = 0
    ncv_dry: CalorificValue | None = None


class Measured(FrozenModel):
    """Findings of a weighbridge or a laboratory. `ncv` in MJ/kg as received."""

    weight: Quantity | None = None
    moisture: Percent | None = None
    ash: Percent | None = None
    ncv: CalorificValue | None = None

    @property
    def figures(self) -> dict[str, Decimal]:
        """Return what a laboratory has found, by name."""
        known = {"moisture": self.moisture, "ash": self.ash, "ncv": self.ncv}
        return {name: value for name, value in known.items() if value is not None}

    def __bool__(self) -> bool:
        return self.weight is not None or bool(self.figures)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the working: a code of the catalogue and the parts of its sentence."""

    code: str
    parts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worth:
    """Pay for goods as measured, and how it was worked out."""

    pay: Money
    steps: tuple[Step, ...]


def quality_of(catalogue: Catalogue, product_id: str, grade_id: str | None) -> Quality | None:
    """Return what the grade promises, as the formula of a new agreement; None for goods without limits."""
    if grade_id is None:
        return None
    most = {limit.parameter: limit.at_most for limit in catalogue.grade(grade_id).limits}
    value = catalogue.product(product_id).calorific_value
    if most.get("moisture") is None and most.get("ash") is None:
        return None
    return Quality(
        moisture=most.get("moisture"),
        ash=most.get("ash"),
        ash_cut_bp=ASH_CUT_BP if most.get("ash") is not None else 0,
        ncv_dry=value.mj_per_kg_dry if value is not None else None,
    )


def worth(quality: Quality | None, sold: Quantity, amount: Money, found: Measured) -> Worth:
    """Return what a lot is to be paid with. Raises Invalid for a weight that says nothing about what was sold."""
    agreed = quality or Quality()
    share, steps = _delivered(agreed, sold, amount, found)
    if agreed.ash is not None and found.ash is not None and found.ash > agreed.ash:
        over = found.ash - agreed.ash
        cut = min(Fraction(over) * Fraction(agreed.ash_cut_bp, 10_000), Fraction(1))
        share *= 1 - cut
        steps.append(Step("quality.ash", {"found": found.ash, "agreed": agreed.ash, "cut": percent(cut)}))
    pay = Money.rounded(Fraction(amount.amount) * share, amount.currency)
    return Worth(pay, (*steps, *_uncounted(agreed, sold, found)))


def same(one: Measured, other: Measured) -> bool:
    """Return whether two findings differ by no more than two laboratories may, in every figure that both have.

    No laboratory has weighed the lot: where each side names another weight, neither counts for both.
    """
    if one.weight is not None and other.weight is not None and not _weigh_alike(one.weight, other.weight):
        return False
    common = one.figures.keys() & other.figures.keys()
    return bool(common) and all(
        abs(one.figures[name] - other.figures[name]) <= REPRODUCIBILITY[name] for name in common
    )


def mean(one: Measured, other: Measured) -> Measured:
    """Return the mean of both findings, to two decimals, and to three for a weight.

    A value that only one of them has is taken from it.
    """
    values = {
        name: ((one.figures.get(name, value) + other.figures.get(name, value)) / 2).quantize(Decimal("0.01"))
        for name, value in (one.figures | other.figures).items()
    }
    return Measured(weight=_mean_weight(one.weight, other.weight), **values)


def _weigh_alike(one: Quantity, other: Quantity) -> bool:
    return convertible(other.unit, one.unit) and converted(other, one.unit) == Fraction(one.amount)


def _mean_weight(one: Quantity | None, other: Quantity | None) -> Quantity | None:
    """Return the mean in the unit of the first; the first alone if the two say nothing about each other."""
    if one is None or other is None:
        return one or other
    if not convertible(other.unit, one.unit):
        return one
    return Quantity(half_up_to((Fraction(one.amount) + converted(other, one.unit)) / 2, 3), one.unit)


def closer(third: Measured, one: Measured, other: Measured) -> bool | None:
    """Return whether `one` is nearer to the referee's finding than `other`, in tolerances. None when neither is.

    Only what all three have measured is compared: a side with more measurements is not further off for that.
    """
    names = one.figures.keys() & other.figures.keys() & third.figures.keys()
    distance = [_distance(each, third, names) for each in (one, other)]
    return None if distance[0] == distance[1] else distance[0] < distance[1]


def percent(share: Fraction) -> Decimal:
    """Return a share in per cent for a sentence: two decimals."""
    return (Decimal(share.numerator) / Decimal(share.denominator) * 100).quantize(Decimal("0.01"))


def _distance(one: Measured, third: Measured, names: Iterable[str]) -> Fraction:
    blocking = (
        Fraction(abs(one.figures[name] - third.figures[name])) / Fraction(REPRODUCIBILITY[name]) for name in names
    )
    return sum(blocking, Fraction(0))


def _delivered(agreed: Quality, sold: Quantity, amount: Money, found: Measured) -> tuple[Fraction, list[Step]]:
    """Return the share of the goods that has come, at most 1, by energy or by weight and dry matter."""
    weight, ncv = found.weight, _calorific_value(agreed, found)
    if convertible(sold.unit, "MWh") and ncv is not None and weight is not None and convertible(weight.unit, "t"):
        mwh = converted(weight, "t") * Fraction(ncv) / MJ_PER_KWH
        energy = Quantity(half_up_to(mwh, 3), "MWh")
        by_energy = Step("quality.energy", {"weight": weight, "ncv": ncv, "energy": energy, "sold": sold})
        return _at_most(mwh / converted(sold, "MWh"), amount, [by_energy])
    share: Fraction = Fraction(1)
    steps: list[Step] = []
    if weight is not None:
        if not convertible(weight.unit, sold.unit):
            raise Invalid("lot.measured_unit", field="measured", given=weight.unit, unit=sold.unit)
        share = converted(weight, sold.unit) / Fraction(sold.amount)
        share, steps = _at_most(share, amount, [Step("quality.weight", {"weight": weight, "sold": sold})])
    if agreed.moisture is not None and found.moisture is not None and found.moisture > agreed.moisture:
        dry = (100 - Fraction(found.moisture)) / (100 - Fraction(agreed.moisture))
        share *= dry
        moist = Step("quality.moisture", {"found": found.moisture, "agreed": agreed.moisture, "dry": percent(dry)})
        steps.append(moist)
    return share, steps


def _uncounted(agreed: Quality, sold: Quantity, found: Measured) -> list[Step]:
    """Return the measurements that change nothing, as the agreement has neither a limit nor a formula for them."""
    by_energy, steps = convertible(sold.unit, "MWh"), []
    in_energy = by_energy and (agreed.ncv_dry is not None or found.ncv is not None)
    if found.moisture is not None and agreed.moisture is None and not in_energy:
        steps.append(Step("quality.moisture_uncounted", {"found": found.moisture}))
    if found.ash is not None and agreed.ash is None:
        steps.append(Step("quality.ash_uncounted", {"found": found.ash}))
    if found.ncv is not None and not by_energy:
        steps.append(Step("quality.ncv_uncounted", {"found": found.ncv}))
    return steps


def _at_most(share: Fraction, amount: Money, steps: list[Step]) -> tuple[Fraction, list[Step]]:
    """Limit a share to all of it, and add the line that says so."""
    return (Fraction(1), [*steps, Step("quality.at_most", {"amount": amount})]) if share > 1 else (share, steps)


def _calorific_value(agreed: Quality, found: Measured) -> Decimal | None:
    """Return the calorific value as it was measured, or as moisture makes it."""
    if found.ncv is None and found.moisture is not None and agreed.ncv_dry is not None:
        return ncv_as_received(agreed.ncv_dry, found.moisture)
    return found.ncv
