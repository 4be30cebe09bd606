"""Goods that are not as agreed (A10.2, A14.2, E3): figures, the formula, an operator's ruling, on both platforms."""

from __future__ import annotations

from core.kernel.transaction import MARKET
from core.people.accounts.service import appoint_operators
from core.trade.deals.model import TERMS_VERSION
from lab.people import OnSlack, OnTelegram
from tests.journeys.market import Chat, ChatUser, World, confirms, no_more
from tests.journeys.trade_steps import PAPER, Trade, enclose

REASON = "The weight ticket supports the seller, the laboratory the buyer."


async def claimed(trade: Trade) -> None:
    """Claim that 100 t, which are paid and have arrived, are wet."""
    await trade.funded(quantity="100 t")
    await trade.dispatch()
    await trade.arrive(measured="100 t")
    await trade.buyer.presses("Make a claim")
    await trade.buyer.fills(words="Wet, see the laboratory report", moisture="14,0 %")
    await trade.seller.sees("made a claim on lot 1.")


async def test_a_claim_is_settled_by_what_both_have_measured(trade: Trade) -> None:
    await claimed(trade)
    await trade.seller.presses("Open the claim")
    await trade.seller.sees("moisture 14 %", "€20,544.44", "95.56 % of the agreed dry matter", "By the agreed formula")
    await trade.seller.presses("Name another figure")
    await trade.seller.fills(pay="30,000")
    if isinstance(trade.seller, OnTelegram):
        assert "[Keep" not in (await trade.seller.sees("from nothing to €21,500.00")).rpartition("from nothing to")[2]
    await trade.seller.fills(pay="21,200")
    await trade.buyer.sees("proposes how the claim on lot 1 is settled.")
    await trade.buyer.presses("Open the claim")
    await trade.buyer.sees("€21,200.00")
    await trade.buyer.presses("Name another figure")
    await trade.buyer.fills(pay="97.0 %")
    await trade.seller.sees("names another figure for lot 1.", "€20,855.00")
    await trade.seller.presses("Take the buyer's figure")
    await trade.seller.presses("No, go back")
    await no_more(trade.seller, "No, go back")
    await trade.seller.presses("Take the buyer's figure")
    await trade.seller.presses("Yes: Take the buyer's figure")
    await trade.buyer.sees("takes your figure for lot 1.", "€645.00 is on its way back to you.")
    await trade.set_up_payouts_unprepared()
    await trade.complete()
    await trade.world.books_balance()


async def test_signed_terms_name_the_goods_and_all_that_the_fingerprint_covers(trade: Trade) -> None:
    await trade.list("/sell 200 t ENplus A1 pellets 215 €/t DAP Kaunas next week")
    await trade.buy(quantity="100 t")
    for each in (trade.seller, trade.buyer):
        await each.presses("See the terms")
        read = await each.sees("Terms of deal", "Wood pellets", "Grade", "ENplus A1", "Certificates", "Rasa", "Tom")
        for covered in ("100 t", "215.00 EUR/t", "€21,500.00", "DAP Kaunas", "Lots", "If measured otherwise"):
            assert covered in read
        for covered in (
            "10 % moisture",
            "MJ/kg of the dry fuel",
            "2.5 % of what the seller is paid",
            f"version {TERMS_VERSION}",
        ):
            assert covered in read
        assert read.rindex("Wood pellets") < read.rindex("If measured otherwise")


async def test_a_party_that_takes_another_name_keeps_the_one_that_was_signed(trade: Trade) -> None:
    await trade.list()
    await trade.buy(quantity="100 t")
    await trade.sign()
    await trade.seller.says("/profile")
    await trade.seller.fills(country="Germany", company="Totally Other GmbH")
    await trade.seller.sees("Totally Other GmbH can trade now.")
    for each in (trade.seller, trade.buyer):
        await each.presses("See the terms")
        await each.sees("Nobody can change them", "Seller: Rasa (now called Totally Other GmbH)", "Buyer: Tom")


async def test_a_calorific_value_is_told_with_its_unit_and_read_in_either(trade: Trade) -> None:
    await trade.funded(quantity="100 t")
    await trade.dispatch()
    await trade.arrive(measured="100 t")
    await trade.buyer.presses("Make a claim")
    if isinstance(trade.buyer, OnSlack):
        await trade.buyer.sees("Calorific value (MJ/kg)", "Moisture (%)")
        await trade.buyer.fills(words="Poor fuel", ncv="rather little")
        assert "in MJ/kg, like 16.4, or in kWh/kg" in trade.buyer.errors["ncv"]
        await trade.buyer.fills(words="Poor fuel", ncv="18 kWh/kg")
        assert "in MJ/kg, from 1 to 50, or in kWh/kg, up to 13.89" in trade.buyer.errors["ncv"]
        await trade.buyer.fills(words="Poor fuel", ncv="4,8 kWh/kg")
    else:
        await trade.buyer.answers(words="Poor fuel", ncv="rather little")
        await trade.buyer.sees("in MJ/kg, like 16.4, or in kWh/kg", "For example 16.4 MJ/kg")
        await trade.buyer.says("18 kWh/kg")
        await trade.buyer.sees("in MJ/kg, from 1 to 50, or in kWh/kg, up to 13.89")
        await trade.buyer.says("4,8 kWh/kg")
        await trade.buyer.sees("Calorific value (MJ/kg): 17.28")
        await trade.buyer.sends()
    await trade.seller.sees("made a claim on lot 1.")
    await trade.seller.presses("Open the claim")
    await trade.seller.sees("17.28 MJ/kg")


async def test_an_operator_decides_from_chat_and_time_carries_it_out(trade: Trade) -> None:
    olga = await operator(trade.world)
    await claimed(trade)
    for label in ("Open the claim", "Ask an operator", "Yes: Ask an operator"):
        await trade.buyer.presses(label)
    for each in (trade.seller, trade.buyer):
        await each.sees("Dispute on lot 1")
    await olga.sees("Dispute on lot 1", "€21,500.00", "The buyer found", "moisture 14 %", "held €21,500.00")
    await olga.presses("Decide")
    await olga.fills(seller="60", reason=REASON)
    for each in (trade.seller, trade.buyer):
        await each.sees("An operator has decided the dispute.", REASON, "€12,900.00 released")
        await no_more(each, "split in half")
        await each.says("/deals")
        await each.sees("My deals", "An operator has decided. It counts from")
        await no_more(each, "split in half")
    await trade.world.later(days=2, minutes=1)
    for each in (trade.seller, trade.buyer):
        await each.sees("The ruling is carried out.")
    await trade.buyer.sees("€8,600.00 is on its way back to you.")
    await trade.world.books_balance()


async def test_an_operator_rules_to_the_cent_by_figures_that_have_been_named(trade: Trade) -> None:
    """On Telegram they are buttons; in a window they stand above it, and any other amount is typed."""
    on_telegram = isinstance(trade.seller, OnTelegram)
    olga = await operator(trade.world, "telegram" if on_telegram else "slack")
    await claimed(trade)
    for label in ("Open the claim", "Ask an operator", "Yes: Ask an operator"):
        await trade.buyer.presses(label)
    await olga.presses("Decide")
    if on_telegram:
        await olga.says("30000 EUR")
        await olga.sees("Write an amount from nothing to €21,500.00")
        await olga.presses("€20,544.44 · By the buyer's figures")
        await olga.says("no")
        await olga.sees("at least 20 characters")
        await olga.says(REASON)
        await olga.sends()
        released = "€20,544.44"
    else:
        assert isinstance(olga, OnSlack)
        await olga.sees("By the buyer's figures the agreement pays: €20,544.44")
        await olga.fills(seller="30000 EUR", reason="no")
        assert "Write an amount from nothing to €21,500.00" in olga.errors["seller"]
        assert "at least 20 characters" in olga.errors["reason"]
        await olga.fills(seller="6711.95 EUR", reason=REASON)
        released = "€6,711.95"
    for each in (trade.seller, trade.buyer):
        await each.sees("An operator has decided the dispute.", f"{released} released")
    await trade.world.books_balance()


async def operator(world: World, chat: Chat = "slack") -> ChatUser:
    """Appoint a person who works for the market."""
    olga = await world.on(chat, "Olga")
    await olga.says("/cases")
    await olga.sees("Only the operators of the market can do that.")
    assert world.product is not None
    await world.product.transactions.run(MARKET, lambda ctx: appoint_operators(ctx, {f"{chat}:{olga.id}"}))
    await olga.says("/cases")
    await olga.sees("No case is open.")
    return olga


async def test_the_two_settle_the_payment_themselves(world: World) -> None:
    trade = Trade(world, await world.on_telegram("Rasa"), await world.on_slack("Tom"))
    await trade.list()
    await trade.buy(quantity="100 t")
    await trade.sign()
    await trade.buyer.presses("Settle directly")
    await trade.buyer.presses("Yes: Settle directly")
    await trade.seller.sees("would rather settle the payment directly.")
    await trade.seller.presses("Agree to settle directly")
    await trade.seller.presses("Yes: Agree to settle directly")
    await trade.buyer.sees("Nothing is held here.")
    await trade.seller.presses("The money has come")
    await trade.seller.presses("Yes: The money has come")
    await trade.buyer.sees("confirms that the money has come.")
    await trade.dispatch()
    await trade.arrive()
    await confirms(trade.buyer, "Accept")
    await trade.complete()
    await world.books_balance()


async def test_a_lot_is_paid_by_what_the_weighbridge_says_and_a_slip_is_corrected(trade: Trade) -> None:
    await trade.funded(quantity="50 t")
    await trade.dispatch()
    await trade.buyer.presses("arriv")
    await trade.buyer.fills(measured="470 t")
    await trade.buyer.sees("470 t is far more than a lot of 50 t can be.", "up to 75 t can be right")
    await trade.buyer.fills(measured="4.73 t")
    await trade.seller.sees("reports that lot 1 has arrived.", "measured 4.73 t")
    await trade.buyer.presses("Accept")
    await trade.buyer.sees("Only 4.73 t of 50 t came?", "€1,016.95", "the seller is asked first")
    await trade.buyer.presses("No, go back")
    await no_more(trade.buyer, "No, go back")
    await trade.buyer.presses("Correct the weight")
    await trade.buyer.fills(measured="47.3 t")
    await trade.seller.sees(
        "reports the weight of lot 1.", "measured 47.3 t", "by that weight €10,169.50 of €10,750.00"
    )
    await trade.buyer.sees("by that weight €10,169.50")
    await trade.accept_weighed("47.3 t of 50 t came. As the terms say it is paid by that weight: €10,169.50")
    await trade.seller.sees("It is paid by the measured weight.", "€580.50 goes back to the buyer.")
    await trade.set_up_payouts_unprepared()
    await trade.complete()
    await trade.world.books_balance()


async def test_far_less_is_the_sellers_to_say(trade: Trade) -> None:
    await trade.funded(quantity="50 t")
    await trade.dispatch()
    await trade.arrive(measured="20.5 t")
    await trade.buyer.presses("Accept")
    await trade.buyer.presses("Yes: Accept")
    await trade.seller.sees("Far less of lot 1 was weighed than was agreed.")
    await trade.buyer.presses("Open the claim")
    await trade.buyer.presses("Accept the goods at €10,750.00")
    await trade.buyer.sees("Give up your claim? The whole €10,750.00 of this lot is released")
    await trade.buyer.presses("No, go back")
    await no_more(trade.buyer, "No, go back")
    await trade.seller.presses("Open the claim")
    await trade.seller.sees("20.5 t of 50 t came", "€4,407.50")
    await trade.seller.presses("Settle by the formula: €4,407.50")
    await trade.seller.presses("Yes: Settle by the formula: €4,407.50")
    await trade.buyer.sees(
        "The claim on lot 1 is settled by the agreed formula.", "€6,342.50 is on its way back to you."
    )
    await trade.world.books_balance()


async def test_all_are_told_that_a_lot_never_came_and_the_seller_answers(trade: Trade) -> None:
    olga = await operator(trade.world)
    await trade.funded(quantity="50 t")
    await trade.dispatch()
    await trade.buyer.presses("It never came")
    await trade.buyer.sees("This lot is expected", "from the day after on")
    await trade.world.later(days=3)
    await trade.buyer.presses("It never came")
    await trade.buyer.presses("Yes: It never came")
    await trade.seller.sees("says that lot 1 never came.", "Show that it did, in words or with the waybill")
    await trade.seller.presses("Open the claim")
    await trade.seller.presses("It did come")
    await enclose(trade.seller, "waybill.pdf", PAPER, "application/pdf")
    await trade.seller.fills(words="Unloaded at gate 2, signed by Mr Kask")
    await trade.buyer.sees("says that lot 1 did come.")
    await trade.buyer.presses("Open the claim")
    await trade.buyer.sees("Unloaded at gate 2, signed by Mr Kask", "1 file")
    await trade.buyer.presses("Accept the goods at €10,750.00")
    await trade.buyer.sees("Is it there after all? The whole €10,750.00 of it is released")
    await trade.buyer.presses("No, go back")
    await no_more(trade.buyer, "No, go back")
    await trade.buyer.presses("Ask an operator")
    await trade.buyer.presses("Yes: Ask an operator")
    await olga.sees("Dispute on lot 1", "it never came", "Unloaded at gate 2", "(it never came)")
    await trade.world.books_balance()


async def at_the_referee(trade: Trade) -> None:
    """Send a lot to the referee. The buyer has measured 14 %, the seller 10 %: €955.56 apart."""
    await claimed(trade)
    await trade.seller.presses("Open the claim")
    await trade.seller.presses("I found otherwise")
    await trade.seller.fills(moisture="10")
    await trade.buyer.sees("The reserve sample goes to the referee laboratory", "the buyer advances the test")
    await trade.buyer.presses("Open the claim")
    await trade.buyer.presses("Report the referee value")
    await trade.buyer.sees("€955.56 of its cost comes back to you at most")


async def report(trade: Trade, cost: str) -> None:
    """Report 13.5 % by the referee, with its report and a receipt."""
    on_telegram = isinstance(trade.buyer, OnTelegram)
    if on_telegram:
        await enclose(trade.buyer, "report.pdf", PAPER, "application/pdf")
        await trade.buyer.answers(moisture="13.5", cost=cost)
        await enclose(trade.buyer, "receipt.pdf", PAPER, "application/pdf", into="receipts")
        await trade.buyer.sends()
    else:
        await enclose(trade.buyer, "report.pdf", PAPER, "application/pdf", into="files")
        await enclose(trade.buyer, "receipt.pdf", PAPER, "application/pdf", into="receipts")
        await trade.buyer.fills(moisture="13.5", cost=cost)


async def test_both_read_what_the_test_costs_and_who_bears_it_before_the_value_is_taken(trade: Trade) -> None:
    await at_the_referee(trade)
    await report(trade, "480")
    await trade.seller.sees("reports the referee value for lot 1.")
    for each in (trade.seller, trade.buyer):
        await each.says("/deals")
        await each.presses("Open")
        await each.presses("Open the claim")
        await each.sees(
            "€480.00, which the buyer has advanced; the seller bears it",
            "€20,663.89 for the goods, less €480.00 for the test: €20,183.89 to the seller before any fee",
            "€1,316.11 to the buyer",
        )
    await trade.seller.presses("Take this value")
    await trade.seller.sees("Take this value? €20,663.89 for the goods, less €480.00", "It cannot be undone.")
    await trade.seller.presses("No, go back")
    await no_more(trade.seller, "No, go back")
    await trade.seller.presses("Take this value")
    await trade.seller.presses("Yes: Take this value")
    await trade.buyer.sees("takes the referee value for lot 1.", "€1,316.11 is on its way back to you.")
    for each in (trade.seller, trade.buyer):
        await each.sees("paid with €20,663.89 of €21,500.00", "€480.00 of that goes to the buyer")
    await trade.world.books_balance()


async def test_a_test_that_costs_too_much_is_told_where_it_was_written(trade: Trade) -> None:
    await at_the_referee(trade)
    if isinstance(trade.buyer, OnSlack):
        window = await trade.buyer.form("cost")
        blocks = {block["block_id"]: block for block in window["blocks"] if "element" in block}
        assert not blocks["files"]["optional"]
        assert blocks["cost"]["optional"]
        await report(trade, "19000")
        assert "the other side bears €955.56 at most" in trade.buyer.errors["cost"]
        assert "moisture" not in trade.buyer.errors
    else:
        await report(trade, "19000")
        await trade.buyer.sees("the other side bears €955.56 at most", "What did the test cost you?")
    await trade.world.books_balance()


async def test_referee_value_without_objection_is_on_the_card(trade: Trade) -> None:
    await at_the_referee(trade)
    await report(trade, "900")
    await trade.seller.sees("reports the referee value for lot 1.")
    await trade.world.later(days=2, minutes=1)
    for each in (trade.seller, trade.buyer):
        await each.sees(
            "Nobody objected to the referee value for lot 1",
            "paid with €20,663.89",
            "€900.00 of that goes to the buyer",
        )
    await trade.world.books_balance()


async def test_one_yes_of_two_to_an_operators_proposal_is_seen_by_all_and_closes_no_form(trade: Trade) -> None:
    olga = await operator(trade.world, "telegram" if isinstance(trade.seller, OnTelegram) else "slack")
    await claimed(trade)
    for label in ("Open the claim", "Ask an operator", "Yes: Ask an operator"):
        await trade.buyer.presses(label)
    await olga.presses("Propose shares")
    await olga.fills(seller="92 %")
    for each in (trade.seller, trade.buyer, olga):
        await each.sees("An operator proposes", "92 % to ", ": €19,780.00 released before the fee")
    await olga.presses("Decide")
    await trade.seller.presses("Agree")
    await trade.seller.sees("Nothing is parted before the other side agrees too.", "92 % to you: €19,780.00")
    await trade.seller.presses("Yes: Agree")
    await trade.seller.sees("You agree to what an operator proposes.", "Agreed so far")
    for each in (trade.buyer, olga):
        await each.sees("agrees to what an operator proposes. The money is parted like that when", "Agreed so far")
    for each in (trade.seller, trade.buyer, olga):
        assert "proposes how the money is parted." not in (await each.screen()).rpartition("Agreed so far")[2]
    await olga.fills(seller="60", reason=REASON)  # the form is still there, and is taken
    for each in (trade.seller, trade.buyer):
        await each.sees("An operator has decided the dispute.", REASON, "€12,900.00 released")
    await trade.world.books_balance()


async def test_the_second_yes_parts_the_money_at_once(trade: Trade) -> None:
    olga = await operator(trade.world)
    await claimed(trade)
    for label in ("Open the claim", "Ask an operator", "Yes: Ask an operator"):
        await trade.buyer.presses(label)
    await olga.presses("Propose shares")
    await olga.fills(seller="92 %")
    await trade.seller.presses("Agree")
    await trade.seller.sees("Nothing is parted before the other side agrees too.")
    await trade.seller.presses("Yes: Agree")
    await trade.buyer.sees("Agreed so far:")
    await trade.buyer.presses("Agree")
    await trade.buyer.sees("The money is parted like that at once.")
    await trade.buyer.presses("Yes: Agree")
    await trade.buyer.sees("€1,720.00 is on its way back to you.")
    await trade.world.books_balance()
