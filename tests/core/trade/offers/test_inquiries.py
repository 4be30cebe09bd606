"""A question before an offer: relayed between two sides alone, one thread at a time.

An offer or silence ends it.
"""

from __future__ import annotations

from functools import partial

import pytest

from core.kernel.errors import NotAllowed, NotFound, Refusal, Stale
from core.kernel.transaction import Actor, Ctx
from core.trade.listings.model import Listing
from core.trade.listings.service import pause_listing, publish_listing, withdraw_listing
from core.trade.offers import reactions as offer_reactions
from core.trade.offers.inquiries import service as inquiries
from core.trade.offers.inquiries.events import InquiryClosed, InquiryWritten
from core.trade.offers.inquiries.model import LINES_AT_MOST, AskSeller, Inquiry, SayOn
from core.trade.offers.inquiries.service import OfferToAsker, offer_to_asker
from core.trade.offers.model import MakeOffer, OfferState
from core.trade.offers.rules import terms_of
from core.trade.offers.service import accept_offer, make_offer
from tests.core.conftest import Market
from tests.core.goods import catalogue, pellets, tonnes


async def asked(market: Market) -> tuple[Actor, Actor, Listing, Inquiry]:
    """Let Ben ask Anna about her pellets."""
    offer_reactions.listen(market.reactions)
    market.watch(InquiryWritten, InquiryClosed)
    seller, _ = await market.newcomer("Anna")
    buyer, _ = await market.newcomer("Ben")
    listing = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets()))
    command = AskSeller(listing_id=listing.id, words=" Is it dry? ")
    return seller, buyer, listing, await market.run(buyer, lambda ctx: inquiries.ask_seller(ctx, command))


async def test_it_goes_to_and_fro_and_a_second_question_goes_on_with_the_first(market: Market) -> None:
    seller, buyer, listing, inquiry = await asked(market)
    await market.run(seller, lambda ctx: inquiries.say_on(ctx, SayOn(inquiry_id=inquiry.id, words="Eight per cent.")))
    again = AskSeller(listing_id=listing.id, words="And ash?")
    same = await market.run(buyer, lambda ctx: inquiries.ask_seller(ctx, again))
    assert (same.id, same.turn) == (inquiry.id, "seller")
    assert [(line.side, line.words) for line in same.lines] == [
        ("buyer", "Is it dry?"),
        ("seller", "Eight per cent."),
        ("buyer", "And ash?"),
    ]
    assert [fact.why for fact in market.facts if isinstance(fact, InquiryWritten)] == ["asked", "", ""]


async def test_strangers_see_nothing_and_sellers_cannot_ask_themselves(market: Market) -> None:
    seller, _, listing, inquiry = await asked(market)
    stranger, _ = await market.newcomer("Carla")
    for unit in (
        partial(inquiries.inquiry_for, inquiry_id=inquiry.id),
        partial(inquiries.close_inquiry, inquiry_id=inquiry.id),
        partial(inquiries.say_on, command=SayOn(inquiry_id=inquiry.id, words="Hello")),
    ):
        with pytest.raises(NotFound):
            await market.run(stranger, unit)
    own = AskSeller(listing_id=listing.id, words="Well?")
    with pytest.raises(Refusal, match=r"inquiry\.own_listing"):
        await market.run(seller, partial(inquiries.ask_seller, command=own))


async def test_the_seller_may_make_the_first_offer_and_the_buyer_takes_it(market: Market) -> None:
    seller, buyer, listing, inquiry = await asked(market)
    command = OfferToAsker(inquiry_id=inquiry.id, terms=terms_of(listing, tonnes(100)))
    with pytest.raises(NotAllowed):
        await market.run(buyer, lambda ctx: offer_to_asker(ctx, catalogue(), command))
    with pytest.raises(Stale):
        await market.run(seller, lambda ctx: offer_to_asker(ctx, catalogue(), command, expected_version=99))
    offer = await market.run(seller, lambda ctx: offer_to_asker(ctx, catalogue(), command))
    assert (offer.turn, offer.rounds[0].side) == ("buyer", "seller")
    assert [fact.why for fact in market.facts if isinstance(fact, InquiryClosed)] == ["offered"]
    with pytest.raises(Stale):  # the talk is over; they talk in offers now
        await market.run(seller, lambda ctx: offer_to_asker(ctx, catalogue(), command))
    assert (await market.run(buyer, lambda ctx: accept_offer(ctx, offer.id))).state == OfferState.ACCEPTED


async def test_the_buyers_own_offer_the_listings_end_and_two_weeks_of_silence_close_it(market: Market) -> None:
    seller, buyer, listing, _ = await asked(market)
    offered = MakeOffer(listing_id=listing.id, terms=terms_of(listing, tonnes(100)))
    await market.run(buyer, lambda ctx: make_offer(ctx, catalogue(), offered))

    carla, _ = await market.newcomer("Carla")
    dan, _ = await market.newcomer("Dan")
    question = AskSeller(listing_id=listing.id, words="Is it dry?")
    await market.run(carla, lambda ctx: inquiries.ask_seller(ctx, question))
    market.clock.advance(days=7)
    await market.run(dan, lambda ctx: inquiries.ask_seller(ctx, question))
    market.clock.advance(days=7)
    await market.run_timers({**offer_reactions.timer_handlers})
    await market.run(seller, lambda ctx: withdraw_listing(ctx, listing.id))
    closed = [fact.why for fact in market.facts if isinstance(fact, InquiryClosed)]
    assert closed == ["offered", "idle", "listing_gone"]


async def test_a_talk_has_an_end_and_a_listing_that_is_put_aside_takes_no_question(market: Market) -> None:
    seller, buyer, listing, inquiry = await asked(market)
    more = SayOn(inquiry_id=inquiry.id, words="And another thing")

    def say_all(ctx: Ctx) -> None:
        for _ in range(LINES_AT_MOST - 1):
            inquiries.say_on(ctx, more)

    await market.run(buyer, say_all)
    with pytest.raises(Refusal, match=r"inquiry\.too_long"):
        await market.run(buyer, lambda ctx: inquiries.say_on(ctx, more))
    await market.run(seller, lambda ctx: pause_listing(ctx, listing.id))
    dan, _ = await market.newcomer("Dan")
    with pytest.raises(Refusal, match=r"listing\.not_for_sale"):
        await market.run(dan, partial(inquiries.ask_seller, command=AskSeller(listing_id=listing.id, words="Hm?")))
