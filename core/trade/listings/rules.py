"""Pure decisions about listings: what may be offered, and what is left when some of it is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from core.catalogue.model import Catalogue
from core.catalogue.schema import Product
from core.kernel.errors import Invalid, Refusal
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, convertible
from core.trade.listings.model import Listing

FURTHEST_WINDOW: Final = timedelta(days=2 * 366)  # no firm price is quoted beyond two seasons


class Difference(NamedTuple):
    """One field with its values before and after."""

    field: str
    before: Any
    after: Any


def told(listing: Listing) -> dict[str, Any]:
    """Return what a listing says to buyers. `sale`: whether the price is negotiable, and whether it can be taken."""
    return {
        "grade": listing.grade_id,
        "quantity": listing.remaining,
        "price": listing.price,
        "incoterm": listing.incoterm,
        "place": listing.place,
        "window": (listing.window_from, listing.window_to),
        "sale": (listing.negotiable, listing.buy_now),
        "min_lot": listing.min_lot,
        "packaging": listing.packaging,
        "certificates": listing.certified,
        "files": (*listing.photos, *listing.documents),
        "words": listing.words,
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the changed values, in their order."""
    return tuple(Difference(each, before[each], after[each]) for each in before if before[each] != after[each])


def check_goods(
    catalogue: Catalogue, product_id: str, grade_id: str | None, schemes: Sequence[str], delivery_term: str
) -> Product:
    """Return the product, if the trade knows the grade, certificate schemes and delivery term. Raises Refusal."""
    product = catalogue.product(product_id)
    if grade_id is not None and grade_id not in product.grades:
        raise Invalid("listing.grade_unknown", field="grade_id", given=grade_id, known=product.grades)
    check_covers(catalogue, product_id, schemes)
    if len(set(schemes)) < len(schemes):
        raise Invalid("listing.certificate_twice", field="certificates")
    catalogue.term(delivery_term)
    return product


def check_covers(
    catalogue: Catalogue, product_id: str | None, schemes: Sequence[str], *, field: str = "certificates"
) -> None:
    """Raise Refusal for an unknown scheme, or for one that covers other goods alone."""
    for scheme in map(catalogue.scheme, schemes):
        if not scheme.covers_goods(product_id):
            raise Invalid("listing.certificate_of_others", field=field, scheme=scheme.id.replace("_", " "))


def check_window(window_from: date, window_to: date, today: date) -> None:
    """Raise Invalid for a delivery window that runs backwards, is over, or lies too far ahead."""
    if window_to < window_from:
        raise Invalid("listing.window_backwards", field="window_to", window_from=window_from)
    if window_to < today:
        raise Invalid("listing.window_past", field="window_to", today=today)
    if window_to > today + FURTHEST_WINDOW:
        raise Invalid("listing.window_too_far", field="window_to", latest=today + FURTHEST_WINDOW)


def dates_are_over(listing: Listing, today: date) -> bool:
    """Return whether it needs other dates before it can be for sale."""
    return listing.window_to < today


def check_price(price: UnitPrice, unit: str) -> None:
    """Raise Invalid if the price is per a unit that the quantity cannot be counted in."""
    if not convertible(price.unit, unit):
        raise Invalid("listing.price_unit_differs", field="price", given=price.unit, unit=unit)


def check_currency(price: UnitPrice, listed: str) -> None:
    """Raise Invalid for another currency: open negotiations could never be agreed on."""
    if price.currency != listed:
        raise Invalid("listing.currency_stays", field="price", given=price.currency, listed=listed)


def smallest_lot(quantity: Quantity, min_lot: Quantity | None) -> Quantity:
    """Return the smallest lot in the unit of the quantity; the whole when none is named. Raises Invalid."""
    quantity.positive()
    if min_lot is None:
        return quantity
    smallest = min_lot.positive().to(quantity.unit).positive()
    if smallest > quantity:
        raise Invalid("listing.min_lot_too_large", field="min_lot", given=smallest, most=quantity)
    return smallest


def check_left(quantity: Quantity, remaining: Quantity) -> Quantity:
    """Return the quantity in the listing's unit, if that much is left. Raises Refusal."""
    amount = quantity.positive().to(remaining.unit)
    if amount > remaining:
        raise Refusal("listing.not_enough_left", field="quantity", wanted=amount, remaining=remaining)
    return amount


def check_taking(quantity: Quantity, remaining: Quantity, min_lot: Quantity) -> Quantity:
    """Return the quantity in the listing's unit, if it may be taken. Raises Refusal with what would be possible."""
    amount = check_left(quantity, remaining)
    if amount < min_lot and amount != remaining:
        raise Invalid("listing.below_min_lot", field="quantity", given=amount, least=min(min_lot, remaining))
    return amount


def is_sold_out(remaining: Quantity, min_lot: Quantity) -> bool:
    return remaining < min_lot
