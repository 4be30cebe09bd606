"""What happened in a world, line by line: its fingerprint, its last lines for whoever replays it, and its counts."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

KEPT: Final = 400  # lines, for the tail of a report


class Trace:
    """Two worlds of one seed have the same fingerprint, or something in them looked at the machine."""

    def __init__(self, now: Callable[[], datetime], *, aloud: bool = False) -> None:
        self._now = now
        self._aloud = aloud
        self._hash = hashlib.sha256()
        self.lines: deque[str] = deque(maxlen=KEPT)
        self.counts: Counter[str] = Counter()

    def note(self, what: str, *words: object) -> None:
        """One line; `what` is also counted."""
        self.counts[what] += 1
        line = f"{self._now().isoformat()} {what} {' '.join(map(str, words))}"
        self._hash.update(line.encode())
        self.lines.append(line)
        if self._aloud:
            print(line)

    @property
    def fingerprint(self) -> str:
        return self._hash.hexdigest()[:16]
