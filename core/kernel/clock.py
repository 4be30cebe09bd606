"""Time, handed in: nothing in the product reads the machine's clock by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Source of the current time. Always UTC, always aware."""

    def now(self) -> datetime: ...
