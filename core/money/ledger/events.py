"""Events of the ledger."""

from __future__ import annotations

from core.kernel.events import Event
from core.kernel.money import Money


class HoldExpired(Event):
    """A reservation has ended by itself: nothing of it was moved."""

    hold_id: str
    key: str
    deal_id: str | None


class InvariantBroken(Event):
    """Something that must always be true of money is not. Told once until it holds again.

    `deal_id`: the deal whose money is in doubt and must not move until a person has looked. None if it is not one
    deal's. `detail` names the row.
    """

    invariant: str
    deal_id: str | None
    detail: str


class InvariantHolds(Event):
    """All invariants of this deal's money hold again: what was stopped for them may go on."""

    deal_id: str


class RefundReturned(Event):
    """The provider says that a refund did not arrive, perhaps not for the first time. `ref`: its name for it.

    `row`: our row that asked for it, as the comparison with the provider's books names rows ("effect:…").
    """

    ref: str
    row: str
    subject: str
    amount: Money
