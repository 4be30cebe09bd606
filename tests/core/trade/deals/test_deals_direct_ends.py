"""Ends of deals that are paid directly: by what was delivered, and a seller owes what was paid for."""

from __future__ import annotations

import pytest

from core.kernel.errors import NotAllowed, Stale
from core.kernel.transaction import MARKET, Actor
from core.trade.deals import access
from core.trade.deals import service as deals
from core.trade.deals.model import Deal, DealState
from core.trade.delivery import service as delivery
from core.trade.delivery.model import LotState
from core.trade.reviews import reactions as reputation_reactions
from core.trade.reviews import service as reputation
from core.trade.reviews.model import WriteReview
from tests.core.conftest import Market
from tests.core.people.accounts.test_companies import limited
from tests.core.trade.deals.test_direct_deals import direct
from tests.core.trades import Trade


async def confirmed(market: Market, lots: int = 1) -> Trade:
    reputation_reactions.listen(market.reactions)
    trade = await direct(market, lots=lots)
    await market.run(trade.seller, lambda ctx: deals.confirm_money(ctx, trade.deal_id))
    return trade


async def deals_counted(trade: Trade) -> int:
    score = await trade.as_market(lambda ctx: reputation.score_of(ctx, trade.selling, "seller"))
    return int(score.completed_deals)


# --- what was delivered -----------------------------------------------------------------------------------------------


async def test_paid_and_undelivered_deal_is_not_complete_and_the_buyer_can_say_so(market: Market) -> None:
    trade = await confirmed(market, lots=3)
    await trade.pass_long()
    deal = await trade.deal()
    assert await trade.states() == (DealState.CLOSED, [LotState.DROPPED, LotState.DROPPED, LotState.DROPPED])
    assert deal.ended_by == "undelivered"
    assert await deals_counted(trade) == 0


async def test_late_seller_who_was_paid_directly_still_has_to_send(market: Market) -> None:
    """Check that a late lot is not given up, because a direct payment cannot be paid back here.

    Where the money is held, a late lot is given up and refunded in time.
    """
    trade = await confirmed(market, lots=2)
    lots = await trade.lots()
    window_ends = (max(lot.window_to for lot in lots) - market.clock.now().date()).days
    await trade.pass_days(window_ends + 20)
    assert await trade.states() == (DealState.IN_DELIVERY_DIRECT, [LotState.LATE, LotState.LATE])
    await trade.deliver(lots[0])
    await trade.accept(lots[0])
    await trade.pass_long()
    assert await trade.states() == (DealState.COMPLETED, [LotState.ACCEPTED, LotState.DROPPED])
    assert await deals_counted(trade) == 1


async def test_a_lot_on_its_way_is_checked_before_time_ends_its_deal(market: Market) -> None:
    trade = await confirmed(market)
    (lot,) = await trade.lots()
    await trade.pass_days((lot.window_to - market.clock.now().date()).days + 30)
    await trade.deliver(lot)
    await trade.pass_days(3)
    assert (await trade.deal()).state == DealState.IN_DELIVERY_DIRECT
    await trade.pass_days(6)
    assert await trade.states() == (DealState.COMPLETED, [LotState.ACCEPTED])


async def test_a_buyer_who_gives_up_every_lot_has_no_complete_deal(market: Market) -> None:
    trade = await confirmed(market)
    (lot,) = await trade.lots()
    await trade.pass_days((lot.window_to - market.clock.now().date()).days + 5)
    await market.run(trade.buyer, lambda ctx: delivery.drop_lot(ctx, lot.id))
    assert await trade.states() == (DealState.CLOSED, [LotState.DROPPED])
    assert (await trade.deal()).ended_by == "undelivered"


# --- rated ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delivered", [True, False])
async def test_both_rate_what_was_paid_directly_and_no_score_moves_by_it(market: Market, delivered: bool) -> None:
    """Check that no score moves: this money is unseen, and people could rate such deals with themselves."""
    trade = await confirmed(market)
    (lot,) = await trade.lots()
    if delivered:
        await trade.deliver(lot)
        await trade.accept(lot)
    else:
        await trade.pass_days((lot.window_to - market.clock.now().date()).days + 40)
    before = await trade.as_market(lambda ctx: reputation.score_of(ctx, trade.selling, "seller"))
    told = WriteReview(deal_id=trade.deal_id, stars={"time": 1, "talk": 1}, words="Paid, and never saw a truck.")
    await market.run(trade.buyer, lambda ctx: reputation.write_review(ctx, told))
    answer = WriteReview(deal_id=trade.deal_id, stars={"payment": 5, "talk": 5})
    await market.run(trade.seller, lambda ctx: reputation.write_review(ctx, answer))
    after = await trade.as_market(lambda ctx: reputation.score_of(ctx, trade.selling, "seller"))
    assert (after.rank, after.floor, after.counterparties) == (before.rank, before.floor, 0)
    assert after.reviews == 1
    written = await market.run(MARKET, lambda ctx: reputation.reviews_of_deal(ctx, trade.deal_id))
    assert [review.words for review in written] == ["Paid, and never saw a truck.", ""]


# --- paid, as the buyer says ------------------------------------------------------------------------------------------


async def test_a_buyer_says_that_they_have_paid_and_nothing_is_booked_by_it(market: Market) -> None:
    reputation_reactions.listen(market.reactions)
    trade = await direct(market)
    said_at = market.clock.now()
    with pytest.raises(NotAllowed):
        await market.run(trade.seller, lambda ctx: deals.say_paid(ctx, trade.deal_id))
    await market.run(trade.buyer, lambda ctx: deals.say_paid(ctx, trade.deal_id))
    market.clock.advance(hours=1)
    await market.run(trade.buyer, lambda ctx: deals.say_paid(ctx, trade.deal_id))  # nothing new
    deal = await trade.deal()
    assert (deal.state, deal.buyer_paid_at) == ("funded_direct", said_at)
    assert "buyer_says_paid" not in await may(market, trade.buyer, trade)
    assert (await trade.money()).held.minor == 0
    await trade.pass_days(31)
    assert (await trade.deal()).ended_by == "idle"
    told = WriteReview(deal_id=trade.deal_id, stars={"time": 1, "talk": 1})
    await market.run(trade.buyer, lambda ctx: reputation.write_review(ctx, told))


async def may(market: Market, actor: Actor, trade: Trade) -> list[str]:
    return await market.run(actor, lambda ctx: access.may(ctx, access.deal_for(ctx, trade.deal_id)))


# --- giving protection up ---------------------------------------------------------------------------------------------


async def approved(market: Market) -> tuple[Trade, Actor, Actor]:
    """Return a deal above the buyer's limit, signed by both and approved, whose money is to be held."""
    trade, head, _ = await limited(market)
    await trade.sign()
    await market.run(head, lambda ctx: deals.approve_deal(ctx, trade.deal_id))
    return trade, head, trade.buyer


async def test_buyer_with_a_limit_cannot_give_up_approved_protection(market: Market) -> None:
    trade, head, buyer = await approved(market)
    await market.run(buyer, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
    deal: Deal = await trade.deal()
    assert (deal.direct_asked_by, deal.direct_requested_by) == (None, buyer.person)
    assert "direct_agreed" not in await may(market, trade.seller, trade)  # the seller has not been asked
    assert await may(market, buyer, trade) == ["cancel"]
    assert {"direct_asked", "direct_refused"} <= {*await may(market, head, trade)}
    await market.run(head, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.agree_direct(ctx, trade.deal_id))
    assert (await trade.deal()).state == DealState.FUNDED_DIRECT


async def test_buyer_with_a_limit_cannot_accept_the_sellers_direct_payment(market: Market) -> None:
    trade, head, buyer = await approved(market)
    await market.run(trade.seller, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
    await market.run(buyer, lambda ctx: deals.agree_direct(ctx, trade.deal_id))
    assert (await trade.deal()).state == DealState.AWAITING_FUNDING
    await market.run(head, lambda ctx: deals.refuse_direct(ctx, trade.deal_id))
    deal = await trade.deal()
    assert (deal.state, deal.direct_asked_by, deal.direct_requested_by) == ("awaiting_funding", None, None)


async def test_side_that_is_asked_can_keep_the_payment_protected(market: Market) -> None:
    trade, head, _ = await approved(market)
    await market.run(head, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
    with pytest.raises(NotAllowed):
        await market.run(head, lambda ctx: deals.refuse_direct(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.refuse_direct(ctx, trade.deal_id))
    with pytest.raises((NotAllowed, Stale)):
        await market.run(trade.seller, lambda ctx: deals.agree_direct(ctx, trade.deal_id))
    await market.run(head, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
