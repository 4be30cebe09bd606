"""A market that the release before left in the middle of everything goes on with this one.

Its database has open forms, cards with buttons, messages that were not delivered, running timers and money in every
state. `scenes.py` says how it came to that.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect, select

from config.market import TIMER_HANDLERS
from config.migrations import upgrade, within
from core.kernel.outbox import OutboxRow
from core.kernel.timers import TimerRow
from core.kernel.transaction import MARKET
from lab import storage
from lab.people import OnSlack, OnTelegram, until
from tests.journeys.market import ChatUser, confirms
from tests.journeys.session_steps import PROFILE
from tests.journeys.trade_steps import Trade
from tests.upgrade import recording
from tests.upgrade.conftest import all_delivered
from tests.upgrade.recording import revision_of
from tests.upgrade.scenes import Stage
from tools.ledger_verification import verify_books

PAID_OUT = 41_925_00  # cents: 200 t at €215, less 2.5 %
WHOLE = 43_000_00


async def told(user: ChatUser, *texts: str) -> None:
    await user.sees(*texts)


async def paid_out(stage: Stage) -> list[int]:
    return sorted(each["amount"] for each in await stage.world.at_the_provider("transfer"))


# --- the books --------------------------------------------------------------------------------------------------------


async def test_the_database_is_of_the_release_before_and_its_books_hold(left: Stage, database: str) -> None:
    assert await revision_of(database) == "0001"
    tables: set[str] = set()
    await within(database, lambda connection: tables.update(inspect(connection).get_table_names()))
    assert {"effect", "session_payout", "purchase_refund"} <= tables  # only that release has them
    assert await verify_books(left.world.settings) == 1  # only the market migrates its database
    await upgrade(database)
    assert await verify_books(left.world.settings) == 0
    kinds: set[str] = set()
    await within(database, lambda connection: kinds.update(connection.scalars(select(TimerRow.kind))))
    assert "disbursement" in kinds  # Ugne's payout, which was an effect
    assert kinds <= TIMER_HANDLERS.keys()
    await left.world.opens()
    await until(lambda: all_delivered(left.world), lambda: "the outbox is not empty")
    await left.world.books_balance()


async def test_a_lab_in_which_a_name_has_changed_asks_for_another_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "KEPT", {**storage.KEPT, "mail": ("envelopes",)})
    with pytest.raises(storage.Unreadable, match=r"Record the fixture again.*mail has envelopes, and had letters"):
        await recording.open_lab(recording.about().now)


# --- what was on its way ----------------------------------------------------------------------------------------------


async def test_undelivered_messages_are_delivered_once(stage: Stage) -> None:
    world, people = stage.world, stage.people
    await told(people["Vida"], "accepted lot 1.", "€41,925.00 is on its way to you.")
    await told(people["Zita"], "Yana agreed to cancel.", "€43,000.00 is on its way back to you.")
    await told(people["Boris"], "€5.00 went back to where it was paid from.")
    await told(people["Henrik"], "Iris cancelled the deal.")
    await told(people["Loreta"], "Nuo šiol rašysiu jums lietuviškai.")
    await told(people["Emil"], "The session is agreed.")
    await told(people["Viktor"], "I have sent a six-digit code to viktor@example.com.")
    # Viktor paid while the product could not look. The pages for Tina, Ilona, Paul and Alex had not come.
    await told(people["Urte"], "The money is held. Delivery can begin.")
    await told(people["Tina"], "Both sides have signed. The payment page is open.", "[Pay €43,000.00]")
    await told(people["Ilona"], "The page has run out. Get a new one below.", "[Get the card page]")
    await world.onboards(await people["Paul"].opens("Open the page"))
    await told(people["Paul"], "Your payouts are set up.")
    alex = people["Alex"]
    assert isinstance(alex, OnTelegram)
    await alex.pays_stars("Featured, 7 days")
    await told(alex, "Paid. Your promotion runs from now on.")
    assert "code" in await world.letter_to("viktor@example.com")
    await told(people["Karl"], "The buyer's bank has our answer: what both signed")

    assert await paid_out(stage) == [PAID_OUT] * 3  # Rasa's and Karl's of before, and Vida's
    assert sorted(each["amount"] for each in await world.at_the_provider("refund")) == [5_00, WHOLE]
    assert world.product is not None
    dead = select(OutboxRow.channel, OutboxRow.kind).order_by(OutboxRow.kind)
    assert await world.product.transactions.run(MARKET, lambda ctx: ctx.session.execute(dead).all()) == [
        ("payments", "hold.page"),  # Ilona's: its time was over
        ("payments", "transfer"),  # Ugne's: the provider had refused it before
    ]
    await world.books_balance()


# --- old cards --------------------------------------------------------------------------------------------------------


async def test_buttons_of_old_cards_take_deals_to_their_payouts(stage: Stage) -> None:
    world, people = stage.world, stage.people
    arrived, held, half = [await stage.trade(scene) for scene in ("arrived", "held", "half signed")]
    await arrived.accept()
    await arrived.complete()
    await arrived.rate(arrived.seller, "Paid at once.")

    await held.dispatch()
    await held.arrive()
    await held.accept()
    await held.set_up_payouts_unprepared()
    await held.complete()

    await half.confirm(half.seller, "Sign")
    await half.pay()

    unready = people["Adam"]
    await unready.presses("Set up payouts")
    await unready.fills(country="Lithuania")
    await told(unready, "can trade now.")
    await Trade(world, unready, people["Bela"]).set_up_payouts()
    await told(people["Bela"], "The deal is complete. Thank you both.")
    assert await paid_out(stage) == [PAID_OUT] * 6
    await world.books_balance()


async def test_buttons_of_old_cards_answer_offers_claims_and_questions(stage: Stage) -> None:
    people = stage.people
    wanda, xaver = await stage.pair("offered")
    await wanda.presses("Answer")
    await (wanda.answers(words="No, loose.") if isinstance(wanda, OnTelegram) else wanda.fills(words="No, loose."))
    await told(people["Ilona"], "Wanda has answered.", "No, loose.")
    trade = Trade(stage.world, wanda, xaver)
    await trade.confirm(wanda, "Accept")
    await trade.agreed()
    await trade.sign()
    await trade.pay()

    nida, oskar = await stage.pair("claimed")
    await nida.presses("Open the claim")
    await told(nida, "moisture 14 %", "By the agreed formula")
    await nida.presses("Name another figure")
    await nida.fills(pay="42,000")
    await told(oskar, "proposes how the claim on lot 1 is settled.")

    for name in ("Rita", "Tina"):  # each has bought all of the listing that their search still shows
        await people[name].presses("Buy now")
        await told(people[name], "This listing takes no offers at the moment.")
    await stage.world.books_balance()


# --- open forms -------------------------------------------------------------------------------------------------------


async def test_open_forms_take_their_next_answers(stage: Stage) -> None:
    people = stage.people
    leo, olek, kasia = people["Leo"], people["Olek"], people["Kasia"]
    await leo.fills(price="208 €/t")
    await told(people["Wanda"], "Leo made an offer.", "€8,320.00")

    await olek.fills(**{name: answer for name, answer in PROFILE.items() if name != "headline"})
    await told(olek, "You are listed.", "Ash that does not melt")

    await kasia.presses("0")  # after the 8 that she has keyed in
    await kasia.presses("Done")
    await told(kasia, "Quantity: 80 t")
    await kasia.fills(price="210 €/t", delivery_term="DAP Riga", window="next week")
    await told(kasia, "Published. Buyers can find it now")
    await told(people["Saulius"], "A new listing for you", "You look for: A1 pellets near Riga")

    await people["Vaida"].says("400")  # the number is of the distance that she was changing
    await told(people["Vaida"], "Understood: Wood pellets, Kaunas, 400 km")


async def test_open_windows_can_be_sent(stage: Stage) -> None:
    marta, nora = stage.people["Marta"], stage.people["Nora"]
    for user in (marta, nora):
        assert isinstance(user, OnSlack)
        assert len((await user.window())["modals"]) == 1
    await marta.sends()
    await told(marta, "Published. Buyers can find it now", "212.00 EUR/t")
    await nora.fills(**(PROFILE | {"policy": "standard"}))  # the choice of a window that was drawn in other words
    await told(nora, "You are listed.", "Boilers that burn what they should")


def restricted(account: dict[str, Any]) -> bool:
    return bool(account["details_submitted"]) and not account["payouts_enabled"]


# --- time -------------------------------------------------------------------------------------------------------------


async def test_timers_that_were_set_ring(stage: Stage) -> None:
    world, people = stage.world, stage.people
    talk = await stage.counsel("agreed")
    await talk.meet()
    await told(talk.consultant, "the free minutes run")
    ugne = next(each for each in await world.at_the_provider("account") if restricted(each))
    await world.browser.post(f"/lab/stripe/accounts/{ugne['id']}", {"do": "restore"})

    await world.later(days=2, hours=1)
    await told(people["Alex"], "For you: €76.50. Our fee in all: €13.50.")
    await world.later(days=1, hours=4)
    await told(people["Mantas"], "The deal is complete. Thank you both.")
    await told(people["Dora"], "The time for quotes is over.")
    await confirms(people["Dora"], "Take")
    await told(people["Wanda"], "You have a deal. Both sides sign next.")
    for name in ("Paul", "Rita"):
        await told(people[name], "The deal is closed, because not both signed in time.")
    await world.later(days=2)
    for name in ("Simas", "Tina"):
        await told(people[name], "The payment did not come in time, so the deal is cancelled.")
    await told(people["Xaver"], "The offer has expired")
    await world.later(days=2)
    await told(people["Petras"], "The time to check lot 1 is over, so it is accepted.")
    await told(people["Kasia"], "has waited 6 days to be finished.")
    await until(lambda: all_delivered(world), lambda: "the outbox is not empty")
    assert await paid_out(stage) == [76_50, *[PAID_OUT] * 5]
    await world.books_balance()
