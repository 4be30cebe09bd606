"""Reminders stand in their deadline's timer: half way and shortly before, gone with the state, moved with the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.kernel.heartbeat import beat
from core.kernel.process import Process
from core.kernel.reminders import DeadlineNears, put_off, remind_due
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import MARKET, TIME, Ctx
from core.trade.deals import service as deals
from core.trade.deals.model import DEAL
from tests.core.conftest import Market
from tests.core.trades import agreed


async def reminded(market: Market, hours: float) -> list[tuple[str, bool]]:
    """Let time pass hour by hour, and return the reminders meanwhile."""
    market.facts.clear()
    for _ in range(int(hours)):
        market.clock.advance(hours=1)
        await remind_due(market.transactions)
    return [(fact.event, fact.late) for fact in market.facts if isinstance(fact, DeadlineNears)]


async def test_a_deadline_is_reminded_of_twice_and_no_more(market: Market) -> None:
    market.watch(DeadlineNears)
    await agreed(market)  # three days to sign, two to answer the next offer: none is open
    assert await reminded(market, 35) == []
    assert await reminded(market, 1) == [("sign_expired", False)]
    assert await reminded(market, 28) == []
    assert await reminded(market, 1) == [("sign_expired", True)]
    assert await reminded(market, 6) == []


async def test_side_that_did_its_part_is_reminded_of_the_next_step_only(market: Market) -> None:
    market.watch(DeadlineNears)
    trade = await agreed(market)
    await trade.sign()
    assert await reminded(market, 59) == []  # not of the signature
    assert await reminded(market, 1) == [("funding_expired", False), ("funding_expired", False)]  # deal and tranche


async def test_a_reminder_moves_with_our_absence_and_can_wait_for_the_morning(market: Market) -> None:
    market.watch(DeadlineNears)
    trade = await agreed(market)
    await market.run(TIME, lambda ctx: beat(ctx, market.clock.now(), ()))
    market.clock.advance(hours=10)
    await market.run(TIME, lambda ctx: beat(ctx, market.clock.now(), ()))
    assert await reminded(market, 35) == []
    assert await reminded(market, 1) == [("sign_expired", False)]

    near = DeadlineNears(DEAL.name, trade.deal_id, "sign_expired", market.clock.now(), late=False)
    await market.run(MARKET, lambda ctx: put_off(ctx.session, near, market.clock.now() + timedelta(hours=7)))
    assert await reminded(market, 6) == []
    assert await reminded(market, 1) == [("sign_expired", False)]


async def test_after_a_long_silence_there_is_one_reminder_and_none_of_what_is_over(market: Market) -> None:
    market.watch(DeadlineNears)

    def plan(ctx: Ctx) -> None:
        for subject, hours in (("soon", 10), ("over", 5)):
            timer = Timer("thing", subject, "over", ctx.now + timedelta(hours=hours))
            set_timer(ctx.session, timer, since=ctx.now)

    await market.run(MARKET, plan)
    market.clock.advance(hours=9, minutes=30)
    assert await remind_due(market.transactions) == 1
    assert [(fact.subject, fact.late) for fact in market.facts if isinstance(fact, DeadlineNears)] == [("soon", True)]
    assert await remind_due(market.transactions) == 0


async def test_side_that_moves_a_deal_on_is_not_reminded(market: Market) -> None:
    market.watch(DeadlineNears)
    trade = await agreed(market)
    await market.run(trade.buyer, lambda ctx: deals.back_out(ctx, trade.deal_id))
    assert await reminded(market, 72) == []


def test_every_deadline_of_a_deal_reminds_the_side_whose_turn_it_is() -> None:
    silent = {"disputed", "funded", "in_delivery_direct", "refund_blocked", "payout_blocked", "settling", "unwinding"}
    assert reminding(DEAL) == {each.source for each in DEAL.transitions if "time" in each.by} - silent


def reminding(process: Process[Any]) -> set[str]:
    return {each.source for each in process.transitions if each.reminds}
