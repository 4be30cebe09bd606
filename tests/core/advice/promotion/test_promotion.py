"""A promotion: the forecast and the price come from our own counters.

It begins when it is paid, and the unused part of the price is refunded.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.reference import reference
from core.advice.experts import service as experts
from core.advice.experts.model import OfferExpertise, Rate
from core.advice.promotion import reactions, rules, service, view_counts
from core.advice.promotion.model import (
    PACKAGES,
    SUSPENDED_FOR,
    TOP_PLACES,
    ChoosePackage,
    Package,
    Promotion,
    PromotionState,
)
from core.advice.promotion.purchase_record import record_of
from core.kernel.errors import Invalid, Refusal, Stale
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Actor
from core.money.chargebacks import service as chargebacks
from core.money.disbursements import reactions as disbursement_reactions
from core.money.disbursements import recovery
from core.money.disbursements import service as disbursements
from core.money.ledger import service as ledger
from core.money.ledger.accounts import SALES
from core.shop.purchases import payments
from core.shop.purchases import reactions as purchase_chargebacks
from core.shop.purchases import service as purchases
from core.shop.purchases.model import BuyThing, Purchase, PurchaseState, Thing
from core.shop.purchases.reactions import timer_handlers as purchase_timer_handlers
from tests.core import invoicing_steps
from tests.core.conftest import Market

TIMER_HANDLERS = {**reactions.timer_handlers, **purchase_timer_handlers}


@dataclass
class Window:
    market: Market

    async def expert(self, name: str) -> tuple[Actor, str]:
        actor, _ = await self.market.newcomer(name)
        catalogue = reference()[0]
        command = OfferExpertise(
            headline="Boilers that burn",
            bio="Twenty years of combustion and ash.",
            fields=tuple(list(catalogue.expertise)[:2]),
            languages=("en",),
            rate=Rate(basis="session", minor=90_00, currency="EUR"),
            hours="daily 9-17 Vilnius",
        )
        made = await self.market.run(actor, lambda ctx: experts.offer_expertise(ctx, catalogue, command))
        return actor, made.id

    async def chooses(self, actor: Actor, package: str = "featured7", field: str | None = None) -> Promotion:
        command = ChoosePackage(package=package, field=field)
        return (await self.market.run(actor, lambda ctx: service.choose(ctx, command)))[0]

    async def buys(self, actor: Actor, package: str = "featured7", field: str | None = None) -> Promotion:
        promotion = await self.chooses(actor, package, field)
        await self.pays(actor, promotion)
        return promotion

    async def pays(self, actor: Actor, promotion: Promotion, minor: int = 700) -> Purchase:
        bought = await self.offers(actor, promotion, minor)
        refs = {"intent_ref": f"pi_{bought.id}", "charge_ref": f"ch_{bought.id}"}
        paid, fee = Money(minor, "EUR"), Money(40, "EUR")
        await self.market.run(PROVIDER, lambda ctx: payments.card_paid(ctx, bought.id, amount=paid, fee=fee, **refs))
        return bought

    async def now(self, promotion: Promotion) -> Promotion:
        return await self.market.run(MARKET, lambda ctx: service.promotion_for(ctx, promotion.id))

    async def offers(self, actor: Actor, promotion: Promotion, minor: int = 700) -> Purchase:
        command = BuyThing(
            thing=Thing.PROMOTION,
            subject=promotion.id,
            title="Featured",
            description="A place",
            price_minor=minor,
            currency="EUR",
            lasts_days=promotion.days,
        )
        return await self.market.run(actor, lambda ctx: purchases.buy(ctx, command))

    def refunded(self) -> list[int]:
        return [post.body["amount"] for post in self.market.posts if post.kind == "refund"]


@pytest.fixture
def window(market: Market) -> Window:
    reactions.listen(market.reactions)
    return Window(market)


async def test_it_runs_from_its_payment_to_its_end_and_says_what_it_brought(window: Window) -> None:
    alex, expert_id = await window.expert("Alex")
    promotion = await window.chooses(alex)
    assert (await window.now(promotion)).state == PromotionState.CHOSEN
    await window.market.run(
        MARKET, lambda ctx: view_counts.note_opened(ctx, expert_id)
    )  # that day, and not while it runs
    await window.pays(alex, promotion)
    assert await window.market.run(MARKET, lambda ctx: service.is_promoted(ctx, expert_id))
    with pytest.raises(Refusal, match=r"promotion\.runs_already"):
        await window.chooses(alex)
    for _ in range(3):
        await window.market.run(MARKET, lambda ctx: view_counts.note_opened(ctx, expert_id))
    window.market.clock.advance(days=7, seconds=1)
    await window.market.run_timers(dict(TIMER_HANDLERS))
    over = await window.now(promotion)
    assert over.state == PromotionState.OVER
    assert await window.market.run(MARKET, lambda ctx: service.views_of_promotion(ctx, over)) == 3
    assert window.refunded() == []
    await window.market.books_hold()


async def test_second_press_replaces_the_first_offer(window: Window) -> None:
    alex, _ = await window.expert("Alex")
    first = await window.chooses(alex)
    offered = await window.offers(alex, first)
    await window.chooses(alex)
    assert (await window.now(first)).state == PromotionState.DROPPED
    closed = await window.market.run(MARKET, lambda ctx: purchases.purchase_for(ctx, offered.id))
    assert closed.state == PurchaseState.CLOSED


async def test_a_second_tap_means_the_first_and_a_later_one_another_offer(window: Window) -> None:
    alex, _ = await window.expert("Alex")
    first = await window.chooses(alex)
    command = ChoosePackage(package=f"{first.kind}{first.days}", field=first.field)
    other = ChoosePackage(package="top7", field="bioenergy_engineering")

    async def chosen(expected: ChoosePackage) -> str | None:
        found = await window.market.run(alex, lambda ctx: service.just_chosen(ctx, expected))
        return None if found is None else found.id

    assert await chosen(command) is None  # nothing was offered for it yet
    await window.offers(alex, first)
    assert (await chosen(command), await chosen(other)) == (first.id, None)
    window.market.clock.advance(minutes=1)
    assert await chosen(command) is None


async def test_stopping_refunds_the_sum_told_or_asks_again(window: Window) -> None:
    alex, _ = await window.expert("Alex")
    promotion = await window.buys(alex)
    window.market.clock.advance(days=3)
    told = (await window.market.run(alex, lambda ctx: service.unused_price(ctx, promotion))).minor
    window.market.clock.advance(days=1)
    with pytest.raises(Stale):
        await window.market.run(alex, lambda ctx: service.stop(ctx, promotion.id, told))
    assert (await window.now(promotion)).state == PromotionState.RUNNING
    await window.market.run(alex, lambda ctx: service.stop(ctx, promotion.id, 300))
    assert window.refunded() == [300]


@pytest.mark.parametrize("ends", ["own", "away"])
async def test_unused_price_is_refunded_to_the_cent(window: Window, ends: str) -> None:
    alex, expert_id = await window.expert("Alex")
    promotion = await window.buys(alex)
    window.market.clock.advance(days=3)
    if ends == "own":
        await window.market.run(alex, lambda ctx: service.stop(ctx, promotion.id))
        with pytest.raises(Refusal):  # a double press
            await window.market.run(alex, lambda ctx: service.stop(ctx, promotion.id))
    else:
        await window.market.run(alex, experts.pause)
    stopped = await window.now(promotion)
    assert (stopped.state, stopped.why) == ("stopped", ends)
    assert window.refunded() == [400]  # four days of seven
    assert not await window.market.run(MARKET, lambda ctx: service.is_promoted(ctx, expert_id))


async def test_no_part_is_promised_of_a_full_refund(window: Window) -> None:
    alex, _ = await window.expert("Alex")
    promotion = await window.chooses(alex)
    bought = await window.pays(alex, promotion)
    await window.market.run(MARKET, lambda ctx: purchases.give_back(ctx, bought.id, Money(700, "EUR")))
    promised = await window.market.run(
        alex, lambda ctx: service.unused_price(ctx, service.running(ctx, [promotion.expert_id])[0])
    )

    assert (promised, window.refunded()) == (Money(0, "EUR"), [700])


async def test_a_long_one_is_given_back_in_part_also_after_a_fortnight(window: Window) -> None:
    alex, _ = await window.expert("Alex")
    promotion = await window.buys(alex, "featured30")
    window.market.clock.advance(days=20)
    await window.market.run_timers(dict(TIMER_HANDLERS))
    await window.market.run(alex, lambda ctx: service.stop(ctx, promotion.id))
    assert window.refunded() == [233]


async def test_price_is_refunded_if_the_consultant_is_away(window: Window) -> None:
    alex, _ = await window.expert("Alex")
    promotion = await window.chooses(alex)
    await window.market.run(alex, experts.pause)
    await window.pays(alex, promotion)
    assert (await window.now(promotion)).state == PromotionState.DROPPED
    assert window.refunded() == [700]
    with pytest.raises(Refusal, match=r"promotion\.away"):
        await window.chooses(alex)


async def test_the_top_of_a_field_has_so_many_places(window: Window) -> None:
    made = [await window.expert(f"e{number}") for number in range(TOP_PLACES + 1)]
    field = next(iter(reference()[0].expertise))
    late = await window.chooses(made[-1][0], "top7", field)  # while there was a place
    for actor, _ in made[:-1]:
        await window.buys(actor, "top7", field)
    with pytest.raises(Refusal, match=r"promotion\.full"):
        await window.chooses(made[-1][0], "top7", field)
    await window.pays(made[-1][0], late)
    assert window.refunded() == [700]
    for wrong in (("top7", None), ("featured7", field), ("top7", "astrology")):
        with pytest.raises(Invalid):
            await window.chooses(made[-1][0], *wrong)
    found = [(expert_id, 1.0, [field]) for _, expert_id in made]
    stand = await window.market.run(MARKET, lambda ctx: service.ranked_experts(ctx, found))
    assert [each.promoted for each in stand] == [True] * TOP_PLACES + [False]
    elsewhere = await window.market.run(MARKET, lambda ctx: service.ranked_experts(ctx, [(made[0][1], 1.0, [])]))
    assert not elsewhere[0].promoted  # the top of a field, and of no other


async def test_lists_and_looks_are_counted_by_day(window: Window) -> None:
    _, one = await window.expert("One")
    _, two = await window.expert("Two")
    for _ in range(2):
        await window.market.run(MARKET, lambda ctx: view_counts.note_shown(ctx, [two, one]))
    window.market.clock.advance(days=8)
    await window.market.run(MARKET, lambda ctx: view_counts.note_shown(ctx, [one]))
    seen = await window.market.run(MARKET, lambda ctx: view_counts.shown_of(ctx, [one, two, "nobody"]))
    assert seen == {one: (3, 1), two: (2, 0)}


counts = st.integers(0, 10_000)


@settings(max_examples=60)
@given(counts, counts, st.sampled_from(PACKAGES), st.lists(st.tuples(counts, counts.map(Fraction)), max_size=5))
def test_the_price_grows_with_what_is_expected_and_has_its_limits(
    fewer: int, more: int, package: Package, over: list[tuple[int, Fraction]]
) -> None:
    lift = rules.lift_of(over)
    assert rules.LEAST_LIFT <= lift <= rules.MOST_LIFT
    low, high = sorted((fewer, more))
    usual = Fraction(1, 2)
    prices = [rules.price_of(package, rules.a_day(each, 28, usual), lift).cents for each in (low, high)]
    assert package.least <= prices[0] <= prices[1] <= package.most
    assert rules.lift_of([]) == rules.SUPPOSED_LIFT


# --- a bank that takes the price back ---------------------------------------------------------------------------------


async def called_back(window: Window, bought: Purchase, cents: int = 700) -> str:
    """Report a chargeback twice, as the provider does. Return the id of the dispute."""
    opened = partial(
        recovery.chargeback_opened,
        ref="du_1",
        intent_ref=f"pi_{bought.id}",
        amount=Money(cents, "EUR"),
        fee=Money(20_00, "EUR"),
        reason="fraudulent",
        evidence_due=None,
    )
    for _ in range(2):
        known = await window.market.run(PROVIDER, opened)
    return known.id


async def decided(window: Window, *, won: bool) -> None:
    for _ in range(2):
        await window.market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=won))


async def sold(window: Window) -> int:
    return (await window.market.run(MARKET, lambda ctx: ledger.balance(ctx, SALES, "EUR"))).minor


@pytest.mark.parametrize("won", [True, False])
async def test_place_is_hidden_until_the_bank_has_decided_a_chargeback(window: Window, won: bool) -> None:
    disbursement_reactions.listen(window.market.reactions)
    purchase_chargebacks.listen(window.market.reactions)
    invoicing_steps.hire(window.market)
    alex, expert_id = await window.expert("Alex")
    promotion = await window.chooses(alex)
    bought = await window.pays(alex, promotion)
    window.market.clock.advance(days=3)
    dispute = await called_back(window, bought)
    record = await window.market.run(MARKET, lambda ctx: record_of(ctx, dispute))
    assert (record["purchase"]["what"], record["delivery"][0]["state"]) == ("Featured", "suspended")
    assert (await window.now(promotion)).state == PromotionState.SUSPENDED
    assert not await window.market.run(MARKET, lambda ctx: service.is_promoted(ctx, expert_id))
    with pytest.raises(Refusal):
        await window.market.run(alex, lambda ctx: service.stop(ctx, promotion.id))
    await window.market.run(MARKET, lambda ctx: purchases.give_back(ctx, bought.id, Money(700, "EUR")))
    assert (await sold(window), window.refunded()) == (0, [])
    await window.market.books_hold()

    window.market.clock.advance(days=60)
    await decided(window, won=won)
    assert await sold(window) == (700 if won else 0)
    ended = await window.now(promotion)
    assert (ended.state, ended.why) == (("running", None) if won else ("stopped", "called_back"))
    await window.market.books_hold()
    window.market.clock.advance(days=4, seconds=1)  # three of the seven days had run
    await window.market.run_timers(dict(TIMER_HANDLERS))
    assert (await window.now(promotion)).state == (PromotionState.OVER if won else PromotionState.STOPPED)


async def test_place_that_a_chargeback_stopped_is_refunded_in_part_while_it_runs(window: Window) -> None:
    disbursement_reactions.listen(window.market.reactions)
    purchase_chargebacks.listen(window.market.reactions)
    alex, _ = await window.expert("Alex")
    promotion = await window.chooses(alex)
    bought = await window.pays(alex, promotion)
    window.market.clock.advance(days=3)
    await called_back(window, bought)
    for _ in range(2):
        window.market.clock.advance(days=14)  # in which it would have been kept for good
        await window.market.run_timers(dict(TIMER_HANDLERS))
    await decided(window, won=True)
    window.market.clock.advance(days=2)
    await window.market.run_timers(dict(TIMER_HANDLERS))
    await window.market.run(alex, lambda ctx: service.stop(ctx, promotion.id))

    assert window.refunded() == [200]  # two days of seven
    await window.market.books_hold()


@pytest.mark.parametrize("won", [True, False])
async def test_a_refund_under_way_waits_for_the_bank_and_is_not_given_twice(window: Window, won: bool) -> None:
    disbursement_reactions.listen(window.market.reactions)
    purchase_chargebacks.listen(window.market.reactions)
    alex, _ = await window.expert("Alex")
    promotion = await window.chooses(alex)
    bought = await window.pays(alex, promotion)
    await window.market.run(MARKET, lambda ctx: purchases.give_back(ctx, bought.id, Money(700, "EUR")))
    (asked,) = [post.body["disbursement_id"] for post in window.market.posts if post.kind == "refund"]
    await called_back(window, bought)
    await window.market.run(PROVIDER, lambda ctx: disbursements.refused(ctx, asked, "charge_disputed"))
    window.market.clock.advance(days=1, seconds=1)
    await window.market.run_timers(dict(TIMER_HANDLERS))
    assert window.refunded() == [700]  # not asked for again
    await window.market.books_hold()
    await decided(window, won=won)
    assert window.refunded() == ([700, 700] if won else [700])
    after = await window.market.run(MARKET, lambda ctx: purchases.purchase_for(ctx, bought.id))
    assert after.state == (PurchaseState.GIVING_BACK if won else PurchaseState.GIVEN_BACK)
    assert await sold(window) == 0
    await window.market.books_hold()


@pytest.mark.parametrize("slow", [True, False])
async def test_place_that_ended_before_a_won_dispute_returns_for_the_time_left(window: Window, slow: bool) -> None:
    """The bank had kept the price and turned, or took so long that it was not waited for any more."""
    disbursement_reactions.listen(window.market.reactions)
    purchase_chargebacks.listen(window.market.reactions)
    alex, _ = await window.expert("Alex")
    promotion = await window.chooses(alex)
    bought = await window.pays(alex, promotion)
    window.market.clock.advance(days=3)
    await called_back(window, bought)
    if slow:
        window.market.clock.advance(days=SUSPENDED_FOR.days, seconds=1)
        await window.market.run_timers(dict(TIMER_HANDLERS))
    else:
        await decided(window, won=False)
        window.market.clock.advance(days=30)
        await window.market.run_timers(dict(TIMER_HANDLERS))
    ended = await window.now(promotion)
    assert (ended.state, ended.why, window.refunded()) == ("stopped", "called_back", [])
    await decided(window, won=True)
    assert window.refunded() == [400]  # four days of seven
    assert await sold(window) == 300
    await window.market.books_hold()
