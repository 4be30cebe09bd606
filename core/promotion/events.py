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
class PromotionOver(PromotionFact):
    """Its time is over; the profile was looked at so often."""

    looks: int


@dataclass(frozen=True, slots=True)
class PromotionStopped(PromotionFact):
    """It ended early. `why`: "own", "away"; `back`: the price of the time that was left."""

    why: str
    back: Money
