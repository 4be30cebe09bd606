"""What happens to promotions, as facts for whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event
from core.kernel.money import Money


@dataclass(frozen=True, slots=True)
class PromotionFact(Event):
    """`expert_id`: whose it is."""

    promotion_id: str
    expert_id: str


@dataclass(frozen=True, slots=True)
class PromotionBegan(PromotionFact):
    """It is paid, and the profile is shown with its label from now on."""


@dataclass(frozen=True, slots=True)
class PromotionSuspended(PromotionFact):
    """The buyer's bank has called its price back: it is shown to nobody until the bank has decided."""


@dataclass(frozen=True, slots=True)
class PromotionResumed(PromotionFact):
    """The bank has given the price back: the time that was left runs on."""


@dataclass(frozen=True, slots=True)
class PromotionForfeited(PromotionFact):
    """The bank keeps the price: it has ended, and nothing comes back."""


@dataclass(frozen=True, slots=True)
class PromotionOver(PromotionFact):
    """Its time is over; the profile was looked at so often."""

    looks: int


@dataclass(frozen=True, slots=True)
class PromotionStopped(PromotionFact):
    """It ended early. `why`: "own", "away", or "asked_back" when an operator decides on the whole price.

    `back`: the price of the time that was left.
    """

    why: str
    back: Money
