"""The free minutes at the start of a session: how many, how often, and when both sides are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

FREE_MINUTES: Final = 10
FREE_WINDOW: Final = timedelta(minutes=FREE_MINUTES)
# Minutes of free talk at which both are notified: half of them, and the last ones. Their cards show every minute.
COUNTDOWN: Final = (FREE_MINUTES // 2, FREE_MINUTES - 2, FREE_MINUTES - 1)
FREE_A_WEEK: Final = 3  # sessions of one client that may begin with free minutes
