"""Proofs of readiness, by the names that /readyz lists: the database, every receiver, and the work that waits.

A proof raises when this process should get no traffic. It returns a word where an outside service does not answer.
That is worth an alert, but another process would fare no better.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Final

from bots.mail.sender import Server as MailServer
from config.metrics import waiting_work
from config.services import Source
from config.settings import Settings
from core.kernel.clock import Clock
from core.kernel.heartbeat import prove_writable
from core.kernel.transaction import MARKET, Transactions
from payments.provider import Done, Provider
from web.app import Proof

ANSWER_SECONDS: Final = 5.0
KEPT_SECONDS: Final = 30.0  # how long an outside service's answer is taken for its current one
EVENTS_WITHIN: Final = timedelta(minutes=1)  # any answer of the provider will do, so the list is short
OVERDUE: Final = timedelta(minutes=2)  # a timer later than that: no worker fires timers


class NotReceiving(ConnectionError):
    """Inputs of this platform do not reach us."""


class TimersOverdue(RuntimeError):
    """No worker fires timers."""


class OutsideService:
    """Proof that a service outside answers; asked at most every half a minute."""

    def __init__(self, ask: Callable[[], Awaitable[None]]) -> None:
        self._ask = ask
        self._asked_at: float | None = None
        self._word = ""

    async def __call__(self) -> str:
        if self._asked_at is None or monotonic() - self._asked_at > KEPT_SECONDS:
            self._asked_at = monotonic()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._ask()
                self._word = ""
            except Exception as fault:
                self._word = f"no answer: {type(fault).__name__}"
        return self._word


def readiness(
    settings: Settings,
    transactions: Transactions,
    clock: Clock,
    receivers: Mapping[str, Callable[[], bool]],
    provider: Provider,
) -> dict[str, Proof]:
    """Return the proofs by name. `receivers`: whether each chat platform's inputs reach this process."""

    async def database() -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            await transactions.run(MARKET, prove_writable)

    async def timers() -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            work = await transactions.run(MARKET, waiting_work)
        if work.oldest_timer > OVERDUE.total_seconds():
            raise TimersOverdue

    proofs: dict[str, Proof] = {"database": database, "timers": timers}
    proofs |= {name: _receiving(is_receiving) for name, is_receiving in receivers.items()}
    if settings.services.money is not Source.NONE:
        proofs["provider"] = OutsideService(partial(_provider_answers, provider, clock))
    if settings.smtp_url is not None:
        proofs["mail"] = OutsideService(MailServer.at(settings.smtp_url.get_secret_value()).greet)
    return proofs


async def _provider_answers(provider: Provider, clock: Clock) -> None:
    answer = await provider.news(clock.now() - EVENTS_WITHIN)
    if not isinstance(answer, Done):
        raise ConnectionError(answer.why)


def _receiving(is_receiving: Callable[[], bool]) -> Proof:
    async def receiving() -> None:
        if not is_receiving():
            raise NotReceiving

    return receiving


async def states_of(proofs: Mapping[str, Proof]) -> dict[str, bool]:
    """Return whether each part answers, for the metrics."""

    async def is_well(prove: Proof) -> bool:
        try:
            return not await prove()
        except Exception:
            return False

    return {name: await is_well(prove) for name, prove in proofs.items()}
