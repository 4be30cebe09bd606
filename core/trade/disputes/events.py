"""Events of disputes."""

from __future__ import annotations

from core.kernel.events import Event


class CaseFact(Event):
    """`by_person` acted; None when time or the market did."""

    case_id: str
    deal_id: str
    by_person: str | None


class CaseOpened(CaseFact):
    """The two sides have not settled it: they have three days more, or an operator looks at it now.

    `why`: the event that opened it.
    """

    why: str


class CaseProposed(CaseFact):
    """Shares are proposed. `seller_bp` of ten thousand would be the seller's."""

    seller_bp: int


class CaseShown(CaseFact):
    """The seller, who had not answered in time, shows what they have found."""


class CaseHalfAgreed(CaseFact):
    """One side agrees to an operator's proposal; nothing is split before the other does."""


class CaseMediated(CaseFact):
    """It is an operator's turn. `why`: "call_operator", "talk_over", "escalate" or "appeal"."""

    why: str


class CaseRuled(CaseFact):
    """An operator has decided; it counts in two days, unless a side appeals."""

    seller_bp: int


class CaseClosed(CaseFact):
    """It is over. `why`: the event that ended it; `seller_bp` is None when it was overtaken."""

    why: str
    seller_bp: int | None
