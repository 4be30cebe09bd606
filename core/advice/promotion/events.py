"""Events about promotions."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event
from core.kernel.money import Money


@dataclass(frozen=True, slots=True)
class PromotionFact(Event):
    """An event about a promotion. `expert_id`: its consultant."""

    promotion_id: str
    expert_id: str


@dataclass(frozen=True, slots=True)
class PromotionBegan(PromotionFact):
    """It is paid, and the profile is shown with its label from now on."""


@dataclass(frozen=True, slots=True)
class PromotionSuspended(PromotionFact):
    """A chargeback of the price was opened: the promotion is not shown until the bank has decided."""


@dataclass(frozen=True, slots=True)
class PromotionResumed(PromotionFact):
    """The bank has given the price back: the time that was left runs on."""


@dataclass(frozen=True, slots=True)
class PromotionForfeited(PromotionFact):
    """The bank keeps the price: the promotion has ended, without a refund."""


@dataclass(frozen=True, slots=True)
class PromotionOver(PromotionFact):
    """The promotion's time is over; with the number of profile views."""

    looks: int


@dataclass(frozen=True, slots=True)
class PromotionStopped(PromotionFact):
    """It ended early. `why`: "own", "away", or "asked_back" when an operator decides on the whole price.

    `back`: the price of the time that was left.
    """

    why: str
    back: Money
