"""The record of a world, line by line: its fingerprint, its last lines for a replay, and its counts."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

KEPT: Final = 400  # lines, for the end of a report


class Trace:
    """The trace of a world. If two runs of one seed have different fingerprints, they depend on the machine."""

    def __init__(self, now: Callable[[], datetime], *, aloud: bool = False) -> None:
        self._now = now
        self._aloud = aloud
        self._hash = hashlib.sha256()
        self.lines: deque[str] = deque(maxlen=KEPT)
        self.counts: Counter[str] = Counter()

    def note(self, what: str, *words: object) -> None:
        """Add one line; `what` is also counted."""
        self.counts[what] += 1
        line = f"{self._now().isoformat()} {what} {' '.join(map(str, words))}"
        self._hash.update(line.encode())
        self.lines.append(line)
        if self._aloud:
            print(line)

    @property
    def fingerprint(self) -> str:
        return self._hash.hexdigest()[:16]
