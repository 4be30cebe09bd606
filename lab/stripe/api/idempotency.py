"""Idempotency keys, as documented: the first answer is kept and repeated, and misuse of a key is refused.

v1: the answer is kept for 24 hours with its status, including errors and 500s. A call is not kept if it fails
validation, or meets another call in progress with its key (docs.stripe.com/api/idempotent_requests).

v2: keys live for 30 days, and a failed call is carried out again (docs.stripe.com/api-v2-overview).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing

DAY: Final = 86_400
KEPT_SECONDS: Final = {"v1": DAY, "v2": 30 * DAY}
"""Stripe may forget a key of v1 after this long; the lab always does."""

LONGEST_KEY: Final = 255


Result = tuple[int, bytes]
"""(HTTP status, body)"""


@dataclass(slots=True)
class Saved:
    """A call with a key; `answer` is None while it is in progress."""

    fingerprint: str
    since: int
    request_id: str
    answer: Result | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as its key sees it: its account and its parameters."""

    version: str
    account: str
    key: str
    fingerprint: str

    @property
    def place(self) -> tuple[str, str, str]:
        return self.version, self.account, self.key


def fingerprint(method: str, path: str, body: Thing) -> str:
    said = f"{method} {path} {json.dumps(body, sort_keys=True)}"
    return hashlib.sha256(said.encode()).hexdigest()


class Keys:
    """The kept answers. `now` gives Unix seconds of the world's clock."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self._saved: dict[tuple[str, str, str], Saved] = {}

    def find(self, asked: Asked) -> Saved | None:
        """Return the earlier answer. Raises if the key is misused, too long or in use just now."""
        if len(asked.key) > LONGEST_KEY:
            raise Refusal(f"Idempotency keys can be at most {LONGEST_KEY} characters long.", kind="idempotency_error")
        saved = self._saved.get(asked.place)
        if saved is None or saved.since + KEPT_SECONDS[asked.version] <= self.now():
            return None
        if saved.fingerprint != asked.fingerprint:
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{asked.key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        if saved.answer is None:
            raise Refusal(
                "There is currently another in-progress request using this Idempotent Key. Please try again later.",
                code="idempotency_key_in_use",
                status=409,
            )
        return saved

    def begin(self, asked: Asked, request_id: str) -> None:
        self._saved[asked.place] = Saved(asked.fingerprint, self.now(), request_id)

    def end(self, asked: Asked, told: Result, done: Result) -> None:
        """End a call. `told`: the sent answer; `done`: the result, which differs if the answer was lost."""
        if asked.version == "v2" and done[0] >= 400:
            self.forget(asked)
        else:
            self._saved[asked.place].answer = told if asked.version == "v1" else done

    def forget(self, asked: Asked) -> None:
        self._saved.pop(asked.place, None)
