"""Events about a deal's money. Amounts are in the deal's currency."""

from __future__ import annotations

from core.kernel.events import Event
from core.kernel.money import Money


class PaymentLinkReady(Event):
    """The buyer can pay: the payment has its address now."""

    deal_id: str
    payment_id: str


class PaymentLapsed(Event):
    """The link is no longer good; the buyer may ask for another while the deal waits."""

    deal_id: str
    payment_id: str


class PaymentReceived(Event):
    """All that was asked for is held: the deal's whole amount, or that of its `tranche` by number."""

    deal_id: str
    payment_id: str
    amount: Money
    tranche: int


class PaymentPartReceived(Event):
    """`amount` has come, which is not all: `held` is the total so far, `missing` is still to come."""

    deal_id: str
    payment_id: str
    amount: Money
    held: Money
    missing: Money


class TrancheAwaited(Event):
    """The next tranche of the deal is to be paid. The first one is announced too, if it was not due at once."""

    deal_id: str
    number: int
    amount: Money


class TrancheLapsed(Event):
    """A part of the deal's money did not come in time: its lots are dropped."""

    deal_id: str
    number: int
    amount: Money


class PaymentReturned(Event):
    """Money came that the deal has no use for; all of it goes back. `why`: "wrong_currency" or "too_late"."""

    deal_id: str
    payment_id: str
    amount: Money
    why: str


class LotReleased(Event):
    """A lot's money was split: `net` to the seller, `fee` to the market, `back` to the buyer."""

    lot_id: str
    deal_id: str
    net: Money
    fee: Money
    back: Money


class PayoutSent(Event):
    """Money is on its way to the seller."""

    organisation_id: str
    deal_id: str
    lot_id: str | None
    amount: Money


class RefundSent(Event):
    """Money is on its way back to the buyer. `why`: "too_much" if it is an overpayment."""

    deal_id: str
    amount: Money
    why: str = ""


class AccountRefused(Event):
    """The provider will not open an account for a seller. `person`: the person who asked for it."""

    organisation_id: str
    person: str
    why: str


class OnboardingLinkReady(Event):
    """The provider's page for a seller's account is ready. It works once and for minutes."""

    organisation_id: str
    person: str
    url: str


class CreditKept(Event):
    """The buyer has overpaid: the surplus is kept as their credit, and offered back."""

    organisation_id: str
    deal_id: str
    credit_id: str
    amount: Money


class CreditSpent(Event):
    """`amount` of a buyer's credit has gone into a later payment of theirs."""

    organisation_id: str
    deal_id: str
    amount: Money


class PayeeRestricted(Event):
    """A seller who could receive money cannot any more. `missing`: what the provider wants to know, by its names."""

    organisation_id: str
    missing: tuple[str, ...]
