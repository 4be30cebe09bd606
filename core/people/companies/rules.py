"""Pure decisions about a company's people: who signs alone, and who approves."""

from __future__ import annotations

from core.kernel.errors import Invalid, Refusal
from core.kernel.money import Money
from core.people.companies.model import Position

APPROVE: frozenset[Position] = frozenset({Position.HEAD, Position.APPROVER})


def signs_alone(limit: Money | None, amount: Money) -> bool:
    """Whether so much is within the limit. A limit in another currency says nothing of it, so somebody looks."""
    return limit is None or (limit.currency == amount.currency and amount <= limit)


def approves(position: Position, limit: Money | None, amount: Money) -> bool:
    """Whether somebody may approve what a colleague could not sign alone."""
    return position in APPROVE and signs_alone(limit, amount)


def check_limit(position: Position, limit: Money | None) -> None:
    """Raises Invalid for a limit of nothing, or of somebody who sets the limits."""
    if limit is not None and limit.minor <= 0:
        raise Invalid("company.limit_nothing", field="limit")
    if position is Position.HEAD and limit is not None:
        raise Invalid("company.head_no_limit", field="limit")


def check_joining(*, traded: bool, colleagues: int) -> None:
    """Raises Refusal for somebody whose own company has business or people that would be left behind."""
    if traded:
        raise Refusal("company.has_traded")
    if colleagues:
        raise Refusal("company.has_colleagues")
