"""A whole trade from the first word to the opened reviews (A3 to A12), on both platforms and across them."""

from __future__ import annotations

import re

import pytest

from tests.journeys.market import Chat, ChatUser, World, confirms
from tests.journeys.trade_steps import PAPER, Trade, enclose, photo, profile, prove_email

EVERY_PAIR: list[tuple[Chat, Chat]] = [
    ("telegram", "telegram"),
    ("telegram", "slack"),
    ("slack", "telegram"),
    ("slack", "slack"),
]


@pytest.fixture(params=EVERY_PAIR, ids="-".join)
async def trade(request: pytest.FixtureRequest, world: World) -> Trade:
    sells, buys = request.param
    return Trade(world, await world.on(sells, "Rasa"), await world.on(buys, "Tom"))


async def test_a_whole_trade(trade: Trade) -> None:
    world, rasa, tom = trade.world, trade.seller, trade.buyer
    await profile(rasa, "seller", "Girios UAB")
    await prove_email(world, rasa, "rasa@girios.example")

    await rasa.says("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    await enclose(rasa, "pellets.jpg", photo(), "image/jpeg")
    await rasa.sends()
    await rasa.sees("Published. Buyers can find it now", "215.00 EUR/t")

    await tom.says("/find 100 t A1 pelets under 230 eur near Kaunas")
    await tom.sees("1 listing found", "Girios UAB")
    await tom.presses("Make an offer")
    await tom.fills(quantity="100 t", price="205 €/t")
    await tom.sees("Your offer is on its way.")
    await rasa.sees("Tom made an offer.", "205.00 EUR/t")
    await rasa.presses("Counter")
    await rasa.fills(price="210 €/t")
    await tom.sees("Girios UAB proposes other terms.", "210.00 EUR/t")
    await confirms(tom, "Accept")
    await trade.agreed()

    await trade.sign()
    await trade.pay()
    await rasa.sees("Held", "€21,000.00")

    await trade.set_up_payouts()
    await rasa.presses("Set up my invoices")
    await rasa.fills(status="No, it has none", address="Savanorių pr. 1, Kaunas", writes="No, I write my own")
    await rasa.presses("Report dispatch")
    await enclose(rasa, "waybill.pdf", PAPER, "application/pdf")
    await rasa.fills(truck="KAU 123", eta="tomorrow")
    await tom.sees("Girios UAB sent lot 1.", "KAU 123")
    await tom.presses("1 paper")
    await tom.sees("waybill.pdf")
    await trade.arrive(measured="99.6 t")
    await rasa.sees("measured 99.6 t")
    await trade.accept_weighed("99.6 t of 100 t came.")
    await rasa.sees("€20,393.10 released to you, after a fee of €522.90", "€20,393.10 is on its way to you.")
    await the_money_is_told_to_both(rasa, tom)
    await trade.complete()
    await each_reads_the_other(trade)
    await each_keeps_what_was_signed(trade)
    assert (await world.enclosed_to("rasa@girios.example")).startswith("PM-")  # our own invoice, for the fee
    await world.books_balance()


async def the_money_is_told_to_both(rasa: ChatUser, tom: ChatUser) -> None:
    """Check that both sides read what was released.

    Only the seller reads the net sum: our fee does not concern the buyer.
    """
    await rasa.sees("Released, before the fee: €20,916.00", "Our fee, without VAT: €432.15", "VAT on our fee: €90.75")
    await rasa.sees("For you: €20,393.10")
    assert "Our fee" not in await tom.sees("Released", "€20,916.00")


async def each_keeps_what_was_signed(trade: Trade) -> None:
    """Check that both sides get the terms as a file, and the conditions that they name, word by word."""
    for person in (trade.seller, trade.buyer):
        await person.says("/deals")
        await person.presses("See the terms")
        told = await person.sees("Signed by the seller", "Rasa", "VAT that the seller owes on it is in it")
        await person.presses("Conditions of the market")
        await person.sees("This English text is the one that binds.", "14. Contacts and records.")
        await person.presses("Keep as PDF")
        [ref] = set(re.findall(r"Terms of deal (\w{6})", told))
        await person.sees(f"{ref}.pdf")


async def each_reads_the_other(trade: Trade) -> None:
    """Check that reviews are sealed until both are written."""
    rasa, tom = trade.seller, trade.buyer
    await trade.rate(rasa, "Paid within the hour.")
    await rasa.sees("Your review stays sealed")
    assert "The reviews of this deal are open now." not in await tom.screen()
    await trade.rate(tom, "Dry and clean.")
    for each in (rasa, tom):
        await each.sees("The reviews of this deal are open now.")
        await each.sees("Payment ★★★★★, Taking delivery ★★★★, Fairness ★★★★★", "Paid within the hour.")
        await each.sees("Quantity ★★★★★, Quality ★★★★★, On time ★★★★", "Dry and clean.")
