"""Pure decisions about a company's people: signing alone, and approval."""

from __future__ import annotations

from core.kernel.errors import Invalid, Refusal
from core.kernel.money import Money
from core.people.companies.model import Position

APPROVE: frozenset[Position] = frozenset({Position.HEAD, Position.APPROVER})


def signs_alone(limit: Money | None, amount: Money) -> bool:
    """Return whether the amount is within the limit. In another currency it is not, so an approver looks."""
    return limit is None or (limit.currency == amount.currency and amount <= limit)


def approves(position: Position, limit: Money | None, amount: Money) -> bool:
    """Return whether this position and limit may approve what a colleague could not sign alone."""
    return position in APPROVE and signs_alone(limit, amount)


def check_limit(position: Position, limit: Money | None) -> None:
    """Raise Invalid for a limit of nothing, or for a limit on a head, who sets the limits."""
    if limit is not None and limit.minor <= 0:
        raise Invalid("company.limit_nothing", field="limit")
    if position is Position.HEAD and limit is not None:
        raise Invalid("company.head_no_limit", field="limit")


def check_joining(*, traded: bool, colleagues: int) -> None:
    """Raise Refusal if the person's own company has business or people that would be left behind."""
    if traded:
        raise Refusal("company.has_traded")
    if colleagues:
        raise Refusal("company.has_colleagues")
