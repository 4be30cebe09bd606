"""Deals: two sides sign, pay, change their minds, and no state is without an end."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest

from core.kernel.errors import NotAllowed, NotFound, Refusal, Stale
from core.kernel.process import timeline
from core.kernel.timers import deadline_of
from core.kernel.transaction import Ctx
from core.people.accounts.service import organisation_of
from core.trade.deals import access
from core.trade.deals import service as deals
from core.trade.deals.events import (
    DealAgreed,
    DealCancelAsked,
    DealCancelled,
    DealCancelRefused,
    DealClosed,
    DealFunded,
    DealReadyToFund,
    DealRunsOn,
    DealSigned,
)
from core.trade.deals.model import DealState
from core.trade.deals.rules import Signatory, roles, terms_hash
from core.trade.delivery.model import LotState
from core.trade.listings.service import listing_for
from tests.core.conftest import Market
from tests.core.goods import tonnes
from tests.core.trades import COMMISSION_BP, agreed, paid


def test_other_side_is_asked_to_cancel() -> None:
    assert roles("buyer", None) == {"buyer"}
    assert roles("buyer", "buyer") == {"buyer"}
    assert roles("buyer", "seller") == {"buyer", "other"}
    assert roles(None, "seller") == set()


async def test_a_deal_is_signed_by_both_and_then_awaits_its_money(market: Market) -> None:
    market.watch(DealAgreed, DealSigned, DealReadyToFund, DealFunded)
    trade = await agreed(market)
    deal = await trade.deal()
    assert deal.state == DealState.AGREED
    assert deal.amount.amount == Decimal("21000.00")
    sides = Signatory(trade.buying, deal.buyer_name), Signatory(trade.selling, deal.seller_name)
    assert deal.terms_hash == terms_hash(deal.terms, *sides, COMMISSION_BP, deal.terms_version)

    await market.run(trade.buyer, lambda ctx: deals.sign_deal(ctx, deal.id))
    await market.run(trade.buyer, lambda ctx: deals.sign_deal(ctx, deal.id))
    assert (await trade.deal()).state == DealState.AGREED
    await trade.sign()
    assert (await trade.deal()).state == DealState.AWAITING_FUNDING
    await trade.pay()
    assert (await trade.deal()).state == DealState.FUNDED
    told = [type(fact).__name__ for fact in market.facts]
    assert told == ["DealAgreed", "DealSigned", "DealSigned", "DealReadyToFund", "DealFunded"]


async def test_two_who_give_one_vat_number_sign_nothing_with_each_other(market: Market) -> None:
    trade = await agreed(market)

    def numbered(ctx: Ctx, organisation: str, number: str | None) -> None:
        organisation_of(ctx, organisation).vat_number = number

    for each in (trade.buying, trade.selling):
        await trade.as_market(partial(numbered, organisation=each, number="LT100001919017"))
    for side in (trade.buyer, trade.seller):
        with pytest.raises(Refusal, match="one_firm"):
            await market.run(side, lambda ctx: deals.sign_deal(ctx, trade.deal_id))
    await trade.as_market(partial(numbered, organisation=trade.buying, number=None))
    await trade.sign()
    assert (await trade.deal()).state == DealState.AWAITING_FUNDING


async def test_the_names_of_the_two_are_part_of_what_is_signed(market: Market) -> None:
    trade = await agreed(market)
    deal = await trade.deal()
    named = await trade.as_market(lambda ctx: organisation_of(ctx, trade.selling).name)
    assert deal.seller_name == named
    buying = Signatory(trade.buying, deal.buyer_name)
    other = terms_hash(
        deal.terms, buying, Signatory(trade.selling, "Totally Other GmbH"), COMMISSION_BP, deal.terms_version
    )
    assert deal.terms_hash != other

    def rename(ctx: Ctx) -> None:
        organisation_of(ctx, trade.selling).name = "Totally Other GmbH"

    await trade.as_market(rename)
    now = await trade.deal()
    assert (now.seller_name, now.terms_hash) == (named, deal.terms_hash)


async def test_strangers_see_nothing_and_do_nothing(market: Market) -> None:
    trade = await agreed(market)
    for verb in (access.deal_for, deals.sign_deal, deals.back_out, deals.cancel_deal, deals.ask_cancel):
        with pytest.raises(NotFound):
            await market.run(trade.stranger, partial(verb, deal_id=trade.deal_id))
    with pytest.raises(NotAllowed):
        await market.run(trade.stranger, lambda ctx: deals.deals_of(ctx, trade.buying))


async def test_a_press_on_an_old_card_is_told_that_things_have_moved(market: Market) -> None:
    trade = await agreed(market)
    seen = (await trade.deal()).version
    await market.run(trade.buyer, lambda ctx: deals.sign_deal(ctx, trade.deal_id))
    with pytest.raises(Stale):
        await market.run(trade.seller, lambda ctx: deals.back_out(ctx, trade.deal_id, seen))


async def test_buttons_follow_the_table(market: Market) -> None:
    trade = await agreed(market)

    async def may(actor: str) -> list[str]:
        who = {"buyer": trade.buyer, "seller": trade.seller}[actor]
        return await market.run(who, lambda ctx: access.may(ctx, access.deal_for(ctx, trade.deal_id)))

    assert await may("buyer") == ["sign", "unsign"]
    await market.run(trade.buyer, lambda ctx: deals.sign_deal(ctx, trade.deal_id))
    assert await may("buyer") == ["unsign"]
    await trade.sign()
    assert await may("seller") == ["direct_asked", "cancel"]
    await trade.pay()
    await market.run(trade.seller, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    assert await may("seller") == []
    assert await may("buyer") == ["cancel_agreed", "cancel_refused"]


async def test_backing_out_puts_the_goods_back_on_the_shelf(market: Market) -> None:
    market.watch(DealClosed)
    trade = await agreed(market)
    await market.run(trade.buyer, lambda ctx: deals.back_out(ctx, trade.deal_id))
    assert (await trade.deal()).state == DealState.CLOSED
    listing = await trade.as_market(lambda ctx: listing_for(ctx, trade.listing_id))
    assert listing.remaining == tonnes(500)
    assert [fact.why for fact in market.facts if isinstance(fact, DealClosed)] == ["unsign"]


async def test_unsigned_deal_closes_after_three_days(market: Market) -> None:
    trade = await agreed(market)
    timer = await trade.as_market(lambda ctx: deadline_of(ctx.session, "deal", trade.deal_id))
    assert timer.event == "sign_expired"
    await market.run(trade.buyer, lambda ctx: deals.sign_deal(ctx, trade.deal_id))
    await trade.pass_days(2.5)
    assert (await trade.deal()).state == DealState.AGREED
    await trade.pass_days(0.5)
    assert (await trade.deal()).state == DealState.CLOSED


async def test_unpaid_deal_is_cancelled_after_five_days(market: Market) -> None:
    market.watch(DealCancelled)
    trade = await agreed(market)
    await trade.sign()
    await trade.pass_days(5)
    assert await trade.states() == (DealState.CANCELLED, [LotState.DROPPED] * 4)
    assert [fact.why for fact in market.facts if isinstance(fact, DealCancelled)] == ["funding_expired"]
    listing = await trade.as_market(lambda ctx: listing_for(ctx, trade.listing_id))
    assert listing.remaining == tonnes(500)


async def test_a_cancellation_needs_the_other_side(market: Market) -> None:
    market.watch(DealCancelAsked, DealCancelRefused)
    trade = await paid(market)
    await market.run(trade.buyer, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    with pytest.raises(NotAllowed):
        await market.run(trade.buyer, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.refuse_cancel(ctx, trade.deal_id))
    assert (await trade.deal()).state == DealState.FUNDED
    await market.run(trade.seller, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    await trade.pass_days(3)
    assert (await trade.deal()).state == DealState.FUNDED
    whys = [fact.why for fact in market.facts if isinstance(fact, DealCancelRefused)]
    assert whys == ["cancel_refused", "cancel_silent"]


async def test_cancelling_together_gives_the_buyer_everything_back_at_once(market: Market) -> None:
    trade = await paid(market)
    await market.run(trade.buyer, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    assert await trade.states() == (DealState.UNWINDING, [LotState.DROPPED] * 4)
    assert [body["amount"] for body in trade.asked("refund")] == [21_000_00]
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.CANCELLED
    assert (await trade.money()).paid_back == (await trade.deal()).amount


async def test_lot_on_its_way_runs_on_after_a_cancellation(market: Market) -> None:
    market.watch(DealRunsOn)
    trade = await paid(market)
    sent = (await trade.lots())[0]
    await trade.dispatch(sent)
    await market.run(trade.seller, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    await market.run(trade.buyer, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    assert await trade.states() == (
        DealState.FUNDED,
        [LotState.DISPATCHED, LotState.DROPPED, LotState.DROPPED, LotState.DROPPED],
    )
    assert len(market.facts) == 1
    await trade.arrive(sent)
    await trade.accept(sent)
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.COMPLETED
    money = await trade.money()
    assert (money.released.minor, money.refunded.minor) == (5_250_00, 15_750_00)


async def test_the_timeline_tells_who_did_what(market: Market) -> None:
    trade = await agreed(market)
    await trade.sign()
    await trade.pay()
    steps = await trade.as_market(lambda ctx: timeline(ctx.session, trade.deal_id))
    assert [step.event for step in steps] == ["sign", "sign", "both_signed", "money_complete"]
    assert [step.actor for step in steps] == [
        trade.buyer.person,
        trade.seller.person,
        trade.seller.person,
        "provider",
    ]


async def test_deals_are_listed_newest_first_page_by_page(market: Market) -> None:
    trade = await agreed(market)
    page = await market.run(trade.buyer, lambda ctx: deals.deals_of(ctx, trade.buying, 1))
    assert [deal.id for deal in page] == [trade.deal_id]
    assert await market.run(trade.buyer, lambda ctx: deals.deals_of(ctx, trade.buying, 1, trade.deal_id)) == []
    by_ref = await market.run(trade.seller, lambda ctx: access.deal_by_ref(ctx, page[0].ref.lower()))
    assert by_ref.id == trade.deal_id
