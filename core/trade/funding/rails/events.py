"""Events about rails."""

from __future__ import annotations

from datetime import datetime

from core.kernel.events import Event
from core.kernel.money import Money


class PaymentSettling(Event):
    """The buyer has paid by a slow rail. The money is on its way, and arrives by `until` at the latest."""

    deal_id: str
    payment_id: str
    until: datetime


class PayoutKept(Event):
    """A payout waits because its payment can still be called back by the buyer's bank."""

    organisation_id: str
    deal_id: str
    amount: Money
    until: datetime
