"""Claims: figures or photos, the formula, proposals, a second laboratory, the referee, and time when nobody speaks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from core.delivery import service as delivery
from core.delivery.commands import (
    ClaimLot,
    ContradictClaim,
    ProposeCut,
    ProposeReplacement,
    ReportArrival,
    ReportReferee,
)
from core.delivery.model import Lot
from core.files.model import Checked
from core.files.service import keep
from core.kernel.errors import Invalid, NotAllowed, NotFound, Refusal, Stale
from core.kernel.money import Money
from core.kernel.timers import deadline_of
from core.offers.quality import Measured
from tests.core.conftest import Market
from tests.core.goods import tonnes
from tests.core.trades import Trade, paid

WET = Measured(moisture=Decimal(14))


async def delivered(market: Market, lots: int = 1) -> tuple[Trade, Lot]:
    trade = await paid(market, lots=lots)
    lot = (await trade.lots())[0]
    await trade.dispatch(lot)
    arrival = ReportArrival(lot_id=lot.id, measured=tonnes(100 // lots))
    await market.run(trade.buyer, lambda ctx: delivery.report_arrival(ctx, arrival))
    return trade, lot


async def does(trade: Trade, who: str, verb: Any, *args: Any) -> Lot:
    actor = {"buyer": trade.buyer, "seller": trade.seller, "stranger": trade.stranger}[who]
    lot: Lot = await trade.market.run(actor, partial(_called, verb, args))
    return lot


def _called(verb: Any, args: tuple[Any, ...], ctx: Any) -> Any:
    return verb(ctx, *args)


def paper(name: str) -> Checked:
    return Checked(name, "image/jpeg" if name.endswith("jpg") else "application/pdf", b"ink", name.ljust(64, "0"))


async def claimed(market: Market, measured: Measured = WET) -> tuple[Trade, Lot]:
    trade, lot = await delivered(market)
    command = ClaimLot(lot_id=lot.id, words="Wet", measured=measured, measured_by="Our oven", sample="S 1")
    await does(trade, "buyer", delivery.claim_lot, command)
    return trade, lot


async def test_words_alone_open_no_claim(market: Market) -> None:
    trade, lot = await delivered(market)
    with pytest.raises(Invalid, match=r"claim\.needs_figure"):
        await does(trade, "buyer", delivery.claim_lot, ClaimLot(lot_id=lot.id, words="It is bad"))
    assert (await trade.lots())[0].state == "inspection"


async def test_a_photo_opens_one_and_so_does_a_weight_within_two_days(market: Market) -> None:
    trade, lot = await delivered(market)
    light = ClaimLot(lot_id=lot.id, words="Too light", measured=Measured(weight=tonnes(90)))
    market.clock.advance(hours=49)
    with pytest.raises(Refusal, match=r"claim\.weight_too_late"):
        await does(trade, "buyer", delivery.claim_lot, light)

    ticket = await market.run(trade.buyer, lambda ctx: keep(ctx, paper("ticket.jpg")).id)
    await does(trade, "buyer", delivery.claim_lot, light.model_copy(update={"files": (ticket,)}))
    assert (await trade.lots())[0].state == "claim"


async def test_the_seller_takes_what_the_formula_pays(market: Market) -> None:
    trade, lot = await claimed(market)
    (found,) = await trade.house(lambda ctx: delivery.findings_of(ctx, lot.id))
    assert (found.measured.moisture, found.measured_by, found.sample) == (Decimal(14), "Our oven", "S 1")
    settled = await does(trade, "seller", delivery.grant_claim, lot.id)
    assert (settled.state, settled.pay) == ("adjusted", Money(20_066_67, "EUR"))  # 21,000 x 86/90
    await trade.provider_answers()
    money = await trade.money()
    assert (money.released, money.paid_back) == (Money(20_066_67, "EUR"), Money(933_33, "EUR"))
    assert money.commission == Money(501_67, "EUR")
    assert (await trade.deal()).state == "completed"


async def test_they_go_to_and_fro_and_the_last_figure_is_taken(market: Market) -> None:
    trade, lot = await claimed(market)
    for seller, buyer in ((20_900, 20_000), (20_800, 20_200)):
        await does(trade, "seller", delivery.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(seller * 100, "EUR")))
        with pytest.raises(NotAllowed):
            await does(trade, "seller", delivery.take_proposal, lot.id)
        await does(trade, "buyer", delivery.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(buyer * 100, "EUR")))
    await does(trade, "seller", delivery.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(20_500_00, "EUR")))
    with pytest.raises(Refusal, match=r"claim\.too_many_rounds"):
        await does(trade, "buyer", delivery.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(1, "EUR")))
    assert (await does(trade, "buyer", delivery.take_proposal, lot.id)).pay == Money(20_500_00, "EUR")


async def test_a_figure_beyond_the_lot_and_a_strangers_are_refused(market: Market) -> None:
    trade, lot = await claimed(market)
    with pytest.raises(Invalid, match=r"claim\.pay_outside"):
        await does(trade, "seller", delivery.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(21_000_01, "EUR")))
    for verb in (delivery.grant_claim, delivery.ask_operator, delivery.give_back_lot, delivery.take_proposal):
        with pytest.raises(NotFound):
            await does(trade, "stranger", verb, lot.id)
    with pytest.raises(NotAllowed):
        await does(trade, "buyer", delivery.grant_claim, lot.id)
    with pytest.raises(Stale):
        await does(trade, "seller", delivery.grant_claim, lot.id, 1)


async def test_the_lot_is_sent_again(market: Market) -> None:
    trade, lot = await claimed(market)
    by_day = market.clock.now().date() + timedelta(days=9)
    await does(trade, "seller", delivery.propose_replacement, ProposeReplacement(lot_id=lot.id, by_day=by_day))
    assert "take_replacement" in await market.run(
        trade.buyer, lambda ctx: delivery.may(ctx, delivery.lot_for(ctx, lot.id))
    )
    again = await does(trade, "buyer", delivery.take_proposal, lot.id)
    assert (again.state, again.window_to, again.truck, again.measured) == ("planned", by_day, None, None)
    await trade.dispatch(lot)
    assert (await trade.lots())[0].state == "dispatched"


async def test_two_findings_that_are_close_settle_it_by_their_mean(market: Market) -> None:
    trade, lot = await claimed(market)
    own = ContradictClaim(lot_id=lot.id, measured=Measured(moisture=Decimal("12.6")))
    settled = await does(trade, "seller", delivery.contradict_claim, own)
    assert (settled.state, settled.pay) == ("adjusted", Money(20_230_00, "EUR"))  # 13.3 %: x 86.7/90


async def test_what_cannot_be_compared_contradicts_nothing(market: Market) -> None:
    trade, lot = await claimed(market)
    with pytest.raises(Invalid, match=r"claim\.nothing_to_compare"):
        await does(
            trade,
            "seller",
            delivery.contradict_claim,
            ContradictClaim(lot_id=lot.id, measured=Measured(ash=Decimal(1))),
        )


@pytest.mark.parametrize(
    ("referee", "pay"),
    [("13.5", 20_183_33 - 180_00), ("11", 20_766_67)],  # nearer to the buyer: the seller bears the test
    ids=["the seller loses", "the buyer loses"],
)
async def test_the_reserve_sample_decides_and_the_loser_pays_the_test(market: Market, referee: str, pay: int) -> None:
    trade, lot = await claimed(market)
    own = ContradictClaim(lot_id=lot.id, measured=Measured(moisture=Decimal(10)))
    assert (await does(trade, "seller", delivery.contradict_claim, own)).state == "referee"
    report = ReportReferee(lot_id=lot.id, measured=Measured(moisture=Decimal(referee)), cost=Money(180_00, "EUR"))
    with pytest.raises(Invalid, match=r"claim\.needs_report"):
        await does(trade, "buyer", delivery.report_referee, report)

    kept = await market.run(trade.buyer, lambda ctx: keep(ctx, paper("report.pdf")).id)
    await does(trade, "buyer", delivery.report_referee, report.model_copy(update={"files": (kept,)}))
    with pytest.raises(NotAllowed):
        await does(trade, "buyer", delivery.agree_value, lot.id)
    await trade.pass_days(2.5)  # the seller says nothing
    settled = (await trade.lots())[0]
    assert (settled.state, settled.pay_minor) == ("adjusted", pay)


async def test_a_sample_at_the_laboratory_gives_three_days_more_and_only_once(market: Market) -> None:
    trade, lot = await delivered(market)
    await does(trade, "buyer", delivery.send_sample, lot.id)
    with pytest.raises(Stale):
        await does(trade, "buyer", delivery.send_sample, lot.id)
    timer = await trade.house(lambda ctx: deadline_of(ctx.session, "lot", lot.id))
    assert timer.due_at - (await trade.lots())[0].state_since == timedelta(days=10)


async def test_what_never_came_is_said_so_unless_one_has_reported_it(market: Market) -> None:
    trade = await paid(market, lots=2)
    first, second = await trade.lots()
    await trade.dispatch(first)
    market.clock.advance(days=3)
    await does(trade, "buyer", delivery.say_not_arrived, first.id)
    granted = await does(trade, "seller", delivery.grant_claim, first.id)
    assert granted.pay_minor == 0
    await trade.dispatch(second)
    await market.run(trade.buyer, lambda ctx: delivery.report_arrival(ctx, ReportArrival(lot_id=second.id)))
    with pytest.raises(Refusal, match=r"claim\.has_arrived"):
        await does(trade, "buyer", delivery.say_not_arrived, second.id)


async def test_a_planned_lot_is_given_up_by_both(market: Market) -> None:
    trade = await paid(market, lots=2)
    lot = (await trade.lots())[0]
    await does(trade, "buyer", delivery.ask_drop, lot.id)
    with pytest.raises(NotAllowed):
        await does(trade, "buyer", delivery.agree_drop, lot.id)
    assert (await does(trade, "seller", delivery.agree_drop, lot.id)).state == "dropped"
    await trade.provider_answers()
    assert (await trade.money()).paid_back == lot.amount


async def test_nobody_speaks_and_time_splits_what_nobody_has_measured(market: Market) -> None:
    trade = await paid(market, lots=1)
    lot = (await trade.lots())[0]
    await trade.dispatch(lot)
    market.clock.advance(days=3)
    await does(trade, "buyer", delivery.say_not_arrived, lot.id)
    await trade.pass_days(40)
    settled = (await trade.lots())[0]
    assert (settled.state, settled.pay_minor, settled.flagged) == ("adjusted", 10_500_00, True)
