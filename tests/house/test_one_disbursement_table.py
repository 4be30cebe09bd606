"""A database with the former three tables for outgoing money moves to the one table, and everything goes on."""

from __future__ import annotations

import json
import sqlite3
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import select

from config import migrations
from config.market import TIMER_HANDLERS
from core.kernel.outbox import OutboxRow
from core.kernel.timers import TimerRow
from core.kernel.transaction import MARKET, PROVIDER, Ctx
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import Disbursement, DisbursementState
from tests.core.advice.sessions.session_steps import Counsel
from tests.core.advice.sessions.test_chargebacks import they
from tests.core.conftest import Market, market
from tests.core.shop.purchases.test_chargebacks import Sale, sale
from tests.core.trades import paid

__all__ = ["market", "sale", "they"]

BEFORE = "0001"
OLD_KIND = {"deal": "effect", "session": "session_payout", "purchase": "purchase_refund"}
OF_SUBJECT = {  # the columns of the earlier tables that name the subject and the payment, and what else they need
    "effect": ("deal_id, payment_id, beside, made_at", "'S', 'P', TRUE, '2026-11-23 09:00:00.000000'"),
    "session_payout": ("booking_id, hold_id", "'S', 'P'"),
}
SAME = ("id", "key", "state", "amount_minor", "currency", "attempt", "refusals", "failed", "payee", "why", "version")


def rows(path: Path, statement: str) -> list[dict[str, Any]]:
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(statement)]


def write_before(path: Path) -> None:
    """Write a row of each kind and state into the three tables, and a timer for each that waits."""
    with sqlite3.connect(path) as database:
        shared = (
            "id, key, kind, state, amount_minor, currency, attempt, refusals, failed, version, payee, provider_ref, why"
        )
        states = ("waiting", "asked", "done", "refused")
        for number, (kind, state) in enumerate(product(("transfer", "refund", "reversal"), states), 1):
            payee = None if kind == "refund" else "ORG"
            for table, (columns, values) in OF_SUBJECT.items():
                name = f"{table[0].upper()}{number}"
                given = (name, f"{kind}:{name}", kind, state, number, json.dumps(["re_0"]), payee, f"ref_{number}")
                database.execute(
                    f"INSERT INTO {table} ({shared}, {columns})"
                    f" VALUES (?, ?, ?, ?, ?, 'EUR', 2, 1, ?, 3, ?, ?, 'later', {values})",
                    given,
                )
        for number, state in enumerate((*states, "kept"), 1):
            payee = "ORG" if state == "waiting" else None
            why = "called_back" if state == "refused" else None
            database.execute(
                "INSERT INTO purchase_refund (id, purchase_id, payment_id, number, state, payee, amount_minor,"
                " currency, attempt, refusals, failed, version, why)"
                " VALUES (?, 'S', ?, 1, ?, ?, ?, 'EUR', 1, 0, '[]', 1, ?)",
                (f"P{number}", f"PAID{number}", state, payee, number, why),
            )
        for table in OLD_KIND.values():
            database.execute(
                f"INSERT INTO timer (kind, subject, event, due_at) SELECT '{table}', id, 'try_again',"
                f" '2026-11-24 09:00:00.000000' FROM {table} WHERE state IN ('waiting', 'refused')"
            )


async def test_each_row_and_timer_of_the_three_tables_is_in_the_one(tmp_path: Path) -> None:
    path = tmp_path / "before.sqlite"
    url = f"sqlite:///{path}"
    await migrations.upgrade(url)
    await migrations.downgrade(url, BEFORE)
    write_before(path)
    before = {table: rows(path, f"SELECT * FROM {table}") for table in (*OLD_KIND.values(), "timer")}
    await migrations.upgrade(url)
    after = {row["id"]: row for row in rows(path, "SELECT * FROM disbursement")}
    assert len(after) == sum(len(before[table]) for table in OLD_KIND.values()) == 29
    for kind, table in (("deal", "effect"), ("session", "session_payout")):
        for old in before[table]:
            new = after[old["id"]]
            assert {name: new[name] for name in SAME} == {name: old[name] for name in SAME}
            assert (new["subject_kind"], new["subject"], new["payment_id"]) == (kind, "S", "P")
            assert new["kind"] == {"transfer": "payout"}.get(old["kind"], old["kind"])
            assert (new["provider_ref"], bool(new["beside"])) == (old["provider_ref"], kind == "deal")
    for old in before["purchase_refund"]:
        new, waits = after[old["id"]], old["why"] == "called_back"
        assert (new["key"], new["amount_minor"], new["payment_id"]) == (
            f"refund:{old['id']}",
            old["amount_minor"],
            old["payment_id"],
        )
        assert new["kind"] == ("refund" if old["payee"] is None else "payout")
        assert (new["state"], new["why"]) == (("waiting", "chargeback") if waits else (old["state"], old["why"]))
    timers = rows(path, "SELECT * FROM timer")
    assert {each["kind"] for each in timers} == {"disbursement"}
    assert {(each["subject"], each["due_at"]) for each in timers} == {
        (each["subject"], each["due_at"]) for each in before["timer"]
    }


# --- everything goes on -----------------------------------------------------------------------------------------------


async def through_the_release_before(market: Market, database: str, subject_kind: str) -> None:
    """Take the database back to the three tables, check its rows and timers there, and upgrade it again."""

    def known(ctx: Ctx) -> list[tuple[Any, ...]]:
        columns = (Disbursement.id, Disbursement.key, Disbursement.kind, Disbursement.state, Disbursement.amount_minor)
        return [tuple(row) for row in ctx.session.execute(select(*columns).order_by(Disbursement.id))]

    def timers(ctx: Ctx) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in ctx.session.execute(select(TimerRow.kind, TimerRow.subject, TimerRow.due_at))]

    before = await market.run(MARKET, known), sorted(await market.run(MARKET, timers))
    assert before[0]
    await migrations.downgrade(database, BEFORE)
    if database.startswith("sqlite"):
        path, table = Path(database.removeprefix("sqlite:///")), OLD_KIND[subject_kind]
        assert [row["id"] for row in rows(path, f"SELECT id FROM {table} ORDER BY id")] == [row[0] for row in before[0]]
        assert not rows(path, "SELECT * FROM timer WHERE kind = 'disbursement'")
    await migrations.upgrade(database)
    assert (await market.run(MARKET, known), sorted(await market.run(MARKET, timers))) == before
    await market.books_hold()


async def undelivered(market: Market, kind: str) -> list[str]:
    """The rows that undelivered outbox messages of this kind name."""

    def read(ctx: Ctx) -> list[str]:
        found = ctx.session.scalars(select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id))
        return [each.body["disbursement_id"] for each in found]

    return await market.run(MARKET, read)


async def test_a_deals_payout_that_was_asked_for_and_one_that_was_put_off_go_on(market: Market, database: str) -> None:
    trade = await paid(market)
    for lot in (await trade.lots())[:2]:
        await trade.deliver(lot)
        await trade.accept(lot)
    asked, put_off = (body["disbursement_id"] for body in trade.asked("transfer"))
    await market.run(PROVIDER, lambda ctx: disbursements.refused(ctx, put_off, "balance short"))
    await through_the_release_before(market, database, "deal")

    assert asked in await undelivered(market, "transfer")
    await market.run(PROVIDER, partial(disbursements.done, disbursement_id=asked, ref="tr_1"))
    market.clock.advance(days=1, seconds=1)
    await market.run_timers(dict(TIMER_HANDLERS))
    assert [body["attempt"] for body in trade.asked("transfer") if body["disbursement_id"] == put_off] == [1, 2]
    await market.run(PROVIDER, partial(disbursements.done, disbursement_id=put_off, ref="tr_2"))
    await market.books_hold()


async def test_a_sessions_payout_that_was_asked_for_goes_on(they: Counsel, database: str) -> None:
    they.silent.add("transfer")
    await they.later(days=2, minutes=1)
    await through_the_release_before(they.market, database, "session")

    (asked,) = await undelivered(they.market, "transfer")
    await they.run(PROVIDER, disbursements.refused, asked, "balance short")
    they.silent.clear()
    await they.later(days=1, minutes=1)
    assert (await they.booking()).state == "completed"
    await they.market.books_hold()


async def test_a_refund_of_a_sale_that_waits_for_a_bank_goes_on(sale: Sale, database: str) -> None:
    refund = await sale.gives_back()
    await sale.is_called_back(4_00)
    await sale.is_refused(refund)
    await sale.is_decided(won=False)  # what the bank leaves waits for an account
    await through_the_release_before(sale.market, database, "purchase")

    assert await undelivered(sale.market, "refund") == [refund]
    assert await sale.refunds() == [(DisbursementState.WAITING, 3_00)]
    await sale.has_an_account()
    (transfer,) = sale.asked("transfer")
    assert (transfer["disbursement_id"], transfer["amount"]) == (refund, 3_00)
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "tr_1"))
    assert (await sale.now()).state == "given_back"
    await sale.books_hold()


async def test_a_refund_that_the_earlier_release_held_back_for_a_bank_goes_when_the_bank_has_decided(
    sale: Sale, database: str
) -> None:
    refund = await sale.gives_back()
    await sale.is_called_back()
    await sale.is_refused(refund)
    await through_the_release_before_with_a_timer(sale, database)
    sale.market.clock.advance(days=1)
    await sale.days(1)
    assert (len(sale.asked("refund")), await sale.refunds()) == (1, [(DisbursementState.WAITING, 7_00)])
    await sale.is_decided(won=True)
    assert [body["attempt"] for body in sale.asked("refund")] == [1, 3]
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "re_1"))
    await sale.books_hold()


async def through_the_release_before_with_a_timer(sale: Sale, database: str) -> None:
    """The earlier release looked for the bank's decision by a timer: the downgrade writes it, the upgrade keeps it."""
    await migrations.downgrade(database, BEFORE)
    if database.startswith("sqlite"):
        path = Path(database.removeprefix("sqlite:///"))
        (row,) = rows(path, "SELECT state, why FROM purchase_refund")
        assert (row["state"], row["why"]) == ("refused", "called_back")
        (paid_row,) = rows(path, "SELECT recall, lost_minor, covered_minor FROM purchase_payment")
        assert tuple(paid_row.values()) == ("open", 0, 0)
        assert rows(path, "SELECT * FROM timer WHERE kind = 'purchase_refund'")
    await migrations.upgrade(database)
    await sale.books_hold()
