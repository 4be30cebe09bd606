"""What happens to lots, as facts for whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class LotFact(Event):
    """`by_person` acted; None when time or the market did."""

    lot_id: str
    deal_id: str
    by_person: str | None


@dataclass(frozen=True, slots=True)
class LotsPlanned(Event):
    """The deal is paid; its lots can be sent."""

    deal_id: str


@dataclass(frozen=True, slots=True)
class LotDispatched(LotFact):
    """It is on its way."""


@dataclass(frozen=True, slots=True)
class LotLate(LotFact):
    """Its window is over and it was not sent: the buyer may drop it."""


@dataclass(frozen=True, slots=True)
class LotArrived(LotFact):
    """It is there; the buyer looks at it."""


@dataclass(frozen=True, slots=True)
class LotAccepted(LotFact):
    """The buyer has taken it, or said nothing for seven days."""


@dataclass(frozen=True, slots=True)
class LotClaimed(LotFact):
    """The buyer says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class LotDropped(LotFact):
    """It is not delivered or was given back: its money goes back to the buyer. `why` is the event that ended it."""

    why: str


@dataclass(frozen=True, slots=True)
class LotHalved(LotFact):
    """Nobody settled the claim in thirty days: each side gets half, and the operator looks at it."""


@dataclass(frozen=True, slots=True)
class LotsUnwound(Event):
    """Every lot of a cancelled deal that could be given up has been."""

    deal_id: str
    run_on: int  # lots that were already on their way
