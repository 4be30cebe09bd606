"""Events of lots."""

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
    """The buyer says what is wrong with it. `why` is the event: "claim", "not_arrived" or "weight_asked"."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class LotDropped(LotFact):
    """It is not delivered or was given back: its money goes back to the buyer. `why` is the event that ended it."""

    why: str


@dataclass(frozen=True, slots=True)
class LotAdjusted(LotFact):
    """It is paid with less than was agreed, as the lot's `pay` says. `why` is the event that settled it."""

    why: str


@dataclass(frozen=True, slots=True)
class LotDropAsked(LotFact):
    """One side would rather not have this lot delivered; the other is to answer."""


@dataclass(frozen=True, slots=True)
class LotSampled(LotFact):
    """The buyer has sent a sample to a laboratory, and has longer to look at it."""


@dataclass(frozen=True, slots=True)
class LotWeighed(LotFact):
    """A side reports the weighbridge's weight, or corrects its report."""


@dataclass(frozen=True, slots=True)
class LotProposed(LotFact):
    """The seller proposes how a claim is settled; `why` is "cut", "replacement" or "arrive": it did come."""

    why: str


@dataclass(frozen=True, slots=True)
class LotCountered(LotFact):
    """The buyer names another figure; it is the seller's turn again."""


@dataclass(frozen=True, slots=True)
class LotReplaced(LotFact):
    """The seller sends the lot again."""


@dataclass(frozen=True, slots=True)
class LotShown(LotFact):
    """It is in dispute, and its seller, who was silent, has shown their findings."""


@dataclass(frozen=True, slots=True)
class LotContradicted(LotFact):
    """The seller has found otherwise, by more than two laboratories may differ: the reserve sample decides."""


@dataclass(frozen=True, slots=True)
class LotRefereed(LotFact):
    """The referee's value is here."""


@dataclass(frozen=True, slots=True)
class LotDisputed(LotFact):
    """The two do not settle it: an operator is to. `why` is the event that brought it there."""

    why: str


@dataclass(frozen=True, slots=True)
class LotsUnwound(Event):
    """Every lot of a cancelled deal that could be given up has been."""

    deal_id: str
