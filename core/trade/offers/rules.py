"""Pure decisions about offers: what may be proposed on a listing, and what has changed between two proposals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from core.catalogue.comparison import quantity_in
from core.catalogue.model import Catalogue
from core.kernel.decimals import half_up_to
from core.kernel.errors import Invalid, Refusal
from core.kernel.lot_sizes import (
    LOTS_AT_MOST,
    amounts,
    cut,
    largest_deal,
    largest_payment,
    lots_needed,
    smallest_payment,
)
from core.kernel.money import Money
from core.kernel.quantity import Quantity, convertible
from core.trade.listings.model import Listing
from core.trade.listings.rules import Difference, check_goods, check_price, check_taking, check_window
from core.trade.offers.model import ROUNDS_AT_MOST, Side, Terms
from core.trade.offers.quality_formula import Quality
from core.trade.offers.validity import LONGEST_VALIDITY, SHORTEST_VALIDITY

# Values of a listing that an offer carries as its own terms, or that its next round must fit.
TERMS_OF_OFFER: Final = {"grade", "price", "incoterm", "place", "window", "packaging", "certificates", "sale"}

LONGEST_GAP: Final = timedelta(days=31)


def diff(earlier: Terms, later: Terms) -> list[Difference]:
    """Return what changed, in the order of the fields; values keep their own types."""
    return [
        Difference(field, getattr(earlier, field), getattr(later, field))
        for field in Terms.model_fields
        if getattr(earlier, field) != getattr(later, field)
    ]


def touching(changes: Sequence[Difference], terms: Terms, listing: Listing) -> tuple[Difference, ...]:
    """Return the changes of a listing that a party with these terms on the table should know of."""
    asked = terms.quantity.to(listing.unit)
    amounts = {"quantity": asked > listing.remaining, "min_lot": asked < listing.min_lot}
    return tuple(each for each in changes if each.field in TERMS_OF_OFFER or amounts.get(each.field))


def other(side: Side) -> Side:
    return "seller" if side == "buyer" else "buyer"


def roles_of(organisation: str, buyer: str, seller: str, turn: Side) -> frozenset[str]:
    """Return an organisation's roles in the process table: its side, and "turn" or "other". Empty for a stranger."""
    if organisation not in (buyer, seller):
        return frozenset()
    side = "buyer" if organisation == buyer else "seller"
    return frozenset({side, "turn" if side == turn else "other"})


def terms_of(
    listing: Listing, quantity: Quantity, lots: int = 1, note: str | None = None, quality: Quality | None = None
) -> Terms:
    """Return the listing's own price and conditions for this quantity."""
    return Terms(
        product_id=listing.product_id,
        grade_id=listing.grade_id,
        certificates=listing.certified,
        quantity=quantity,
        price=listing.price,
        incoterm=listing.incoterm,
        place=listing.place,
        window_from=listing.window_from,
        window_to=listing.window_to,
        lots=lots,
        packaging=listing.packaging,
        quality=quality,
        note=note,
    )


def amount_of(catalogue: Catalogue, listing: Listing, asked: Quantity | None) -> Quantity:
    """Return the wanted quantity in the listing's unit: no more than is left, and no less than may be taken.

    An amount that only the goods' own figures convert is a whole number. If nothing is wanted or no figure is known, it
    is all that is left.
    """
    left = listing.remaining
    amount = quantity_in(catalogue, listing.product_id, asked, left.unit) if asked is not None else None
    if asked is None or amount is None:
        return left
    if not convertible(asked.unit, left.unit):
        amount = Quantity(half_up_to(Fraction(amount.amount), 0), left.unit)
    return min(left, max(amount, listing.min_lot))


def is_far_from(window: tuple[date, date], other: tuple[date, date]) -> bool:
    """Return whether two delivery windows are over a month apart, and so cannot mean the same delivery."""
    return window[0] - other[1] > LONGEST_GAP or other[0] - window[1] > LONGEST_GAP


def check_goods_of(catalogue: Catalogue, terms: Terms) -> None:
    """Raise Refusal for a grade, a certificate or a delivery term that the trade does not know."""
    schemes = [each.scheme for each in terms.certificates]
    check_goods(catalogue, terms.product_id, terms.grade_id, schemes, terms.incoterm)


def check_terms(terms: Terms, listing: Listing, today: date) -> None:
    """Check that these terms may be proposed on this listing.

    Raises Invalid or Refusal that say what would be right.
    """
    if terms.product_id != listing.product_id:
        raise Invalid("offer.other_product", field="product_id", listed=listing.product_id)
    if terms.price.currency != listing.price_currency:
        raise Invalid("offer.other_currency", field="price", given=terms.price.currency, listed=listing.price_currency)
    check_price(terms.price, terms.quantity.unit)
    check_taking(terms.quantity, listing.remaining, listing.min_lot)
    if not listing.negotiable and terms.price != listing.price:
        raise Refusal("offer.price_fixed", field="price", listed=listing.price)
    if terms.window_to < today:
        raise Invalid("offer.window_past", field="window_to", today=today)
    check_window(terms.window_from, terms.window_to, today)
    check_total(terms)


def check_total(terms: Terms) -> None:
    """Raise Invalid if one payment cannot carry one lot. The total has to be cut into more lots, or is too much.

    The lots are taken as they will be cut: one lot of pieces is larger than the others. There are never more lots than
    pieces.
    """
    total = terms.total()
    if not _payable(terms, total, terms.lots):
        enough = (lots for lots in range(lots_needed(total), LOTS_AT_MOST + 1) if _payable(terms, total, lots))
        needed = next(enough, None)
        if needed is None:
            most = largest_deal(total.currency)
            raise Invalid("offer.too_large_for_lots", field="quantity", total=total, most=most, lots=LOTS_AT_MOST)
        most = largest_payment(total.currency)
        raise Invalid("offer.too_large", field="lots", total=total, most=most, lots=needed)
    least = smallest_payment(total.currency)
    if total < least:
        raise Invalid("offer.too_small", field="quantity", total=total, least=least)


def _payable(terms: Terms, total: Money, lots: int) -> bool:
    return max(amounts(total, cut(terms.quantity, lots))) <= largest_payment(total.currency)


def check_counter(earlier: Terms, later: Terms, rounds: int) -> None:
    """Raise Refusal if nothing has changed or the two have gone round often enough."""
    if not diff(earlier, later):
        raise Refusal("offer.nothing_changed")
    if rounds >= ROUNDS_AT_MOST:
        raise Refusal("offer.too_many_rounds", most=ROUNDS_AT_MOST)


def check_validity(valid_for: timedelta) -> timedelta:
    if not SHORTEST_VALIDITY <= valid_for <= LONGEST_VALIDITY:
        raise Invalid("offer.validity", field="valid_for", least=SHORTEST_VALIDITY, most=LONGEST_VALIDITY)
    return valid_for
