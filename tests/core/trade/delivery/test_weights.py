"""Weights: paid as agreed, corrected until they count, and never more than a truck can carry."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from core.kernel.errors import Invalid, NotAllowed, Refusal, Stale
from core.kernel.money import Money
from core.kernel.quantity import Quantity
from core.people.files.service import keep
from core.trade.delivery import claims, steps
from core.trade.delivery import service as delivery
from core.trade.delivery.model import (
    AcceptLot,
    ClaimLot,
    Lot,
    LotState,
    ReportArrival,
    ShowArrival,
    ShowLate,
    ShowWeight,
    WeighLot,
)
from core.trade.offers.quality_formula import Measured, Quality, worth
from core.trade.reviews.service import score_of
from tests.core.conftest import Market
from tests.core.goods import tonnes
from tests.core.trade.delivery.test_claims import paper
from tests.core.trades import Trade, paid

LOT_OF_50_T = Money(10_500_00, "EUR")


async def weighed(market: Market, by: str, measured: str | None) -> tuple[Trade, Lot]:
    """Deliver a lot of 50 t for 10,500 euros, which one side has weighed."""
    trade = await paid(market, tonnes_sold=50, lots=1)
    (lot,) = await trade.lots()
    assert lot.amount == LOT_OF_50_T
    await trade.dispatch(lot)
    arrival = ReportArrival(lot_id=lot.id, measured=measured and tonnes(measured))
    await market.run(acts(trade, by), lambda ctx: delivery.report_arrival(ctx, arrival))
    return trade, lot


def acts(trade: Trade, who: str) -> Any:
    return trade.buyer if who == "buyer" else trade.seller


async def released(trade: Trade) -> tuple[Money, Money]:
    await trade.provider_answers()
    money = await trade.money()
    return money.released, money.refunded


async def weighs(trade: Trade, who: str, measured: str) -> Lot:
    (lot,) = await trade.lots()
    command = WeighLot(lot_id=lot.id, measured=tonnes(measured))
    found: Lot = await trade.market.run(acts(trade, who), lambda ctx: delivery.weigh_lot(ctx, command))
    return found


async def test_accepting_pays_by_the_weighbridge_to_the_cent(market: Market) -> None:
    trade, lot = await weighed(market, "buyer", "47.3")
    await trade.accept(lot)
    assert (await trade.lots())[0].state == LotState.ADJUSTED
    assert await released(trade) == (Money(9_933_00, "EUR"), Money(567_00, "EUR"))  # 10,500 x 47.3/50


async def test_more_than_agreed_is_paid_as_agreed(market: Market) -> None:
    trade, lot = await weighed(market, "buyer", "51.2")
    await trade.accept(lot)
    assert (await trade.lots())[0].state == LotState.ACCEPTED
    assert await released(trade) == (LOT_OF_50_T, Money.zero("EUR"))


async def test_silence_pays_by_the_weighbridge_too(market: Market) -> None:
    trade, _ = await weighed(market, "seller", "40")
    await trade.pass_days(7.5)
    assert (await trade.lots())[0].state == LotState.ADJUSTED
    assert await released(trade) == (Money(8_400_00, "EUR"), Money(2_100_00, "EUR"))


async def test_far_less_by_the_buyers_word_alone_is_the_sellers_to_say(market: Market) -> None:
    trade, lot = await weighed(market, "buyer", "4.73")
    await trade.accept(lot)
    (asked,) = await trade.lots()
    assert asked.state == LotState.CLAIM
    assert (await trade.money()).released == Money.zero("EUR")
    granted = await market.run(trade.seller, lambda ctx: claims.grant_claim(ctx, lot.id))
    assert granted.pay == Money(993_30, "EUR")
    assert await released(trade) == (Money(993_30, "EUR"), Money(9_506_70, "EUR"))


async def test_far_less_by_the_buyers_word_and_then_silence_takes_nothing_from_the_seller(market: Market) -> None:
    trade, _ = await weighed(market, "buyer", "4.73")
    await trade.pass_days(7.5)
    assert (await trade.lots())[0].state == LotState.CLAIM
    await trade.pass_days(3.5)
    assert (await trade.lots())[0].state == LotState.LOT_DISPUTE
    assert (await trade.money()).released == Money.zero("EUR")


async def test_a_seller_answers_a_weight_with_their_own_and_without_a_ruling_the_mean_counts(market: Market) -> None:
    trade, lot = await weighed(market, "buyer", "40")
    await trade.pass_days(7.5)
    own = ShowWeight(lot_id=lot.id, measured=tonnes("50"))
    answered = await market.run(trade.seller, lambda ctx: claims.show_weight(ctx, own))
    assert answered.state == LotState.CLAIM_OFFERED
    offered = await market.run(trade.buyer, lambda ctx: claims.figure_of(ctx, answered, "seller"))
    assert offered == LOT_OF_50_T
    await trade.pass_days(3.5)
    assert (await trade.lots())[0].state == LotState.LOT_DISPUTE
    await trade.pass_days(31)
    assert await released(trade) == (Money(9_450_00, "EUR"), Money(1_050_00, "EUR"))  # by 45 t


async def test_a_silent_seller_shows_a_weight_later_with_its_paper_and_once(market: Market) -> None:
    trade, lot = await weighed(market, "buyer", "40")
    await trade.pass_days(7.5)
    ticket = await market.run(trade.seller, lambda ctx: keep(ctx, paper("ticket.pdf")).id)
    late = ShowLate(lot_id=lot.id, measured=Measured(weight=tonnes("50")), files=(ticket,))

    def shows(command: ShowLate, actor: Any = trade.seller) -> Any:
        return market.run(actor, lambda ctx: claims.show_late(ctx, command))

    with pytest.raises(Stale):  # it is theirs to answer still, and that is done otherwise
        await shows(late)
    await trade.pass_days(3.5)
    with pytest.raises(NotAllowed):
        await shows(late, trade.buyer)
    with pytest.raises(Invalid, match=r"claim\.needs_paper"):
        await shows(late.model_copy(update={"files": ()}))
    with pytest.raises(Invalid, match=r"claim\.nothing_to_compare"):
        await shows(late.model_copy(update={"measured": Measured(moisture=Decimal(9))}))
    assert (await shows(late)).state == LotState.LOT_DISPUTE
    with pytest.raises(Stale):
        await shows(late)
    await trade.pass_days(31)
    assert await released(trade) == (Money(9_450_00, "EUR"), Money(1_050_00, "EUR"))  # by 45 t


async def test_a_claim_by_a_laboratory_is_not_answered_by_a_weight(market: Market) -> None:
    trade, lot = await weighed(market, "seller", "50")
    await trade.claim(lot)
    with pytest.raises(Stale):
        await market.run(
            trade.seller, lambda ctx: claims.show_weight(ctx, ShowWeight(lot_id=lot.id, measured=tonnes("50")))
        )


async def test_weight_is_corrected_by_its_reporter_until_accepted(market: Market) -> None:
    trade, lot = await weighed(market, "buyer", "4.73")
    with pytest.raises(Refusal, match=r"lot\.weighed_by_other"):
        await weighs(trade, "seller", "50")
    assert (await weighs(trade, "buyer", "47.3")).measured == tonnes("47.3")
    await trade.accept(lot)
    with pytest.raises(Refusal):
        await weighs(trade, "buyer", "46")
    assert await released(trade) == (Money(9_933_00, "EUR"), Money(567_00, "EUR"))


async def test_first_weight_counts_and_a_buyer_weighs_within_two_days(market: Market) -> None:
    trade, lot = await weighed(market, "seller", None)
    market.clock.advance(hours=49)
    with pytest.raises(Refusal, match=r"claim\.weight_too_late"):
        await weighs(trade, "buyer", "45")
    await weighs(trade, "seller", "49")
    may = await market.run(trade.buyer, lambda ctx: delivery.may(ctx, steps.lot_for(ctx, lot.id)))
    assert "weigh" not in may
    await trade.accept(lot)
    assert (await released(trade))[0] == Money(10_290_00, "EUR")


async def test_a_yes_brings_no_weight_of_its_own(market: Market) -> None:
    """It would pass by what the seller has weighed, and by the two days within which a buyer weighs."""
    trade, lot = await weighed(market, "seller", "50")
    market.clock.advance(hours=49)
    with pytest.raises(ValidationError):
        AcceptLot(lot_id=lot.id, measured=tonnes(45))  # type: ignore[call-arg]
    await trade.accept(lot)
    assert await released(trade) == (LOT_OF_50_T, Money.zero("EUR"))


async def test_impossible_weight_is_refused_with_the_highest_possible(market: Market) -> None:
    trade = await paid(market, tonnes_sold=50, lots=1)
    (lot,) = await trade.lots()
    await trade.dispatch(lot)
    for wrong in (tonnes(470), Quantity(Decimal(470_000), "kg")):
        arrival = ReportArrival(lot_id=lot.id, measured=wrong)
        with pytest.raises(Invalid, match=r"lot\.measured_too_much") as refused:
            await market.run(trade.buyer, partial(delivery.report_arrival, command=arrival))
        assert refused.value.parts["most"] == tonnes(75)
    await trade.arrive(lot)
    claim = ClaimLot(lot_id=lot.id, words="Wet", measured=Measured(weight=tonnes(500), moisture=Decimal(14)))
    with pytest.raises(Invalid, match=r"lot\.measured_too_much"):
        await market.run(trade.buyer, lambda ctx: claims.claim_lot(ctx, claim))


def test_weight_beyond_the_agreed_does_not_reduce_a_deduction() -> None:
    agreed = Quality(moisture=Decimal(10))
    wet = Measured(weight=tonnes(60), moisture=Decimal(14))
    found = worth(agreed, tonnes(50), LOT_OF_50_T, wet)
    assert found.pay == Money(10_033_33, "EUR")  # 10,500 x 86/90, for the ten tonnes above are not paid
    assert [step.code for step in found.steps] == ["quality.weight", "quality.at_most", "quality.moisture"]


async def test_a_claim_that_is_given_up_pays_by_a_weight_that_counts(market: Market) -> None:
    trade, lot = await weighed(market, "buyer", "49")
    wet = ClaimLot(lot_id=lot.id, words="Wet", measured=Measured(moisture=Decimal(14)))
    await market.run(trade.buyer, lambda ctx: claims.claim_lot(ctx, wet))
    await market.run(trade.buyer, lambda ctx: delivery.accept_lot(ctx, AcceptLot(lot_id=lot.id)))
    assert await released(trade) == (Money(10_290_00, "EUR"), Money(210_00, "EUR"))  # 10,500 x 49/50


async def test_a_weight_that_a_claim_brings_too_late_is_given_up_with_it(market: Market) -> None:
    trade, lot = await weighed(market, "buyer", None)
    market.clock.advance(hours=49)
    wet = ClaimLot(lot_id=lot.id, words="Wet", measured=Measured(weight=tonnes(46), moisture=Decimal(14)))
    await market.run(trade.buyer, lambda ctx: claims.claim_lot(ctx, wet))
    await market.run(trade.buyer, lambda ctx: delivery.accept_lot(ctx, AcceptLot(lot_id=lot.id)))
    assert await released(trade) == (LOT_OF_50_T, Money.zero("EUR"))


async def test_a_claim_of_far_less_that_is_given_up_pays_all(market: Market) -> None:
    trade, lot = await weighed(market, "buyer", "4.73")
    await trade.accept(lot)
    market.clock.advance(hours=1)
    await market.run(trade.buyer, lambda ctx: delivery.accept_lot(ctx, AcceptLot(lot_id=lot.id)))
    assert await released(trade) == (LOT_OF_50_T, Money.zero("EUR"))


# --- what never came --------------------------------------------------------------------------------------------------


async def on_time(trade: Trade) -> float | None:
    score = await trade.as_market(lambda ctx: score_of(ctx, trade.selling, "seller"))
    found: float | None = score.on_time
    return found


async def missed(market: Market) -> tuple[Trade, Lot]:
    """Return a lot that was expected the day before yesterday, and that the buyer reports as never arrived."""
    trade = await paid(market, tonnes_sold=50, lots=1)
    (lot,) = await trade.lots()
    await trade.dispatch(lot)
    market.clock.advance(days=4)
    await market.run(trade.buyer, lambda ctx: claims.say_not_arrived(ctx, lot.id))
    return trade, lot


async def test_lot_that_is_still_expected_cannot_be_missed(market: Market) -> None:
    trade = await paid(market, tonnes_sold=50, lots=1)
    (lot,) = await trade.lots()
    await trade.dispatch(lot)
    with pytest.raises(Refusal, match=r"claim\.not_expected_yet"):
        await market.run(trade.buyer, lambda ctx: claims.say_not_arrived(ctx, lot.id))
    market.clock.advance(days=3)
    assert (await market.run(trade.buyer, lambda ctx: claims.say_not_arrived(ctx, lot.id))).never_came


async def test_the_seller_says_that_it_did_come_and_the_buyer_answers(market: Market) -> None:
    trade, lot = await missed(market)
    with pytest.raises(Invalid, match=r"claim\.needs_answer"):
        await market.run(trade.seller, lambda ctx: claims.show_arrival(ctx, ShowArrival(lot_id=lot.id)))
    told = ShowArrival(lot_id=lot.id, words="Unloaded at gate 2, signed by Mr Kask")
    with pytest.raises(NotAllowed):
        await market.run(trade.buyer, lambda ctx: claims.show_arrival(ctx, told))
    await market.run(trade.seller, lambda ctx: claims.show_arrival(ctx, told))
    (found,) = await trade.as_market(lambda ctx: delivery.findings_of(ctx, lot.id))
    assert (found.finder, found.words) == ("seller", "Unloaded at gate 2, signed by Mr Kask")
    taken = await market.run(trade.buyer, lambda ctx: claims.take_proposal(ctx, lot.id))
    assert (taken.state, taken.pay) == ("adjusted", LOT_OF_50_T)


async def test_on_time_counts_what_has_arrived_by_its_day(market: Market) -> None:
    trade = await paid(market, lots=4)
    sent, late, missed_lot, _ = await trade.lots()
    for lot in (sent, late, missed_lot):
        await trade.dispatch(lot)
    assert await on_time(trade) is None
    await trade.arrive(sent)
    assert await on_time(trade) == 1
    market.clock.advance(days=(late.window_to - market.clock.now().date()) // timedelta(days=1) + 5)
    await trade.arrive(late)
    assert await on_time(trade) == 0.5
    await market.run(trade.buyer, lambda ctx: claims.say_not_arrived(ctx, missed_lot.id))
    assert await on_time(trade) == 0.5
    await market.run(trade.buyer, lambda ctx: claims.ask_operator(ctx, missed_lot.id))
    await trade.as_market(lambda ctx: delivery.rule_lot(ctx, missed_lot.id, missed_lot.amount.share(3_300), "rule"))
    assert await on_time(trade) == pytest.approx(1 / 3)
