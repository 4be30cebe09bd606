"""The chain and the hot accounts: kept up behind the writers, by any number of workers; every change is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select, text

from core.kernel.money import Money
from core.kernel.transaction import MARKET, Ctx
from core.money.ledger.accounts import COMMISSION, PROVIDER, credit, debit, escrow, payable
from core.money.ledger.chain import Verdict, link_entries, verify
from core.money.ledger.invariants import invariants
from core.money.ledger.model import Delta, Link, Unlinked
from core.money.ledger.rollup import roll_up
from core.money.ledger.service import balance, balances, post
from tests.core.amounts import eur
from tests.core.conftest import Market


def deal(number: int, ctx: Ctx) -> None:
    """Pay and release a deal. Every deal posts to the provider and to our commission."""
    name = f"d{number}"
    post(ctx, f"{name}:funded", "Paid", [debit(PROVIDER, eur(100)), credit(escrow(name), eur(100))], deal=name)
    legs = [debit(escrow(name), eur(100)), credit(payable("s"), eur(98)), credit(COMMISSION, eur(2))]
    post(ctx, f"{name}:lot", "Lot 1", legs, deal=name)


async def deals(market: Market, numbers: range) -> None:
    await asyncio.gather(*(market.run(MARKET, partial(deal, number)) for number in numbers))


async def verdict(market: Market) -> Verdict:
    return await market.run(MARKET, verify)


def by_hand(*statements: str) -> Callable[[Ctx], None]:
    """Run statements with the rights of the database's owner, after taking its guards off."""

    def unit(ctx: Ctx) -> None:
        connection = ctx.session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for name in ("ledger_entry", "ledger_posting", "ledger_link"):
                for verb in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {name}_no_{verb}"))
        for statement in statements:
            connection.execute(text(statement))

    return unit


def waiting(ctx: Ctx) -> int:
    """Count the entries that are not chained yet."""
    return ctx.session.scalar(select(func.count()).select_from(Unlinked)) or 0


async def test_entries_are_chained_behind_the_writers_and_the_chain_holds(market: Market) -> None:
    await deals(market, range(10))
    assert await market.run(MARKET, waiting) == 20
    # Two workers at once: one of them may start again, and none links an entry twice.
    await asyncio.gather(*(market.run(MARKET, link_entries) for _ in range(3)))
    await market.run(MARKET, link_entries)
    assert await market.run(MARKET, waiting) == 0
    first = await verdict(market)
    assert (first.links, first.broken) == (20, None)
    await deals(market, range(10, 12))
    assert await market.run(MARKET, link_entries) == 4
    second = await verdict(market)
    assert (second.links, second.broken) == (24, None)
    assert second.head != first.head
    assert [check for check in second.checks if not check.ok] == []
    assert await market.run(MARKET, link_entries) == 0


SECOND = "(SELECT entry_id FROM ledger_link WHERE number = 2)"


@pytest.mark.parametrize(
    ("forgery", "told"),
    [
        (f"UPDATE ledger_posting SET amount = amount * 2 WHERE entry_id = {SECOND}", "link 2: entry"),
        (
            f"UPDATE ledger_posting SET account = 'payable:me' WHERE account = 'payable:s' AND entry_id = {SECOND}",
            "link 2: entry",
        ),
        (f"UPDATE ledger_entry SET deal_id = 'd9' WHERE id = {SECOND}", "link 2: entry"),
        (f"DELETE FROM ledger_posting WHERE entry_id = {SECOND}", "link 2: entry"),
        ("DELETE FROM ledger_link WHERE number = 2", "link 2 is missing"),
        ("UPDATE ledger_link SET digest = 'x' WHERE number = 3", "link 3: entry"),
    ],
)
async def test_the_first_row_that_was_changed_is_named(market: Market, forgery: str, told: str) -> None:
    await market.run(MARKET, partial(deal, 1))
    await market.run(MARKET, partial(deal, 2))
    await market.run(MARKET, link_entries)
    assert (await verdict(market)).broken is None
    await market.run(MARKET, by_hand(forgery))
    found = await verdict(market)
    assert found.broken is not None
    assert found.broken.startswith(told)


async def test_words_can_be_forgotten_without_breaking_the_chain(market: Market) -> None:
    await market.run(MARKET, partial(deal, 1))
    await market.run(MARKET, link_entries)
    await market.run(MARKET, by_hand("UPDATE ledger_entry SET memo = ''"))
    assert (await verdict(market)).broken is None


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        ("UPDATE ledger_balance SET credits = credits + 1", "every balance is the sum of its postings"),
        ("UPDATE ledger_balance SET guarded = NOT guarded", "no account has lost its guard"),
        ("DELETE FROM ledger_unlinked", "every entry is in the chain or waits for it"),
        ("DELETE FROM ledger_posting", "no entry is without postings"),
        ("UPDATE ledger_posting SET amount = amount + 1 WHERE number = 1", "every entry balances"),
        ("UPDATE ledger_posting SET amount = amount + 1 WHERE number = 1", "debits equal credits in every currency"),
    ],
)
async def test_each_kind_of_harm_is_seen_by_its_invariant(market: Market, harm: str, name: str) -> None:
    await market.run(MARKET, partial(deal, 1))
    assert [check for check in await market.run(MARKET, invariants) if not check.ok] == []
    await market.run(MARKET, by_hand(harm))
    assert name in [check.name for check in await market.run(MARKET, invariants) if not check.ok]


async def test_a_posting_that_nothing_seals_is_seen(market: Market) -> None:
    class Undone(Exception):
        pass

    def unit(ctx: Ctx) -> None:
        """Insert a posting without an entry. The database refuses it at the commit, but it may come from elsewhere."""
        columns = "(entry_id, number, account, amount, currency, phase)"
        row = "('E', 1, 'provider', 5, 'EUR', 'posted')"
        by_hand(f"INSERT INTO ledger_posting {columns} VALUES {row}")(ctx)
        assert "no posting is without its entry" in [check.name for check in invariants(ctx) if not check.ok]
        raise Undone

    with pytest.raises(Undone):
        await market.run(MARKET, unit)


async def test_an_overdrawn_account_and_a_hole_in_the_chain_are_seen(market: Market) -> None:
    await deals(market, range(2))
    await market.run(MARKET, link_entries)
    harm = ("UPDATE ledger_balance SET guarded = FALSE", "UPDATE ledger_balance SET debits = credits + 1")
    await market.run(MARKET, by_hand(*harm, "DELETE FROM ledger_link WHERE number = 2"))
    broken = [check.name for check in await market.run(MARKET, invariants) if not check.ok]
    assert {"nobody's money is overdrawn", "the chain has no gap"} <= set(broken)


async def test_posting_to_a_hot_account_counts_at_once_and_is_rolled_up_later(market: Market) -> None:
    await deals(market, range(30))

    def seen(ctx: Ctx) -> tuple[Money, Money, dict[str, Money]]:
        return balance(ctx, COMMISSION, "EUR"), balance(ctx, PROVIDER, "EUR"), balances(ctx, PROVIDER)

    expected = (eur(60), eur(3_000), {"EUR": eur(3_000)})
    assert await market.run(MARKET, seen) == expected
    # Workers add up side by side, while others write.
    await asyncio.gather(deals(market, range(30, 40)), *(market.run(MARKET, roll_up) for _ in range(4)))
    while await market.run(MARKET, roll_up):
        pass
    assert await market.run(MARKET, lambda ctx: ctx.session.scalar(select(func.count()).select_from(Delta))) == 0
    assert await market.run(MARKET, seen) == (eur(80), eur(4_000), {"EUR": eur(4_000)})
    assert [check for check in await market.run(MARKET, invariants) if not check.ok] == []


async def test_one_entry_that_two_ask_for_at_once_is_one_entry(market: Market) -> None:
    await asyncio.gather(*(market.run(MARKET, partial(deal, 7)) for _ in range(6)))
    assert await market.run(MARKET, lambda ctx: balance(ctx, payable("s"), "EUR")) == eur(98)
    await market.run(MARKET, link_entries)
    assert await market.run(MARKET, lambda ctx: ctx.session.scalar(select(func.count()).select_from(Link))) == 2
