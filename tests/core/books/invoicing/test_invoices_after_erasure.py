"""Invoices after a party deletes their account.

The other side sees the name only where the law keeps it, and is not asked to rate that party.
"""

from __future__ import annotations

import pytest

from config.platforms import PLATFORMS
from conversations.chat_context import ChatAddress, MarketContext
from conversations.engine import Engine
from conversations.platforms import by_code
from conversations.trade.deals.contract_terms import terms_card
from conversations.wording import Wordings
from core.catalogue.language.places import Places
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting
from core.privacy.erasure.service import erase
from core.trade.deals.access import deal_for
from core.trade.reviews import reactions as reputation
from core.trade.reviews import service as reviews
from core.trade.reviews.model import WriteReview
from tests.core.books.invoicing.parties import BUYER_IN_GERMANY, SELLER_AT_HOME, agrees, delivered, introduced, papers
from tests.core.conftest import Market
from tests.core.goods import catalogue
from tests.core.trades import Trade, paid

ENGINE = Engine(
    [], MarketContext(catalogue(), Places([]), Wordings(PLATFORMS), 100, 1500, platforms=by_code(PLATFORMS))
)


async def sold(market: Market, *, invoiced: bool) -> Trade:
    """Return a deal of one lot that is over and paid out, with or without the seller's invoice."""
    reputation.listen(market.reactions)
    trade = await paid(market, lots=1)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    if invoiced:
        await agrees(market, trade.seller)
    await delivered(trade, 1)
    await papers(market)
    return trade


async def seller_in_terms(trade: Trade) -> str:
    """Return the name of the seller that the buyer reads in the signed terms."""

    def read(ctx: Ctx) -> str:
        talk = ENGINE.chat_with(ctx, acting(ctx), ChatAddress("telegram", "", "chat-Ben"))
        card = terms_card(talk, deal_for(ctx, trade.deal_id))
        return next(line.value for line in card.lines if line.label == talk.words("party.seller"))

    return await trade.market.run(trade.buyer, read)


@pytest.mark.parametrize("invoiced", [True, False])
async def test_the_signed_terms_say_who_it_was_as_far_as_an_invoice_keeps_it(market: Market, invoiced: bool) -> None:
    trade = await sold(market, invoiced=invoiced)
    assert await seller_in_terms(trade) == "Anna (now called Girios UAB)", "signed before the profile was written"
    await market.run(trade.seller, erase)
    market.clock.advance(days=400)
    name = "Girios UAB, " if invoiced else ""
    assert await seller_in_terms(trade) == f"{name}a company that has left on 23 Nov 2026"


async def test_deleted_seller_is_not_to_be_rated(market: Market) -> None:
    trade = await sold(market, invoiced=False)
    may = await market.run(trade.buyer, lambda ctx: reviews.may_review_until(ctx, trade.deal_id, trade.buying))
    assert may, "the deal is over"
    await market.run(trade.seller, erase)
    due = await market.run(trade.buyer, lambda ctx: reviews.reviews_due(ctx, trade.buying))
    may = await market.run(trade.buyer, lambda ctx: reviews.may_review_until(ctx, trade.deal_id, trade.buying))
    assert (due, may) == ([], None)
    command = WriteReview(deal_id=trade.deal_id, stars={"quantity": 5, "quality": 5, "time": 5, "talk": 5})
    with pytest.raises(Refusal, match=r"review\.other_left"):
        await market.run(trade.buyer, lambda ctx: reviews.write_review(ctx, command))
