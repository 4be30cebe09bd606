"""Claims: figures or photos, the formula, proposals, a second laboratory, the referee, and endings by silence."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from core.books.invoicing.model import Kind
from core.books.invoicing.service import invoices_of
from core.kernel.errors import Invalid, NotAllowed, NotFound, Refusal, Stale
from core.kernel.money import Money
from core.kernel.quantity import Quantity
from core.kernel.timers import deadline_of
from core.people.files.model import Checked
from core.people.files.service import keep
from core.trade.deals.model import Deal, DealState, Side
from core.trade.delivery import claims, rules, steps
from core.trade.delivery import service as delivery
from core.trade.delivery.model import (
    ClaimLot,
    ContradictClaim,
    Lot,
    LotState,
    ProposeCut,
    ProposeReplacement,
    ReportArrival,
    ReportReferee,
)
from core.trade.offers import quality_formula
from core.trade.offers.quality_formula import Measured, Quality
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
    await does(trade, "buyer", claims.claim_lot, command)
    return trade, lot


async def test_words_alone_open_no_claim(market: Market) -> None:
    trade, lot = await delivered(market)
    with pytest.raises(Invalid, match=r"claim\.needs_figure"):
        await does(trade, "buyer", claims.claim_lot, ClaimLot(lot_id=lot.id, words="It is bad"))
    assert (await trade.lots())[0].state == LotState.INSPECTION


async def test_a_photo_opens_one_and_so_does_a_weight_within_two_days(market: Market) -> None:
    trade, lot = await delivered(market)
    light = ClaimLot(lot_id=lot.id, words="Too light", measured=Measured(weight=tonnes(90)))
    market.clock.advance(hours=49)
    with pytest.raises(Refusal, match=r"claim\.weight_too_late"):
        await does(trade, "buyer", claims.claim_lot, light)

    ticket = await market.run(trade.buyer, lambda ctx: keep(ctx, paper("ticket.jpg")).id)
    await does(trade, "buyer", claims.claim_lot, light.model_copy(update={"files": (ticket,)}))
    assert (await trade.lots())[0].state == LotState.CLAIM


async def test_the_seller_takes_what_the_formula_pays(market: Market) -> None:
    trade, lot = await claimed(market)
    (found,) = await trade.as_market(lambda ctx: delivery.findings_of(ctx, lot.id))
    assert (found.measured.moisture, found.measured_by, found.sample) == (Decimal(14), "Our oven", "S 1")
    settled = await does(trade, "seller", claims.grant_claim, lot.id)
    assert (settled.state, settled.pay) == ("adjusted", Money(20_066_67, "EUR"))  # 21,000 x 86/90
    await trade.provider_answers()
    money = await trade.money()
    assert (money.released, money.paid_back) == (Money(20_066_67, "EUR"), Money(933_33, "EUR"))
    assert money.commission == Money(501_67, "EUR")
    assert (await trade.deal()).state == DealState.COMPLETED


async def test_the_figure_is_the_formulas_where_the_buyer_names_none_and_else_their_own(market: Market) -> None:
    trade, lot = await claimed(market)
    (by_formula,) = await trade.as_market(lambda ctx: delivery.proposals_of(ctx, lot.id))
    assert (by_formula.kind, by_formula.pay) == ("formula", Money(20_066_67, "EUR"))

    trade, lot = await delivered(market)
    too_much = ClaimLot(lot_id=lot.id, words="Wet", measured=WET, pay=Money(21_000_01, "EUR"))
    with pytest.raises(Invalid, match=r"claim\.pay_outside") as fault:
        await does(trade, "buyer", claims.claim_lot, too_much)
    assert fault.value.field == "sum"
    asked = too_much.model_copy(update={"pay": Money(14_700_00, "EUR")})
    await does(trade, "buyer", claims.claim_lot, asked)
    (own,) = await trade.as_market(lambda ctx: delivery.proposals_of(ctx, lot.id))
    assert (own.kind, own.pay) == ("cut", Money(14_700_00, "EUR"))
    assert (await does(trade, "seller", claims.grant_claim, lot.id)).pay == Money(14_700_00, "EUR")


def test_the_working_says_what_counts_for_nothing() -> None:
    found = Measured(weight=tonnes(90), moisture=Decimal("58.2"), ash=Decimal(3), ncv=Decimal(8))
    unlimited = quality_formula.worth(None, tonnes(100), Money(21_000_00, "EUR"), found)
    assert unlimited.pay == Money(18_900_00, "EUR")
    assert [each.code for each in unlimited.steps] == [
        "quality.weight",
        "quality.moisture_uncounted",
        "quality.ash_uncounted",
        "quality.ncv_uncounted",
    ]
    by_energy = quality_formula.worth(
        None,
        Quantity(Decimal(200), "MWh"),
        Money(6_000_00, "EUR"),
        Measured(weight=tonnes(90), moisture=Decimal("58.2"), ncv=Decimal(8)),
    )
    assert [each.code for each in by_energy.steps] == ["quality.energy"]


async def test_they_go_to_and_fro_and_the_last_figure_is_taken(market: Market) -> None:
    trade, lot = await claimed(market)
    for seller, buyer in ((20_900, 20_000), (20_800, 20_200)):
        await does(trade, "seller", claims.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(seller * 100, "EUR")))
        with pytest.raises(NotAllowed):
            await does(trade, "seller", claims.take_proposal, lot.id)
        await does(trade, "buyer", claims.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(buyer * 100, "EUR")))
    await does(trade, "seller", claims.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(20_500_00, "EUR")))
    with pytest.raises(Refusal, match=r"claim\.too_many_rounds"):
        await does(trade, "buyer", claims.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(1, "EUR")))
    assert (await does(trade, "buyer", claims.take_proposal, lot.id)).pay == Money(20_500_00, "EUR")


async def test_a_figure_beyond_the_lot_and_a_strangers_are_refused(market: Market) -> None:
    trade, lot = await claimed(market)
    with pytest.raises(Invalid, match=r"claim\.pay_outside"):
        await does(trade, "seller", claims.propose_cut, ProposeCut(lot_id=lot.id, pay=Money(21_000_01, "EUR")))
    for verb in (claims.grant_claim, claims.ask_operator, delivery.give_back_lot, claims.take_proposal):
        with pytest.raises(NotFound):
            await does(trade, "stranger", verb, lot.id)
    with pytest.raises(NotAllowed):
        await does(trade, "buyer", claims.grant_claim, lot.id)
    with pytest.raises(Stale):
        await does(trade, "seller", claims.grant_claim, lot.id, 1)


async def test_the_lot_is_sent_again(market: Market) -> None:
    trade, lot = await claimed(market)
    by_day = market.clock.now().date() + timedelta(days=9)
    await does(trade, "seller", claims.propose_replacement, ProposeReplacement(lot_id=lot.id, by_day=by_day))
    assert "take_replacement" in await market.run(
        trade.buyer, lambda ctx: delivery.may(ctx, steps.lot_for(ctx, lot.id))
    )
    again = await does(trade, "buyer", claims.take_proposal, lot.id)
    assert (again.state, again.window_to, again.truck, again.measured) == ("planned", by_day, None, None)
    await trade.dispatch(lot)
    assert (await trade.lots())[0].state == LotState.DISPATCHED


async def close(market: Market, *papers_of: Side) -> tuple[Trade, Lot]:
    """Let both sides find much the same moisture: 13.3 % in the mean, x 86.7/90. These sides enclose a report."""
    trade, lot = await delivered(market)
    reports: dict[str, tuple[str, ...]] = {"buyer": (), "seller": ()}
    for side in papers_of:
        who = trade.buyer if side == "buyer" else trade.seller
        reports[side] = (await market.run(who, lambda ctx: keep(ctx, paper("report.pdf")).id),)
    claim = ClaimLot(lot_id=lot.id, words="Wet", measured=WET, files=reports["buyer"])
    await does(trade, "buyer", claims.claim_lot, claim)
    own = ContradictClaim(lot_id=lot.id, measured=Measured(moisture=Decimal("12.6")), files=reports["seller"])
    return trade, await does(trade, "seller", claims.contradict_claim, own)


async def test_two_findings_with_their_papers_that_are_close_settle_it_by_their_mean(market: Market) -> None:
    _, settled = await close(market, "buyer", "seller")
    assert (settled.state, settled.pay) == ("adjusted", Money(20_230_00, "EUR"))


@pytest.mark.parametrize("papers_of", [(), ("buyer",), ("seller",)])
async def test_finding_without_both_papers_is_a_proposal_that_the_buyer_answers(
    market: Market, papers_of: tuple[Side, ...]
) -> None:
    trade, lot = await close(market, *papers_of)
    assert (lot.state, lot.pay_minor) == ("claim_offered", None)
    taken = await does(trade, "buyer", claims.take_proposal, lot.id)
    assert (taken.state, taken.pay) == ("adjusted", Money(20_230_00, "EUR"))


async def test_deal_on_the_earlier_conditions_is_still_settled_by_the_mean(market: Market) -> None:
    trade, lot = await claimed(market)
    await market.run(trade.buyer, lambda ctx: setattr(ctx.session.get(Deal, trade.deal_id), "terms_version", 2))
    own = ContradictClaim(lot_id=lot.id, measured=Measured(moisture=Decimal("12.6")))
    assert (await does(trade, "seller", claims.contradict_claim, own)).state == "adjusted"


async def test_a_seller_who_has_weighed_otherwise_is_not_paid_by_the_buyers_weight(market: Market) -> None:
    """Both have found the same moisture, and forty tonnes lie between their weights."""
    trade, lot = await claimed(market, Measured(weight=tonnes(60), moisture=Decimal(14)))
    own = ContradictClaim(lot_id=lot.id, measured=Measured(weight=tonnes(100), moisture=Decimal(14)))
    argued = await does(trade, "seller", claims.contradict_claim, own)
    assert (argued.state, argued.pay_minor) == ("referee", None)
    await does(trade, "buyer", claims.ask_operator, lot.id)
    await trade.pass_days(31)
    (ruled,) = await trade.lots()
    assert (ruled.state, ruled.pay) == ("adjusted", Money(16_053_33, "EUR"))  # the mean: 21,000 x 80/100 x 86/90


async def test_measurement_without_a_counterpart_contradicts_nothing(market: Market) -> None:
    trade, lot = await claimed(market)
    with pytest.raises(Invalid, match=r"claim\.nothing_to_compare"):
        await does(
            trade,
            "seller",
            claims.contradict_claim,
            ContradictClaim(lot_id=lot.id, measured=Measured(ash=Decimal(1))),
        )


async def at_the_referee(market: Market) -> tuple[Trade, Lot]:
    """Send a lot to the referee. The buyer has measured 14 %, the seller 10 %: €933.33 apart."""
    trade, lot = await claimed(market)
    own = ContradictClaim(lot_id=lot.id, measured=Measured(moisture=Decimal(10)))
    assert (await does(trade, "seller", claims.contradict_claim, own)).state == LotState.REFEREE
    return trade, lot


async def report_of(trade: Trade, lot: Lot, moisture: str, cost: int = 0) -> ReportReferee:
    """Return the buyer's report, with the laboratory's report and its receipt. `cost`: cents."""
    report = await trade.market.run(trade.buyer, lambda ctx: keep(ctx, paper("report.pdf")).id)
    receipt = await trade.market.run(trade.buyer, lambda ctx: keep(ctx, paper("receipt.pdf")).id)
    found = Measured(moisture=Decimal(moisture))
    return ReportReferee(
        lot_id=lot.id, measured=found, files=(report,), cost=Money(cost, "EUR"), receipts=(receipt,) if cost else ()
    )


@pytest.mark.parametrize(
    ("referee", "pay", "test", "bearer"),
    [
        ("13.5", 20_183_33, 180_00, "seller"),
        ("11", 20_766_67, 0, "buyer"),
        ("12", 20_533_33, 90_00, "both"),
    ],
)
async def test_the_reserve_sample_decides_and_who_is_further_off_bears_the_test(
    market: Market, referee: str, pay: int, test: int, bearer: str
) -> None:
    trade, lot = await at_the_referee(market)
    report = await report_of(trade, lot, referee, 180_00)
    with pytest.raises(Invalid, match=r"claim\.needs_report"):
        await does(trade, "buyer", claims.report_referee, report.model_copy(update={"files": ()}))
    await does(trade, "buyer", claims.report_referee, report)
    with pytest.raises(NotAllowed):
        await does(trade, "buyer", claims.agree_value, lot.id)

    deal, findings = await trade.deal(), await trade.as_market(lambda ctx: delivery.findings_of(ctx, lot.id))
    found = claims.refereed(deal, lot, findings)
    assert found is not None
    assert (found.cost, found.bearer, found.net) == (Money(180_00, "EUR"), bearer, Money(pay - test, "EUR"))
    await trade.pass_days(2.5)  # the seller says nothing
    settled = (await trade.lots())[0]
    assert (settled.state, settled.pay_minor, settled.test_minor) == ("adjusted", pay, test)


async def test_the_test_is_taken_off_the_money_and_never_off_the_invoice_for_the_goods(market: Market) -> None:
    trade, lot = await at_the_referee(market)
    await does(trade, "buyer", claims.report_referee, await report_of(trade, lot, "13.5", 480_00))
    await does(trade, "seller", claims.agree_value, lot.id)
    await trade.provider_answers()
    money = await trade.money()
    assert (money.released, money.paid_back) == (Money(19_703_33, "EUR"), Money(1_296_67, "EUR"))
    assert money.commission == Money(19_703_33, "EUR").share(250)
    goods = await market.run(
        trade.seller,
        lambda ctx: [invoice.gross for invoice in invoices_of(ctx, trade.deal_id) if invoice.kind is Kind.GOODS],
    )
    assert goods == [Money(20_183_33, "EUR")]
    await market.books_hold()


async def test_a_test_has_a_receipt_and_a_limit_and_is_the_buyers_to_ask_for(market: Market) -> None:
    trade, lot = await at_the_referee(market)
    for cost, receipts, code, field in (
        (933_34, True, r"claim\.cost_too_much", "cost"),  # more than the two were apart
        (480_00, False, r"claim\.needs_receipt", "receipts"),
    ):
        report = await report_of(trade, lot, "13.5", cost)
        with pytest.raises(Invalid, match=code) as refused:
            await does(
                trade,
                "buyer",
                claims.report_referee,
                report if receipts else report.model_copy(update={"receipts": ()}),
            )
        assert refused.value.field == field
    theirs = await market.run(trade.seller, lambda ctx: keep(ctx, paper("own.pdf")).id)
    own = ReportReferee(lot_id=lot.id, measured=WET, files=(theirs,), cost=Money(1_00, "EUR"), receipts=(theirs,))
    with pytest.raises(Invalid, match=r"claim\.cost_is_buyers"):
        await does(trade, "seller", claims.report_referee, own)
    (now,) = await trade.lots()
    assert (now.state, now.files) == ("referee", lot.files)


def test_a_test_costs_the_other_side_a_twentieth_of_the_lot_at_most() -> None:
    agreed = Quality(moisture=Decimal(10))
    lot = Lot(quantity_amount=Decimal(100), unit="t", amount_minor=10_000_00, currency="EUR")
    far = (Measured(moisture=Decimal(40)), Measured(moisture=Decimal(10)))
    assert rules.most_for_test(agreed, lot, *far) == Money(500_00, "EUR")


async def test_a_sample_at_the_laboratory_gives_three_days_more_and_only_once(market: Market) -> None:
    trade, lot = await delivered(market)
    await does(trade, "buyer", delivery.send_sample, lot.id)
    with pytest.raises(Stale):
        await does(trade, "buyer", delivery.send_sample, lot.id)
    timer = await trade.as_market(lambda ctx: deadline_of(ctx.session, "lot", lot.id))
    assert timer.due_at - (await trade.lots())[0].state_since == timedelta(days=10)


async def test_lot_never_came_can_be_claimed_unless_its_arrival_was_reported(market: Market) -> None:
    trade = await paid(market, lots=2)
    first, second = await trade.lots()
    await trade.dispatch(first)
    market.clock.advance(days=3)
    await does(trade, "buyer", claims.say_not_arrived, first.id)
    granted = await does(trade, "seller", claims.grant_claim, first.id)
    assert granted.pay_minor == 0
    await trade.dispatch(second)
    await market.run(trade.buyer, lambda ctx: delivery.report_arrival(ctx, ReportArrival(lot_id=second.id)))
    with pytest.raises(Refusal, match=r"claim\.has_arrived"):
        await does(trade, "buyer", claims.say_not_arrived, second.id)


async def test_a_planned_lot_is_given_up_by_both(market: Market) -> None:
    trade = await paid(market, lots=2)
    lot = (await trade.lots())[0]
    await does(trade, "buyer", delivery.ask_drop, lot.id)
    with pytest.raises(NotAllowed):
        await does(trade, "buyer", delivery.agree_drop, lot.id)
    assert (await does(trade, "seller", delivery.agree_drop, lot.id)).state == LotState.DROPPED
    await trade.provider_answers()
    assert (await trade.money()).paid_back == lot.amount


async def test_silence_splits_the_money_of_an_unmeasured_lot(market: Market) -> None:
    trade = await paid(market, lots=1)
    lot = (await trade.lots())[0]
    await trade.dispatch(lot)
    market.clock.advance(days=3)
    await does(trade, "buyer", claims.say_not_arrived, lot.id)
    await trade.pass_days(40)
    settled = (await trade.lots())[0]
    assert (settled.state, settled.pay_minor, settled.flagged) == ("adjusted", 10_500_00, True)
