"""A lot that was sent again is judged by itself: findings and proposals on the earlier goods no longer count."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.kernel.errors import Invalid, Stale
from core.kernel.money import Money
from core.people.files.service import keep
from core.trade.delivery import claims, steps
from core.trade.delivery import service as delivery
from core.trade.delivery.model import ClaimLot, ContradictClaim, Lot, LotState, ProposeReplacement
from core.trade.disputes import service as support
from core.trade.offers.quality_formula import Measured
from tests.core.conftest import Market
from tests.core.trade.delivery.test_claims import WET, claimed, does, paper
from tests.core.trades import Trade

ALL = Money(21_000_00, "EUR")


async def sent_again(market: Market) -> tuple[Trade, Lot]:
    """Send other goods after the buyer has measured moisture and named a sum."""
    trade, lot = await claimed(market)
    by_day = market.clock.now().date() + timedelta(days=9)
    await does(trade, "seller", claims.propose_replacement, ProposeReplacement(lot_id=lot.id, by_day=by_day))
    await does(trade, "buyer", claims.take_proposal, lot.id)
    await trade.dispatch(lot)
    return trade, lot


async def may(trade: Trade, who: str, lot: Lot) -> list[str]:
    actor = trade.buyer if who == "buyer" else trade.seller
    found: list[str] = await trade.market.run(actor, lambda ctx: delivery.may(ctx, steps.lot_for(ctx, lot.id)))
    return found


async def test_a_seller_takes_no_mean_of_earlier_goods_for_those_that_never_came(market: Market) -> None:
    trade, lot = await sent_again(market)
    market.clock.advance(days=4)
    await does(trade, "buyer", claims.say_not_arrived, lot.id)
    assert "contradict" not in await may(trade, "seller", lot)
    with pytest.raises(Invalid, match=r"claim\.nothing_to_compare"):
        await does(trade, "seller", claims.contradict_claim, ContradictClaim(lot_id=lot.id, measured=WET))
    assert (await trade.lots())[0].state == LotState.CLAIM


async def test_a_seller_grants_no_figure_that_was_named_for_earlier_goods(market: Market) -> None:
    trade, lot = await sent_again(market)
    await trade.arrive(lot)
    photo = await market.run(trade.buyer, lambda ctx: keep(ctx, paper("mould.jpg")).id)
    await does(trade, "buyer", claims.claim_lot, ClaimLot(lot_id=lot.id, words="Mould all over", files=(photo,)))
    assert "grant" not in await may(trade, "seller", lot)
    with pytest.raises(Stale):
        await does(trade, "seller", claims.grant_claim, lot.id)


async def test_time_rules_by_nothing_that_was_measured_of_earlier_goods(market: Market) -> None:
    trade, lot = await sent_again(market)
    market.clock.advance(days=4)
    await does(trade, "buyer", claims.say_not_arrived, lot.id)
    await trade.pass_days(34)
    (ruled,) = await trade.lots()
    assert (ruled.state, ruled.pay, ruled.flagged) == ("adjusted", ALL.split([1, 1])[0], True)


async def test_earlier_findings_stay_on_record_and_decide_nothing(market: Market) -> None:
    trade, lot = await sent_again(market)
    await trade.arrive(lot)
    wetter = Measured(moisture=Decimal(16))
    await does(trade, "buyer", claims.claim_lot, ClaimLot(lot_id=lot.id, words="Wetter", measured=wetter))
    await does(trade, "buyer", claims.ask_operator, lot.id)
    (case,) = await trade.as_market(lambda ctx: support.cases_of(ctx, trade.deal_id))
    brief = await market.run(await trade.operator("Olga"), lambda ctx: support.brief_of(ctx, case.id))
    assert [each.measured.moisture for each in brief.record] == [14, 16]
    assert [each.measured.moisture for each in brief.findings] == [16]
    assert [each.pay for each in brief.proposals] == [Money(19_600_00, "EUR")]  # 21,000 x 84/90
