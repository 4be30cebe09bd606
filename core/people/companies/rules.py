"""Pure decisions about a company's people: signing alone, approval, and rights that make sense."""

from __future__ import annotations

from datetime import datetime

from core.kernel.errors import Invalid, Refusal
from core.kernel.money import Money
from core.people.companies.model import Position, Rights


def within(limit: Money | None, amount: Money) -> bool:
    """Return whether the amount is within the limit. In another currency it is not, so an approver looks."""
    return limit is None or (limit.currency == amount.currency and amount <= limit)


def signs_alone(rights: Rights, amount: Money, signed: Money) -> bool:
    """Return whether a buyer signs the amount alone. `signed`: what they have signed in this month before it."""
    return within(rights.limit, amount) and within(rights.budget, amount + signed)


def approves(rights: Rights, amount: Money) -> bool:
    """Return whether these rights approve what a colleague could not sign alone."""
    return rights.has(Position.APPROVER) and within(rights.limit, amount)


def month_of(moment: datetime) -> datetime:
    """Return the beginning of the calendar month that a budget is for."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def check_rights(rights: Rights) -> None:
    """Raise Invalid for a limit of nothing, or for a limit on a head, who sets the limits."""
    for name in ("limit", "budget", "release_limit"):
        amount: Money | None = getattr(rights, name)
        if amount is not None and amount.minor <= 0:
            raise Invalid("company.limit_nothing", field=name)
        if amount is not None and Position.HEAD in rights.positions:
            raise Invalid("company.head_no_limit", field=name)


def check_joining(*, traded: bool, colleagues: int) -> None:
    """Raise Refusal if the person's own company has business or people that would be left behind."""
    if traded:
        raise Refusal("company.has_traded")
    if colleagues:
        raise Refusal("company.has_colleagues")
