"""The place where the product reports what it does: each input and each delivery, with its duration.

The one here ignores all reports; config/ hands in another that keeps metrics and traces.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext


class Observer:
    """Receiver of reports. Durations are in seconds; `outcome` is one word of a fixed few."""

    def span(self, name: str, **attributes: str) -> AbstractContextManager[None]:
        """Surround a piece of work, for a trace."""
        return nullcontext()

    def input_handled(self, platform: str, outcome: str, seconds: float, refusals: Sequence[str]) -> None:
        """Report an input whose work is committed, or has failed. `refusals`: the codes that its person has read."""

    def message_delivered(self, channel: str, outcome: str, seconds: float, age: float) -> None:
        """Report an attempt to deliver an outbox message. `age`: how long ago it was written."""
