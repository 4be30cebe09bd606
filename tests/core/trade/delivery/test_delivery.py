"""Lots: cut from the deal to the last kilogram and cent, sent, looked at, taken or not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from core.kernel.lot_sizes import cut
from core.kernel.quantity import Quantity
from core.kernel.timers import deadline_of
from core.trade.deals.model import DealState
from core.trade.delivery import rules, steps
from core.trade.delivery import service as delivery
from core.trade.delivery.events import (
    LotAccepted,
    LotAdjusted,
    LotArrived,
    LotClaimed,
    LotDispatched,
    LotDropped,
    LotLate,
)
from core.trade.delivery.model import AcceptLot, DispatchLot, LotState, ReportArrival
from tests.core.conftest import Market
from tests.core.goods import tonnes
from tests.core.trades import agreed, paid


def test_tonnes_are_cut_evenly_and_pallets_whole() -> None:
    assert [str(each) for each in cut(tonnes(10), 3)] == ["3.334 t", "3.333 t", "3.333 t"]
    pallets = Quantity(Decimal(25), "pallet")
    assert [str(each) for each in cut(pallets, 2)] == ["13 pallet", "12 pallet"]
    assert len(cut(Quantity(Decimal(2), "pallet"), 5)) == 2


@given(st.integers(1, 10**9), st.integers(1, 52), st.sampled_from(["t", "pallet", "kWh"]))
def test_lots_add_up_to_the_whole(thousandths: int, lots: int, unit: str) -> None:
    whole = Quantity(Decimal(thousandths).scaleb(-3), unit)
    parts = cut(whole, lots)
    assert sum((part.amount for part in parts), Decimal(0)) == whole.amount
    assert all(part.amount > 0 for part in parts)
    assert len(parts) <= lots


@given(st.integers(0, 400), st.integers(1, 52))
def test_windows_follow_each_other_within_the_deals_window(days: int, lots: int) -> None:
    first = date(2026, 12, 1)
    last = first + timedelta(days=days)
    windows = rules.cut_window(first, last, lots)
    assert windows[0][0] == first
    assert windows[-1][1] == last
    assert all(start <= end for start, end in windows)
    assert windows == sorted(windows)


async def test_a_lot_goes_from_the_plan_to_the_buyers_yes(market: Market) -> None:
    market.watch(LotDispatched, LotArrived, LotAccepted)
    trade = await paid(market)
    assert await trade.states() == (DealState.FUNDED, [LotState.PLANNED] * 4)
    lots = await trade.lots()
    assert [str(lot.quantity) for lot in lots] == ["25 t"] * 4
    assert [lot.window_from for lot in lots] == sorted(lot.window_from for lot in lots)
    await trade.dispatch(lots[0])
    await trade.arrive(lots[0], tonnes(26))
    await trade.accept(lots[0])
    taken = (await trade.lots())[0]
    assert (taken.state, taken.truck, taken.measured) == ("accepted", "LTU 123", tonnes(26))
    assert [type(fact).__name__ for fact in market.facts] == ["LotDispatched", "LotArrived", "LotAccepted"]


async def test_nothing_is_sent_before_it_is_paid(market: Market) -> None:
    trade = await agreed(market)
    assert await trade.lots() == []
    await trade.sign()
    assert await trade.states() == (DealState.AWAITING_FUNDING, [LotState.WAITING] * 4)
    with pytest.raises(Stale):
        await trade.dispatch((await trade.lots())[0])


async def test_each_side_does_its_own_part_only(market: Market) -> None:
    trade = await paid(market)
    lot = (await trade.lots())[0]
    command = DispatchLot(lot_id=lot.id, truck="LTU 123", eta=market.clock.now().date())
    with pytest.raises(NotAllowed):
        await market.run(trade.buyer, lambda ctx: delivery.dispatch_lot(ctx, command))
    with pytest.raises(NotFound):
        await market.run(trade.stranger, lambda ctx: delivery.dispatch_lot(ctx, command))
    await trade.deliver(lot)
    with pytest.raises(NotAllowed):
        await market.run(trade.seller, lambda ctx: delivery.accept_lot(ctx, AcceptLot(lot_id=lot.id)))
    assert await market.run(trade.buyer, lambda ctx: delivery.may(ctx, steps.lot_for(ctx, lot.id))) == [
        "accept",
        "claim",
        "not_arrived",
        "sample_sent",
    ]


async def test_impossible_values_are_refused_with_possible_ones(market: Market) -> None:
    trade = await paid(market)
    lot = (await trade.lots())[0]
    today = market.clock.now().date()
    for eta, code in ((today - timedelta(days=5), "lot.eta_past"), (today + timedelta(days=99), "lot.eta_too_far")):
        command = DispatchLot(lot_id=lot.id, truck="LTU 123", eta=eta)
        with pytest.raises(Invalid, match=code):
            await market.run(trade.seller, partial(delivery.dispatch_lot, command=command))
    await trade.dispatch(lot)
    wrong = ReportArrival(lot_id=lot.id, measured=Quantity(Decimal(9), "MWh"))
    with pytest.raises(Invalid, match=r"lot\.measured_unit"):
        await market.run(trade.buyer, lambda ctx: delivery.report_arrival(ctx, wrong))


async def test_silence_accepts_what_was_delivered(market: Market) -> None:
    market.watch(LotArrived, LotAccepted)
    trade = await paid(market, lots=1)
    lot = (await trade.lots())[0]
    await trade.dispatch(lot)
    await trade.pass_days(10)
    assert await trade.states() == (DealState.FUNDED, [LotState.INSPECTION])
    timer = await trade.as_market(lambda ctx: deadline_of(ctx.session, "lot", lot.id))
    assert timer.event == "auto_accept"
    await trade.pass_days(7)
    await trade.provider_answers()
    assert await trade.states() == (DealState.COMPLETED, [LotState.ACCEPTED])
    assert [fact.by_person for fact in market.facts if isinstance(fact, LotAccepted)] == [None]


async def test_lot_that_is_never_sent_is_dropped(market: Market) -> None:
    market.watch(LotLate, LotDropped)
    trade = await paid(market, lots=1)
    lot = (await trade.lots())[0]
    await trade.pass_days((rules.overdue_at(lot.window_to, market.clock.now()) - market.clock.now()).days + 1)
    assert await trade.states() == (DealState.FUNDED, [LotState.LATE])
    await trade.pass_days(11)
    await trade.provider_answers()
    assert await trade.states() == (DealState.COMPLETED, [LotState.DROPPED])
    assert [type(fact).__name__ for fact in market.facts] == ["LotLate", "LotDropped"]
    assert (await trade.money()).paid_back == (await trade.deal()).amount


async def test_a_late_lot_can_be_dropped_or_still_be_sent(market: Market) -> None:
    trade = await paid(market, lots=2)
    first, second = await trade.lots()
    await trade.pass_days((rules.overdue_at(second.window_to, market.clock.now()) - market.clock.now()).days + 1)
    assert [lot.state for lot in await trade.lots()] == [LotState.DROPPED, LotState.LATE]
    await trade.dispatch(second)
    with pytest.raises(Stale):
        await market.run(trade.buyer, lambda ctx: delivery.drop_lot(ctx, second.id))
    assert first.id != second.id


async def test_a_claim_is_settled_by_one_of_them_or_by_time(market: Market) -> None:
    market.watch(LotClaimed, LotAccepted, LotDropped, LotAdjusted)
    trade = await paid(market, lots=3)
    taken, returned, argued = await trade.lots()
    for lot in (taken, returned, argued):
        await trade.dispatch(lot)
        await trade.arrive(lot, tonnes(24))
        await trade.claim(lot)
    await trade.accept(taken)
    await market.run(trade.seller, lambda ctx: delivery.give_back_lot(ctx, returned.id))
    await trade.pass_days(3.5)
    assert (await trade.lots())[2].state == LotState.LOT_DISPUTE
    await trade.pass_days(30)
    assert [lot.state for lot in await trade.lots()] == [LotState.ADJUSTED, LotState.DROPPED, LotState.ADJUSTED]
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.COMPLETED
    money = await trade.money()
    assert (await trade.lots())[0].pay_minor == 5_040_00  # 24 t of 33.334, which is undisputed
    # 24 t of 33.333 at 14 % instead of 10 % moisture: 6999.93 x 0.720007 x 86/90.
    assert (await trade.lots())[2].pay_minor == 4_816_00
    assert (money.released.minor, money.refunded.minor) == (5_040_00 + 4_816_00, 21_000_00 - 5_040_00 - 4_816_00)
