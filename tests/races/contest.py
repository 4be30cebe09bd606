"""Several processes reach for the same prizes at the same moment, on one database, as often as asked for."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier as ProcessBarrier
from typing import Any, Final

from config.database import open_database
from config.market import engine_and_reactions, market_context
from config.settings import Settings
from core.books.audit.service import invariants
from core.kernel.errors import Refusal
from core.kernel.ids import Ids
from core.kernel.transaction import MARKET, Transactions
from tests.races.prizes import KINDS, REACHES, Prize, actor_for

Won = dict[int, list[str]]  # place of the prize in its batch: what a hand says that it has

PATIENCE: Final = 300.0  # seconds until a contest without an end is one that failed
BEGINNING: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)


class FrozenClock:
    """Clock that stands still, since a contest lasts no time.

    On a busy machine a lease would otherwise run out, and be rightly taken again.
    """

    def now(self) -> datetime:
        return BEGINNING


@dataclass(slots=True)
class Outcome:
    """The outcome of a contest. `attempts`: how many were made. `said`: results by word. `wrong`: broken rules."""

    attempts: int = 0
    said: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


async def market_at(address: str) -> Transactions:
    """Return the product's transactions with all its reactions. Nothing is delivered."""
    known = market_context(Settings(_env_file=None))
    _, reactions = engine_and_reactions(known)
    return Transactions(await open_database(address), FrozenClock(), Ids(secrets.token_bytes), reactions)


# --- a hand -----------------------------------------------------------------------------------------------------------


def stretch_out(address: str, hand: int, asked: Any, told: Any, together: ProcessBarrier) -> None:
    """Take batches from `asked` until there is None, in a process of its own, and report the prizes won."""
    asyncio.run(_stretch_out(address, hand, asked, told, together))


async def _stretch_out(address: str, hand: int, asked: Any, told: Any, together: ProcessBarrier) -> None:
    transactions = await market_at(address)
    together.wait(PATIENCE)
    while (batch := asked.get()) is not None:
        said: Counter[str] = Counter()
        together.wait(PATIENCE)
        won = {place: await _reach(transactions, prize, hand, said) for place, prize in enumerate(batch)}
        told.put((won, said))
    await transactions.close()


async def _reach(transactions: Transactions, prize: Prize, hand: int, said: Counter[str]) -> list[str]:
    """Make all reaches of this hand for one prize, at once if the database lets it."""
    reach = KINDS[prize.kind].reach

    async def once() -> list[str]:
        try:
            won = await transactions.run(actor_for(prize.kind), lambda ctx: reach(ctx, prize, hand))
        except Refusal as refusal:
            said[refusal.code] += 1
            return []
        except Exception as fault:
            # Lost every race: the product says that it was its mistake, and nothing has happened.
            said[f"gave up ({type(fault).__name__}: {str(fault).splitlines()[0][:90]})"] += 1
            return []
        said["won" if won else "nothing left"] += 1
        return won

    won = await asyncio.gather(*(once() for _ in range(REACHES)))
    return [each for some in won for each in some]


# --- setting up and checking ------------------------------------------------------------------------------------------


class Contest:
    """A contest of several hands on one database."""

    def __init__(self, address: str, hands: int) -> None:
        self._address = address
        processes = multiprocessing.get_context("fork")  # all is loaded already, and no connection is open yet
        self._together = processes.Barrier(hands)
        self._asked = [processes.Queue() for _ in range(hands)]
        self._told = processes.Queue()
        self._hands = [
            processes.Process(
                target=stretch_out, args=(address, hand, self._asked[hand], self._told, self._together), daemon=True
            )
            for hand in range(hands)
        ]

    async def hold(self, attempts: int, batch: int, kinds: Sequence[str] = tuple(KINDS)) -> Outcome:
        """Set up prizes, batch after batch, until there were enough attempts; then check every invariant."""
        for hand in self._hands:
            hand.start()
        transactions, outcome, number = await market_at(self._address), Outcome(), 0
        try:
            while outcome.attempts < attempts:
                prizes = []
                for _ in range(batch):
                    kind = kinds[number % len(kinds)]
                    prizes.append(await put_up(transactions, kind, number))
                    number += 1
                random.shuffle(prizes)
                won = await asyncio.to_thread(self._fight, prizes, outcome)
                await self._check(transactions, prizes, won, outcome)
            for check in await transactions.run(MARKET, invariants):
                outcome.wrong += [] if check.ok else [f"{check.name}: {check.detail}"]
        finally:
            for asked in self._asked:
                asked.put(None)
            for hand in self._hands:
                await asyncio.to_thread(hand.join, PATIENCE)
            await transactions.close()
        return outcome

    def _fight(self, prizes: Sequence[Prize], outcome: Outcome) -> Won:
        for asked in self._asked:
            asked.put(prizes)
        won: Won = {place: [] for place in range(len(prizes))}
        for _ in self._hands:
            theirs, said = self._told.get(timeout=PATIENCE)
            outcome.said.update(said)
            outcome.attempts += sum(said.values())
            for place, each in theirs.items():
                won[place] += each
        return won

    async def _check(self, transactions: Transactions, prizes: Sequence[Prize], won: Won, outcome: Outcome) -> None:
        """Check each prize against the hands that won it.

        Any worker leases posts, so all posts of a batch are one prize.
        """
        leased = [each for place, prize in enumerate(prizes) if prize.kind == "posts" for each in won[place]]
        for place, prize in enumerate(prizes):
            have = leased if prize.kind == "posts" else won[place]
            outcome.wrong += await checked(transactions, prize, have)


async def put_up(transactions: Transactions, kind: str, number: int) -> Prize:
    return await transactions.run(MARKET, lambda ctx: KINDS[kind].put_up(ctx, number))


async def checked(transactions: Transactions, prize: Prize, won: list[str]) -> list[str]:
    return await transactions.run(MARKET, lambda ctx: KINDS[prize.kind].check(ctx, prize, won))
