"""Disputes: the steps with a deadline each, rulings in shares, one appeal, and the default ruling at the end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from core.kernel.money import Money
from core.kernel.timers import deadline_of
from core.kernel.transaction import Actor
from core.people.accounts.service import acting
from core.trade.deals import service as deals
from core.trade.deals.model import DEAL, DealState
from core.trade.delivery import claims, rules
from core.trade.delivery import service as delivery
from core.trade.delivery.model import DispatchLot, LotState, ReportArrival
from core.trade.disputes import service as support
from core.trade.disputes.model import AppealCase, Case, CaseState, FreezeDeal, ProposeShares, RuleCase
from core.trade.reviews import service as reputation
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.goods import tonnes
from tests.core.trades import Trade, agreed, paid

REASON = "Both figures are plausible; the ticket supports the seller."


async def does(trade: Trade, who: Actor, verb: Any, *args: Any) -> Any:
    return await trade.market.run(who, lambda ctx: verb(ctx, *args))


async def disputed(market: Market, lots: int = 1) -> tuple[Trade, Case]:
    """Open a dispute: the buyer makes a claim, and asks an operator."""
    trade = await paid(market, lots=lots)
    lot = (await trade.lots())[0]
    await trade.deliver(lot)
    await trade.claim(lot)
    await does(trade, trade.buyer, claims.ask_operator, lot.id)
    (case,) = await trade.as_market(lambda ctx: support.cases_of(ctx, trade.deal_id))
    return trade, case


async def settled(trade: Trade, released: int, back: int) -> None:
    await trade.provider_answers()
    money = await trade.money()
    assert (money.released, money.refunded, money.paid_back) == (eur(released), eur(back), eur(back))
    assert money.commission == eur(released).share(250)
    await trade.market.books_hold()


@given(st.lists(st.integers(0, 99_999_999), max_size=20), st.integers(0, 10_000))
def test_shares_of_lots_are_those_of_the_whole(amounts: list[int], seller_bp: int) -> None:
    parts = rules.shares_of([eur(amount) for amount in amounts], eur(sum(amounts)).share(seller_bp))
    assert sum(part.minor for part in parts) == eur(sum(amounts)).share(seller_bp).minor
    assert all(0 <= part.minor <= amount for part, amount in zip(parts, amounts, strict=True))


async def test_the_two_settle_it_by_shares(market: Market) -> None:
    trade, case = await disputed(market)
    await does(trade, trade.seller, support.propose_shares, ProposeShares(case_id=case.id, seller_bp=8_000))
    with pytest.raises(NotAllowed):
        await does(trade, trade.seller, support.agree_shares, case.id)
    await does(trade, trade.buyer, support.agree_shares, case.id)
    assert await trade.states() == (DealState.SETTLING, [LotState.ADJUSTED])
    await settled(trade, 16_800_00, 4_200_00)


async def test_an_operator_reads_the_steps_of_the_deal_and_its_lots_and_none_of_its_reviews(market: Market) -> None:
    trade, case = await disputed(market)
    olga = await trade.operator("Olga")
    await does(trade, trade.seller, support.propose_shares, ProposeShares(case_id=case.id, seller_bp=8_000))
    await does(trade, trade.buyer, support.agree_shares, case.id)
    await trade.provider_answers()
    await trade.as_market(lambda ctx: reputation.open_reviews(ctx, trade.deal_id))
    await trade.as_market(lambda ctx: reputation.close_reviews(ctx, trade.deal_id))
    brief = await does(trade, olga, support.brief_of, case.id)
    assert {step.process for step in brief.steps} == {"deal", "lot"}


async def test_operators_proposal_needs_both_sides(market: Market) -> None:
    trade, case = await disputed(market)
    olga = await trade.operator("Olga")
    await does(trade, olga, support.propose_shares, ProposeShares(case_id=case.id, seller_bp=5_000))
    seen = (await trade.as_market(lambda ctx: support.case_for(ctx, case.id))).version
    await does(trade, trade.buyer, support.agree_shares, case.id)
    assert (await trade.lots())[0].state == LotState.LOT_DISPUTE
    now = await trade.as_market(lambda ctx: support.case_for(ctx, case.id))
    # an operator who is deciding meanwhile decides on the same version
    assert (now.agreed_by, now.version) == ("buyer", seen)
    with pytest.raises(NotAllowed):
        await does(trade, trade.buyer, support.agree_shares, case.id)
    await does(trade, trade.seller, support.agree_shares, case.id)
    await settled(trade, 10_500_00, 10_500_00)


async def test_a_ruling_waits_two_days_for_an_appeal_and_then_parts_the_money(market: Market) -> None:
    trade, case = await disputed(market)
    olga = await trade.operator("Olga")
    ruling = RuleCase(case_id=case.id, seller_bp=6_667, reason=REASON)
    for who in (trade.buyer, trade.seller):
        with pytest.raises(NotAllowed):
            await does(trade, who, support.rule_case, ruling)
    with pytest.raises(NotFound):
        await does(trade, trade.stranger, support.rule_case, ruling)
    await does(trade, olga, support.rule_case, ruling)
    await trade.pass_days(1.5)
    assert (await trade.lots())[0].state == LotState.LOT_DISPUTE
    await trade.pass_days(1)
    assert (await trade.lots())[0].state == LotState.ADJUSTED
    await settled(trade, 14_000_70, 6_999_30)


async def test_an_amount_is_ruled_to_the_cent_up_to_what_is_in_dispute(market: Market) -> None:
    trade, case = await disputed(market)
    olga, omar = await trade.operator("Olga"), await trade.operator("Omar")
    for beyond in (eur(21_000_01), eur(-1), Money(6_711_95, "PLN")):
        with pytest.raises(Invalid):
            await does(trade, olga, support.rule_case, RuleCase(case_id=case.id, pay=beyond, reason=REASON))
    with pytest.raises(ValidationError):
        RuleCase(case_id=case.id, reason=REASON)
    await does(trade, olga, support.rule_case, RuleCase(case_id=case.id, pay=eur(6_711_95), reason=REASON))
    appeal = AppealCase(case_id=case.id, words="The sample was not ours.")
    await does(trade, trade.seller, support.appeal_case, appeal)
    await does(trade, omar, support.rule_case, RuleCase(case_id=case.id, pay=eur(6_711_97), reason=REASON))
    await settled(trade, 6_711_97, 14_288_03)


async def test_an_amount_of_a_whole_deal_is_parted_among_its_lots_to_the_cent(market: Market) -> None:
    trade = await paid(market, lots=3)
    olga = await trade.operator("Olga")
    deal = await trade.deal()
    case = await does(trade, olga, support.freeze_deal, FreezeDeal(ref=deal.ref, reason=REASON))
    await does(trade, trade.buyer, support.propose_shares, ProposeShares(case_id=case.id, pay=eur(10_000_01)))
    await does(trade, trade.seller, support.agree_shares, case.id)
    await settled(trade, 10_000_01, 10_999_99)


async def test_an_appeal_is_heard_by_another_operator(market: Market) -> None:
    trade, case = await disputed(market)
    olga, omar = await trade.operator("Olga"), await trade.operator("Omar")
    await does(trade, olga, support.rule_case, RuleCase(case_id=case.id, seller_bp=0, reason=REASON))
    second = RuleCase(case_id=case.id, seller_bp=10_000, reason=REASON)
    with pytest.raises(Stale):  # it is decided, and no other operator replaces the first
        await does(trade, omar, support.rule_case, second)
    appeal = AppealCase(case_id=case.id, words="The sample was not ours.")
    await does(trade, trade.seller, support.appeal_case, appeal)
    with pytest.raises(NotAllowed):
        await does(trade, trade.seller, support.appeal_case, appeal)
    with pytest.raises(NotAllowed):
        await does(trade, olga, support.rule_case, second)
    await does(trade, omar, support.rule_case, second)
    rulings = await trade.as_market(lambda ctx: support.rulings_of(ctx, case.id))
    assert [(each.number, each.seller_bp, each.buyer_bp) for each in rulings] == [(1, 0, 10_000), (2, 10_000, 0)]
    await settled(trade, 21_000_00, 0)


async def test_unheard_appeal_leaves_the_first_ruling(market: Market) -> None:
    trade, case = await disputed(market)
    olga = await trade.operator("Olga")
    await does(trade, olga, support.rule_case, RuleCase(case_id=case.id, seller_bp=2_500, reason=REASON))
    await does(trade, trade.seller, support.appeal_case, AppealCase(case_id=case.id, words="That is too little."))
    await trade.pass_days(15)
    await settled(trade, 5_250_00, 15_750_00)


async def test_a_dispute_that_ends_otherwise_is_closed_with_it(market: Market) -> None:
    trade, case = await disputed(market)
    await trade.accept((await trade.lots())[0])
    assert (await trade.as_market(lambda ctx: support.case_for(ctx, case.id))).state == CaseState.OVERTAKEN
    await settled(trade, 21_000_00, 0)


async def test_trader_does_not_rule_on_their_own_dispute(market: Market) -> None:
    trade, case = await disputed(market)
    await trade.as_market(lambda ctx: setattr(acting(ctx.acting_as(trade.seller)), "operator", True))
    with pytest.raises(NotAllowed):
        await does(trade, trade.seller, support.rule_case, RuleCase(case_id=case.id, seller_bp=1, reason=REASON))


async def test_an_operator_freezes_a_deal_and_no_time_releases_anything_of_it(market: Market) -> None:
    trade = await paid(market, lots=2)
    first, second = await trade.lots()
    await trade.deliver(first)
    olga = await trade.operator("Olga")
    ref = (await trade.deal()).ref
    with pytest.raises(NotAllowed):
        await does(trade, trade.buyer, support.freeze_deal, FreezeDeal(ref=ref, reason=REASON))
    case = await does(trade, olga, support.freeze_deal, FreezeDeal(ref=ref, reason=REASON))
    await trade.pass_days(20)
    assert await trade.states() == (DealState.DISPUTED, [LotState.INSPECTION, LotState.PLANNED])
    await does(trade, olga, support.rule_case, RuleCase(case_id=case.id, seller_bp=4_000, reason=REASON))
    await trade.pass_days(3)
    # No operator has answered for a day.
    assert await trade.states() == (DealState.PAYOUT_BLOCKED, [LotState.ADJUSTED, LotState.ADJUSTED])
    await settled(trade, 8_400_00, 12_600_00)
    assert second.id != first.id


async def test_only_what_is_held_is_parted(market: Market) -> None:
    """Check that only paid money is awarded.

    A long deal is paid in two parts, and the second is not due yet.
    """
    trade = await agreed(market, window_to=date(2027, 3, 20))
    await trade.sign()
    await trade.pay()
    await trade.seller_can_be_paid()
    olga = await trade.operator("Olga")
    case = await does(trade, olga, support.freeze_deal, FreezeDeal(ref=(await trade.deal()).ref, reason=REASON))
    assert await trade.as_market(lambda ctx: support.at_stake(ctx, case)) == eur(10_500_00)
    with pytest.raises(Invalid):
        await does(trade, trade.seller, support.propose_shares, ProposeShares(case_id=case.id, pay=eur(10_500_01)))
    await does(trade, trade.seller, support.propose_shares, ProposeShares(case_id=case.id, pay=eur(8_000_01)))
    await does(trade, trade.buyer, support.agree_shares, case.id)
    assert [lot.pay_minor for lot in await trade.lots()] == [4_000_01, 4_000_00, 0, 0]
    await settled(trade, 8_000_01, 2_499_99)


async def test_a_frozen_deal_may_go_on(market: Market) -> None:
    trade = await paid(market, lots=1)
    olga = await trade.operator("Olga")
    case = await does(trade, olga, support.freeze_deal, FreezeDeal(ref=(await trade.deal()).ref, reason=REASON))
    await does(trade, olga, support.resume_deal, case.id)
    assert (await trade.deal()).state == DealState.FUNDED
    await trade.deliver((await trade.lots())[0])


async def test_deal_without_a_ruling_pays_for_arrived_lots_in_time(market: Market) -> None:
    """Check the payment by the reported weight, as after silence.

    A lot without a weight is paid as agreed, and flagged for a look.
    """
    trade = await paid(market, lots=4)
    arrived, wet, unweighed, _never = await trade.lots()
    for lot in (arrived, wet, unweighed):
        await trade.dispatch(lot)
        report = ReportArrival(lot_id=lot.id, measured=None if lot is unweighed else tonnes(24))
        await does(trade, trade.seller, delivery.report_arrival, report)
    await trade.claim(wet)
    olga = await trade.operator("Olga")
    await does(trade, olga, support.freeze_deal, FreezeDeal(ref=(await trade.deal()).ref, reason=REASON))
    await trade.pass_days(61)
    deal = await trade.deal()
    lots = await trade.lots()
    assert (deal.state, [lot.state for lot in lots]) == ("payout_blocked", ["adjusted"] * 4)
    assert [lot.flagged for lot in lots] == [False, False, True, True]
    assert [lot.pay_minor for lot in lots] == [5_040_00, 4_816_00, 5_250_00, 0]  # 5,250 x 24/25, less for what is wet
    await settled(trade, 15_106_00, 5_894_00)


async def test_a_lot_too_long_on_the_road_brings_the_deal_before_an_operator(market: Market) -> None:
    trade = await paid(market, lots=1)
    lot = (await trade.lots())[0]
    await trade.pass_days(60)
    far = DispatchLot(lot_id=lot.id, truck="Barge 7", eta=market.clock.now().date() + timedelta(days=59))
    await does(trade, trade.seller, delivery.dispatch_lot, far)
    await trade.pass_days(24)
    assert await trade.states() == (DealState.DISPUTED, [LotState.DISPATCHED])
    (case,) = await trade.as_market(lambda ctx: support.cases_of(ctx, trade.deal_id))
    assert (case.kind, case.why, case.state) == ("deal", "delivery_overdue", "talking")
    await trade.arrive(lot)
    await trade.accept(lot)
    assert await trade.states() == (DealState.SETTLING, [LotState.ACCEPTED])


async def test_repeated_requests_to_cancel_do_not_keep_an_operator_away(market: Market) -> None:
    """Silence means no, and the days until a deal is overdue run on meanwhile."""
    trade = await paid(market, lots=1)
    lot = (await trade.lots())[0]
    await trade.pass_days(60)
    far = DispatchLot(lot_id=lot.id, truck="Barge 7", eta=market.clock.now().date() + timedelta(days=59))
    await does(trade, trade.seller, delivery.dispatch_lot, far)
    for _ in range(8):
        if (await trade.deal()).state == DealState.FUNDED:
            await does(trade, trade.seller, deals.ask_cancel, trade.deal_id)
        await trade.pass_days(3)
    assert await trade.states() == (DealState.DISPUTED, [LotState.DISPATCHED])
    assert (await trade.deal()).cancel_asked_by is None


async def test_answer_to_a_cancellation_leaves_the_overdue_day_as_it_is(market: Market) -> None:
    trade = await paid(market, lots=1)

    async def overdue() -> datetime:
        timer = await trade.as_market(
            lambda ctx: deadline_of(ctx.session, DEAL.name, trade.deal_id, "delivery_overdue")
        )
        assert timer is not None
        due: datetime = timer.due_at
        return due

    began = await overdue()
    await trade.pass_days(72)  # the window is over
    for refuses in (True, False):
        await does(trade, trade.seller, deals.ask_cancel, trade.deal_id)
        await trade.pass_days(1 if refuses else 4)
        if refuses:
            await does(trade, trade.buyer, deals.refuse_cancel, trade.deal_id)
    assert (await trade.deal()).state == DealState.FUNDED
    assert await overdue() == began


async def test_buttons_of_a_dispute_follow_the_table(market: Market) -> None:
    trade, case = await disputed(market)
    olga = await trade.operator("Olga")

    async def may(who: Actor) -> list[str]:
        return await market.run(who, lambda ctx: support.may(ctx, support.case_for(ctx, case.id)))

    assert (await may(trade.buyer), await may(olga)) == (["propose"], ["propose", "rule"])
    await does(trade, trade.buyer, support.propose_shares, ProposeShares(case_id=case.id, seller_bp=1))
    assert await may(trade.seller) == ["propose", "agree"]
    await does(trade, olga, support.rule_case, RuleCase(case_id=case.id, seller_bp=1, reason=REASON))
    assert (await may(trade.buyer), await may(olga)) == (["propose", "appeal"], [])


async def test_each_side_can_appeal_once_and_the_two_can_agree_until_the_last_word(market: Market) -> None:
    trade, case = await disputed(market)
    olga, omar = await trade.operator("Olga"), await trade.operator("Omar")
    await does(trade, trade.seller, support.propose_shares, ProposeShares(case_id=case.id, seller_bp=9_000))
    await does(trade, olga, support.rule_case, RuleCase(case_id=case.id, seller_bp=5_000, reason=REASON))
    with pytest.raises(Stale):  # what was proposed before the ruling is off the table
        await does(trade, trade.buyer, support.agree_shares, case.id)
    for who, words in ((trade.buyer, "It was wet."), (trade.seller, "It was dry when it left.")):
        await does(trade, who, support.appeal_case, AppealCase(case_id=case.id, words=words))
        with pytest.raises(NotAllowed):
            await does(trade, who, support.appeal_case, AppealCase(case_id=case.id, words="And once more."))
    appealed = await market.run(omar, lambda ctx: support.case_for(ctx, case.id))
    assert (appealed.buyer_appeal, appealed.seller_appeal) == ("It was wet.", "It was dry when it left.")
    await does(trade, trade.buyer, support.propose_shares, ProposeShares(case_id=case.id, seller_bp=6_000))
    await does(trade, trade.seller, support.agree_shares, case.id)
    assert (await market.run(omar, lambda ctx: support.case_for(ctx, case.id))).state == CaseState.SETTLED
    with pytest.raises(Stale):
        await does(trade, omar, support.rule_case, RuleCase(case_id=case.id, seller_bp=1, reason=REASON))
