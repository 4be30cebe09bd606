"""A deal's card on its end, by lot and in total: it says only what is true of the settlement."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from conversations.chat_context import ChatAddress
from conversations.reply import Card
from conversations.trade.deals.card import deal_card
from conversations.trade.delivery.claim import claim_card
from core.kernel.transaction import Actor, Ctx
from core.people.accounts.service import acting
from core.trade.deals import access
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.delivery import claims, steps
from core.trade.reviews import reactions as reputation_reactions
from tests.conversations.trade.test_next_steps import ENGINE
from tests.core.conftest import Market
from tests.core.trade.deals.test_direct_deals import direct
from tests.core.trades import Trade, agreed, market_in_memory, paid


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with market_in_memory() as found:
        yield found


async def card(trade: Trade, side: Actor) -> Card:
    def unit(ctx: Ctx) -> Card:
        chat = ENGINE.chat_with(ctx, acting(ctx), ChatAddress("telegram", "", "1"))
        return deal_card(chat, access.deal_for(ctx, trade.deal_id))

    return await trade.market.run(side, unit)


def lots_said(shown: Card) -> list[str]:
    return [line.value for line in shown.lines if line.label.startswith("Lot ")]


# --- paid without us --------------------------------------------------------------------------------------------------


async def test_unconfirmed_direct_payment_is_not_called_unsigned_or_given_back(market: Market) -> None:
    trade = await direct(market)
    await trade.pass_days(31)
    for side in (trade.buyer, trade.seller):
        shown = await card(trade, side)
        assert shown.turn.startswith("This deal is closed: both signed it, and nobody confirmed in time")
        assert "nothing comes back from here" in shown.turn
        assert [said.endswith("given up") for said in lots_said(shown)] == [True]


async def test_a_direct_payment_that_the_buyer_says_was_made_is_said_to_be_so(market: Market) -> None:
    trade = await direct(market)
    await market.run(trade.buyer, lambda ctx: deals.say_paid(ctx, trade.deal_id))
    await trade.pass_days(31)
    for side in (trade.buyer, trade.seller):
        shown = await card(trade, side)
        assert "the buyer says that it was paid" in shown.turn
        assert "Paid directly, as the buyer says" in [line.label for line in shown.lines]


async def test_goods_paid_directly_and_never_sent_are_not_called_complete(market: Market) -> None:
    trade = await direct(market, lots=2)
    await market.run(trade.seller, lambda ctx: deals.confirm_money(ctx, trade.deal_id))
    await trade.pass_long()
    for side in (trade.buyer, trade.seller):
        shown = await card(trade, side)
        assert "none of its lots was delivered" in shown.turn
        assert "to be sent" not in " ".join(lots_said(shown))


async def test_a_direct_deal_of_which_a_part_came_is_over_and_not_complete(market: Market) -> None:
    trade = await direct(market, lots=2)
    await market.run(trade.seller, lambda ctx: deals.confirm_money(ctx, trade.deal_id))
    first, _ = await trade.lots()
    await trade.deliver(first)
    await trade.accept(first)
    await trade.pass_long()
    shown = await card(trade, trade.buyer)
    assert shown.turn.startswith("This deal is over, and not all of its lots were delivered.")


async def test_both_who_gave_up_a_direct_deal_read_that_nothing_was_held(market: Market) -> None:
    trade = await direct(market)
    await market.run(trade.buyer, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    assert "the deal closes anyway" in (await card(trade, trade.seller)).turn
    await market.run(trade.seller, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    assert "you both gave it up. Nothing was held here" in (await card(trade, trade.buyer)).turn


# --- held -------------------------------------------------------------------------------------------------------------


async def test_an_unsigned_deal_is_still_said_to_be_unsigned(market: Market) -> None:
    trade = await agreed(market)
    await trade.pass_days(4)
    assert "it was not signed by both" in (await card(trade, trade.buyer)).turn


async def test_a_lot_that_was_never_paid_is_given_up_and_one_that_was_is_given_back(market: Market) -> None:
    trade = await agreed(market, lots=1)
    await trade.sign()
    await market.run(trade.buyer, lambda ctx: deals.cancel_deal(ctx, trade.deal_id))
    assert lots_said(await card(trade, trade.buyer))[0].endswith("given up")
    other = await paid(market, lots=1)
    await market.run(other.buyer, lambda ctx: deals.ask_cancel(ctx, other.deal_id))
    await market.run(other.seller, lambda ctx: deals.agree_cancel(ctx, other.deal_id))
    assert lots_said(await card(other, other.buyer))[0].endswith("money given back")


async def test_delivered_lots_of_a_cancelled_deal_are_said_to_be_paid(market: Market) -> None:
    reputation_reactions.listen(market.reactions)
    trade = await paid(market, lots=2)
    first, _ = await trade.lots()
    await trade.deliver(first)
    await trade.accept(first)
    await market.run(trade.buyer, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.CANCELLED
    for side in (trade.buyer, trade.seller):
        shown = await card(trade, side)
        assert shown.turn.startswith("What was delivered of this deal is paid, and the rest is cancelled.")
        assert "nothing is left to do but to rate each other by " in shown.turn


async def test_a_claim_that_is_settled_says_nothing_of_the_lots_that_are_still_to_be_sent(market: Market) -> None:
    trade = await paid(market, lots=3)
    first, *_ = await trade.lots()
    await trade.deliver(first)
    await trade.claim(first)
    await market.run(trade.seller, lambda ctx: claims.grant_claim(ctx, first.id))

    def unit(ctx: Ctx) -> Card:
        chat = ENGINE.chat_with(ctx, acting(ctx), ChatAddress("telegram", "", "1"))
        return claim_card(chat, steps.lot_for(ctx, first.id))

    for side in (trade.buyer, trade.seller):
        said = (await market.run(side, unit)).turn
        assert said == "Lot 1 is paid with the settled figure, and nothing is left to do about it."


# --- buttons ----------------------------------------------------------------------------------------------------------


async def test_the_lots_that_are_ones_turn_have_their_buttons(market: Market) -> None:
    """Check a deal with three lots on their way and the fourth to be sent.

    The card has a button for everything that it asks for.
    """
    trade = await paid(market, lots=5)
    lots = await trade.lots()
    for lot in lots[:3]:
        await trade.dispatch(lot)
    shown = await card(trade, trade.seller)
    labels = [button.label for row in shown.buttons for button in row]
    assert shown.turn.startswith("Your turn: send lot 4")
    assert "Dispatch lot 4" in labels
    assert "Dispatch lot 5" in labels


@pytest.mark.parametrize("from_listing", [True, False])
async def test_goods_that_stood_on_no_shelf_are_not_for_sale_again(market: Market, from_listing: bool) -> None:
    trade = await agreed(market, lots=1)
    await trade.sign()
    if not from_listing:  # as of a quote on a request

        def unlist(ctx: Ctx) -> None:
            access.deal_for(ctx, trade.deal_id).listing_id = None

        await trade.as_market(unlist)
    said = (await card(trade, trade.seller)).turn
    assert ("for sale again" in said) == from_listing
