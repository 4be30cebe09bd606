"""Events about promotions."""

from __future__ import annotations

from core.kernel.events import Event
from core.kernel.money import Money


class PromotionFact(Event):
    """An event about a promotion. `expert_id`: its consultant."""

    promotion_id: str
    expert_id: str


class PromotionBegan(PromotionFact):
    """It is paid, and the profile is shown with its label from now on."""


class PromotionSuspended(PromotionFact):
    """A chargeback of the price was opened: the promotion is not shown until the bank has decided."""


class PromotionResumed(PromotionFact):
    """The bank has given the price back: the time that was left runs on."""


class PromotionForfeited(PromotionFact):
    """The bank keeps the price: the promotion has ended, without a refund."""


class PromotionOver(PromotionFact):
    """The promotion's time is over; with the number of profile views."""

    views: int


class PromotionStopped(PromotionFact):
    """It ended early. `why`: "own", "away", or "asked_back" when an operator decides on the whole price.

    `back`: the price of the time that was left.
    """

    why: str
    back: Money
