"""Events of deals."""

from __future__ import annotations

from typing import Literal

from core.kernel.events import Event


class DealFact(Event):
    """`by_person` acted; None when time, the provider or the market did. Buyer and seller are organisations."""

    deal_id: str
    buyer: str
    seller: str
    by_person: str | None


class DealAgreed(DealFact):
    """An accepted offer has become a deal; both sides are to sign."""


class DealSigned(DealFact):
    """One side has signed."""

    side: Literal["buyer", "seller"]


class DealApprovalNeeded(DealFact):
    """Both have signed, and a member of the buyer's company has to approve it before it counts."""


class DealApproved(DealFact):
    """A member of the buyer's company has approved it."""


class DealReadyToFund(DealFact):
    """Both have signed: the buyer is to pay."""


class DealClosed(DealFact):
    """It ended before any money was held.

    `why`: "unsign" (a side backed out), "sign_expired", "refuse" (by the buyer's company) or "approval_expired". For a
    deal paid directly: "idle", "cancel_agreed" or "undelivered".
    """

    why: str


class DealFunded(DealFact):
    """The whole amount is held: the seller can deliver."""


class DealCancelAsked(DealFact):
    """One side would like to end a paid deal; the other is to answer."""

    side: Literal["buyer", "seller"]


class DealCancelRefused(DealFact):
    """The deal goes on. `why`: "cancel_refused", or "cancel_silent" if there was no answer."""

    why: str


class DealUnwinding(DealFact):
    """Lots that are not on their way are given up. `why`: "cancel", "funding_expired" or "cancel_agreed"."""

    why: str


class DealRunsOn(DealFact):
    """It is cancelled for the rest; lots already on their way are delivered and paid."""


class DealSettling(DealFact):
    """Every lot has come to its end; the last payments go out."""


class DealCompleted(DealFact):
    """Everything is delivered or given back, and everybody has their money."""


class DealCancelled(DealFact):
    """It is cancelled, and the buyer has back what was not delivered. `why` as in `DealUnwinding`."""

    why: str


class DealDirectAsked(DealFact):
    """One side would rather be paid, or pay, without the market holding the money."""

    side: Literal["buyer", "seller"]


class DealDirectWanted(DealFact):
    """A member of the buyer's company wants that too, and may not decide on this amount alone.

    `only`: the company that is told.
    """

    only: str


class DealDirectRefused(DealFact):
    """The payment stays protected. `only`: the buyer, where the wish had not left their company; None for both."""

    only: str | None


class DealDirectSent(DealFact):
    """The buyer says to have paid the seller directly."""


class DealDirectAgreed(DealFact):
    """Both want to settle between themselves: nothing is held here any more."""


class DealReadyDirectly(DealFact):
    """Both have signed where no money is held at all: the buyer pays the seller."""


class DealDirectPaid(DealFact):
    """The seller says that the money has come; delivery begins."""


class DealDisputed(DealFact):
    """Its money stands still until a decision. `why`: "delivery_overdue" or "freeze"."""

    why: str


class DealEscalated(DealFact):
    """A week of dispute: it is looked at again."""


class DealResumed(DealFact):
    """The dispute is over and the deal goes on."""


class DealRuledByTime(DealFact):
    """There was no decision in sixty days: what was proven to be delivered is the seller's, the rest the buyer's."""


class DealMoneyStuck(DealFact):
    """The last money did not move; it is tried again every day."""


class DealMoneyTried(DealFact):
    """A day has passed: the stuck money is requested again."""


class TermsDrawn(DealFact):
    """The terms as a file, which `by_person` has asked for.

    `file_id`: the file as it is kept for them. `where`: the chat.
    """

    where: str
    file_id: str
