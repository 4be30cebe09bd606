"""The wire between the real Stripe client and the lab's Stripe: no socket, and every fault of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from lab.stripe.api.troubles import Trouble
from simulation.environment import Environment, Process
from simulation.services.stripe_account import StripeAccount


class StripeWire(stripe.HTTPClient):
    """An HTTP client of the Stripe SDK that hands requests to the lab's own application."""

    name = "simulation"

    def __init__(self, process: Process, world: Environment, account: StripeAccount) -> None:
        super().__init__()
        self._process = process
        self._world = world
        self._account = account

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        process, strikes = self._process, self._world.strikes
        process.may_die("kill_before_call")
        self._world.asked(headers.get("Idempotency-Key"))
        await process.linger("call_slow")
        if strikes("call_refused") or strikes("call_lost"):
            raise cut("before the work")
        path = urlsplit(url).path
        if path.endswith("/capture") and strikes("hold_gone"):
            self._account.bank.forgets(path.split("/")[-2])
        self._trouble()
        answer = await self._account.answer(method, url, headers, post_data)
        self._world.trace.note("call", process.number, method, path, answer[1])
        if strikes("call_twice"):
            answer = await self._account.answer(method, url, headers, post_data)
        process.may_die("kill_after_call")
        await process.linger("call_slow")
        if strikes("call_answer_lost") or (path.endswith("/payment_intents") and strikes("hold_unanswered")):
            raise cut("before the answer")
        return answer

    def _trouble(self) -> None:
        """Cause a trouble within Stripe itself, which its idempotency keys remember."""
        strikes = self._world.strikes
        if strikes("call_slow_down"):
            self._account.upset(Trouble(429))
        elif strikes("call_error_before"):
            self._account.upset(Trouble(500, work="before"))
        elif strikes("call_error_after"):
            self._account.upset(Trouble(500, work="after"))

    async def sleep_async(self, secs: float) -> None:
        raise AssertionError("the product makes each call once")

    async def close_async(self) -> None:
        """Do nothing: there is nothing to close."""


def cut(when: str) -> Exception:
    """Return the SDK's error for a broken connection."""
    return stripe.APIConnectionError(f"the connection was cut {when}")  # type: ignore[no-untyped-call]  # the SDK's own
