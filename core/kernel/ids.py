"""Ids: 128 bits, sortable by time of creation, not guessable; and short codes for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ulid import ULID

# No 0/O, 1/I/L, no U, so that a code read out on the phone is typed correctly.
READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS = 6


class Ids:
    """Makes ids from a source of random bytes, which is passed in (the system's, or a seeded one in tests)."""

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes
        self._last = 0

    def new(self, at: datetime) -> str:
        """Return a ULID in 26 characters: 48 bits of time, 80 of chance. It fits a button of 64 bytes twice.

        Ids made by one process only grow, also within a millisecond, so sorting by id is sorting by creation.
        """
        milliseconds = int(at.timestamp() * 1000)
        fresh = int.from_bytes(milliseconds.to_bytes(6, "big") + self._random_bytes(10), "big")
        self._last = fresh if fresh >> 80 > self._last >> 80 else self._last + 1
        return str(ULID.from_bytes(self._last.to_bytes(16, "big")))

    def code(self, length: int = CODE_LETTERS) -> str:
        """Return a code that a person reads and types: an e-mail proof, a link code, a reference."""
        return "".join(READABLE[byte % len(READABLE)] for byte in self._random_bytes(length))

    def digits(self, length: int = 6) -> str:
        return "".join(str(byte % 10) for byte in self._random_bytes(length))
