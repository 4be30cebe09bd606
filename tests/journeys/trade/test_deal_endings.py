"""Trades that go another way: bought at once, declined, forgotten, cancelled, late. The money ends where it belongs."""

from __future__ import annotations

import pytest

from lab.people import until
from tests.journeys.market import World, confirms
from tests.journeys.trade_steps import Trade


@pytest.fixture
async def trade(world: World) -> Trade:
    return Trade(world, await world.on_telegram("Rasa"), await world.on_slack("Tom"))


async def offered(trade: Trade) -> None:
    await trade.list()
    await trade.buyer.says("/find pellets near Kaunas")
    await trade.buyer.presses("Make an offer")
    await trade.buyer.fills(quantity="100 t", price="205 €/t")
    await trade.buyer.sees("Your offer is on its way.")
    await trade.seller.sees("Tom made an offer.")


async def test_goods_are_bought_at_the_listed_price(trade: Trade) -> None:
    await trade.list()
    await trade.buy(quantity="50 t")
    await trade.seller.sees("€10,750.00")
    await trade.seller.says("/listings")
    await trade.seller.sees("Available: 150 t")


async def test_an_offer_is_declined(trade: Trade) -> None:
    await offered(trade)
    await trade.seller.presses("Decline")
    await trade.buyer.sees("Rasa declined the offer.")
    await trade.buyer.presses("Make an offer")  # the listing is still there, and so is the way to a better offer


async def test_an_offer_is_taken_back(trade: Trade) -> None:
    await offered(trade)
    await trade.buyer.presses("Withdraw")
    await trade.seller.sees("Tom withdrew the offer.")


async def test_an_unanswered_offer_expires(trade: Trade) -> None:
    await offered(trade)
    await trade.world.later(days=2)
    await trade.world.by_day()  # a reminder waits for the morning
    await trade.seller.sees("A reminder: this waits for you until")
    assert "A reminder" not in await trade.buyer.sees("Waiting for Rasa to answer by")
    await trade.world.later(days=1)
    for each in (trade.seller, trade.buyer):
        await each.sees("The offer has expired")


async def test_a_reminder_of_a_deal_in_lots_says_which_lot_waits(trade: Trade) -> None:
    await trade.funded(quantity="100 t", lots="2")
    await trade.world.later(days=7)
    await trade.world.by_day()
    await trade.seller.sees("A reminder: lot ")


async def test_an_unchecked_lot_is_accepted_by_the_clock(trade: Trade) -> None:
    await trade.funded()
    await trade.dispatch()
    await trade.arrive()
    await trade.world.later(days=7, minutes=1)
    await trade.buyer.sees("The time to check lot 1 is over, so it is accepted.")
    await trade.seller.sees("€41,925.00 is waiting for you. Set up your payouts")
    await trade.world.later(days=3, minutes=1)  # as if that message had been lost

    async def asked_again() -> bool:
        return (await trade.seller.screen()).count("[Set up payouts]") == 2

    await until(asked_again, lambda: "nobody asks for an account again")
    await trade.seller.presses("Set up payouts")
    await trade.world.books_balance()


async def test_a_deal_is_cancelled_before_it_is_paid(trade: Trade) -> None:
    await trade.list()
    await trade.buy(quantity="100 t")
    await trade.sign()
    await trade.buyer.opens("Pay €")
    await trade.buyer.presses("Cancel the deal")
    await trade.buyer.presses("Yes: Cancel the deal")
    await trade.seller.sees("Tom cancelled the deal.")
    for each in (trade.seller, trade.buyer):
        await each.sees("The deal is cancelled, and nothing is held any more.")
    await trade.seller.says("/listings")
    await trade.seller.sees("Available: 200 t")
    await trade.world.books_balance()


async def test_an_unpaid_deal_is_cancelled_by_the_clock(trade: Trade) -> None:
    await trade.list()
    await trade.buy()
    await trade.sign()
    await trade.world.later(days=5, minutes=1)
    for each in (trade.seller, trade.buyer):
        await each.sees("The payment did not come in time, so the deal is cancelled.")
    await trade.world.books_balance()


async def test_both_agree_to_cancel_and_all_the_money_goes_back(trade: Trade) -> None:
    await trade.funded()
    await trade.buyer.presses("Ask to cancel")
    await trade.buyer.presses("Yes: Ask to cancel")
    await trade.seller.sees("Tom asks to cancel the deal.")
    await trade.seller.presses("Agree to cancel")
    await trade.seller.presses("Yes: Agree to cancel")
    await trade.buyer.sees("Rasa agreed to cancel.", "€43,000.00 is on its way back to you.")
    for each in (trade.seller, trade.buyer):
        await each.sees("The deal is cancelled, and nothing is held any more.")
    assert [each["amount"] for each in await trade.world.at_the_provider("refund")] == [43_000_00]
    await trade.world.books_balance()


async def test_a_deal_goes_on_when_the_other_side_wants_it(trade: Trade) -> None:
    await trade.funded()
    await trade.seller.presses("Ask to cancel")
    await trade.seller.presses("Yes: Ask to cancel")
    await trade.buyer.presses("Go on with the deal")
    await trade.seller.sees("Tom wants to go on with the deal.")
    await trade.dispatch()


async def test_one_of_two_lots_arrives_and_the_late_one_is_given_up(trade: Trade) -> None:
    rasa, tom = trade.seller, trade.buyer
    await trade.funded(quantity="100 t", lots="2")
    await trade.set_up_payouts_unprepared()
    await rasa.presses("Dispatch lot 1")
    await rasa.fills(truck="KAU 123", eta="tomorrow")
    await tom.sees("sent lot 1.")
    await tom.presses("Lot 1 has arrived")
    await tom.fills()
    await rasa.sees("reports that lot 1 has arrived.")
    await confirms(tom, "Accept lot 1")
    await rasa.sees("accepted lot 1.", "€10,481.25 released to you, after a fee of €268.75.")

    await trade.world.later(days=17)  # the next week is over in up to fourteen days, and a lot late three days after
    await tom.sees("Lot 2 is late.")
    await tom.presses("Give up lot 2")
    await tom.presses("Yes: Give up waiting")
    await rasa.sees("no longer waits for lot 2.")
    await tom.sees("€10,750.00 is on its way back to you.")
    await trade.complete()
    assert [each["amount"] for each in await trade.world.at_the_provider("refund")] == [10_750_00]
    assert [each["amount"] for each in await trade.world.at_the_provider("transfer")] == [10_481_25]
    await trade.world.books_balance()


async def test_deal_without_a_dispatch_ends_with_a_refund_and_counts_for_neither(trade: Trade) -> None:
    rasa, tom = trade.seller, trade.buyer
    await trade.funded(quantity="100 t")
    await trade.world.later(days=17)
    await tom.sees("Lot 1 is late.")
    await tom.presses("Give up")
    await tom.presses("Yes: Give up waiting")
    await tom.sees("€21,500.00 is on its way back to you.")
    for each, whom in ((rasa, "the buyer"), (tom, "you")):
        await each.sees(f"The deal has ended with a refund: all the money has gone back to {whom}.")
        assert "The deal is complete" not in await each.screen()
    await tom.says("/find pellets near Kaunas")
    seen = await tom.sees("Rasa")
    assert "1 deal" not in seen
    await trade.world.books_balance()
