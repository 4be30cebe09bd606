"""Events of lots."""

from __future__ import annotations

from core.kernel.events import Event


class LotFact(Event):
    """`by_person` acted; None when time or the market did."""

    lot_id: str
    deal_id: str
    by_person: str | None


class LotsPlanned(Event):
    """The deal is paid; its lots can be sent."""

    deal_id: str


class LotDispatched(LotFact):
    """It is on its way."""


class LotLate(LotFact):
    """Its window is over and it was not sent: the buyer may drop it."""


class LotArrived(LotFact):
    """It is there; the buyer looks at it."""


class LotAccepted(LotFact):
    """The buyer has taken it, or said nothing for seven days."""


class LotClaimed(LotFact):
    """The buyer says what is wrong with it. `why` is the event: "claim", "not_arrived" or "weight_asked"."""

    why: str = ""


class LotDropped(LotFact):
    """It is not delivered or was given back: its money goes back to the buyer. `why` is the event that ended it."""

    why: str


class LotAdjusted(LotFact):
    """It is paid with less than was agreed, as the lot's `pay` says. `why` is the event that settled it."""

    why: str


class LotDropAsked(LotFact):
    """One side would rather not have this lot delivered; the other is to answer."""


class LotSampled(LotFact):
    """The buyer has sent a sample to a laboratory, and has longer to look at it."""


class LotWeighed(LotFact):
    """A side reports the weighbridge's weight, or corrects its report."""


class LotProposed(LotFact):
    """The seller proposes how a claim is settled.

    `why`: "cut", "mean" of both findings, "replacement", or "arrive" if it did come.
    """

    why: str


class LotCountered(LotFact):
    """The buyer names another figure; it is the seller's turn again."""


class LotReplaced(LotFact):
    """The seller sends the lot again."""


class LotShown(LotFact):
    """It is in dispute, and its seller, who was silent, has shown their findings."""


class LotContradicted(LotFact):
    """The seller has found otherwise, by more than two laboratories may differ: the reserve sample decides."""


class LotRefereed(LotFact):
    """The referee's value is here."""


class LotDisputed(LotFact):
    """The two do not settle it: an operator is to. `why` is the event that brought it there."""

    why: str


class LotsUnwound(Event):
    """Every lot of a cancelled deal that could be given up has been."""

    deal_id: str
