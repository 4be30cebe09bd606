"""Pure decisions about open requests: what may be asked for, and until when quotes can be taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from core.catalogue.model import Catalogue
from core.catalogue.schema import Product
from core.kernel.errors import Invalid
from core.kernel.lot_sizes import LOTS_AT_MOST, largest_deal, lots_needed
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.trade.listings.rules import Difference, check_goods, check_price, check_window
from core.trade.requests.model import LONGEST_BIDDING, SHORTEST_BIDDING, TIME_TO_QUOTE_AGAIN, PublishRequest, Request

HINTS: Final = {"target", "quotes_each"}  # values that bind no seller who has quoted


def check_request(catalogue: Catalogue, command: PublishRequest, now: datetime) -> Product:
    """Return the product, if it may be asked for so. Raises Invalid that says what would be right."""
    product = check_goods(catalogue, command.product_id, command.grade_id, command.certificates, command.incoterm)
    command.quantity.positive().within(product.units)
    if command.target is not None:
        check_price(command.target, command.quantity.unit)
        check_amount(command.target, command.quantity)
    check_window(command.window_from, command.window_to, now.date())
    check_cut_off(command, now)
    return product


def check_amount(target: UnitPrice, quantity: Quantity) -> None:
    """Raise Invalid if no quote could have that price, as it is too much even in the most lots allowed.

    How many lots a smaller amount takes is asked, or a quote says it.
    """
    total = target.times(quantity)
    if lots_needed(total) > LOTS_AT_MOST:
        most = largest_deal(total.currency)
        raise Invalid("offer.too_large_for_lots", field="quantity", total=total, most=most, lots=LOTS_AT_MOST)


def check_cut_off(asked: PublishRequest | Request, now: datetime) -> None:
    """Raise Invalid for a cut-off that leaves no time to quote, none to deliver, or too much."""
    soonest, latest = now + SHORTEST_BIDDING, now + LONGEST_BIDDING
    if not soonest <= asked.closes_at <= latest:
        raise Invalid("request.cut_off", field="closes", soonest=soonest, latest=latest)
    if asked.closes_at.date() > asked.window_to:
        raise Invalid("request.cut_off_after_delivery", field="closes", last=asked.window_to)


def told(request: Request) -> dict[str, Any]:
    """Return what a request says to sellers."""
    return {
        "grade": request.grade_id,
        "quantity": request.quantity,
        "target": request.target,
        "incoterm": request.incoterm,
        "place": request.place,
        "window": (request.window_from, request.window_to),
        "closes": request.closes_at,
        "certificates": tuple(request.certificates),
        "lots": request.lots,
        "quotes_each": request.quotes_each,
        "words": request.words,
    }


def invalidates_quotes(changes: Sequence[Difference]) -> bool:
    """Return whether earlier quotes would bind a seller to what they have not read.

    A price that is named or a further quote binds no seller; an earlier cut-off binds them for less long.
    """
    return any(
        each.field not in HINTS and not (each.field == "closes" and each.after < each.before) for each in changes
    )


def check_change(catalogue: Catalogue, request: Request, changes: Sequence[Difference], now: datetime) -> None:
    """Check that it may ask so from now on, as a new one might. Its sellers need time to quote again.

    Raises Invalid.
    """
    changed = {each.field for each in changes}
    product = check_goods(catalogue, request.product_id, request.grade_id, request.certificates, request.incoterm)
    request.quantity.positive().within(product.units)
    if request.target is not None and changed & {"quantity", "target"}:
        check_amount(request.target, request.quantity)
    if "window" in changed:
        check_window(request.window_from, request.window_to, now.date())
    if changed & {"closes", "window"}:
        check_cut_off(request, now)
    if request.quotes and invalidates_quotes(changes) and request.closes_at < now + TIME_TO_QUOTE_AGAIN:
        raise Invalid("request.time_to_quote_anew", field="closes", soonest=now + TIME_TO_QUOTE_AGAIN)


def check_target(request: Request, target: UnitPrice) -> None:
    """Raise Invalid for another currency: existing quotes could not be compared with it."""
    if target.currency != request.currency:
        raise Invalid("request.currency_stays", field="target", given=target.currency, asked=request.currency)
    check_price(target, request.unit)
