"""Money in two phases: reserved money cannot be taken for another use, and a reservation ends once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.timer_sweep import run_due_timers
from core.kernel.transaction import MARKET, Ctx
from core.money.ledger.accounts import COMMISSION, PROVIDER, Leg, credit, debit, escrow, payable
from core.money.ledger.events import HoldExpired
from core.money.ledger.invariants import invariants
from core.money.ledger.model import Entry, Movement, Posting
from core.money.ledger.reactions import timer_handlers
from core.money.ledger.rules import BeyondHold, HoldOver, KeyReused, Overdrawn
from core.money.ledger.service import (
    available,
    balance,
    books,
    hold,
    open_holds,
    post,
    post_hold,
    post_together,
    void_hold,
)
from tests.core.amounts import eur
from tests.core.conftest import Market


def fund(ctx: Ctx) -> str:
    return post(ctx, "funded", "Paid", [debit(PROVIDER, eur(100_00)), credit(escrow("d"), eur(100_00))], deal="d")


def release(cents: int) -> list[Leg]:
    """Return the legs that pay this many cents to the seller, less a fee of one fortieth."""
    fee = cents // 40
    return [debit(escrow("d"), eur(cents)), credit(payable("s"), eur(cents - fee)), credit(COMMISSION, eur(fee))]


async def held(market: Market, cents: int = 60_00, **after: float) -> str:
    """Fund the deal with a hundred euros and reserve some of them."""
    await market.run(MARKET, fund)
    ends = market.clock.now() + timedelta(**after) if after else None
    return await market.run(MARKET, lambda ctx: hold(ctx, "h", "Lot 1", release(cents), deal="d", expires_at=ends))


async def seen(market: Market) -> tuple[Money, Money, Money]:
    """Return the deal's balance, its available part, and the seller's balance."""
    return await market.run(
        MARKET,
        lambda ctx: (
            balance(ctx, escrow("d"), "EUR"),
            available(ctx, escrow("d"), "EUR"),
            balance(ctx, payable("s"), "EUR"),
        ),
    )


async def assert_whole(market: Market) -> None:
    assert [check for check in await market.run(MARKET, invariants) if not check.ok] == []


async def test_reserved_money_stays_and_cannot_be_taken(market: Market) -> None:
    hold_id = await held(market)
    assert await seen(market) == (eur(100_00), eur(40_00), eur(0))
    assert (await market.run(MARKET, lambda ctx: available(ctx, payable("s"), "EUR"))) == eur(0)
    for greedy in (40_01, 60_00):
        with pytest.raises(Overdrawn):
            await market.run(MARKET, partial(post, key="other", memo="Refund", legs=release(greedy)))
    with pytest.raises(Overdrawn):
        await market.run(MARKET, lambda ctx: hold(ctx, "second", "Lot 2", release(40_01)))
    await market.run(MARKET, lambda ctx: post_hold(ctx, hold_id, "Accepted"))
    assert await seen(market) == (eur(40_00), eur(40_00), eur(58_50))
    await assert_whole(market)


async def test_a_part_of_it_is_moved_and_the_rest_let_go(market: Market) -> None:
    hold_id = await held(market)
    part = release(20_00)
    first = await market.run(MARKET, lambda ctx: post_hold(ctx, hold_id, "Half of it", part))
    assert await seen(market) == (eur(80_00), eur(80_00), eur(19_50))
    assert await market.run(MARKET, lambda ctx: post_hold(ctx, hold_id, "Half of it", part)) == first
    with pytest.raises(KeyReused):
        await market.run(MARKET, lambda ctx: post_hold(ctx, hold_id, "More of it", release(30_00)))
    with pytest.raises(HoldOver):
        await market.run(MARKET, lambda ctx: void_hold(ctx, hold_id, "Too late"))
    await assert_whole(market)


async def test_no_more_is_moved_than_was_reserved_nor_to_anybody_else(market: Market) -> None:
    hold_id = await held(market)
    to_another = [debit(escrow("d"), eur(10_00)), credit(payable("other"), eur(10_00))]
    back = [credit(escrow("d"), eur(1_00)), debit(payable("s"), eur(1_00))]
    wrong: Sequence[list[Leg]] = (release(60_01), release(90_00), to_another, back)
    for legs in wrong:
        with pytest.raises(BeyondHold):
            await market.run(MARKET, partial(post_hold, hold_id=hold_id, memo="Too much", legs=legs))
    assert await seen(market) == (eur(100_00), eur(40_00), eur(0))


async def test_voided_hold_frees_its_money(market: Market) -> None:
    hold_id = await held(market)
    ended = await market.run(MARKET, lambda ctx: void_hold(ctx, hold_id, "Dropped"))
    assert await market.run(MARKET, lambda ctx: void_hold(ctx, hold_id, "Dropped")) == ended
    assert await seen(market) == (eur(100_00), eur(100_00), eur(0))
    with pytest.raises(HoldOver):
        await market.run(MARKET, lambda ctx: post_hold(ctx, hold_id, "Accepted"))
    for no_hold in (ended, "nothing"):
        with pytest.raises(NotFound):
            await market.run(MARKET, partial(void_hold, hold_id=no_hold, memo="?"))
    await assert_whole(market)


async def test_unused_hold_expires(market: Market) -> None:
    market.watch(HoldExpired)
    hold_id = await held(market, days=2)
    assert [each.id for each in await market.run(MARKET, lambda ctx: open_holds(ctx, "d"))] == [hold_id]
    market.clock.advance(days=1)
    await run_due_timers(market.transactions, timer_handlers)
    assert await seen(market) == (eur(100_00), eur(40_00), eur(0))
    await assert_whole(market)
    market.clock.advance(days=1)
    await run_due_timers(market.transactions, timer_handlers)
    assert await seen(market) == (eur(100_00), eur(100_00), eur(0))
    assert market.facts == [HoldExpired(hold_id, "h", "d")]
    assert await market.run(MARKET, lambda ctx: open_holds(ctx, "d")) == []
    with pytest.raises(HoldOver):
        await market.run(MARKET, lambda ctx: post_hold(ctx, hold_id, "Accepted"))
    await assert_whole(market)


async def test_a_hold_that_has_ended_is_not_ended_by_time(market: Market) -> None:
    market.watch(HoldExpired)
    hold_id = await held(market, days=2)
    await market.run(MARKET, lambda ctx: post_hold(ctx, hold_id, "Accepted"))
    market.clock.advance(days=3)
    assert await run_due_timers(market.transactions, timer_handlers) == 0
    assert market.facts == []
    await assert_whole(market)


async def test_linked_movements_are_written_together_or_not_at_all(market: Market) -> None:
    await market.run(MARKET, fund)
    good = Movement("l1", "Lot 1", tuple(release(60_00)), "d")
    fits = Movement("l2", "Lot 2", tuple(release(40_00)), "d")
    too_much = Movement("l2", "Lot 2", tuple(release(40_01)), "d")

    def refused(ctx: Ctx) -> None:
        with pytest.raises(Overdrawn), ctx.trial():
            post_together(ctx, [good, too_much])
        post(ctx, "else", "Something else", release(10_00))  # the unit goes on as if nothing had begun

    await market.run(MARKET, refused)
    assert (await seen(market))[0] == eur(90_00)
    await market.run(
        MARKET, lambda ctx: post(ctx, "back", "Back", [debit(PROVIDER, eur(1)), credit(COMMISSION, eur(1))])
    )
    with pytest.raises(Overdrawn):
        await market.run(MARKET, lambda ctx: post_together(ctx, [good, fits]))
    less = Movement("l2", "Lot 2", tuple(release(30_00)), "d")
    ids = await market.run(MARKET, lambda ctx: post_together(ctx, [good, less]))
    assert await market.run(MARKET, lambda ctx: post_together(ctx, [good, less])) == ids
    assert (await seen(market))[0] == eur(0)
    with pytest.raises(KeyReused):  # one of them is known, the other is not: they were never linked
        await market.run(MARKET, lambda ctx: post_together(ctx, [good, Movement("l3", "Lot 3", good.legs, "d")]))
    await assert_whole(market)


async def test_linked_movement_may_spend_earlier_income(market: Market) -> None:
    into = (debit(PROVIDER, eur(50_00)), credit(escrow("d"), eur(50_00)))
    out = tuple(release(50_00))
    await market.run(MARKET, lambda ctx: post_together(ctx, [Movement("in", "In", into), Movement("out", "Out", out)]))
    assert (await seen(market))[0] == eur(0)
    with pytest.raises(Overdrawn):  # what comes first must be able to come first
        await market.run(
            MARKET, lambda ctx: post_together(ctx, [Movement("out2", "Out", out), Movement("in2", "In", into)])
        )


async def test_reserved_money_stands_in_the_books_and_in_no_account(market: Market) -> None:
    await held(market)
    shown = await market.run(MARKET, lambda ctx: books(ctx, "d"))
    assert [(entry["kind"], {leg["phase"] for leg in entry["postings"]}) for entry in shown["entries"]] == [
        ("transfer", {"posted"}),
        ("hold", {"pending"}),
    ]
    assert {each["account"]: each["balance"] for each in shown["accounts"]} == {PROVIDER: 100_00, escrow("d"): 100_00}


# --- refusals of the database, for every writer -----------------------------------------------------------------------


def by_hand(ctx: Ctx, kind: str, resolves: str | None, *rows: tuple[str, int, str]) -> None:
    """Write an entry past the ledger's own checks."""
    values = [
        {"entry_id": "E", "number": n, "account": account, "amount": amount, "currency": "EUR", "phase": phase}
        for n, (account, amount, phase) in enumerate(rows)
    ]
    if values:
        ctx.session.execute(insert(Posting), values)
    entry = {"id": "E", "key": "by hand", "kind": kind, "memo": "", "at": ctx.now, "digest": "", "resolves": resolves}
    ctx.session.execute(insert(Entry).values(entry))


RELEASED = ((escrow("d"), -60_00, "released"), (payable("s"), 58_50, "released"), (COMMISSION, 1_50, "released"))
MOVED = ((escrow("d"), 60_00, "posted"), (payable("s"), -58_50, "posted"), (COMMISSION, -1_50, "posted"))


@pytest.mark.parametrize(
    ("kind", "ends", "rows"),
    [
        ("void", True, RELEASED[:1]),
        ("void", True, ((escrow("d"), -30_00, "released"), (payable("s"), 30_00, "released"))),
        ("void", True, (*RELEASED, *MOVED)),
        ("post", True, MOVED),
        ("post", True, (*RELEASED, (escrow("d"), 60_01, "posted"), (payable("s"), -60_01, "posted"))),
        ("post", True, (*RELEASED, (escrow("d"), -5, "posted"), (payable("s"), 5, "posted"))),
        ("post", True, (*RELEASED, (escrow("d"), 5, "posted"), (payable("x"), -5, "posted"))),
        ("post", False, (*RELEASED, *MOVED)),
        ("transfer", True, MOVED),
        ("transfer", False, RELEASED),
        ("transfer", False, ((escrow("d"), 1, "pending"), (payable("s"), -1, "pending"))),
        ("hold", False, ((escrow("d"), 1, "posted"), (payable("s"), -1, "posted"))),
        ("transfer", False, ()),
        ("transfer", False, ((escrow("d"), 2, "posted"), (payable("s"), -1, "posted"))),
        ("hold", False, ((escrow("d"), 2, "pending"), (payable("s"), -1, "pending"))),
        ("post", True, (*RELEASED, (escrow("d"), 2, "posted"), (payable("s"), -1, "posted"))),
        ("gift", False, ((escrow("d"), 1, "posted"), (payable("s"), -1, "posted"))),
        ("transfer", False, ((escrow("d"), 1, "posted"), ("pocket:me", -1, "posted"))),
        ("transfer", False, ((escrow("d"), 100_01, "posted"), (payable("s"), -100_01, "posted"))),
        ("hold", False, ((escrow("d"), 40_01, "pending"), (payable("s"), -40_01, "pending"))),
    ],
)
async def test_the_database_refuses_what_does_not_fit(
    market: Market, kind: str, ends: bool, rows: tuple[tuple[str, int, str], ...]
) -> None:
    hold_id = await held(market)
    with pytest.raises(DBAPIError):
        await market.run(MARKET, lambda ctx: by_hand(ctx, kind, hold_id if ends else None, *rows))
    await assert_whole(market)


async def test_the_database_takes_what_fits_and_lets_a_hold_end_once(market: Market) -> None:
    hold_id = await held(market)
    await market.run(MARKET, lambda ctx: by_hand(ctx, "post", hold_id, *RELEASED, *MOVED))
    assert await seen(market) == (eur(40_00), eur(40_00), eur(58_50))
    await assert_whole(market)
