"""The ledger: every entry balances and happens once, and no money is spent twice."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Executable, delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from core.kernel.money import Money
from core.kernel.transaction import MARKET, Ctx
from core.money.ledger.accounts import COMMISSION, PROVIDER, PROVIDER_FEES, credit, debit, escrow, payable
from core.money.ledger.invariants import invariants
from core.money.ledger.model import Balance, Entry, Posting
from core.money.ledger.rules import KeyReused, Overdrawn, Unbalanced
from core.money.ledger.service import balance, books, post
from tests.core.amounts import eur
from tests.core.conftest import Market


def fund(ctx: Ctx, cents: int = 100_00, fee: int = 1_50) -> str:
    """Book the buyer's money at the provider, less its fee."""
    legs = [debit(PROVIDER, eur(cents - fee)), debit(PROVIDER_FEES, eur(fee)), credit(escrow("d1"), eur(cents))]
    return post(ctx, "deal:d1:funded", "Paid by the buyer", legs, deal="d1")


def release(ctx: Ctx, cents: int) -> str:
    legs = [debit(escrow("d1"), eur(cents)), credit(payable("s"), eur(cents - 2)), credit(COMMISSION, eur(2))]
    return post(ctx, f"deal:d1:release:{cents}", "Released", legs, deal="d1")


async def test_money_that_comes_in_is_owed_to_the_deal(market: Market) -> None:
    def unit(ctx: Ctx) -> None:
        fund(ctx)
        release(ctx, 40_00)
        assert balance(ctx, escrow("d1"), "EUR") == eur(60_00)
        assert balance(ctx, payable("s"), "EUR") == eur(39_98)
        assert balance(ctx, COMMISSION, "EUR") == eur(2)
        assert balance(ctx, PROVIDER, "EUR") == eur(98_50)
        assert balance(ctx, PROVIDER_FEES, "EUR") == eur(1_50)
        assert balance(ctx, escrow("d1"), "USD") == Money.zero("USD")

    await market.run(MARKET, unit)


async def test_the_same_entry_twice_is_one_entry(market: Market) -> None:
    first = await market.run(MARKET, fund)
    assert await market.run(MARKET, fund) == first
    assert await market.run(MARKET, lambda ctx: balance(ctx, escrow("d1"), "EUR")) == eur(100_00)


async def test_a_key_does_not_name_two_things(market: Market) -> None:
    await market.run(MARKET, fund)
    with pytest.raises(KeyReused):
        await market.run(MARKET, lambda ctx: fund(ctx, 100_01))


async def test_unbalanced_entry_is_not_written(market: Market) -> None:
    lopsided = [debit(PROVIDER, eur(5)), credit(escrow("d1"), eur(4))]
    with pytest.raises(Unbalanced):
        await market.run(MARKET, lambda ctx: post(ctx, "k", "m", lopsided))
    across = [debit(PROVIDER, eur(5)), credit(escrow("d1"), Money(5, "USD"))]
    with pytest.raises(Unbalanced):
        await market.run(MARKET, lambda ctx: post(ctx, "k", "m", across))
    with pytest.raises(Unbalanced):
        await market.run(MARKET, lambda ctx: post(ctx, "k", "m", []))


async def test_more_than_is_held_cannot_be_released(market: Market) -> None:
    with pytest.raises(Overdrawn):
        await market.run(MARKET, lambda ctx: release(ctx, 10))
    await market.run(MARKET, fund)
    await market.run(MARKET, lambda ctx: release(ctx, 90_00))
    with pytest.raises(Overdrawn):
        await market.run(MARKET, lambda ctx: release(ctx, 10_01))
    assert await market.run(MARKET, lambda ctx: balance(ctx, escrow("d1"), "EUR")) == eur(10_00)


async def test_the_database_itself_keeps_the_past(market: Market) -> None:
    entry = await market.run(MARKET, fund)
    more = {"entry_id": entry, "number": 9, "account": "x", "amount": 1, "currency": "EUR"}
    alone = {"id": "e", "key": "e", "memo": "", "at": market.clock.now(), "digest": ""}
    for statement in (
        insert(Posting).values(more),
        insert(Entry).values(alone),
        update(Posting).values(amount=1),
        delete(Posting),
        delete(Entry),
    ):
        with pytest.raises(DBAPIError):
            await market.run(MARKET, partial(execute, statement=statement))


def execute(ctx: Ctx, statement: Executable) -> None:
    ctx.session.execute(statement)


async def test_one_deals_books_can_be_read(market: Market) -> None:
    await market.run(MARKET, fund)
    await market.run(MARKET, lambda ctx: release(ctx, 40_00))
    shown = await market.run(MARKET, lambda ctx: books(ctx, "d1"))
    assert [entry["key"] for entry in shown["entries"]] == ["deal:d1:funded", "deal:d1:release:4000"]
    account = next(each for each in shown["accounts"] if each["account"] == "escrow:d1")
    assert account["credit"] == [{"entry": "deal:d1:funded", "amount": 100_00}]
    assert account["debit"] == [{"entry": "deal:d1:release:4000", "amount": 40_00}]
    assert account["balance"] == 60_00


async def test_the_check_sees_a_balance_that_drifted(market: Market) -> None:
    await market.run(MARKET, fund)
    assert all(check.ok for check in await market.run(MARKET, invariants))
    await market.run(MARKET, lambda ctx: ctx.session.execute(update(Balance).values(credits=text("credits + 1"))))
    broken = [check for check in await market.run(MARKET, invariants) if not check.ok]
    assert [check.name for check in broken] == ["every balance is the sum of its postings"]
    assert "escrow:d1" in broken[0].detail
