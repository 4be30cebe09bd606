"""Facts for each side before it presses or keeps silent: the goods, the question, the cost of silence."""

from __future__ import annotations

from datetime import timedelta

from lab.people import OnTelegram
from tests.journeys.market import World, confirms
from tests.journeys.trade_steps import SENTENCE, Trade


async def test_immediate_purchase_shows_delivery_dates_and_certificates(trade: Trade) -> None:
    await trade.seller.says(SENTENCE)
    await trade.seller.fills(certificates="ENplus", certificate_numbers="LT012")
    await trade.seller.sees("Published. Buyers can find it now")
    await trade.buyer.says("/find pellets near Kaunas")
    await trade.buyer.presses("Buy now")
    await trade.buyer.sees("Delivery dates: ", "Certificates: ENplus LT012")


async def test_a_purchase_goes_along_with_a_listing_that_is_changed_meanwhile(trade: Trade) -> None:
    await trade.list()
    await trade.buyer.says("/find pellets near Kaunas")
    await trade.buyer.presses("Buy now")
    if isinstance(trade.buyer, OnTelegram):
        await trade.buyer.answers(quantity="50 t")
        await trade.buyer.sees("50 t × 215.00 EUR/t")
    else:
        await trade.buyer.form("quantity")
    await trade.seller.presses("Change")
    await trade.seller.fills(price="220 €/t")
    await trade.seller.sees("220.00 EUR/t")
    await (trade.buyer.sends() if isinstance(trade.buyer, OnTelegram) else trade.buyer.fills(quantity="50 t"))
    await trade.buyer.sees("Your own changes are kept", "50 t × 220.00 EUR/t = €11,000.00")
    assert "You have a deal." not in await trade.buyer.screen()
    await trade.buyer.sends()
    await trade.agreed()
    await trade.buyer.sees("€11,000.00")


async def test_a_buyers_note_stands_on_the_card_that_the_seller_signs_and_sends_by(trade: Trade) -> None:
    await trade.list()
    await trade.buy(quantity="50 t", note="Only trucks with a tail lift.")
    await trade.seller.sees("Note: Only trucks with a tail lift.")
    await trade.sign()
    await trade.pay()
    sent_by = await trade.seller.sees("The money is held. Delivery can begin.")
    assert "Note: Only trucks with a tail lift." in sent_by.rpartition("Your turn: send lot 1")[0][-800:]


async def test_a_lot_that_would_come_weeks_before_its_dates_is_asked_back(trade: Trade) -> None:
    week = (await trade.world.now() + timedelta(weeks=6)).isocalendar().week
    await trade.funded(f"/sell 200 t A1 pellets 215 €/t DAP Kaunas W{week}", quantity="50 t")
    await trade.seller.presses("dispatch")
    await trade.seller.fills(truck="KAU 123", eta="tomorrow")
    await trade.seller.sees("it would arrive weeks earlier. Does the buyer know?")
    assert "sent lot 1." not in await trade.buyer.screen()
    await trade.seller.presses("Yes, as it is")
    await trade.buyer.sees("sent lot 1.")


async def test_a_silent_seller_reads_from_the_first_day_what_silence_costs_and_when(trade: Trade) -> None:
    await trade.funded(quantity="50 t")
    await trade.dispatch()
    await trade.arrive(measured="20.5 t")
    await trade.buyer.presses("Accept")
    await trade.buyer.presses("Yes: Accept")
    await trade.seller.presses("Open the claim")
    costs = "€4,407.50 of €10,750.00 is paid, by the buyer's figures alone"
    for_claim = await trade.seller.sees("If nobody decides by ", costs)
    await trade.world.later(days=3, hours=1)
    await trade.seller.sees("This is in dispute now", "If nobody decides by ", costs)
    day = for_claim.partition("If nobody decides by ")[2].partition(":")[0].rpartition(",")[0]
    assert f"If nobody decides by {day}" in await trade.seller.screen()
    await trade.seller.presses("Propose shares")
    await trade.seller.fills(seller="90 %")
    await trade.seller.sees("Your proposal is on its way.")
    await trade.world.later(days=30)
    await trade.seller.sees("€4,297.31 released to you")
    await trade.world.books_balance()


async def test_a_quote_names_the_certificates_that_the_buyer_asks_for(world: World) -> None:
    tom, rasa = await world.on_slack("Tom"), await world.on_telegram("Rasa")
    await tom.says("/request 100 t A1 pellets DAP Kaunas next week")
    await tom.fills(closes="tomorrow", certificates="ENplus", seal="as they come")
    await tom.sees("Your request is out.")
    await rasa.says("/requests")
    await rasa.presses("Open")
    await rasa.presses("Make a quote")
    await rasa.answers(price="214 €/t", certificate_numbers="FSC-C012345")
    await rasa.sees("“FSC-C012345” is of FSC, and this buyer asks for ENplus.")
    await rasa.answers_again("LT012")
    await rasa.sends()
    await rasa.sees("Your quote is in.", "ENplus LT012")
    await tom.sees("ENplus LT012")
    await confirms(tom, "Take")
    for each in (tom, rasa):
        await each.sees("You have a deal. Both sides sign next.", "Certificates: ENplus LT012")
