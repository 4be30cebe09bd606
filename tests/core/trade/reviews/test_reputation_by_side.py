"""Reputation by side: a seller is rated on selling, a buyer on buying, and no score uses both."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from core.kernel.errors import NotAllowed, Refusal
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts.model import Person
from core.trade.reviews import rules
from core.trade.reviews.model import ASPECTS, OF_GOODS, Review, Stars
from tests.core.conftest import Market
from tests.core.trade.reviews.test_reputation import BOUGHT_BADLY, BOUGHT_WELL, SOLD_BADLY, SOLD_WELL, Pair, pair

PRAISED: dict[str, Stars] = {"seller": dict.fromkeys(ASPECTS["seller"], 5), "buyer": dict.fromkeys(ASPECTS["buyer"], 5)}
BLAMED: dict[str, Stars] = {"seller": dict.fromkeys(ASPECTS["seller"], 1), "buyer": dict.fromkeys(ASPECTS["buyer"], 1)}


def test_a_buyer_is_asked_nothing_that_only_who_delivers_does() -> None:
    assert set(ASPECTS["seller"]) & set(ASPECTS["buyer"]) == {"talk"}
    assert not {"quantity", "quality", "time"} & set(ASPECTS["buyer"])


async def test_each_side_is_rated_by_what_it_does(market: Market) -> None:
    two = await pair(market)
    deal = await two.deal()
    for actor, marks in ((two.seller, SOLD_WELL), (two.buyer, BOUGHT_WELL)):
        with pytest.raises(Refusal) as refusal:
            await two.say(actor, deal, marks)
        assert refusal.value.code == "review.other_marks"
    await two.say(two.seller, deal, BOUGHT_WELL)
    await two.say(two.buyer, deal, SOLD_WELL)
    assert [(each.side, each.stars) for each in await two.about(two.anna)] == [("seller", SOLD_WELL)]
    assert [(each.side, each.stars) for each in await two.about(two.ben, "buyer")] == [("buyer", BOUGHT_WELL)]


@pytest.mark.parametrize("left_out", ["time", "talk"])
async def test_only_of_the_goods_may_there_be_nothing_to_rate(market: Market, left_out: str) -> None:
    two = await pair(market)
    deal = await two.deal()
    with pytest.raises(Refusal) as refusal:
        await two.say(two.buyer, deal, {rating: stars for rating, stars in SOLD_WELL.items() if rating != left_out})
    assert refusal.value.code == "review.other_marks"
    nothing_came: Stars = {"time": 1, "talk": 4}
    await two.say(two.buyer, deal, nothing_came)
    await two.say(two.seller, deal, {"payment": 5, "talk": 4})
    assert [each.stars for each in await two.about(two.anna)] == [nothing_came]


async def test_operator_who_sees_a_deal_cannot_rate_it(market: Market) -> None:
    two = await pair(market)
    deal = await two.deal()
    operator, olga = await market.newcomer("Olga")

    def appointed(ctx: Ctx) -> None:
        ctx.session.get_one(Person, olga.id).operator = True

    await market.run(MARKET, appointed)
    for marks in (SOLD_BADLY, BOUGHT_BADLY):
        with pytest.raises(NotAllowed):
            await two.say(operator, deal, marks)


async def test_the_database_keeps_marks_of_another_side_out(market: Market) -> None:
    two = await pair(market)
    deal = await two.deal()
    review = await two.say(two.seller, deal, BOUGHT_WELL)
    for rating in ("quantity", "quality", "time"):

        def spoiled(ctx: Ctx, rating: str = rating) -> None:
            setattr(ctx.session.get_one(Review, review.id), rating, 5)
            ctx.session.flush()

        with pytest.raises(IntegrityError):
            await market.run(MARKET, spoiled)


async def test_trader_who_sells_and_buys_has_a_score_for_each(market: Market) -> None:
    """Anna sells well to three, and is a bad customer of the same three. Neither rating counts in the other score."""
    two = await pair(market)
    for name in ("Cleo", "Dora", "Egon"):
        actor, person = await market.newcomer(name)
        sold = Pair(market, two.seller, actor, two.anna, person)
        deal = await sold.deal()
        await sold.say(actor, deal, PRAISED["seller"])
        await sold.say(two.seller, deal, BOUGHT_WELL)
        bought = Pair(market, actor, two.seller, person, two.anna)
        deal = await bought.deal()
        await bought.say(actor, deal, BLAMED["buyer"])
        await bought.say(two.seller, deal, SOLD_WELL)
    as_seller, as_buyer = await two.score(two.anna, "seller"), await two.score(two.anna, "buyer")
    assert as_seller.shown is not None
    assert as_buyer.shown is not None
    assert (as_seller.reviews, as_seller.completed_deals, as_seller.other_deals) == (3, 3, 3)
    assert (as_buyer.reviews, as_buyer.completed_deals, as_buyer.other_deals) == (3, 3, 3)
    everybody = rules.FIRST_MEAN
    assert as_buyer.rank < everybody < as_seller.rank
    assert as_buyer.floor == 0
    assert as_buyer.on_time is None


async def test_trader_who_only_bought_is_new_as_a_seller(market: Market) -> None:
    two = await pair(market)
    deal = await two.deal()
    await two.say(two.seller, deal, PRAISED["buyer"])
    await two.say(two.buyer, deal, PRAISED["seller"])
    score = await two.score(two.ben, "seller")
    assert (score.reviews, score.completed_deals, score.other_deals) == (0, 0, 1)
    # His reviews as a buyer do not count here: he has the mean of the market's sellers.
    assert score.rank == pytest.approx(rules.market_mean(1.0, 1))


@pytest.mark.parametrize("given", [2, 3, 4])
async def test_a_mark_is_the_mean_of_what_there_was_to_rate(market: Market, given: int) -> None:
    """The score of one review is as the formula says, of as many marks as it gives."""
    two = await pair(market)
    deal = await two.deal()
    goods = [rating for rating in ASPECTS["seller"] if rating in OF_GOODS][: given - 2]
    stars: Stars = {"time": 5, "talk": 4, **dict.fromkeys(goods, 2)}
    await two.say(two.buyer, deal, stars)
    await two.say(two.seller, deal, BOUGHT_WELL)
    (review,) = await two.about(two.anna)
    rating = (sum(stars.values()) / given - 1) / 4
    counted = rules.Counted(
        author=review.author,
        rating=rating,
        value_eur=rules.in_euros(deal.amount),
        age_days=0,
        trust=rules.trust_in(0),
    )
    assert (await two.score(two.anna)).rank == pytest.approx(
        rules.reputation_of([counted], rules.market_mean(rating, 1)).score
    )
