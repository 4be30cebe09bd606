"""The messages of the channel "stars". Names of kinds and fields are stored; a new field needs a default."""

from __future__ import annotations

from core.kernel.messages import Message, stored_as
from core.money.messages import STARS


@stored_as(STARS, "invoice")
class SendInvoice(Message):
    """Ask for a payment in a chat. `amount` counts Stars."""

    purchase: str
    address: str
    title: str
    description: str
    amount: int
