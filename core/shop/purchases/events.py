"""What happens to purchases, as facts for whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event
from core.kernel.money import Money
from core.shop.purchases.model import Thing


@dataclass(frozen=True, slots=True)
class PurchaseFact(Event):
    """`thing` and `subject` say what is bought; whoever delivers it looks there for its own."""

    purchase_id: str
    thing: Thing
    subject: str


@dataclass(frozen=True, slots=True)
class PurchaseOpened(PurchaseFact):
    """There is a page where it can be paid by card."""


@dataclass(frozen=True, slots=True)
class PurchasePaid(PurchaseFact):
    """The money is there: it is delivered now."""


@dataclass(frozen=True, slots=True)
class PurchaseClosed(PurchaseFact):
    """It was not paid, and can be no more. `why`: "left", "offer_over", "not_offered"."""

    why: str


@dataclass(frozen=True, slots=True)
class AskedBack(PurchaseFact):
    """The buyer would like the money back; an operator decides."""


@dataclass(frozen=True, slots=True)
class WishRefused(PurchaseFact):
    """An operator has decided that the price does not go back."""


@dataclass(frozen=True, slots=True)
class PurchaseGivenBack(PurchaseFact):
    """`amount` has gone back to where it came from, `credit` is kept for the buyer's next purchase.

    `why`: "account" where it could not go the way it came.
    """

    amount: Money
    credit: Money
    why: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseCalledBack(PurchaseFact):
    """The buyer's bank has taken the price back: what is delivered bit by bit stands still until it has decided."""


@dataclass(frozen=True, slots=True)
class PurchaseRegained(PurchaseFact):
    """The bank has given the price back: what stood still goes on."""


@dataclass(frozen=True, slots=True)
class PurchaseLost(PurchaseFact):
    """The bank keeps the price: what stood still is over."""


@dataclass(frozen=True, slots=True)
class PaymentSentBack(PurchaseFact):
    """Money that came twice or too late has gone back; or (`of_price`) so has of a price what had come back to us.

    `why`: as above.
    """

    amount: Money
    why: str = ""
    of_price: bool = False


@dataclass(frozen=True, slots=True)
class PaymentKept(PurchaseFact):
    """A payment in Stars that the platform does not give back: it is kept for the buyer's next purchase."""

    amount: Money
