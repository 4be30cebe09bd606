"""Events about the accounts that money is paid out to."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.events import Event
from core.kernel.money import Money


@dataclass(frozen=True, slots=True)
class PayeeReady(Event):
    """A seller can receive money from now on."""

    organisation_id: str


@dataclass(frozen=True, slots=True)
class AccountAwaited(Event):
    """Money waits for an organisation that has not said where it should go."""

    organisation_id: str
    amounts: tuple[Money, ...]
