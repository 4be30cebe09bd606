"""A buyer who would rather pay by bank transfer than by card: chosen, explained, in parts, and too much."""

from __future__ import annotations

import re

import pytest

from tests.journeys.market import CHATS, PAIRS, Chat, World, confirms
from tests.journeys.trade_steps import Trade, money_file


@pytest.mark.parametrize("buys", CHATS)
async def test_a_transfer_in_parts_and_too_much(world: World, buys: Chat) -> None:
    trade = Trade(world, await world.on("telegram", "Rasa"), await world.on(buys, "Tom"))
    tom = trade.buyer
    await trade.list()
    await trade.buy()
    await trade.sign()
    await tom.opens("Pay €")  # the page for a card is there already
    await tom.presses("Other ways to pay")
    mark = re.findall(r"(\S+) Deal \w{6}", await tom.screen())[-1]
    await tom.sees(f"{mark} How to pay for deal")
    await tom.sees("It takes a day or two, and may come in parts", "called back for 8 weeks", "Chosen now: Card")
    await tom.presses("Pay by bank transfer")
    await tom.sees("Chosen now: Bank transfer", "The account to transfer to appears")
    await tom.sees("Please transfer", "€43,000.00", "DE", "Reference", "LAB-")
    await tom.opens("Transfer details")

    (customer,) = await world.at_the_provider("customer")
    sender = ["DE89370400440532013000", "Tom"]
    await world.browser.post(f"/lab/stripe/bank/{customer['id']}", {"amount": 4_000_000, "sender": sender})
    await tom.sees("Came so far", "€40,000.00", "€3,000.00")
    await world.books_balance()
    await world.browser.post(f"/lab/stripe/bank/{customer['id']}", {"amount": 305_000, "sender": sender})
    for each in (trade.seller, tom):
        await each.sees("The money is held. Delivery can begin.")
    assert "Paid too much" not in await trade.seller.screen()
    await confirms(tom, "Give me back €50.00")
    await tom.sees("€50.00 that was paid too much is on its way back to you.")
    (refund,) = await world.at_the_provider("refund")
    assert refund["amount"] == 5_000
    assert "paid too much" not in await trade.seller.screen()
    rows = await money_file(tom)
    assert rows.count("Paid too much, kept for you") == 1
    assert "Refunded to you" in rows
    await world.books_balance()


async def next_deal(trade: Trade) -> None:
    await trade.buy(quantity="24 t")
    await trade.sign()


@pytest.mark.parametrize(("sells", "buys"), PAIRS)
async def test_an_overpayment_pays_for_the_next_deal_by_the_buyers_yes_alone(
    world: World, sells: Chat, buys: Chat
) -> None:
    trade = Trade(world, await world.on(sells, "Rasa"), await world.on(buys, "Tom"))
    tom = trade.buyer
    await trade.list()
    await trade.buy(quantity="50 t")
    await trade.sign()
    await tom.presses("Other ways to pay")
    await tom.presses("Pay by bank transfer")
    await tom.sees("Please transfer", "€10,750.00")
    (customer,) = await world.at_the_provider("customer")
    transfer = {"amount": 1_083_000, "sender": ["DE89370400440532013000", "Tom"]}
    await world.browser.post(f"/lab/stripe/bank/{customer['id']}", transfer)
    await tom.sees("You have paid €80.00 more than was asked.", "Use it for another payment, or have it refunded.")

    await next_deal(trade)
    await tom.presses("Other ways to pay")
    await tom.presses("Pay by bank transfer")
    await tom.sees("Use €80.00 from before for this payment?", "Without it, pay another way")
    assert "Please transfer: €5,080.00" not in await tom.screen()
    await tom.presses("No")
    await tom.says("/money")
    await tom.sees("Paid too much · ", "€80.00 is yours.")
    assert "from before" not in await trade.seller.screen()

    await tom.presses("Use €80.00 from before")
    await tom.presses("Yes: Use €80.00 from before")
    await tom.sees("Please transfer", "€5,080.00")
    assert world.product is not None
    await world.product.sweeps.reconciler.sweep()  # which asks for the buyer's balance
    await tom.sees("€80.00 that you had paid too much has gone into your next payment.")
    rows = await money_file(tom)
    for moved in ("Paid too much, kept for you", "Overpayment used for another payment"):
        (row,) = [each for each in rows.splitlines() if moved in each]
        assert "80.00" in row
    assert "Refunded to you" not in rows
    assert "paid too much" not in await trade.seller.screen()
    await world.books_balance()
