"""Events about purchases."""

from __future__ import annotations

from core.kernel.events import Event
from core.kernel.money import Money
from core.shop.purchases.model import Thing


class PurchaseFact(Event):
    """`thing` and `subject` say what is bought; the slice that delivers it filters by them."""

    purchase_id: str
    thing: Thing
    subject: str


class PurchaseOpened(PurchaseFact):
    """The page where it can be paid by card is open."""


class PurchasePaid(PurchaseFact):
    """The money is there, so it is delivered now."""


class PurchaseClosed(PurchaseFact):
    """It was not paid, and cannot be any more. `why`: "left", "offer_over", "not_offered"."""

    why: str


class AskedBack(PurchaseFact):
    """The buyer asks for a refund; an operator decides."""


class RefundDenied(PurchaseFact):
    """An operator has refused to refund the price."""


class PurchaseGivenBack(PurchaseFact):
    """`amount` was refunded to where it came from, `credit` is kept for the buyer's next purchase.

    `why`: "account" if it could not go back the way it came.
    """

    amount: Money
    credit: Money
    why: str = ""


class PurchaseChargedBack(PurchaseFact):
    """The buyer's bank has taken the price back: a delivery that runs over time is paused until the bank decides."""


class PurchaseRegained(PurchaseFact):
    """The bank has returned the price: what was paused goes on."""


class PurchaseLost(PurchaseFact):
    """The bank keeps the price: what was paused is over."""


class PaymentSentBack(PurchaseFact):
    """A payment that came twice or too late was refunded.

    `of_price`: a refund of the price had come back, and was sent again. `why`: see `PurchaseGivenBack`.
    """

    amount: Money
    why: str = ""
    of_price: bool = False


class PaymentKept(PurchaseFact):
    """A payment in Stars that the platform does not refund is kept for the buyer's next purchase."""

    amount: Money
