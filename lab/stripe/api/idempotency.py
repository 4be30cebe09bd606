"""Idempotency keys, as documented: the first answer is kept and given again, mistakes with a key are refused.

v1: the answer is kept with its status, errors and 500s too, and forgotten after 24 hours. What fails validation, or
meets another call with its key still under way, is not kept (docs.stripe.com/api/idempotent_requests).
v2: keys live for 30 days, and a call that failed is carried out again (docs.stripe.com/api-v2-overview).
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
    """A call with a key; `answer` is None while it is still being worked out."""

    fingerprint: str
    since: int
    request_id: str
    answer: Result | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as its key sees it: whose it is, and what it wants."""

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
    """The answers that are kept. `now` gives Unix seconds of the world's clock."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self._saved: dict[tuple[str, str, str], Saved] = {}

    def find(self, asked: Asked) -> Saved | None:
        """The answer given before. Raises when the key is misused, too long or in use just now."""
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
        """`told`: the answer; `done`: what has come of the call, which differs when the answer was lost within."""
        if asked.version == "v2" and done[0] >= 400:
            self.forget(asked)
        else:
            self._saved[asked.place].answer = told if asked.version == "v1" else done

    def forget(self, asked: Asked) -> None:
        self._saved.pop(asked.place, None)
