"""Pure decisions about open requests: what may be asked for, and until when quotes can be taken."""

from __future__ import annotations

from datetime import datetime

from core.catalogue import Catalogue, Product
from core.kernel.errors import Invalid
from core.listings.rules import check_goods, check_price, check_window
from core.requests.model import LONGEST_BIDDING, SHORTEST_BIDDING, PublishRequest


def check_request(catalogue: Catalogue, command: PublishRequest, now: datetime) -> Product:
    """The product, when this may be asked for. Raises Invalid that says what would be right."""
    product = check_goods(catalogue, command.product_id, command.grade_id, command.certificates, command.incoterm)
    command.quantity.positive().within(product.units)
    if command.target is not None:
        check_price(command.target, command.quantity.unit)
    check_window(command.window_from, command.window_to, now.date())
    check_cut_off(command, now)
    return product


def check_cut_off(command: PublishRequest, now: datetime) -> None:
    """Raises Invalid for a cut-off that leaves no time to quote, none to deliver, or too much."""
    soonest, latest = now + SHORTEST_BIDDING, now + LONGEST_BIDDING
    if not soonest <= command.closes_at <= latest:
        raise Invalid("request.cut_off", field="closes", soonest=soonest, latest=latest)
    if command.closes_at.date() > command.window_to:
        raise Invalid("request.cut_off_after_delivery", field="closes", last=command.window_to)
