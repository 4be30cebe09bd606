"""Random requests to the ledger: it answers like a few lines of arithmetic, on every database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.database import open_database
from core.kernel.ids import Ids
from core.kernel.money import Money
from core.kernel.reactions import Reactions
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.money.ledger.accounts import COMMISSION, PROVIDER, Leg, credit, debit, escrow, payable, refund_due
from core.money.ledger.chain import link_entries, verify
from core.money.ledger.model import Movement
from core.money.ledger.rollup import roll_up
from core.money.ledger.rules import BeyondHold, HoldOver, Overdrawn
from core.money.ledger.service import available, balance, hold, post_hold, post_together, void_hold
from tests.core.conftest import MovableClock

PLACES = 5
cents = st.integers(1, 120)
place = st.integers(0, PLACES - 1)
moves = st.tuples(place, place, cents)
steps = st.one_of(
    st.tuples(st.just("post"), st.lists(moves, min_size=1, max_size=3)),
    st.tuples(st.just("hold"), moves),
    st.tuples(st.just("end"), st.integers(0, 9), st.none() | st.integers(0, 130)),
    st.tuples(st.just("void"), st.integers(0, 9)),
    st.tuples(st.just("again"), st.integers(0, 9)),
    st.tuples(st.just("tidy")),
)
runs = count(1)


@dataclass
class Books:
    """Expected content of the ledger: guarded accounts from 2 on, open holds, and earlier requests."""

    names: list[str]
    has: list[int] = field(default_factory=lambda: [0] * PLACES)
    reserved: list[int] = field(default_factory=lambda: [0] * PLACES)
    holds: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[Callable[[Ctx], Any], Any]] = field(default_factory=list)

    def free(self, at: int) -> int:
        return self.has[at] - self.reserved[at]

    def legs(self, source: int, to: int, amount: int) -> tuple[Leg, ...]:
        """Return the legs that move money between accounts. Only the provider's and our own may go below zero."""
        money = Money(amount, "EUR")
        return debit(self.names[source], money), credit(self.names[to], money)

    def move(self, source: int, to: int, amount: int) -> None:
        self.has[source] -= amount
        self.has[to] += amount


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=25))
def test_the_books_do_as_arithmetic_does(database: str, program: list[tuple[Any, ...]]) -> None:
    asyncio.run(play(database, program))


async def play(database: str, program: list[tuple[Any, ...]]) -> None:
    run = next(runs)
    clock = MovableClock()
    transactions = Transactions(await open_database(database), clock, Ids(random.Random(run).randbytes), Reactions())
    deal = f"run{run}"
    made = Books([PROVIDER, COMMISSION, escrow(deal), payable(deal), refund_due(deal)])
    try:
        start = await transactions.run(MARKET, lambda ctx: sides(ctx, made))
        for number, step in enumerate(program):
            await one(transactions, made, f"{deal}:{number}", step)
            now = await transactions.run(MARKET, lambda ctx: sides(ctx, made))
            assert [has - had for (has, _), (had, _) in zip(now, start, strict=True)] == made.has
            assert [free for _, free in now[2:]] == [made.free(at) for at in range(2, PLACES)]
        await transactions.run(MARKET, link_entries)
        verdict = await transactions.run(MARKET, verify)
        assert (verdict.broken, [check for check in verdict.checks if not check.ok]) == (None, [])
    finally:
        await transactions.close()


def sides(ctx: Ctx, made: Books) -> list[tuple[int, int]]:
    """Return the balance and the available part of each account, as seen by the money's owner."""
    found = [(balance(ctx, name, "EUR").minor, available(ctx, name, "EUR").minor) for name in made.names]
    return [(-found[0][0], -found[0][1]), *found[1:]]


async def one(transactions: Transactions, made: Books, key: str, step: tuple[Any, ...]) -> None:
    match step:
        case ("post", asked):
            await posts(transactions, made, key, asked)
        case ("hold", move):
            await holds(transactions, made, key, move)
        case ("end", which, part) if made.holds:
            await ends(transactions, made, made.holds[which % len(made.holds)], part)
        case ("void", which) if made.holds:
            await voids(transactions, made, made.holds[which % len(made.holds)])
        case ("again", which) if made.asked:
            unit, answer = made.asked[which % len(made.asked)]
            assert await transactions.run(MARKET, unit) == answer
        case ("tidy",):
            await transactions.run(MARKET, link_entries)
            await transactions.run(MARKET, roll_up)


async def posts(transactions: Transactions, made: Books, key: str, asked: list[tuple[int, int, int]]) -> None:
    """Post linked movements, each of which must find its money when its turn comes."""
    movements = [
        Movement(f"{key}:{n}", "", made.legs(source, to, amount)) for n, (source, to, amount) in enumerate(asked)
    ]
    after = Books(made.names, list(made.has), list(made.reserved))
    enough = True
    for source, to, amount in asked:
        after.move(source, to, amount)
        # A sum moved to its own account is always there, since the ledger credits accounts first.
        enough = enough and (source < 2 or source == to or after.free(source) >= 0)
    await answered(transactions, made, lambda ctx: post_together(ctx, movements), None if enough else Overdrawn)
    if enough:
        made.has = after.has


async def holds(transactions: Transactions, made: Books, key: str, move: tuple[int, int, int]) -> None:
    source, to, amount = move
    legs = made.legs(source, to, amount)
    enough = source < 2 or made.free(source) >= amount
    unit = lambda ctx: hold(ctx, key, "", legs)  # noqa: E731 - kept, to be asked again
    hold_id = await answered(transactions, made, unit, None if enough else Overdrawn)
    if enough:
        made.reserved[source] += amount
        made.holds.append({"id": hold_id, "source": source, "to": to, "amount": amount, "ended": None})


async def ends(transactions: Transactions, made: Books, held: dict[str, Any], part: int | None) -> None:
    source, to, amount = held["source"], held["to"], held["amount"]
    moved = amount if part is None else part
    if moved == 0 or source == to or held["ended"] is not None:
        if held["ended"] == "void":
            await answered(transactions, made, lambda ctx: post_hold(ctx, held["id"], ""), HoldOver)
        return
    legs = made.legs(source, to, moved)
    fits = moved <= amount
    unit = lambda ctx: post_hold(ctx, held["id"], "", legs)  # noqa: E731 - as above
    await answered(transactions, made, unit, None if fits else BeyondHold)
    if fits:
        held["ended"] = "post"
        made.reserved[source] -= amount
        made.move(source, to, moved)


async def voids(transactions: Transactions, made: Books, held: dict[str, Any]) -> None:
    unit = lambda ctx: void_hold(ctx, held["id"], "")  # noqa: E731 - as above
    await answered(transactions, made, unit, HoldOver if held["ended"] == "post" else None)
    if held["ended"] is None:
        held["ended"] = "void"
        made.reserved[held["source"]] -= held["amount"]


async def answered(
    transactions: Transactions, made: Books, unit: Callable[[Ctx], Any], refused: type[Exception] | None
) -> Any:
    """Run the unit, which must be refused by this error. Otherwise keep its answer, which a repeat must give again."""
    if refused is not None:
        with pytest.raises(refused):
            await transactions.run(MARKET, unit)
        return None
    answer = await transactions.run(MARKET, unit)
    made.asked.append((unit, answer))
    return answer
