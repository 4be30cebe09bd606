"""Troubles within Stripe itself, caused on demand: slow answers, internal errors, too many requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lab.stripe.api.errors import Refusal


@dataclass(slots=True)
class Trouble:
    """A trouble for the next `times` calls whose method and path ("POST /v1/transfers") contain `match`.

    500 comes `before` or `after` the work; under API v1 the key keeps it. 429 comes before the work, and is not kept.
    """

    status: Literal[429, 500] = 500
    match: str = ""
    times: int = 1
    work: Literal["before", "after"] = "before"

    @property
    def refusal(self) -> Refusal:
        if self.status == 429:
            return Refusal("Request rate limit exceeded.", code="rate_limit", status=429, before_execution=True)
        return Refusal("An unknown error occurred", kind="api_error", status=500)


@dataclass(slots=True)
class Troubles:
    """The troubles that are set. `pace`: seconds that each call takes."""

    pace: float = 0.0
    waiting: list[Trouble] = field(default_factory=list)

    def next_for(self, method: str) -> Trouble | None:
        """Return the trouble that strikes this call, and count it down by one."""
        for trouble in self.waiting:
            if trouble.match in method:
                trouble.times -= 1
                self.waiting = [each for each in self.waiting if each.times > 0]
                return trouble
        return None
