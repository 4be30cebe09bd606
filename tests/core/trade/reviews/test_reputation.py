"""Reputation: reviews stay sealed until both have written, and a crowd of made-up deals lifts no score."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import bindparam, update

from core.kernel.errors import NotAllowed, NotFound, Refusal
from core.kernel.money import CURRENCIES
from core.kernel.process import enter, step
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx
from core.people.accounts.model import Person
from core.trade.deals import lifecycle
from core.trade.deals import service as deals
from core.trade.deals.commission import PlatformTerms
from core.trade.deals.model import Deal, Side
from core.trade.delivery.model import LOT, Lot, LotState
from core.trade.listings.service import publish_listing
from core.trade.offers.model import BuyNow
from core.trade.offers.service import buy_now
from core.trade.reviews import reactions, rules, service
from core.trade.reviews.events import ReviewAnswered, ReviewsOpened, ReviewsRevealed, ReviewWritten
from core.trade.reviews.model import AnswerReview, Review, Score, Stars, WriteReview
from core.trade.reviews.rules import Counted
from tests.core.conftest import Market
from tests.core.goods import catalogue, pellets, tonnes

SOLD_WELL: Stars = {"quantity": 5, "quality": 4, "time": 5, "talk": 4}
SOLD_BADLY: Stars = {"quantity": 2, "quality": 1, "time": 1, "talk": 2}
BOUGHT_WELL: Stars = {"payment": 5, "taking": 4, "fairness": 5, "talk": 4}
BOUGHT_BADLY: Stars = {"payment": 2, "taking": 1, "fairness": 1, "talk": 2}


@dataclass
class Pair:
    market: Market
    seller: Actor
    buyer: Actor
    anna: Person
    ben: Person

    async def deal(self, *, pay: bool = True) -> Deal:
        """Run a deal from the listing to the last payment, or to a cancellation before any payment."""
        run = self.market.run
        listing = await run(self.seller, lambda ctx: publish_listing(ctx, catalogue(), pellets(buy_now=True)))
        take = BuyNow(listing_id=listing.id, quantity=tonnes(50))
        offer = await run(self.buyer, lambda ctx: buy_now(ctx, take))
        deal = await run(MARKET, lambda ctx: deals.agree_deal(ctx, offer.id, PlatformTerms(250)))
        for actor in (self.buyer, self.seller):
            await run(actor, lambda ctx: deals.sign_deal(ctx, deal.id))
        if not pay:
            await run(self.buyer, lambda ctx: deals.cancel_deal(ctx, deal.id))
            await run(MARKET, lambda ctx: lifecycle.refunded(ctx, deal.id))
            return deal
        await run(PROVIDER, lambda ctx: lifecycle.money_complete(ctx, deal.id))
        await run(MARKET, lambda ctx: lifecycle.all_lots_closed(ctx, deal.id))
        await run(MARKET, lambda ctx: lifecycle.paid_out(ctx, deal.id))
        return deal

    async def say(self, actor: Actor, deal: Deal, stars: Stars, words: str = "") -> Review:
        command = WriteReview(deal_id=deal.id, stars=stars, words=words)
        return await self.market.run(actor, lambda ctx: service.write_review(ctx, command))

    async def about(self, person: Person, side: Side = "seller") -> list[Review]:
        """Return the visible reviews about this person."""
        return await self.market.run(MARKET, lambda ctx: service.reviews_about(ctx, person.organisation_id, side))

    async def score(self, person: Person, side: Side = "seller") -> Score:
        return await self.market.run(MARKET, lambda ctx: service.score_of(ctx, person.organisation_id, side))


async def pair(market: Market) -> Pair:
    seller, anna = await market.newcomer("Anna")
    buyer, ben = await market.newcomer("Ben")
    reactions.listen(market.reactions)
    market.watch(ReviewsOpened, ReviewWritten, ReviewsRevealed, ReviewAnswered)
    return Pair(market, seller, buyer, anna, ben)


async def test_a_review_is_sealed_until_the_other_side_has_written(market: Market) -> None:
    two = await pair(market)
    deal = await two.deal()
    due = await market.run(two.buyer, lambda ctx: service.reviews_due(ctx, two.ben.organisation_id))
    assert [each.id for each in due] == [deal.id]

    await two.say(two.buyer, deal, SOLD_WELL, "on the minute")
    assert await two.about(two.anna) == []
    assert await market.run(two.buyer, lambda ctx: service.reviews_due(ctx, two.ben.organisation_id)) == []
    await two.say(two.seller, deal, BOUGHT_BADLY)

    assert [(each.words, each.stars) for each in await two.about(two.anna)] == [("on the minute", SOLD_WELL)]
    assert [each.stars for each in await two.about(two.ben, "buyer")] == [BOUGHT_BADLY]
    assert [type(fact) for fact in market.facts] == [ReviewsOpened, ReviewWritten, ReviewWritten, ReviewsRevealed]


async def test_two_weeks_later_the_only_word_is_revealed_and_no_other_taken(market: Market) -> None:
    two = await pair(market)
    deal = await two.deal()
    await two.say(two.buyer, deal, SOLD_BADLY)
    market.clock.advance(days=15)
    assert await market.run(MARKET, lambda ctx: service.reviews_due(ctx, two.anna.organisation_id)) == []
    with pytest.raises(Refusal) as refusal:
        await two.say(two.seller, deal, BOUGHT_WELL)
    assert refusal.value.code == "review.window_over"
    await market.run_timers(dict(reactions.timer_handlers))
    assert [each.stars for each in await two.about(two.anna)] == [SOLD_BADLY]


async def test_only_parties_review_and_only_once(market: Market) -> None:
    two = await pair(market)
    stranger, _ = await market.newcomer("Eve")
    deal = await two.deal()
    with pytest.raises(NotFound):
        await two.say(stranger, deal, SOLD_BADLY)
    await two.say(two.buyer, deal, SOLD_WELL)
    with pytest.raises(Refusal) as refusal:
        await two.say(two.buyer, deal, SOLD_BADLY)
    assert refusal.value.code == "review.already_written"
    with pytest.raises(ValidationError):
        WriteReview(deal_id=deal.id, stars={**SOLD_WELL, "quantity": 6})


async def test_a_deal_that_moved_no_money_is_not_reviewed(market: Market) -> None:
    two = await pair(market)
    deal = await two.deal(pay=False)
    with pytest.raises(Refusal) as refusal:
        await two.say(two.buyer, deal, SOLD_BADLY)
    assert refusal.value.code == "review.deal_not_over"


async def test_reviewed_side_answers_once_in_public(market: Market) -> None:
    two = await pair(market)
    deal = await two.deal()
    review = await two.say(two.buyer, deal, SOLD_BADLY, "late")
    answer = AnswerReview(review_id=review.id, words="the bridge was closed")
    with pytest.raises(NotFound):
        await market.run(two.seller, lambda ctx: service.answer(ctx, answer))  # still sealed
    assert await two.about(two.anna) == []
    await two.say(two.seller, deal, BOUGHT_WELL)
    with pytest.raises(NotAllowed):
        await market.run(two.buyer, lambda ctx: service.answer(ctx, answer))
    await market.run(two.seller, lambda ctx: service.answer(ctx, answer))
    with pytest.raises(Refusal) as refusal:
        await market.run(two.seller, lambda ctx: service.answer(ctx, answer))
    assert refusal.value.code == "review.already_answered"
    assert [(each.words, each.answer) for each in await two.about(two.anna)] == [("late", "the bridge was closed")]
    assert [each.answer for each in await two.about(two.ben, "buyer")] == [None]
    assert await two.about(two.anna, "buyer") == []  # she has sold
    assert isinstance(market.facts[-1], ReviewAnswered)


async def test_a_seller_is_new_until_three_have_spoken(market: Market) -> None:
    two = await pair(market)
    shown = []
    for name in ("Cleo", "Dora", "Egon"):
        actor, person = await market.newcomer(name)
        one = Pair(market, two.seller, actor, two.anna, person)
        deal = await one.deal()
        await one.say(actor, deal, SOLD_WELL)
        await one.say(two.seller, deal, BOUGHT_WELL)
        shown.append((await two.score(two.anna)).shown)
    score = await two.score(two.anna)
    assert shown[:2] == [None, None]
    assert (score.reviews, score.counterparties, score.completed_deals) == (3, 3, 3)
    assert score.shown is not None
    assert 4 <= score.shown <= 5
    assert 0 < score.floor < 1
    assert score.on_time is None
    assert isinstance(score, Score)


async def test_on_time_is_the_share_of_lots_that_came_by_their_day(market: Market) -> None:
    two = await pair(market)
    deal = await two.deal()
    came = update(Lot).where(Lot.number == bindparam("which")).values(came_in_time=bindparam("in_time"))

    def four_trucks_on_the_road(ctx: Ctx) -> None:
        for number in range(1, 5):
            lot = Lot(
                id=ctx.new_id(),
                deal_id=deal.id,
                number=number,
                quantity_amount=Decimal("12.5"),
                unit="t",
                amount_minor=262_500,
                currency="EUR",
                window_from=date(2026, 12, 1),
                window_to=date(2026, 12, 7),
            )
            enter(ctx, LOT, lot, LOT.initial)
            ctx.session.add(lot)
            step(ctx, LOT, lot, "funded", ("system",), deadlines={"lot_overdue": ctx.now})
            step(ctx, LOT, lot, "dispatch", ("seller",), deadlines={"transit_limit": ctx.now})

    async def arrived(number: int, in_time: bool) -> None:
        await market.run(MARKET, lambda ctx: ctx.session.execute(came, {"which": number, "in_time": in_time}))

    await market.run(MARKET, four_trucks_on_the_road)
    assert (await two.score(two.anna)).on_time is None  # sent is not arrived
    for number in range(1, 5):
        await arrived(number, in_time=number != 4)
    assert (await two.score(two.anna)).on_time == 0.75

    async def ends(which: int, **end: Any) -> int:
        ended = update(Lot).where(Lot.number == which).values(**end)
        await market.run(MARKET, lambda ctx: ctx.session.execute(ended))
        return (await two.score(two.anna)).completed_deals

    # A deal that ends with a full refund counts as completed for neither side.
    for number in (1, 2, 3):
        await ends(number, state=LotState.DROPPED)
    assert await ends(4, state=LotState.ADJUSTED, pay_minor=0) == 0
    assert (await two.score(two.ben, "buyer")).completed_deals == 0
    assert await ends(4, state=LotState.ADJUSTED, pay_minor=1) == 1
    assert (await two.score(two.ben)).on_time is None


# --- the score --------------------------------------------------------------------------------------------------------

counted = st.builds(
    Counted,
    author=st.sampled_from(["a", "b", "c", "d", "e"]),
    rating=st.floats(0, 1),
    value_eur=st.floats(0, 1e6),
    age_days=st.floats(0, 5000),
    trust=st.floats(rules.LEAST_TRUST, 1),
)


@given(st.lists(counted, max_size=40), st.floats(0, 1))
def test_a_score_stays_within_its_bounds(reviews: list[Counted], mean: float) -> None:
    reputation_of = rules.reputation_of(reviews, mean)
    assert 0 <= reputation_of.floor <= 1
    assert -1e-9 <= reputation_of.score <= 1 + 1e-9
    assert (reputation_of.shown is None) == (reputation_of.counterparties < rules.SHOWN_FROM)
    everything = [mean, *(review.rating for review in reviews)]
    assert min(everything) - 1e-9 <= reputation_of.score <= max(everything) + 1e-9


@given(st.lists(counted, max_size=40), st.randoms(use_true_random=False))
def test_a_recount_in_any_order_gives_the_same(reviews: list[Counted], order: random.Random) -> None:
    shuffled = list(reviews)
    order.shuffle(shuffled)
    assert rules.reputation_of(shuffled, 0.75).score == pytest.approx(rules.reputation_of(reviews, 0.75).score)


@given(counted, st.integers(1, 500))
def test_one_counterparty_never_weighs_more_than_the_cap(review: Counted, times: int) -> None:
    alone = rules.reputation_of([review] * times, 0.5)
    reach = rules.COUNTERPARTY_CAP / (rules.PRIOR_WEIGHT + rules.COUNTERPARTY_CAP)
    assert abs(alone.score - 0.5) <= reach * abs(review.rating - 0.5) + 1e-9


@given(st.floats(0, 100))
def test_the_cap_grows_and_ends(total: float) -> None:
    assert rules.capped(total) <= min(total, rules.COUNTERPARTY_CAP) + 1e-9
    assert rules.capped(total) <= rules.capped(total + 1)


def test_every_currency_of_the_house_has_a_rough_worth() -> None:
    assert set(rules.ROUGH_EUR) == set(CURRENCIES)


def customers(dice: random.Random, quality: float, deals_made: int) -> list[Counted]:
    """Return the reviews that a seller of that quality earns from regular buyers."""
    return [
        Counted(
            author=f"buyer-{dice.randrange(60)}",
            rating=min(1.0, max(0.0, dice.gauss(quality, 0.15))),
            value_eur=dice.choice([400.0, 2_000.0, 10_000.0]),
            age_days=dice.uniform(0, 365),
            trust=rules.trust_in(dice.randrange(1, 8)),
        )
        for _ in range(deals_made)
    ]


def shills(count: int, value_eur: float) -> list[Counted]:
    """Return the reviews of made-up accounts: full marks, no other counterparty."""
    return [Counted(f"shill-{n}", 1.0, value_eur, 1.0, rules.trust_in(0)) for n in range(count)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("count", "value_eur"), [(0, 0.0), (50, 1.0), (200, 1.0), (50, 50.0)])
def test_shill_deals_do_not_lift_a_bad_seller_to_the_median(seed: int, count: int, value_eur: float) -> None:
    dice = random.Random(seed)
    honest = [customers(dice, dice.betavariate(8, 2), dice.randrange(5, 40)) for _ in range(200)]
    bad = customers(dice, 0.4, 12) + shills(count, value_eur)
    everybody = [review.rating for reviews in (*honest, bad) for review in reviews]
    mean = rules.market_mean(sum(everybody), len(everybody))
    scores = [rules.reputation_of(reviews, mean).score for reviews in honest]
    assert rules.reputation_of(bad, mean).score < median(scores)
