"""Next steps on a deal in several lots: every deadline of the reader is shown, the soonest first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.platforms import PLATFORMS
from conversations.chat_context import ChatAddress, ChatContext, MarketContext
from conversations.engine import Engine
from conversations.platforms import by_code
from conversations.trade.deals.card import brief_card, deal_card
from conversations.trade.deals.next_steps import SHOWN, Wait, in_order, lot_waits
from conversations.wording import Wordings, Words
from core.catalogue.language.places import Places
from core.kernel.process import Transition
from core.kernel.quantity import Quantity
from core.kernel.timers import Timer, deadline_of
from core.kernel.transaction import Actor, Ctx
from core.people.accounts.service import acting
from core.trade.deals import service as deals
from core.trade.deals.access import deal_for
from core.trade.deals.model import ANSWER_CANCEL_WITHIN, Side
from core.trade.delivery import claims
from core.trade.delivery import service as delivery
from core.trade.delivery.model import LOT, OPEN, OVERDUE_AFTER, Lot, LotState, ReportArrival, WeighLot
from core.trade.disputes import service as support
from core.trade.disputes.model import CASE, Case, RuleCase
from tests.core.conftest import Market
from tests.core.goods import catalogue
from tests.core.trades import Trade, agreed, market_in_memory, paid

ENGINE = Engine(
    [], MarketContext(catalogue(), Places([]), Wordings(PLATFORMS), 100, 1500, platforms=by_code(PLATFORMS))
)
WORDS = Wordings(PLATFORMS).speak("en", "UTC")
SIDES = st.sampled_from(("buyer", "seller"))
DUE = st.integers(0, 500_000).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
TIMED: tuple[Transition[LotState], ...] = tuple(each for each in LOT.transitions if each.by == {"time"})


# --- rules ------------------------------------------------------------------------------------------------------------


@given(st.lists(st.builds(Wait, st.just("turn.deal.funded"), st.booleans(), st.none() | DUE)))
def test_deadlines_of_the_reader_come_first_and_the_soonest_leads(waits: list[Wait]) -> None:
    told = in_order(waits)
    assert sorted(map(id, told)) == sorted(map(id, waits))
    assert [wait.mine for wait in told] == sorted((wait.mine for wait in waits), reverse=True)
    mine = [wait.due for wait in waits if wait.mine and wait.due is not None]
    if mine:
        assert told[0].mine
        assert told[0].due == min(mine)


@settings(deadline=None)  # the first of them waits for the mappers
@given(st.lists(st.tuples(st.sampled_from(TIMED), DUE, st.none() | SIDES), min_size=1, max_size=9), SIDES)
def test_first_line_names_the_soonest_deadline_of_the_reader(
    open_lots: list[tuple[Transition[LotState], datetime, Side | None]], side: Side
) -> None:
    """Check that the first line names the deadline that the reader is reminded of, or a sooner one."""
    lots, due, reminded = [], {}, []
    for number, (line, moment, asked_by) in enumerate(open_lots, 1):
        lot = Lot(id=f"lot {number}", number=number, state=line.source, asked_by=asked_by, never_came=False)
        lots.append(lot)
        due[lot.id] = Timer("lot", lot.id, line.event, moment)
        if side in line.reminds or ("other" in line.reminds and asked_by not in (None, side)):
            reminded.append(moment)
    first = in_order(lot_waits(lots, side, due, {}, {}))[0]
    if reminded:
        assert first.mine
        assert first.due is not None
        assert first.due <= min(reminded)


@settings(deadline=None)
@given(st.sampled_from(OPEN), SIDES)
def test_a_lot_that_is_asked_to_be_given_up_waits_for_the_other_side(state: LotState, side: Side) -> None:
    other = "seller" if side == "buyer" else "buyer"
    lot = Lot(id="1", number=1, state=state, asked_by=other, never_came=False)
    (wait,) = lot_waits([lot], side, {}, {}, {})
    assert wait.mine or state not in (LotState.PLANNED, LotState.REFEREE_FOUND)


# --- told -------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with market_in_memory() as found:
        yield found


async def told(trade: Trade, side: Actor, *, brief: bool = False) -> list[str]:
    def unit(ctx: Ctx) -> str:
        chat: ChatContext = ENGINE.chat_with(ctx, acting(ctx), ChatAddress("telegram", "", "1"))
        return (brief_card if brief else deal_card)(chat, deal_for(ctx, trade.deal_id)).turn

    return cast("str", await trade.market.run(side, unit)).split("\n")


async def when(trade: Trade, kind: str, subject: str, words: Words = WORDS) -> str:
    """Return the next deadline of a subject, as it is written."""
    due = await trade.as_market(lambda ctx: deadline_of(ctx.session, kind, subject))
    return words.show(due.due_at)


async def test_a_seller_reads_what_they_are_to_send_while_the_buyer_checks_another_lot(market: Market) -> None:
    trade = await paid(market, lots=3)
    first, second, third = await trade.lots()
    await trade.deliver(first)
    lines = await told(trade, trade.seller)
    assert lines[0].startswith("Your turn: send lot 2")
    assert await when(trade, "lot", second.id) in lines[0]
    assert lines[1].startswith("Your turn: send lot 3")
    assert await when(trade, "lot", third.id) in lines[1]
    assert "to check lot 1" in lines[2]
    assert await told(trade, trade.seller, brief=True) == lines[:1]
    assert (await told(trade, trade.buyer, brief=True))[0].startswith("Your turn: check lot 1")


async def test_both_read_that_silence_after_a_low_weight_is_a_claim(market: Market) -> None:
    trade = await paid(market, lots=1)
    (lot,) = await trade.lots()
    await trade.dispatch(lot)
    far_less = ReportArrival(lot_id=lot.id, measured=Quantity(Decimal(80), "t"))
    await market.run(trade.buyer, lambda ctx: delivery.report_arrival(ctx, far_less))
    for side in (trade.buyer, trade.seller):
        (line,) = await told(trade, side)
        assert "without an answer, that is a claim" in line
        assert "is released" not in line

    about_it = WeighLot(lot_id=lot.id, measured=Quantity(Decimal(95), "t"))
    await market.run(trade.buyer, lambda ctx: delivery.weigh_lot(ctx, about_it))
    for side in (trade.buyer, trade.seller):
        (line,) = await told(trade, side)
        assert "Without an answer it is accepted" in line


async def test_a_late_lot_comes_before_one_that_is_not(market: Market) -> None:
    trade = await paid(market, lots=3)
    lots = await trade.lots()
    until = await trade.as_market(lambda ctx: deadline_of(ctx.session, "lot", lots[0].id))
    market.clock.advance(seconds=(until.due_at - market.clock.now()) / timedelta(seconds=1))
    await trade.pass_days(0.5)
    assert [lot.state for lot in await trade.lots()] == [LotState.LATE, LotState.PLANNED, LotState.PLANNED]
    assert any("lot 1 is late" in line for line in await told(trade, trade.seller))


async def test_more_lots_than_a_card_has_lines_for_are_counted(market: Market) -> None:
    trade = await paid(market, lots=12)
    for side in (trade.seller, trade.buyer):
        lines = await told(trade, side)
        assert len(lines) == SHOWN + 1
        assert lines[-1] == "And 9 more."
        assert "lot 1" in lines[0]


async def test_request_to_give_up_a_lot_is_shown_beside_a_dispute(market: Market) -> None:
    trade = await paid(market, lots=3)
    first, second, third = await trade.lots()
    await trade.deliver(first)
    await trade.claim(first)
    await market.run(trade.buyer, lambda ctx: claims.ask_operator(ctx, first.id))
    await trade.dispatch(second)
    await market.run(trade.seller, lambda ctx: delivery.ask_drop(ctx, third.id))
    lines = await told(trade, trade.buyer)
    asked = next(line for line in lines if "would rather give up lot 3" in line)
    assert asked.startswith("Your turn")
    assert await when(trade, "lot", third.id) in asked
    on_the_road = next(line for line in lines if "Lot 2 is on its way" in line)
    assert await when(trade, "lot", second.id) in on_the_road
    (case,) = await trade.as_market(lambda ctx: support.cases_of(ctx, trade.deal_id))
    dispute = next(line for line in lines if line.startswith("Lot 1 of 3:"))
    assert await when(trade, CASE.name, case.id) in dispute


async def test_after_a_ruling_both_read_until_when_they_can_appeal(market: Market) -> None:
    trade = await paid(market, lots=2)
    first, _second = await trade.lots()
    await trade.deliver(first)
    await trade.claim(first)
    await market.run(trade.buyer, lambda ctx: claims.ask_operator(ctx, first.id))
    case: Case = (await trade.as_market(lambda ctx: support.cases_of(ctx, trade.deal_id)))[0]
    olga = await trade.operator("Olga")
    ruling = RuleCase(case_id=case.id, seller_bp=5_000, reason="Both have shown figures of their own.")
    await market.run(olga, lambda ctx: support.rule_case(ctx, ruling))
    appeal_until = await when(trade, CASE.name, case.id)
    for side in (trade.buyer, trade.seller):
        first_line = (await told(trade, side))[0]
        assert first_line.startswith("Lot 1 of 2: An operator has decided.")
        assert appeal_until in first_line


async def test_side_asked_to_cancel_still_reads_of_the_lot_they_check(market: Market) -> None:
    trade = await paid(market, lots=2)
    first, _ = await trade.lots()
    await trade.deliver(first)
    await market.run(trade.seller, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    lines = await told(trade, trade.buyer)
    assert {line.split(":")[0] for line in lines[:2]} == {"Your turn"}
    assert any("asks to cancel" in line for line in lines)
    assert any("check lot 1" in line for line in lines)


async def test_side_asked_to_cancel_reads_when_to_answer_though_overdue_comes_sooner(
    market: Market,
) -> None:
    trade = await paid(market, lots=1)
    while (overdue := await trade.as_market(lambda ctx: deadline_of(ctx.session, "deal", trade.deal_id))).due_at > (
        market.clock.now() + timedelta(days=2)
    ):
        await trade.pass_days(1)
    await market.run(trade.seller, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    answer = WORDS.show(market.clock.now() + ANSWER_CANCEL_WITHIN)
    assert answer != WORDS.show(overdue.due_at)
    for side in (trade.buyer, trade.seller):
        assert any("cancel" in line and answer in line for line in await told(trade, side))


async def test_a_lot_whose_days_may_pass_before_it_is_paid_says_from_when_its_time_counts(market: Market) -> None:
    trade = await agreed(market, lots=1, window_from=date(2026, 11, 23), window_to=date(2026, 11, 24))
    await trade.sign()
    (lot,) = await trade.lots()
    due = await trade.as_market(lambda ctx: deadline_of(ctx.session, "deal", trade.deal_id))
    assert due.due_at.date() > lot.window_to
    for side in (trade.buyer, trade.seller):
        lines = await told(trade, side)
        assert (
            lines[1]
            == "If the payment comes only after the days of lot 1, the time to send it counts from the payment."
        )
    market.clock.advance(days=4)
    await trade.pay()
    late = await trade.as_market(lambda ctx: deadline_of(ctx.session, "lot", lot.id))
    assert late.due_at == market.clock.now() + OVERDUE_AFTER
    (line,) = await told(trade, trade.seller)
    assert WORDS.show(late.due_at) in line


async def test_a_lot_that_comes_after_its_payment_says_nothing_of_it(market: Market) -> None:
    trade = await agreed(market, lots=1)
    await trade.sign()
    assert len(await told(trade, trade.seller)) == 1
