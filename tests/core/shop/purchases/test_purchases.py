"""Sales of the market itself: paid once, delivered only when paid, refunded whole or in part, to the Star."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bots.telegram.platform import TELEGRAM
from core.kernel.errors import Refusal, Stale
from core.kernel.money import STARS, Money
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx
from core.money.disbursements import reactions as disbursement_reactions
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import Disbursement
from core.money.ledger import service as ledger
from core.money.ledger.accounts import SALES, STAR_SALES, STARS_HELD, refund_due
from core.people.accounts.model import Identity, Person
from core.people.accounts.service import person_of
from core.privacy.erasure.service import erase
from core.shop.purchases import payments, rules, service
from core.shop.purchases.events import PaymentKept, PaymentSentBack, PurchaseGivenBack, PurchasePaid
from core.shop.purchases.model import BuyThing, Purchase, PurchaseState, Rail, Thing
from core.shop.purchases.reactions import timer_handlers as purchase_timer_handlers
from tests.core.conftest import Market

WEEK = {"thing": Thing.PROMOTION, "subject": "promo-1", "title": "Featured for 7 days", "description": "Top of all."}
TIMER_HANDLERS = {**disbursement_reactions.timer_handlers, **purchase_timer_handlers}
STARS_PRICE, CARD_PRICE = 500, 12_00


@dataclass
class Shop:
    """A shop in which Rasa buys; the story plays the outside world."""

    market: Market
    rasa: Actor
    person: Person

    async def asking(
        self, minor: int = STARS_PRICE, currency: str = "XTR", subject: str = "promo-1", **others: int
    ) -> Purchase:
        named = {**WEEK, "subject": subject, "platform": TELEGRAM.code}
        command = BuyThing(**named, price_minor=minor, currency=currency, **others)
        return await self.market.run(self.rasa, lambda ctx: service.buy(ctx, command))

    async def pays(self, purchase: Purchase, charge: str = "stx-1", stars: int = STARS_PRICE) -> None:
        await self.market.run(PROVIDER, lambda ctx: payments.stars_paid(ctx, purchase.id, "4711", charge, stars))

    async def now(self, purchase: Purchase) -> Purchase:
        return await self.market.run(MARKET, lambda ctx: service.purchase_for(ctx, purchase.id))

    async def is_told(self) -> None:
        """Report that every refund that was asked for has gone back."""
        for post in [post for post in self.market.posts if post.kind == "refund"]:
            disbursement = post.body["disbursement_id"]
            await self.market.run(
                PROVIDER, partial(disbursements.done, disbursement_id=disbursement, ref=f"re_{disbursement}")
            )

    async def balance(self, account: str, currency: str = "XTR") -> int:
        return (await self.market.run(MARKET, lambda ctx: ledger.balance(ctx, account, currency))).minor

    async def kept(self) -> int:
        return (await self.market.run(MARKET, lambda ctx: service.stars_kept(ctx, self.person.id))).minor


@pytest.fixture
async def shop(market: Market) -> Shop:
    market.watch(PurchasePaid, PurchaseGivenBack, PaymentSentBack, PaymentKept)
    return Shop(market, *await market.newcomer("Rasa"))


async def test_stars_count_only_when_telegram_has_charged_them_and_only_once(shop: Shop) -> None:
    purchase = await shop.asking()
    invoice = next(post for post in shop.market.posts if post.kind == "invoice")
    assert (invoice.channel, invoice.body["amount"], invoice.body["address"]) == ("stars", 500, "chat-Rasa")
    assert (await shop.now(purchase)).state == PurchaseState.OFFERED
    for _ in range(2):  # Telegram tells it twice
        await shop.pays(purchase)
    assert (await shop.now(purchase)).state == PurchaseState.PAID
    assert [type(fact) for fact in shop.market.facts] == [PurchasePaid]
    assert (await shop.balance(STARS_HELD), await shop.balance(STAR_SALES)) == (500, 500)
    await shop.market.books_hold()


@pytest.mark.parametrize(
    ("charge", "stars", "closes"), [("stx-2", 500, False), ("stx-1", 499, False), ("stx-1", 500, True)]
)
async def test_a_second_a_wrong_and_a_late_payment_go_back_whole(
    shop: Shop, charge: str, stars: int, closes: bool
) -> None:
    purchase = await shop.asking()
    if charge == "stx-2":
        await shop.pays(purchase)
    if closes:
        shop.market.clock.advance(hours=2)
        await shop.market.run_timers(dict(TIMER_HANDLERS))
        assert (await shop.now(purchase)).state == PurchaseState.CLOSED
    before = await shop.balance(STARS_HELD)
    await shop.pays(purchase, charge, stars)
    [refund] = [post for post in shop.market.posts if post.kind == "refund"]
    assert (refund.body["charge"], refund.body["payer"], refund.body["amount"]) == (charge, "4711", stars)
    await shop.is_told()
    assert await shop.balance(STARS_HELD) == before
    assert isinstance(shop.market.facts[-1], PaymentSentBack)
    await shop.market.books_hold()


async def test_telegram_may_charge_only_the_offered_price_and_person(shop: Shop) -> None:
    purchase = await shop.asking()
    await shop.market.newcomer("Tom")

    async def asked(name: str = "Rasa", currency: str = "XTR", amount: int = 500, which: str = purchase.id) -> None:
        identity = Identity(TELEGRAM.code, "", f"id-{name}", name)
        await shop.market.run(MARKET, lambda ctx: payments.check_stars(ctx, identity, which, currency, amount))

    await asked()
    for refused, code in (
        (asked("Tom"), "purchase.not_yours"),
        (asked("Nobody"), "purchase.not_yours"),
        (asked(which="none"), "purchase.not_yours"),
        (asked(amount=499), "purchase.other_price"),
        (asked(currency="EUR"), "purchase.other_price"),
    ):
        with pytest.raises(Refusal, match=code):
            await refused
    await shop.pays(purchase)
    with pytest.raises(Refusal, match=r"purchase\.paid_already"):
        await asked()
    late = await shop.asking(subject="promo-2")
    shop.market.clock.advance(hours=2)
    with pytest.raises(Refusal, match=r"purchase\.offer_over"):
        await asked(which=late.id)


async def test_a_part_of_a_payment_in_stars_pays_for_the_next_purchase(shop: Shop) -> None:
    first = await shop.asking()
    await shop.pays(first)
    await shop.market.run(MARKET, lambda ctx: service.give_back(ctx, first.id, Money(200, "XTR")))
    assert (await shop.now(first)).state == PurchaseState.GIVEN_BACK
    assert (await shop.kept(), await shop.balance(STAR_SALES)) == (200, 300)
    second = await shop.asking(subject="promo-2")
    assert second.asked == Money(300, "XTR")
    assert await shop.kept() == 0  # it is reserved: a third purchase cannot use it too
    await shop.market.run(shop.rasa, lambda ctx: service.leave(ctx, second.id))
    assert await shop.kept() == 200
    third = await shop.asking(150, subject="promo-3")
    assert third.state == PurchaseState.PAID  # what was kept pays for all of it
    fourth = await shop.asking(subject="promo-4")
    await shop.pays(fourth, "stx-4", 450)
    assert (await shop.now(fourth)).state == PurchaseState.PAID
    await shop.market.run(MARKET, lambda ctx: service.give_back(ctx, fourth.id, fourth.price))
    await shop.is_told()
    assert await shop.kept() == 50  # whole: Stars go back to Telegram, what was kept is kept again
    await shop.market.books_hold()


async def test_a_card_is_paid_on_a_page_and_a_part_goes_back_to_it(shop: Shop) -> None:
    purchase = await shop.asking(CARD_PRICE, "EUR")
    page = next(post for post in shop.market.posts if post.kind == "purchase.page")
    assert (page.body["amount"], page.body["currency"]) == (CARD_PRICE, "EUR")
    paid, fee = Money(CARD_PRICE, "EUR"), Money(48, "EUR")

    def outside(ctx: Ctx) -> None:
        payments.page_opened(ctx, purchase.id, page_ref="cs_1", url="https://pay.example/cs_1")
        for _ in range(2):
            payments.card_paid(ctx, purchase.id, amount=paid, fee=fee, intent_ref="pi_1", charge_ref="ch_1")

    await shop.market.run(PROVIDER, outside)
    await shop.market.run(MARKET, lambda ctx: service.give_back(ctx, purchase.id, Money(500, "EUR")))
    [refund] = [post for post in shop.market.posts if post.kind == "refund"]
    assert (refund.channel, refund.body["payment_intent"], refund.body["amount"]) == ("payments", "pi_1", 500)
    await shop.market.run(
        PROVIDER, lambda ctx: disbursements.refused(ctx, refund.body["disbursement_id"], "balance short")
    )
    await shop.market.books_hold()
    shop.market.clock.advance(days=1, seconds=1)
    await shop.market.run_timers(dict(TIMER_HANDLERS))
    assert [post.body["attempt"] for post in shop.market.posts if post.kind == "refund"] == [1, 2]
    await shop.is_told()
    assert (await shop.now(purchase)).state == PurchaseState.GIVEN_BACK
    assert await shop.balance(SALES, "EUR") == CARD_PRICE - 500
    await shop.market.books_hold()

    asked, due = refund.body["disbursement_id"], refund_due(purchase.id)

    async def told(verb: Callable[..., None], *words: str, **named: str) -> int:
        await shop.market.run(PROVIDER, lambda ctx: verb(ctx, asked, *words, **named))
        await shop.market.books_hold()
        return await shop.balance(due, "EUR")

    (sent,) = await shop.market.run(MARKET, lambda ctx: ctx.session.scalars(select(Disbursement.provider_ref)).all())
    assert await told(disbursements.refused, "declined", ref=str(sent)) == 500
    assert await told(disbursements.done, str(sent)) == 500  # read before it came back
    assert await told(disbursements.done, "re_late") == 0  # made by an earlier request that got no answer
    assert await told(disbursements.refused, "declined", ref=str(sent)) == 0


async def test_only_an_operator_gives_back_what_a_buyer_asks_for(shop: Shop) -> None:
    purchase = await shop.asking()
    await shop.pays(purchase)
    staff, person = await shop.market.newcomer("Desk")
    await shop.market.run(shop.rasa, lambda ctx: service.ask_back(ctx, purchase.id, "I did not use it"))
    for outsider in (shop.rasa, staff):
        with pytest.raises(Refusal):
            await shop.market.run(outsider, lambda ctx: service.give_back_whole(ctx, purchase.id))

    def appoint(ctx: Ctx) -> None:
        person_of(ctx, person.id).operator = True

    await shop.market.run(MARKET, appoint)
    await shop.market.run(staff, lambda ctx: service.give_back_whole(ctx, purchase.id))
    with pytest.raises(Stale):
        await shop.market.run(staff, lambda ctx: service.give_back_whole(ctx, purchase.id))
    await shop.is_told()
    assert (await shop.now(purchase)).state == PurchaseState.GIVEN_BACK
    assert await shop.balance(STARS_HELD) == 0
    await shop.market.books_hold()


@pytest.fixture
async def asked(shop: Shop) -> Purchase:
    """Return a purchase that was paid, and asked back on the first day."""
    purchase = await shop.asking()
    await shop.pays(purchase)
    await shop.market.run(shop.rasa, lambda ctx: service.ask_back(ctx, purchase.id, "Nobody looked at it"))
    return purchase


async def operator(shop: Shop) -> Actor:
    staff, person = await shop.market.newcomer("Desk")

    def appoint(ctx: Ctx) -> None:
        person_of(ctx, person.id).operator = True

    await shop.market.run(MARKET, appoint)
    return staff


async def test_purchase_that_ends_while_an_operator_is_asked_waits_for_the_answer(shop: Shop, asked: Purchase) -> None:
    await shop.market.run(MARKET, lambda ctx: service.give_back(ctx, asked.id, Money(200, STARS.code)))
    assert (await shop.now(asked)).refund_is_asked
    await shop.market.run(await operator(shop), lambda ctx: service.give_back_whole(ctx, asked.id))
    assert (await shop.now(asked)).back == asked.price
    await shop.market.books_hold()


async def test_a_refused_wish_is_answered_and_what_was_not_used_goes_back(shop: Shop, asked: Purchase) -> None:
    await shop.market.run(MARKET, lambda ctx: service.give_back(ctx, asked.id, Money(200, STARS.code)))
    staff = await operator(shop)
    await shop.market.run(staff, lambda ctx: service.refuse_back(ctx, asked.id, "It was shown for four days"))
    seen = await shop.now(asked)
    assert (seen.state, seen.back.minor, seen.back_answer) == ("given_back", 200, "It was shown for four days")
    with pytest.raises(Stale):
        await shop.market.run(staff, lambda ctx: service.refuse_back(ctx, asked.id, "Once more"))
    await shop.market.books_hold()


async def test_a_wish_is_granted_on_the_day_that_it_was_told_though_the_thing_lasts_for_longer(shop: Shop) -> None:
    purchase = await shop.asking(lasts_days=30)
    await shop.pays(purchase)
    await shop.market.run(shop.rasa, lambda ctx: service.ask_back(ctx, purchase.id, "Nobody looked at it"))
    shop.market.clock.advance(days=14, seconds=1)
    await shop.market.run_timers(dict(TIMER_HANDLERS))
    assert (await shop.now(purchase)).back == purchase.price
    await shop.market.books_hold()


async def test_refund_request_without_an_answer_is_granted(shop: Shop, asked: Purchase) -> None:
    shop.market.clock.advance(days=14, seconds=1)
    await shop.market.run_timers(dict(TIMER_HANDLERS))
    await shop.market.run_timers(dict(TIMER_HANDLERS))
    assert (await shop.now(asked)).back == asked.price
    await shop.market.books_hold()


async def test_a_refused_wish_ends_as_any_other_purchase(shop: Shop, asked: Purchase) -> None:
    staff = await operator(shop)
    await shop.market.run(staff, lambda ctx: service.refuse_back(ctx, asked.id, "It was delivered"))
    assert (await shop.now(asked)).state == PurchaseState.PAID
    shop.market.clock.advance(days=14, seconds=1)
    await shop.market.run_timers(dict(TIMER_HANDLERS))
    assert (await shop.now(asked)).state == PurchaseState.KEPT


async def test_after_a_fortnight_it_is_kept(shop: Shop) -> None:
    purchase = await shop.asking()
    await shop.pays(purchase)
    shop.market.clock.advance(days=14, seconds=1)
    await shop.market.run_timers(dict(TIMER_HANDLERS))
    assert (await shop.now(purchase)).state == PurchaseState.KEPT
    with pytest.raises(Stale):
        await shop.market.run(shop.rasa, lambda ctx: service.ask_back(ctx, purchase.id, "I did not use it"))


async def is_refused_for(shop: Shop, days: int) -> int:
    """Let Telegram refuse each refund, day by day, and return how often it is asked on the last day."""
    asked = 0
    for _ in range(days):
        told, asked = {post.id for post in shop.market.posts}, 0
        shop.market.clock.advance(days=1, minutes=1)
        await shop.market.run_timers(dict(TIMER_HANDLERS))
        for post in [post for post in shop.market.posts if post.kind == "refund" and post.id not in told]:
            asked += 1
            await shop.market.run(PROVIDER, refuse(post.body["disbursement_id"]))
    return asked


def refuse(refund: str) -> Callable[[Ctx], None]:
    return lambda ctx: disbursements.refused(ctx, refund, "Bad Request: USER_ID_INVALID")


@pytest.mark.parametrize("twice", [False, True])
async def test_stars_that_telegram_does_not_give_back_are_kept_for_their_buyer_in_the_end(
    shop: Shop, twice: bool
) -> None:
    purchase = await shop.asking()
    await shop.pays(purchase)
    if twice:
        await shop.pays(purchase, "stx-2")
    else:
        await shop.market.run(MARKET, lambda ctx: service.give_back(ctx, purchase.id, purchase.price))
    [refund] = [post for post in shop.market.posts if post.kind == "refund"]
    await shop.market.run(PROVIDER, refuse(refund.body["disbursement_id"]))
    assert await is_refused_for(shop, 20) == 1
    with pytest.raises(Refusal, match=r"erasure\.open"):  # Telegram's name of them is still needed
        await shop.market.run(shop.rasa, erase)
    await shop.market.books_hold()
    assert await is_refused_for(shop, 20) == 0
    assert isinstance(shop.market.facts[-1], PaymentKept)
    assert (await shop.kept(), (await shop.now(purchase)).state) == (500, "kept" if twice else "given_back")
    await shop.market.books_hold()


async def test_stars_of_a_deleted_account_are_not_refunded(shop: Shop) -> None:
    """Their purchase is given back after they left: the payer is no longer known."""
    purchase = await shop.asking()
    await shop.pays(purchase)
    await shop.market.run(shop.rasa, erase)
    await shop.market.run(MARKET, lambda ctx: service.give_back(ctx, purchase.id, purchase.price))
    assert [post for post in shop.market.posts if post.kind == "refund"] == []
    assert (await shop.now(purchase)).state == PurchaseState.GIVEN_BACK
    await shop.market.books_hold()


amounts = st.integers(min_value=1, max_value=1_000_000)


@given(amounts, st.data())
def test_split_refund_is_exact_and_never_exceeds_the_payment(price: int, data: st.DataObject) -> None:
    credit = data.draw(st.integers(0, price))
    back = data.draw(st.integers(0, price))
    rail = data.draw(st.sampled_from(Rail))
    sent, kept = rules.split(rail, *(Money(each, "XTR") for each in (price, credit, back)))
    assert (sent + kept).minor == back
    assert sent.minor <= price - credit  # never more than came by this payment
    if rail is Rail.STARS:
        assert sent.minor in (0, price - credit)  # whole or not at all


@given(amounts, st.integers(1, 10**7), st.data())
def test_the_unused_part_is_exact_to_half_a_unit(price: int, whole: int, data: st.DataObject) -> None:
    left = data.draw(st.integers(0, whole))
    part = rules.unused(Money(price, "EUR"), left, whole)
    assert rules.unused(Money(price, "EUR"), whole, whole).minor == price
    assert not rules.unused(Money(price, "EUR"), 0, whole)
    assert abs(part.minor * whole - price * left) * 2 <= whole
