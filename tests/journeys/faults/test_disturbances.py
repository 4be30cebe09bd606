"""Updates and webhooks that come twice, late or never, and lost answers: each action has its effect once."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from lab.people import OnTelegram
from tests.journeys.market import World, confirms
from tests.journeys.trade_steps import Trade


@pytest.fixture
async def trade(world: World) -> Trade:
    return Trade(world, await world.on_telegram("Rasa"), await world.on_telegram("Tom"))


async def ended_once(trade: Trade) -> None:
    """Check that there is one transfer of the right amount, each sentence came once, and the books balance."""
    await trade.complete()
    assert [each["amount"] for each in await trade.world.at_the_provider("transfer")] == [41_925_00]
    for each in (trade.seller, trade.buyer):
        assert (await each.screen()).count("The deal is complete. Thank you both.") == 1
    await trade.world.books_balance()


async def test_every_update_comes_twice(trade: Trade) -> None:
    await trade.world.disturb("telegram", "duplicate", "delivery", "", times=500)
    await trade.funded()
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await ended_once(trade)
    deals = (await trade.world.browser.get("/lab/books"))["deals"]
    assert len(deals) == 1


async def test_two_taps_at_once(trade: Trade) -> None:
    assert isinstance(trade.buyer, OnTelegram)
    await trade.list()
    await trade.buy()
    await trade.buyer.presses("Sign")
    sign = await trade.buyer.button("Yes: Sign")
    await asyncio.gather(*(trade.buyer.presses_anyway(sign) for _ in range(2)))
    await trade.buyer.sees("Then it is your turn to pay")
    await confirms(trade.seller, "Sign")
    await trade.pay()
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.buyer.presses("Accept")
    accept = await trade.buyer.button("Yes: Accept")
    await asyncio.gather(*(trade.buyer.presses_anyway(accept) for _ in range(2)))
    await ended_once(trade)


async def test_webhooks_come_twice_and_in_the_wrong_order(trade: Trade) -> None:
    await trade.world.disturb("stripe", "duplicate", "delivery", "checkout.session.completed")
    await trade.world.disturb("stripe", "reorder", "delivery", "payment_intent.succeeded")
    await trade.world.disturb("stripe", "duplicate", "delivery", "transfer", times=10)
    await trade.funded()
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await ended_once(trade)


async def test_a_webhook_that_never_comes_is_asked_for(trade: Trade) -> None:
    await trade.list()
    await trade.buy()
    await trade.sign()
    await trade.world.disturb("stripe", "drop", "delivery", "", times=10_000)
    await trade.world.pays(await trade.buyer.opens("Pay €"))
    assert trade.world.product is not None
    await trade.world.product.sweeps.reconciler.sweep()
    for each in (trade.seller, trade.buyer):
        await each.sees("The money is held. Delivery can begin.")
    await trade.world.product.sweeps.reconciler.sweep()
    await trade.world.books_balance()


async def test_telegram_says_nothing_of_a_message_that_it_took(trade: Trade) -> None:
    await trade.list()
    await trade.world.disturb("telegram", "answer_lost", "call", "sendMessage", times=1)
    await trade.buyer.says("/find pellets near Kaunas")
    await trade.buyer.presses("Buy now")
    await trade.buyer.sends()
    await trade.agreed()
    await trade.world.struck()
    await trade.sign()
    await trade.pay()
    await trade.world.books_balance()


@pytest.mark.parametrize("kind", ["answer_lost", "drop", "outage"])
async def test_the_provider_says_nothing_of_a_payout(trade: Trade, kind: str) -> None:
    await trade.funded()
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.world.disturb("stripe", kind, "call", "POST /v1/transfers", times=1)
    await trade.accept()
    await trade.world.struck()
    await ended_once(trade)


async def test_the_provider_says_nothing_of_a_pay_page(trade: Trade) -> None:
    await trade.list()
    await trade.buy()
    await trade.world.disturb("stripe", "answer_lost", "call", "POST /v1/checkout/sessions", times=1)
    await trade.sign()
    await trade.pay()
    await trade.world.struck()
    sessions = await trade.world.at_the_provider("checkout.session")
    assert Counter(each["status"] for each in sessions) == {"complete": 1}
    await trade.world.books_balance()
