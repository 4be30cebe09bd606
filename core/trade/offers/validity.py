"""Period in which an offer can be accepted."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

DEFAULT_VALIDITY: Final = timedelta(days=3)
SHORTEST_VALIDITY: Final = timedelta(hours=1)
LONGEST_VALIDITY: Final = timedelta(days=30)
