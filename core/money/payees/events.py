"""Events about the accounts that money is paid out to."""

from __future__ import annotations

from core.kernel.events import Event
from core.kernel.money import Money


class PayeeReady(Event):
    """A seller can receive money from now on."""

    organisation_id: str


class AccountAwaited(Event):
    """Money waits for an organisation that has not said where it should go."""

    organisation_id: str
    amounts: tuple[Money, ...]
