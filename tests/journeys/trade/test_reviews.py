"""Rating: each side rates only what it could see of the other.

A trader who sells and buys has a reputation for each.
"""

from __future__ import annotations

from lab.people import OnSlack, OnTelegram
from tests.journeys.market import ChatUser
from tests.journeys.trade_steps import Trade

NOTHING = "No goods came: nothing to rate"
GIVEN = {"time": "4", "payment": "4", "talk": "5"}


async def test_goods_that_never_came_need_not_be_rated(trade: Trade) -> None:
    rasa, tom = trade.seller, trade.buyer
    await trade.funded()
    await tom.presses("Ask to cancel")
    await tom.presses("Yes: Ask to cancel")
    await rasa.presses("Agree to cancel")
    await rasa.presses("Yes: Agree to cancel")
    for each, marks in (
        (tom, ("quantity", "quality", "time", "talk")),
        (rasa, ("payment", "taking", "fairness", "talk")),
    ):
        await each.sees("The deal is cancelled, and nothing is held any more.")
        await each.presses("Rate the other side")
        await each.fills(**{mark: GIVEN.get(mark, NOTHING) for mark in marks})
        await each.sees("Thank you.")
    for each in (rasa, tom):
        await each.sees("Tom says: On time ★★★★, Communication ★★★★★")
        await each.sees("Rasa says: Payment ★★★★, Communication ★★★★★")


async def offered(person: ChatUser) -> str:
    """Return all text on the screen, with the options of a window."""
    return await person.screen() + (str(await person.window()) if isinstance(person, OnSlack) else "")


async def test_trader_who_only_bought_is_new_as_a_seller(trade: Trade) -> None:
    rasa, tom = trade.seller, trade.buyer
    await trade.funded()
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await trade.complete()
    await tom.presses("Rate the other side")
    await tom.sees("Was the quantity as agreed?")
    assert NOTHING not in await offered(tom)  # goods came
    if isinstance(tom, OnSlack):
        await tom.form("quality")
        await tom.closes()
    await tom.says("/sell 60 t A1 pellets 199 €/t DAP Vilnius next week")
    await tom.sends()
    await tom.sees("Published. Buyers can find it now")
    await rasa.says("/find A1 pellets near Vilnius")
    await rasa.sees("Tom · new as a seller, 1 deal as a buyer")
    await rasa.presses("Make an offer")
    await rasa.fills(quantity="50 t", price="190 €/t")
    await tom.sees("Rasa made an offer.", "Rasa · new as a buyer, 1 deal as a seller")
    for each, told in ((rasa, "Seller: not rated yet, 1 deal, 100 % on time"), (tom, "Buyer: not rated yet, 1 deal")):
        await each.says("/me") if isinstance(each, OnTelegram) else await each.home()
        await each.sees(told)


async def test_review_is_read_by_others_and_answered_once(trade: Trade) -> None:
    rasa, tom = trade.seller, trade.buyer
    await trade.funded()
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await trade.complete()
    await tom.presses("Rate the other side")
    await tom.fills(quantity="5", quality="4", time="2", talk="5", words="A day late. Call me: +370 612 34567")
    await tom.sees("Your review stays sealed")
    assert "Answer in public" not in await rasa.screen()
    await rasa.presses("Rate the other side")
    await rasa.fills(payment="5", taking="5", fairness="5", talk="5")
    await rasa.sees("A day late.", "Answer in public")

    await rasa.presses("Answer in public")
    await rasa.answers(words="The bridge was closed that day.")
    await tom.sees("Answer of Rasa: The bridge was closed that day.")
    await rasa.sees("You have answered a review of this deal.")

    other = await trade.world.on("telegram" if isinstance(rasa, OnTelegram) else "slack", "Ona")
    await rasa.says("/sell 60 t A1 pellets 199 €/t DAP Vilnius next week")
    await rasa.sends()
    await rasa.sees("Published. Buyers can find it now")
    await other.says("/find A1 pellets near Vilnius")
    await other.presses("Open")
    await other.presses("Reviews")
    said = ("What is said of Rasa · Seller", "On time ★★", "A day late.", "The bridge was closed that day.")
    seen = await other.sees(*said)
    assert "612 34567" not in seen
    assert "Tom" not in seen
