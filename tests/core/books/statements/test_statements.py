"""Statements: every cent that moved is on one side's paper, and a file is never a program."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.books.statements import rules, service
from core.books.statements.model import Line
from core.kernel.errors import Invalid
from core.kernel.money import Money
from core.kernel.timers import deadline_of
from core.kernel.transaction import MARKET
from core.kernel.transaction import PROVIDER as OUTSIDE
from core.money.chargebacks import service as chargebacks
from core.money.disbursements import service as disbursements
from core.money.ledger.accounts import COMMISSION, PROVIDER, Leg, credit, debit, escrow, payable, receivable, refund_due
from core.people.accounts.security_phrases import (
    PICTURES,
    choose_security_phrase,
    offered_security_phrases,
    security_phrase_at,
)
from core.trade.funding.rails.service import settling
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.trade.disputes.test_disputes import disputed
from tests.core.trade.funding.chargeback_steps import decided, recalled, released
from tests.core.trades import Trade, agreed, paid, paid_too_late

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def seen(legs: list[Leg], *, buys: bool, key: str = "k") -> tuple[str, Money | None, Money | None, Money | None] | None:
    lines = rules.lines_of(legs, "d", "b" if buys else "s", buys=buys, ref="R", memo="", at=NOW, key=key)
    return next(((line.what, line.came, line.went, line.fee) for line in lines), None)


def test_an_entry_means_to_each_side_what_it_did_for_them() -> None:
    funded = [debit(PROVIDER, eur(100)), credit(escrow("d"), eur(100))]
    released = [debit(escrow("d"), eur(100)), credit(payable("s"), eur(97)), credit(COMMISSION, eur(3))]
    settled = [
        *released[:1],
        credit(payable("s"), eur(48)),
        credit(COMMISSION, eur(2)),
        credit(refund_due("d"), eur(50)),
    ]
    sent = [debit(payable("s"), eur(97)), credit(PROVIDER, eur(97))]
    back = [debit(refund_due("d"), eur(50)), credit(PROVIDER, eur(50))]
    set_off = [debit(payable("s"), eur(30)), credit(receivable("s"), eur(30))]
    reversed_ = [debit(PROVIDER, eur(20)), credit(receivable("s"), eur(20))]
    assert [seen(legs, buys=True) for legs in (funded, released, settled, sent, back)] == [
        ("paid", None, eur(100), None),
        None,
        None,
        None,
        ("refunded", eur(50), None, None),
    ]
    assert [seen(legs, buys=False) for legs in (funded, released, settled, sent, back, set_off, reversed_)] == [
        None,
        ("released", eur(97), None, eur(3)),
        ("released", eur(48), None, eur(2)),
        ("sent", None, eur(97), None),
        None,
        ("set_off", None, eur(30), None),
        ("taken_back", None, eur(20), None),
    ]


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00")), min_size=2, max_size=2)))
def test_no_cell_of_a_file_is_a_formula_and_none_is_lost(rows: list[list[str]]) -> None:
    text = rules.as_csv(["a", "b"], rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not [cell for row in read for cell in row if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))]


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-5", "@SUM(A1)", "  =1", "\t=1"])
def test_formula_is_neutralised_for_spreadsheets(cell: str) -> None:
    assert rules.neutral(cell) == f"'{cell}"
    assert rules.neutral("21.5") == "21.5"


async def test_both_sides_see_where_the_money_is_and_where_it_went(market: Market) -> None:
    trade = await agreed(market, lots=1)
    await trade.sign()
    await trade.pay()
    lot = (await trade.lots())[0]
    for actor, mine in ((trade.buyer, True), (trade.seller, False)):
        now = await market.run(actor, service.statement)
        (held,) = now.held
        assert (held.mine, held.amount, now.payouts, now.due) == (mine, eur(21_000_00), (), ())
        assert held.until is not None
    assert (await market.run(trade.stranger, service.statement)).held == ()

    await trade.deliver(lot)
    await trade.accept(lot)
    now = await market.run(trade.seller, service.statement)
    (payout,) = now.payouts
    assert (payout.net, payout.fee, payout.state, payout.lot) == (eur(20_475_00), eur(525_00), "waiting", 1)
    assert (now.held, now.due) == ((), (eur(20_475_00),))
    await trade.seller_can_be_paid()
    await trade.provider_answers()
    now = await market.run(trade.seller, service.statement)
    assert (now.payouts[0].state, now.due) == ("done", ())

    def told(lines: list[Line]) -> list[tuple[str, Money | None, Money | None, Money | None]]:
        return [(line.what, line.came, line.went, line.fee) for line in lines]

    bought = await market.run(trade.buyer, lambda ctx: list(service.lines(ctx)))
    sold = await market.run(trade.seller, lambda ctx: list(service.lines(ctx)))
    assert told(bought) == [("paid", None, eur(21_000_00), None)]
    (spent,) = (await market.run(trade.buyer, service.statement)).spent
    assert (spent.amount, spent.back, spent.arrived) == (eur(21_000_00), eur(0), True)
    assert told(sold) == [
        ("released", eur(20_475_00), None, eur(525_00)),
        ("sent", None, eur(20_475_00), None),
    ]
    assert await market.run(trade.stranger, lambda ctx: list(service.lines(ctx))) == []


async def test_while_a_case_is_open_its_deadline_is_what_happens_next_to_the_money(market: Market) -> None:
    trade, case = await disputed(market)
    due = await trade.as_market(lambda ctx: deadline_of(ctx.session, "case", case.id))
    (held,) = (await market.run(trade.buyer, service.statement)).held
    assert due is not None
    assert held.until == due.due_at


async def test_unpaid_sum_is_shown_and_an_overpayment_only_to_the_buyer(market: Market) -> None:
    trade = await agreed(market, lots=1)
    await trade.sign()
    for actor, mine in ((trade.buyer, True), (trade.seller, False)):
        now = await market.run(actor, service.statement)
        (unpaid,) = now.unpaid
        assert (unpaid.mine, unpaid.amount, now.held) == (mine, eur(21_000_00), ())
        assert unpaid.until is not None
    await trade.pay(eur(1_000_00))
    now = await market.run(trade.buyer, service.statement)
    assert ([each.amount for each in now.unpaid], [each.amount for each in now.held]) == (
        [eur(20_000_00)],
        [eur(1_000_00)],
    )
    await trade.pay(eur(20_500_00), intent="pi_2")
    now = await market.run(trade.buyer, service.statement)
    assert ([each.amount for each in now.credits], now.unpaid) == ([eur(500_00)], ())
    assert (await market.run(trade.seller, service.statement)).credits == ()


async def test_payment_that_banks_are_settling_is_not_asked_for_again(market: Market) -> None:
    trade = await agreed(market, lots=1)
    await trade.sign()
    payment = await trade.payment()
    await market.run(MARKET, lambda ctx: settling(ctx, payment.id))
    now = await market.run(trade.buyer, service.statement)
    assert ([each.amount for each in now.coming], now.unpaid) == ([eur(21_000_00)], ())


async def test_a_buyer_has_back_what_was_not_delivered(market: Market) -> None:
    trade = await paid(market, lots=1)
    await trade.pass_long()
    await trade.provider_answers()
    (spent,) = (await market.run(trade.buyer, service.statement)).spent
    assert (spent.amount, spent.back, spent.arrived) == (eur(21_000_00), eur(21_000_00), True)
    lines = await market.run(trade.buyer, lambda ctx: list(service.lines(ctx)))
    assert [(line.what, line.came or line.went) for line in lines] == [
        ("paid", eur(21_000_00)),
        ("refunded", eur(21_000_00)),
    ]


async def told_and_spent(trade: Trade) -> tuple[list[tuple[str, Money | None]], Money]:
    """Return the buyer's statement lines, in and out, and the sum that their screen says they have back."""
    lines = await trade.market.run(trade.buyer, lambda ctx: list(service.lines(ctx)))
    (spent,) = (await trade.market.run(trade.buyer, service.statement)).spent
    assert spent.amount == eur(21_000_00)
    return [(line.what, line.came or line.went) for line in lines], spent.back


@pytest.mark.parametrize("accepted", [2, 1])
async def test_a_buyer_reads_all_that_their_bank_has_given_them(market: Market, accepted: int) -> None:
    """Check that this includes money that was with the seller by then: its source does not concern the buyer."""
    trade = await released(market, lots=2, accepted=accepted)
    await recalled(trade)
    await decided(trade, won=False)
    was_paid, given = ("paid", eur(21_000_00)), ("by_bank", eur(21_000_00))
    for actor, pays in ((trade.buyer, True), (trade.seller, False)):
        (lost,) = (await market.run(actor, service.statement)).lost
        assert (lost.mine, lost.chargeback.sellers_loss) == (pays, eur(10_237_50 * accepted))
    assert await told_and_spent(trade) == ([was_paid, given], eur(21_000_00))
    sold = await market.run(trade.seller, lambda ctx: [line.what for line in service.lines(ctx)])
    assert sorted(sold) == sorted(["released", "sent", "taken_back"] * accepted)
    await decided(trade, won=True)  # on appeal the bank has it from the buyer again
    told, back = await told_and_spent(trade)
    assert told[:3] == [was_paid, given, ("bank_reversed", eur(21_000_00))]
    assert (await market.run(trade.seller, service.statement)).lost == ()
    assert back == eur(10_500_00 * (2 - accepted))  # nothing was delivered for it
    sold_for = await market.run(trade.seller, lambda ctx: list(service.lines(ctx)))
    assert [line.what for line in sold_for if line.fee] == ["released"] * accepted  # the fee is told of once
    assert [line.came for line in sold_for if line.what == "returned"] == [eur(10_237_50 * accepted)]


async def test_a_buyer_reads_of_what_came_too_late_and_was_taken_by_their_bank(market: Market) -> None:
    """Its refund had not left yet, and does not leave any more: nothing else tells of it."""
    trade = await paid_too_late(market)
    await recalled(trade, answer=False)
    await market.run(OUTSIDE, partial(chargebacks.closed, ref="du_1", won=False))
    refund = trade.asked("refund")[0]["disbursement_id"]
    await market.run(OUTSIDE, partial(disbursements.refused, disbursement_id=refund, why="charge_disputed", final=True))
    assert (await told_and_spent(trade))[1] == eur(21_000_00)


async def test_everybody_has_a_mark_and_may_take_another(market: Market) -> None:
    actor, person = await market.newcomer("Rasa")
    assert len(person.security_phrase) == 2
    assert (
        await market.run(MARKET, lambda ctx: security_phrase_at(ctx, "telegram", "", "chat-Rasa"))
        == person.security_phrase
    )
    assert await market.run(MARKET, lambda ctx: security_phrase_at(ctx, "telegram", "", "chat-Nobody")) is None
    offered = await market.run(actor, offered_security_phrases)
    assert len(set(offered)) == 6
    await market.run(actor, lambda ctx: choose_security_phrase(ctx, offered[0]))
    assert await market.run(MARKET, lambda ctx: security_phrase_at(ctx, "telegram", "", "chat-Rasa")) == offered[0]
    for wrong in ("", "AB", PICTURES[0], PICTURES[0] * 2, PICTURES[:3]):
        with pytest.raises(Invalid):
            await market.run(actor, partial(choose_security_phrase, phrase=wrong))
