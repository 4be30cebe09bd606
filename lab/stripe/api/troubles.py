"""Trouble within Stripe itself, made by whoever plays it: slow answers, internal errors, too many requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lab.stripe.api.errors import Refusal


@dataclass(slots=True)
class Trouble:
    """It strikes the next `times` calls whose "POST /v1/transfers" contains `match`.

    500 comes `before` or `after` the work, and is what a key of v1 will be answered again; 429 comes before it and is
    not kept.
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
    """`pace`: seconds that each call takes to carry out."""

    pace: float = 0.0
    waiting: list[Trouble] = field(default_factory=list)

    def next_for(self, method: str) -> Trouble | None:
        """The trouble that strikes this call, used up by one."""
        for trouble in self.waiting:
            if trouble.match in method:
                trouble.times -= 1
                self.waiting = [each for each in self.waiting if each.times > 0]
                return trouble
        return None
